package fr.carnet.dossier.querying;

import fr.carnet.dossier.documents.SealedDocuments;
import fr.carnet.dossier.documents.StoredAt;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.content.ItemContent;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.WholeOrBroken;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The bytes of documents. */
@Path("/dossiers/{dossierId}/documents")
@Authenticated
@RunOnVirtualThread
@Tag(name = "Documents")
public class DocumentReadsResource {
  @Inject Reading reading;
  @Inject CurrentCaller current;
  @Inject SealedDocuments documents;
  @Inject RoutingContext request;

  /** One document's file. */
  @GET
  @Path("/{itemId}")
  @Operation(
      summary = "The file of a document that shows",
      description = "version asks for an earlier one; GET …/items/{itemId} lists those that show.")
  public Response document(
      UUID dossierId,
      UUID itemId,
      @QueryParam("version") String version,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Optional<ItemContent.Document> found =
        reading.readItems(
            DossierReadsResource.asked(dossierId, "read-document", purpose, reason),
            (tx, decision) -> {
              Viewer viewer = Viewer.of(decision, current.get().actor());
              Optional<ItemContent.Document> document =
                  find(tx, dossierId, viewer, itemId, Optional.ofNullable(version));
              return new Released<>(
                  document, document.isPresent() ? List.of(itemId.toString()) : List.of());
            });
    ItemContent.Document document = Refusal.unless(found, ReadingRefusal.ITEM_NOT_FOUND);
    UUID bytes = Refusal.unless(document.bytesId(), ReadingRefusal.ITEM_NOT_FOUND);
    // The trace has committed. Nothing of what the document says stands in a header, its name least
    // of all, and a browser does not run what is in it.
    return Response.ok(
            WholeOrBroken.read(request.request(), documents.open(new StoredAt(dossierId, bytes))))
        .type(document.format())
        .header(HttpHeaders.CONTENT_LENGTH, document.size())
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .build();
  }

  private static Optional<ItemContent.Document> find(
      Connection tx, UUID dossierId, Viewer viewer, UUID itemId, Optional<String> version)
      throws SQLException {
    Optional<HeldItem> item = HeldItems.one(tx, dossierId, viewer, itemId);
    if (item.isEmpty()) {
      return Optional.empty();
    }
    Optional<ItemContent> content =
        version.isEmpty() || version.get().equals(Integer.toString(item.get().version()))
            ? Optional.of(item.get().content())
            : HeldItems.versions(tx, dossierId, viewer, item.get()).stream()
                .filter(earlier -> Integer.toString(earlier.version()).equals(version.get()))
                .map(HeldItem.Version::content)
                .findFirst();
    return content
        .filter(ItemContent.Document.class::isInstance)
        .map(ItemContent.Document.class::cast);
  }
}
