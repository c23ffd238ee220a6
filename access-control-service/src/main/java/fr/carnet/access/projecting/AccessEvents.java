package fr.carnet.access.projecting;

import fr.carnet.access.deciding.Standing;
import fr.carnet.access.deciding.Who.Represents;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.eventstore.StreamRecovery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads an access stream as it was at an instant, in one statement. */
@ApplicationScoped
public class AccessEvents {
  private static final String SQL =
      """
      SELECT asked.now, asked.stopped, asked.state, asked.representatives, e.version, e.type, e.time, e.data
      FROM (SELECT clock_timestamp() AS now,
                   known.state, known.representatives,
                   EXISTS (SELECT 1 FROM parked p
                           WHERE p.consumer IN (?, ?) AND p.stream_key = ?
                             AND p.discarded_at IS NULL) AS stopped
            FROM (SELECT 1) AS one LEFT JOIN LATERAL (
              SELECT s.state, s.representatives FROM dossier_state s
              WHERE s.dossier_id = ? AND s.since <= ?
              ORDER BY s.version DESC LIMIT 1) AS known ON true) AS asked
      LEFT JOIN event e ON e.stream_id = ? AND e.time <= ?
      ORDER BY e.version
      """;

  @Inject DataSource dataSource;

  private final AccessGrantsProjection grants = new AccessGrantsProjection();

  /**
   * What was recorded up to an instant.
   *
   * @param now the database's clock when it was read; UTC
   * @param stopped whether something of the dossier is parked now: events may be missing
   * @param state what this service knew the dossier to be; absent: it did not know of it yet
   * @param representatives who acted for the owner, as this service knew
   * @param standing what the events say
   */
  public record Recalled(
      Instant now,
      boolean stopped,
      Optional<DossierRegistered.State> state,
      List<Represents> representatives,
      List<Recorded> events,
      Standing standing) {
    public Recalled {
      representatives = List.copyOf(representatives);
      events = List.copyOf(events);
    }
  }

  /**
   * That an event was recorded.
   *
   * @param time the database's clock at recording; UTC
   * @param type its name on the wire
   */
  public record Recorded(long version, Instant time, String type) {}

  /** What was recorded up to this instant, inclusive; all where none is given. */
  public Recalled upTo(UUID dossierId, Optional<Instant> at) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(SQL)) {
      OffsetDateTime until =
          at.map(instant -> instant.atOffset(ZoneOffset.UTC)).orElse(OffsetDateTime.MAX);
      select.setString(1, DossierRegistryProjection.NAME);
      select.setString(2, StreamRecovery.consumer(grants));
      select.setString(3, dossierId.toString());
      select.setObject(4, dossierId);
      select.setObject(5, until);
      select.setObject(6, dossierId);
      select.setObject(7, until);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Instant now = instant(row, "now");
        boolean stopped = row.getBoolean("stopped");
        Optional<DossierRegistered.State> state =
            Optional.ofNullable(row.getString("state")).map(DossierRegistered.State::valueOf);
        List<Represents> representatives =
            Optional.ofNullable(row.getString("representatives"))
                .map(json -> Wire.read(json.getBytes(StandardCharsets.UTF_8), Represents[].class))
                .map(List::of)
                .orElse(List.of());
        List<Recorded> events = new ArrayList<>();
        Standing standing = Standing.NONE;
        do {
          String type = row.getString("type");
          if (type != null) {
            long version = row.getLong("version");
            events.add(new Recorded(version, instant(row, "time"), type));
            standing =
                AccessGrantsProjection.knows(type)
                    ? standing.after(version, AccessEvent.read(type, row.getBytes("data")))
                    : standing.afterUnknown(version);
          }
        } while (row.next());
        return new Recalled(now, stopped, state, representatives, events, standing);
      }
    }
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
