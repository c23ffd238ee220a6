package fr.carnet.ingest.querying;

import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * How far the registry was applied here; asked by the dossier-service before it tells of a closing.
 */
@Path("/registry")
@RunOnVirtualThread
@Tag(name = "Registry")
public class RegistryResource {
  @Inject DataSource dataSource;

  /**
   * What is applied of a dossier.
   *
   * @param version of the dossier's stream
   */
  public record AppliedState(long version, boolean open) {}

  /** The state that the valve goes by. */
  @GET
  @Path("/{dossierId}")
  @RolesAllowed("registry")
  @Operation(summary = "The state of a dossier that the valve goes by")
  public AppliedState applied(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT version, open FROM dossier WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Refusal(RequestProblem.NO_SUCH_RESOURCE);
        }
        return new AppliedState(row.getLong(1), row.getBoolean(2));
      }
    }
  }
}
