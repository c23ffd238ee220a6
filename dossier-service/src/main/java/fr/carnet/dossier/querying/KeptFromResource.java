package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What somebody may not know of, for the services that tell of a dossier without holding it: the
 * same filter stands before the history of access as before the content.
 */
@Path("/dossiers/{dossierId}/kept-from/{viewer}")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Content")
public class KeptFromResource {
  @Inject DataSource dataSource;

  /** Items of which this viewer may not know. */
  public record KeptFrom(List<String> itemIds) {
    public KeptFrom {
      itemIds = List.copyOf(itemIds);
    }
  }

  /**
   * Not yet announced to the owner; to representatives, a minor's secret care too, that which the
   * insurer said late to be secret included.
   */
  @GET
  @Operation(
      summary = "The items of which the OWNER, or a REPRESENTATIVE, may not know now",
      description =
          "For services that tell of a dossier. Ids only, of deleted items too; none for an unknown"
              + " dossier. 503 while something of the dossier is parked.")
  public KeptFrom keptFrom(UUID dossierId, Viewer.Kind viewer) throws SQLException {
    Viewer of =
        switch (viewer) {
          case OWNER -> Viewer.owner();
          case REPRESENTATIVE -> Viewer.representative();
          case PROFESSIONAL, PREVIEWED_PROFESSIONAL, BEARER_OF_RELEASE ->
              throw new Refusal(RequestProblem.NO_SUCH_RESOURCE);
        };
    return Transactions.run(
        dataSource,
        tx -> {
          if (isParked(tx, dossierId)) {
            throw new Refusal(ReadingRefusal.DECISION_UNAVAILABLE);
          }
          return new KeptFrom(itemIds(tx, dossierId, new Visibility(of)));
        });
  }

  /** Then an item may be missing here of which the log tells. */
  private static boolean isParked(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT EXISTS (SELECT 1 FROM parked
                           WHERE consumer = 'dossier-recovery' AND stream_key = ?
                             AND discarded_at IS NULL)
            """)) {
      select.setString(1, dossierId.toString());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static List<String> itemIds(Connection tx, UUID dossierId, Visibility visibility)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT i.item_id::text FROM item i WHERE i.dossier_id = ? AND %s
            UNION ALL
            SELECT DISTINCT care_line.item_id FROM care_line WHERE care_line.dossier_id = ? AND %s
            """
                .formatted(visibility.keptFrom(), visibility.careKeptFrom()))) {
      select.setObject(1, dossierId);
      select.setObject(2, dossierId);
      List<String> ids = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ids.add(row.getString(1));
        }
      }
      return ids;
    }
  }
}
