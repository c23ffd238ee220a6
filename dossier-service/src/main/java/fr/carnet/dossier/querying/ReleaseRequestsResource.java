package fr.carnet.dossier.querying;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.keys.KeyRing.SealedBody;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ReleaseRequest;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.sealing.Binding;
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
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What heirs and courts ask for, in their words: for the privacy officer, who decides on it. */
@Path("/dossiers/{dossierId}/release-requests")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("privacy-officer")
@RunOnVirtualThread
@Tag(name = "Releases")
public class ReleaseRequestsResource {
  @Inject Reading reading;
  @Inject KeyRing keys;
  @Inject DataSource dataSource;

  /**
   * A request.
   *
   * @param familyName of the one who asks
   * @param words what for, and on which evidence
   */
  public record Request(
      UUID dossierId,
      UUID requestId,
      ReleaseRequested.Kind kind,
      Instant recordedAt,
      String familyName,
      String givenName,
      String words) {}

  /** The sealed fact. */
  private record Recorded(UUID eventId, Instant at, ReleaseRequested request) {}

  /** One request; traced. */
  @GET
  @Path("/{requestId}")
  @Operation(
      summary = "Who asks, and for what, in words",
      description = "It is sealed, and opened for the one who decides; each reading is traced.")
  public Request request(UUID dossierId, UUID requestId) throws SQLException {
    Recorded recorded =
        Refusal.unless(recorded(dossierId, requestId), ReadingRefusal.NO_SUCH_REQUEST);
    return reading.readAtCounter(
        DossierReadsResource.asked(dossierId, "read-release-request", null, null),
        true,
        (tx, _) -> new Released<>(opened(tx, dossierId, recorded), List.of()));
  }

  /** Of a dossier that was not erased: what was is as if it had never been. */
  private Optional<Recorded> recorded(UUID dossierId, UUID requestId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT e.id, e.time, e.data
                FROM event e JOIN release_request r ON r.dossier_id = e.stream_id
                WHERE e.stream_id = ? AND e.type = ? AND r.request_id = ?
                """)) {
      select.setObject(1, dossierId);
      select.setString(2, ReleaseRequested.WIRE_NAME);
      select.setObject(3, requestId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ReleaseRequested request = Wire.read(row.getBytes(3), ReleaseRequested.class);
          if (request.requestId().equals(requestId)) {
            return Optional.of(
                new Recorded(
                    row.getObject(1, UUID.class),
                    row.getObject(2, OffsetDateTime.class).toInstant(),
                    request));
          }
        }
        return Optional.empty();
      }
    }
  }

  private Request opened(Connection tx, UUID dossierId, Recorded recorded) throws SQLException {
    ReleaseRequest words =
        Wire.read(
            keys.open(
                tx,
                new SealedBody(
                    recorded.request().request(),
                    new Binding(
                        dossierId, recorded.eventId().toString(), ReleaseRequested.WIRE_NAME))),
            ReleaseRequest.class);
    return new Request(
        dossierId,
        recorded.request().requestId(),
        recorded.request().kind(),
        recorded.at(),
        words.familyName(),
        words.givenName(),
        words.words());
  }
}
