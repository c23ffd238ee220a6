package fr.carnet.dossier.projecting;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * {@code access.traces} → when a professional first read a dossier, and first looked up what was
 * done before prescribing. The earliest counts, so the rows depend on no order and a repeat changes
 * nothing. Of an erased dossier nothing.
 */
@ApplicationScoped
public class FirstUseProjection implements Projection {
  /** Every action that shows content is named so; to find a dossier is none. */
  private static final String READING = "read-";

  private static final String LOOKING_UP = "read-recent-care";

  @Inject KeyRing keys;

  @Override
  public String name() {
    return "first-uses";
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.ACCESS_TRACES);
  }

  @Override
  public Order order() {
    return Order.BY_IDENTITY;
  }

  @Override
  public List<String> tables() {
    return List.of("first_use");
  }

  private record Use(UUID dossierId, Instant readAt, Optional<Instant> lookedUpAt) {
    Use and(Use other) {
      return new Use(
          dossierId,
          other.readAt.isBefore(readAt) ? other.readAt : readAt,
          Stream.of(lookedUpAt, other.lookedUpAt)
              .flatMap(Optional::stream)
              .min(Instant::compareTo));
    }
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    Map<UUID, Use> uses = new HashMap<>();
    for (RecordedEvent event : events) {
      if (event.type().equals(AccessTraced.WIRE_NAME)) {
        use(event, Wire.read(event.data(), AccessTraced.class))
            .ifPresent(use -> uses.merge(use.dossierId(), use, Use::and));
      }
    }
    List<Use> news = news(tx, List.copyOf(uses.values()));
    Set<UUID> erased = keys.destroyed(tx, news.stream().map(Use::dossierId).toList());
    insert(tx, news.stream().filter(use -> !erased.contains(use.dossierId())).toList());
  }

  private static Optional<Use> use(RecordedEvent event, AccessTraced traced) {
    if (traced.actor().role() != Actor.Role.PROFESSIONAL
        || traced.outcome() != AccessTraced.Outcome.RELEASED
        || !traced.action().startsWith(READING)) {
      return Optional.empty();
    }
    return Optional.of(
        new Use(
            event.streamId(),
            event.time(),
            traced.action().equals(LOOKING_UP) ? Optional.of(event.time()) : Optional.empty()));
  }

  /** What the rows do not say yet: most reads are not a dossier's first, and lock nothing. */
  private static List<Use> news(Connection tx, List<Use> uses) throws SQLException {
    if (uses.isEmpty()) {
      return uses;
    }
    Set<UUID> changed = new HashSet<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT u.dossier_id
            FROM unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[])
              AS u(dossier_id, read_at, looked_up_at)
            LEFT JOIN first_use known USING (dossier_id)
            WHERE known.dossier_id IS NULL OR known.read_at > u.read_at
              OR (u.looked_up_at IS NOT NULL
                  AND (known.looked_up_at IS NULL OR known.looked_up_at > u.looked_up_at))
            """)) {
      bind(tx, select, uses);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          changed.add(row.getObject(1, UUID.class));
        }
      }
    }
    return uses.stream().filter(use -> changed.contains(use.dossierId())).toList();
  }

  private static void insert(Connection tx, List<Use> uses) throws SQLException {
    if (uses.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO first_use AS known (dossier_id, read_at, looked_up_at)
            SELECT * FROM unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[])
            ON CONFLICT (dossier_id) DO UPDATE
              SET read_at = least(known.read_at, excluded.read_at),
                  looked_up_at = least(known.looked_up_at, excluded.looked_up_at)
            """)) {
      bind(tx, upsert, uses);
      upsert.executeUpdate();
    }
  }

  private static void bind(Connection tx, PreparedStatement statement, List<Use> uses)
      throws SQLException {
    List<String> lookedUpAt = new ArrayList<>();
    uses.forEach(use -> lookedUpAt.add(use.lookedUpAt().map(Instant::toString).orElse(null)));
    statement.setArray(1, tx.createArrayOf("uuid", uses.stream().map(Use::dossierId).toArray()));
    statement.setArray(
        2,
        tx.createArrayOf(
            "timestamptz", uses.stream().map(use -> use.readAt().toString()).toArray()));
    statement.setArray(3, tx.createArrayOf("timestamptz", lookedUpAt.toArray()));
  }
}
