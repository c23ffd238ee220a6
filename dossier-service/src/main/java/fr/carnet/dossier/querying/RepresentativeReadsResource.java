package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.dossier.EndOfRepresentation.Cause;
import fr.carnet.events.dossier.Representative;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who acts for oneself. */
@Path("/dossiers/{dossierId}/representatives")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("patient")
@RunOnVirtualThread
@Tag(name = "Reading")
public class RepresentativeReadsResource {
  @Inject Reading reading;

  /**
   * Somebody who acts, or acted, for the owner.
   *
   * @param representationId as the history of access names them
   * @param from inclusive, UTC
   * @param until exclusive, UTC
   */
  public record Acting(
      UUID representationId,
      Representative.Kind kind,
      String familyName,
      String givenName,
      Instant from,
      Optional<Instant> until,
      Optional<Cause> ended,
      Optional<Instant> endedAt) {}

  /** All of them. */
  public record AllActing(List<Acting> representatives) {
    public AllActing {
      representatives = List.copyOf(representatives);
    }
  }

  /** Who acts, and acted, for the owner. */
  @GET
  @Operation(summary = "Who represents oneself, or did; for the owner")
  public AllActing representatives(UUID dossierId) throws SQLException {
    return reading.readOwn(
        DossierReadsResource.asked(dossierId, "read-representatives", null, null),
        (tx, _) -> new Released<>(new AllActing(acting(tx, dossierId)), List.of()));
  }

  static List<Acting> acting(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT representation_id, kind, family_name, given_name, valid_from, valid_until, ended,
                   ended_at
            FROM representation WHERE dossier_id = ? ORDER BY representation_id
            """)) {
      select.setObject(1, dossierId);
      List<Acting> acting = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          acting.add(
              new Acting(
                  row.getObject(1, UUID.class),
                  Representative.Kind.valueOf(row.getString(2)),
                  row.getString(3),
                  row.getString(4),
                  row.getTimestamp(5).toInstant(),
                  instant(row, 6),
                  Optional.ofNullable(row.getString(7)).map(Cause::valueOf),
                  instant(row, 8)));
        }
      }
      return acting;
    }
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
  }
}
