package fr.carnet.dossier.querying;

import fr.carnet.dossier.documents.SealedDocuments;
import fr.carnet.dossier.querying.ExportedDossier.ExportedFile;
import fr.carnet.events.Wire;
import fr.carnet.resourceserver.WholeOrBroken;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An export with the files of its documents. The files are opened one after the other while they
 * are sent, so that no export is larger than the heap; one that does not open breaks the answer
 * off.
 */
@ApplicationScoped
public class ExportedFiles {
  public static final String ZIP = "application/zip";

  /** The export itself, as it is without files. */
  private static final String DOSSIER = "dossier.json";

  @Inject SealedDocuments documents;
  @Inject RoutingContext request;

  /** The answer; what it shows has been traced. */
  public Response zip(ExportedDossier exported) {
    return Response.ok(WholeOrBroken.written(request.request(), out -> write(exported, out)))
        .type(ZIP)
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"dossier.zip\"")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  /** Ends the archive only where all of it was written: its directory comes last. */
  private void write(ExportedDossier exported, OutputStream out) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    // Documents are compressed already.
    zip.setLevel(Deflater.NO_COMPRESSION);
    zip.putNextEntry(new ZipEntry(DOSSIER));
    zip.write(Wire.write(exported));
    for (ExportedFile file : exported.files()) {
      zip.putNextEntry(new ZipEntry(file.file()));
      try (InputStream opened = documents.open(file.storedAt())) {
        opened.transferTo(zip);
      } catch (SQLException e) {
        throw new IOException("a document cannot be opened", e);
      }
    }
    zip.finish();
  }
}
