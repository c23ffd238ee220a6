package fr.carnet.dossier.arriving;

import com.fasterxml.jackson.databind.DeserializationFeature;
import fr.carnet.dossier.documents.DocumentRefusal;
import fr.carnet.dossier.documents.Inspection;
import fr.carnet.dossier.documents.KeptDocuments;
import fr.carnet.dossier.documents.Received;
import fr.carnet.dossier.documents.Receiving;
import fr.carnet.dossier.documents.SealedDocuments;
import fr.carnet.dossier.documents.StoredAt;
import fr.carnet.events.Sha256;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/**
 * Files, with what is said of them. Whatever becomes of a request, bytes that no event names are
 * removed again.
 */
@Path("/dossiers/{dossierId}/documents")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.MULTIPART_FORM_DATA)
@RunOnVirtualThread
@Tag(name = "Documents")
public class DocumentsResource {
  private static final Logger LOG = Logger.getLogger(DocumentsResource.class);

  @Inject ItemCommands commands;
  @Inject Receiving receiving;
  @Inject SealedDocuments documents;
  @Inject KeptDocuments kept;
  @Inject RoutingContext request;
  @Inject CurrentCaller current;

  /**
   * The part {@code metadata}.
   *
   * @param typeCode LOINC, or a national code
   * @param madeOn the day that the document is about
   * @param invisibleUntilAnnounced as of any item; not for a new version
   */
  public record Metadata(
      Optional<String> title,
      Optional<String> typeCode,
      Optional<LocalDate> madeOn,
      Optional<Boolean> invisibleUntilAnnounced,
      Optional<Boolean> invisibleToRepresentatives) {}

  /** Records the event about bytes that are there. */
  @FunctionalInterface
  private interface Recording {
    byte[] of(ItemContent.Document content, Metadata metadata, CommandHandler.Beforehand keeping)
        throws SQLException;
  }

  /** Adds a document. */
  @POST
  @RolesAllowed({"patient", "professional"})
  @Operation(
      summary = "Put a document into a dossier",
      description =
          "multipart/form-data: first the part metadata (JSON: title, typeCode, madeOn), then the part"
              + " file with its Content-Type: application/pdf, application/xml (CDA), image/jpeg or"
              + " image/png.")
  @APIResponse(responseCode = "201", description = "Added")
  public Response add(
      UUID dossierId, @HeaderParam(HttpHeaders.CONTENT_TYPE) String contentType, InputStream body)
      throws SQLException {
    byte[] written =
        record(
            dossierId,
            contentType,
            body,
            (content, metadata, keeping) ->
                commands.add(
                    dossierId,
                    UuidV7.next(Clock.systemUTC()),
                    new ItemBody(
                        content,
                        metadata.invisibleUntilAnnounced().orElse(false),
                        metadata.invisibleToRepresentatives().orElse(false)),
                    keeping));
    return Response.status(Response.Status.CREATED).entity(written).build();
  }

  /** Replaces a document. */
  @PUT
  @Path("/{itemId}")
  @RolesAllowed({"patient", "professional"})
  @Operation(summary = "Put a new version in the place of a document of one's own")
  public Response replace(
      UUID dossierId,
      UUID itemId,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) String contentType,
      InputStream body)
      throws SQLException {
    return Response.ok(
            record(
                dossierId,
                contentType,
                body,
                (content, _, keeping) -> commands.replace(dossierId, itemId, content, keeping)))
        .build();
  }

  private byte[] record(UUID dossierId, String contentType, InputStream body, Recording recording)
      throws SQLException {
    try {
      String publicKey = commands.publicKey(dossierId);
      try (Received received = receiving.receive(contentType, body)) {
        current.bodyHasCome();
        return record(dossierId, publicKey, received, recording);
      }
    } catch (Refusal e) {
      if (e.reason() instanceof DocumentRefusal refusal) {
        // Who was cut off hears no answer; only here does it say why.
        LOG.infof("no document taken: %s", refusal.code());
      }
      if (!request.request().isEnded()) {
        // What is still to come of the body is neither awaited nor taken for the next request.
        request.addEndHandler(_ -> request.request().connection().close());
      }
      throw e;
    }
  }

  private byte[] record(UUID dossierId, String publicKey, Received received, Recording recording)
      throws SQLException {
    Metadata metadata = read(received.metadata());
    StoredAt at = new StoredAt(dossierId, UuidV7.next(Clock.systemUTC()));
    ItemContent.Document content =
        new ItemContent.Document(
            Refusal.unless(metadata.title(), RequestProblem.FIELD_MISSING, "title"),
            Refusal.unless(metadata.typeCode(), RequestProblem.FIELD_MISSING, "typeCode"),
            received.format().mediaType(),
            received.bytes().length,
            Sha256.hex(received.bytes()),
            metadata.madeOn(),
            Optional.of(at.bytesId()));
    commands.requireValid(content);
    Inspection.of(received.format(), received.bytes());
    try {
      documents.put(at, publicKey, received.bytes());
      return recording.of(content, metadata, tx -> kept.keep(tx, at));
    } finally {
      kept.removeUnlessKept(at);
    }
  }

  private static Metadata read(byte[] json) {
    try {
      Metadata read =
          Wire.JSON
              .readerFor(Metadata.class)
              .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .readValue(json);
      return Refusal.unless(
          Optional.ofNullable(read), RequestProblem.REQUEST_NOT_READABLE, "metadata");
    } catch (IOException e) {
      throw new Refusal(RequestProblem.REQUEST_NOT_READABLE, "metadata");
    }
  }
}
