package fr.carnet.dossier.querying;

import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.Wire;
import fr.carnet.resourceserver.WholeOrBroken;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.sql.SQLException;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Everything about oneself, to keep or to take elsewhere (GDPR articles 15 and 20). */
@Path("/dossiers/{dossierId}")
@Authenticated
@RunOnVirtualThread
@Tag(name = "One's own")
public class ExportResource {
  @Inject Reading reading;
  @Inject CodeLists lists;
  @Inject ExportedFiles files;
  @Inject RoutingContext request;

  /** The export; what it shows is traced before the first byte leaves. */
  @GET
  @Path("/export")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "All that the dossier holds about its owner, as one JSON",
      description =
          "Traits, representatives, what happened to the dossier, every item of care with what the"
              + " insurer said of it, every other item, what is masked, where each document's file"
              + " is, and where the other services tell the rest. For the owner.")
  public StreamingOutput export(UUID dossierId) throws SQLException {
    ExportedDossier exported = exported(dossierId);
    return WholeOrBroken.written(request.request(), out -> Wire.JSON.writeValue(out, exported));
  }

  /** The same with the documents' files. */
  @GET
  @Path("/export.zip")
  @Produces(ExportedFiles.ZIP)
  @Operation(
      summary = "The same as dossier.json, and every version of every document as a file",
      description = "An answer that is not whole breaks off. For the owner.")
  public Response exportWithFiles(UUID dossierId) throws SQLException {
    return files.zip(exported(dossierId));
  }

  private ExportedDossier exported(UUID dossierId) throws SQLException {
    return reading.readOwn(
        DossierReadsResource.asked(dossierId, "export", null, null),
        (tx, _) -> {
          ExportedDossier all = ExportedDossier.of(tx, dossierId, Viewer.owner(), lists);
          return new Released<>(all, all.itemIds());
        });
  }
}
