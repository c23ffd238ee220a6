package fr.carnet.dossier.querying;

import fr.carnet.dossier.forgetting.ErasureCertificate;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Certificates of erasures, for the privacy officer. */
@Path("/erasures")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Erasures")
public class ErasuresResource {
  @Inject DataSource dataSource;

  /** What was destroyed, which proofs still verify, what remains elsewhere and until when. */
  @GET
  @Path("/{dossierId}")
  @RolesAllowed("privacy-officer")
  @Operation(
      summary = "The certificate of an erasure",
      description =
          "The one that the person was given. Of a dossier that was not erased there is none.")
  public ErasureCertificate certificate(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Refusal.unless(
          ErasureCertificate.of(connection, dossierId), ReadingRefusal.NO_SUCH_ERASURE);
    }
  }
}
