package fr.carnet.audit.projecting;

import fr.carnet.audit.projecting.DerivedRows.Column;
import fr.carnet.audit.sequencing.ReadableHeaders;
import fr.carnet.events.Wire;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The traces in the log → {@code trace_fact}, with the facts of the same entries. What cannot be
 * read has no row; it is an entry all the same.
 */
final class TraceFacts {
  private TraceFacts() {}

  /** Of the traces of a stretch of the log, whose facts are noted; {@code to} is exclusive. */
  static DerivedRows of(Connection tx, long from, long to) throws SQLException {
    DerivedRows traces =
        new DerivedRows(
            "trace_fact",
            new Column("index", "int8"),
            new Column("dossier_id", "uuid"),
            new Column("actor", "text"),
            new Column("actor_role", "text"),
            new Column("structure", "text"),
            new Column("purpose", "text"),
            new Column("action", "text"),
            new Column("outcome", "text"),
            new Column("rule", "text"),
            new Column("care_relation", "bool"),
            new Column("time", "timestamptz"),
            new Column("place", "int4"));
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT index, dossier_id, time, value FROM log_facts JOIN log_entry USING (index)
            WHERE index >= ? AND index < ? AND type = ? AND repeat_of IS NULL ORDER BY index
            """)) {
      // One trace may name ten thousands of items: never all of a stretch at once.
      select.setFetchSize(100);
      select.setLong(1, from);
      select.setLong(2, to);
      select.setString(3, AccessTraced.WIRE_NAME);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Optional<AccessTraced> traced = read(row.getBytes(4));
          if (traced.isPresent()) {
            add(
                traces,
                row.getLong(1),
                row.getObject(2, UUID.class),
                Optional.ofNullable(row.getObject(3, OffsetDateTime.class)),
                traced.get());
          }
        }
      }
    }
    return traces;
  }

  private static void add(
      DerivedRows traces,
      long index,
      UUID dossier,
      Optional<OffsetDateTime> time,
      AccessTraced traced) {
    traces.add(
        index,
        dossier,
        traced.actor().label(),
        traced.actor().role().name(),
        traced.actor().structure().map(NationalId::value).orElse(null),
        traced.purpose().code(),
        traced.action(),
        traced.outcome().name(),
        traced.rule(),
        traced.careRelation().orElse(null),
        time.map(at -> at.toInstant().toString()).orElse(null),
        place(traced));
  }

  private static int place(AccessTraced traced) {
    if (traced.outcome() == AccessTraced.Outcome.REFUSED
        || traced.purpose() != PurposeOfUse.NORMAL) {
      return 0;
    }
    return traced.actor().role() == Actor.Role.OWNER ? 2 : 1;
  }

  private static Optional<AccessTraced> read(byte[] value) {
    try {
      return Optional.of(Wire.read(value, AccessTraced.class))
          .filter(
              traced ->
                  Stream.of(traced.actor().label(), traced.action(), traced.rule())
                      .allMatch(ReadableHeaders::isText));
    } catch (Wire.UnreadableFact | IllegalArgumentException e) {
      // No value at all is not readable either.
      return Optional.empty();
    }
  }
}
