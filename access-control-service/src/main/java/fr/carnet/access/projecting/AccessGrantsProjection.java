package fr.carnet.access.projecting;

import fr.carnet.access.deciding.Part;
import fr.carnet.events.Topic;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessGranted.Origin;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.identity.NationalId;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The rows that a decision looks at, written in the transaction of the events they follow from. */
public final class AccessGrantsProjection implements Projection {
  /** The name of the projection. */
  public static final String NAME = "access-grants";

  private static final Set<String> KNOWN =
      Set.of(
          AccessGranted.WIRE_NAME,
          GrantRevoked.WIRE_NAME,
          ProfessionalBlocked.WIRE_NAME,
          ProfessionalUnblocked.WIRE_NAME,
          TreatingPhysicianProposed.WIRE_NAME,
          TreatingPhysicianNamed.WIRE_NAME,
          TreatingPhysicianEnded.WIRE_NAME,
          EmergencyWishRecorded.WIRE_NAME,
          VisitCodeIssued.WIRE_NAME,
          AccessRequested.WIRE_NAME,
          AccessRequestDeclined.WIRE_NAME);

  /** Whether an event of this name says something about access. */
  public static boolean knows(String type) {
    return KNOWN.contains(type);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.ACCESS_EVENTS);
  }

  @Override
  public Order order() {
    return Order.CONTIGUOUS;
  }

  @Override
  public List<String> tables() {
    return List.of(
        "access_grant",
        "block",
        "treating_physician",
        "proposed_physician",
        "emergency_wish",
        "visit_code",
        "access_request");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    Set<UUID> streams = events.stream().map(RecordedEvent::streamId).collect(Collectors.toSet());
    holdAgainstErasure(tx, streams);
    Set<UUID> erased = erased(tx, streams);
    for (RecordedEvent event : events) {
      if (KNOWN.contains(event.type()) && !erased.contains(event.streamId())) {
        apply(tx, event);
      }
    }
  }

  @Override
  public void withoutErased(Connection tx) throws SQLException {
    for (String table : tables()) {
      execute(
          tx,
          "DELETE FROM " + table + " WHERE dossier_id IN (SELECT dossier_id FROM erased_dossier)");
    }
  }

  /** An erasure deletes these rows: before it, or once it is known. */
  private static void holdAgainstErasure(Connection tx, Set<UUID> streams) throws SQLException {
    try (PreparedStatement hold =
        tx.prepareStatement(
            "SELECT 1 FROM dossier WHERE dossier_id = ANY (?) ORDER BY dossier_id FOR KEY SHARE")) {
      hold.setArray(1, tx.createArrayOf("uuid", streams.toArray()));
      hold.execute();
    }
  }

  /** Which of these dossiers were erased. */
  static Set<UUID> erased(Connection tx, Set<UUID> dossiers) throws SQLException {
    Set<UUID> erased = new HashSet<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT dossier_id FROM erased_dossier WHERE dossier_id = ANY (?)")) {
      select.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          erased.add(row.getObject(1, UUID.class));
        }
      }
    }
    return erased;
  }

  private static void apply(Connection tx, RecordedEvent event) throws SQLException {
    long version = event.version().getAsLong();
    AccessEvent fact = AccessEvent.read(event.type(), event.data());
    Part by = Part.of(fact.representationId());
    switch (fact) {
      case AccessGranted(var grantId, var grantee, var from, var until, _, var origin, _) -> {
        answered(tx, event, origin);
        execute(
            tx,
            """
            INSERT INTO access_grant
              (dossier_id, grant_id, grantee_kind, grantee, valid_from, valid_until,
               origin_kind, origin_id, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            event.streamId(),
            grantId,
            grantee.kind().name(),
            grantee.id().value(),
            utc(from),
            until.map(AccessGrantsProjection::utc).orElse(null),
            origin.map(known -> known.kind().name()).orElse(null),
            origin.map(Origin::id).orElse(null),
            version);
      }
      case GrantRevoked(var grantId, _) ->
          execute(
              tx,
              """
              UPDATE access_grant SET revoked_at = coalesce(revoked_at, ?), version = ?
              WHERE dossier_id = ? AND grant_id = ?
              """,
              utc(event.time()),
              version,
              event.streamId(),
              grantId);
      case ProfessionalBlocked(var professional, _) -> {
        forget(tx, "access_request", event, professional);
        execute(
            tx,
            """
            INSERT INTO block (dossier_id, professional, part, since, version)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            event.streamId(),
            professional.value(),
            by.name(),
            utc(event.time()),
            version);
      }
      case ProfessionalUnblocked(var professional, _) ->
          takeBack(tx, "block", event, professional, by);
      case TreatingPhysicianProposed(var professional, _) ->
          execute(
              tx,
              """
              INSERT INTO proposed_physician (dossier_id, professional, part, since, version)
              VALUES (?, ?, ?, ?, ?)
              ON CONFLICT DO NOTHING
              """,
              event.streamId(),
              professional.value(),
              by.name(),
              utc(event.time()),
              version);
      case TreatingPhysicianNamed(var professional, var given, _) -> {
        switch (given.orElse(Title.MEDECIN_TRAITANT)) {
          case MEDECIN_TRAITANT -> accepted(tx, event, professional, by);
          case SAME_RIGHT -> givenSameRight(tx, event, professional, by);
        }
      }
      case TreatingPhysicianEnded(var professional, _, _) -> {
        takeBack(tx, "treating_physician", event, professional, by);
        takeBack(tx, "proposed_physician", event, professional, by);
      }
      case EmergencyWishRecorded(var wish, var opposed, var reopenings, _) ->
          execute(
              tx,
              """
              INSERT INTO emergency_wish (dossier_id, wish, opposed, reopenings, since, version)
              VALUES (?, ?, ?, ?, ?, ?)
              ON CONFLICT (dossier_id, wish) DO UPDATE
              SET opposed = excluded.opposed, reopenings = excluded.reopenings,
                  since = excluded.since, version = excluded.version
              """,
              event.streamId(),
              wish.name(),
              opposed,
              reopenings,
              utc(event.time()),
              version);
      case VisitCodeIssued(var codeId, var expiresAt, _) ->
          execute(
              tx,
              """
              INSERT INTO visit_code (dossier_id, part, code_id, expires_at, version)
              VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (dossier_id, part) DO UPDATE
              SET code_id = excluded.code_id, expires_at = excluded.expires_at,
                  version = excluded.version
              """,
              event.streamId(),
              by.name(),
              codeId,
              utc(expiresAt),
              version);
      case AccessRequested(var requestId, var professional, _) ->
          execute(
              tx,
              """
              INSERT INTO access_request (dossier_id, request_id, professional, asked_at, version)
              SELECT asked.* FROM (VALUES (?::uuid, ?::uuid, ?, ?::timestamptz, ?::bigint))
                AS asked (dossier_id, request_id, professional, asked_at, version)
              WHERE NOT EXISTS (SELECT 1 FROM block b
                                WHERE b.dossier_id = asked.dossier_id
                                  AND b.professional = asked.professional)
              ON CONFLICT (dossier_id, request_id) DO NOTHING
              """,
              event.streamId(),
              requestId,
              professional.value(),
              utc(event.time()),
              version);
      case AccessRequestDeclined(var requestId, _) -> withoutRequest(tx, event, requestId);
    }
  }

  private static void answered(Connection tx, RecordedEvent event, Optional<Origin> origin)
      throws SQLException {
    Optional<UUID> request =
        origin.filter(from -> from.kind() == Origin.Kind.REQUEST).map(Origin::id);
    if (request.isPresent()) {
      withoutRequest(tx, event, request.get());
    }
  }

  private static void withoutRequest(Connection tx, RecordedEvent event, UUID requestId)
      throws SQLException {
    execute(
        tx,
        "DELETE FROM access_request WHERE dossier_id = ? AND request_id = ?",
        event.streamId(),
        requestId);
  }

  private static void forget(
      Connection tx, String table, RecordedEvent event, NationalId professional)
      throws SQLException {
    execute(
        tx,
        "DELETE FROM " + table + " WHERE dossier_id = ? AND professional = ?",
        event.streamId(),
        professional.value());
  }

  /** Who knows all takes back what anybody said; who acts for a minor, what any of them did. */
  private static void takeBack(
      Connection tx, String table, RecordedEvent event, NationalId professional, Part by)
      throws SQLException {
    switch (by) {
      case PATIENT -> forget(tx, table, event, professional);
      case REPRESENTATIVES ->
          execute(
              tx,
              "DELETE FROM " + table + " WHERE dossier_id = ? AND professional = ? AND part = ?",
              event.streamId(),
              professional.value(),
              by.name());
    }
  }

  /** A doctor accepts for all who asked; in the first events nobody was asked. */
  private static void accepted(Connection tx, RecordedEvent event, NationalId professional, Part by)
      throws SQLException {
    Set<Part> asked = EnumSet.noneOf(Part.class);
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            DELETE FROM proposed_physician WHERE dossier_id = ? AND professional = ?
            RETURNING part
            """)) {
      delete.setObject(1, event.streamId());
      delete.setString(2, professional.value());
      try (ResultSet row = delete.executeQuery()) {
        while (row.next()) {
          asked.add(Part.valueOf(row.getString(1)));
        }
      }
    }
    for (Part who : asked.isEmpty() ? Set.of(by) : asked) {
      execute(
          tx,
          """
          INSERT INTO treating_physician (dossier_id, professional, part, title, since, version)
          VALUES (?, ?, ?, 'MEDECIN_TRAITANT', ?, ?)
          ON CONFLICT (dossier_id, professional, part) DO UPDATE
          SET title = excluded.title, since = excluded.since, version = excluded.version
          """,
          event.streamId(),
          professional.value(),
          who.name(),
          utc(event.time()),
          event.version().getAsLong());
    }
  }

  /** Who has it, or is a médecin traitant, has no less by it. */
  private static void givenSameRight(
      Connection tx, RecordedEvent event, NationalId professional, Part by) throws SQLException {
    execute(
        tx,
        """
        INSERT INTO treating_physician (dossier_id, professional, part, title, since, version)
        VALUES (?, ?, ?, 'SAME_RIGHT', ?, ?)
        ON CONFLICT DO NOTHING
        """,
        event.streamId(),
        professional.value(),
        by.name(),
        utc(event.time()),
        event.version().getAsLong());
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static void execute(Connection tx, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = tx.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
