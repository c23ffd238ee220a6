package fr.carnet.dossier.querying;

import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.resourceserver.CurrentCaller;
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
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whom one acts for. */
@Path("/dossiers/represented")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("patient")
@RunOnVirtualThread
@Tag(name = "Reading")
public class RepresentedResource {
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;

  /**
   * A dossier that one acts for now.
   *
   * @param until exclusive, UTC
   */
  public record ActedFor(UUID dossierId, Representative.Kind kind, Optional<Instant> until) {}

  /** All of them. */
  public record AllActedFor(List<ActedFor> dossiers) {
    public AllActedFor {
      dossiers = List.copyOf(dossiers);
    }
  }

  /** Open dossiers that the caller acts for now; it says nothing of what they hold. */
  @GET
  @Operation(summary = "The dossiers of those whom one represents now")
  public AllActedFor represented() throws SQLException {
    PatientRef own = Refusal.unless(current.get().patientRef(), RequestProblem.CLAIM_MISSING);
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT r.dossier_id, r.kind, r.valid_until
                FROM representation r JOIN dossier d USING (dossier_id)
                WHERE r.patient_ref = ? AND r.ended IS NULL AND d.state = 'OPEN'
                  AND r.valid_from <= clock_timestamp()
                  AND (r.valid_until IS NULL OR r.valid_until > clock_timestamp())
                ORDER BY r.representation_id
                """)) {
      select.setString(1, own.value());
      List<ActedFor> dossiers = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          dossiers.add(
              new ActedFor(
                  row.getObject(1, UUID.class),
                  Representative.Kind.valueOf(row.getString(2)),
                  instant(row, 3)));
        }
      }
      return new AllActedFor(dossiers);
    }
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
  }
}
