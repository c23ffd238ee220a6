package fr.carnet.audit.projecting;

import fr.carnet.events.Wire;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The traces in the log → {@code trace_fact}, with the facts of the same entries. What cannot be
 * read has no row; it is an entry all the same.
 */
final class TraceFacts {
  /**
   * Printable and short, because it is indexed; what PostgreSQL cannot keep would stop the rest.
   */
  private static final Pattern TEXT = Pattern.compile("[ -~]{1,200}");

  private TraceFacts() {}

  /** Notes the traces of a stretch of the log, whose facts are noted; {@code to} is exclusive. */
  static void insert(Connection tx, long from, long to) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT index, dossier_id, time, value FROM log_facts JOIN log_entry USING (index)
                WHERE index >= ? AND index < ? AND type = ? AND repeat_of IS NULL ORDER BY index
                """);
        PreparedStatement insert =
            tx.prepareStatement(
                """
                INSERT INTO trace_fact (index, dossier_id, actor, actor_role, structure, purpose,
                  action, outcome, rule, care_relation, time, place)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
      select.setLong(1, from);
      select.setLong(2, to);
      select.setString(3, AccessTraced.WIRE_NAME);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Optional<AccessTraced> traced = read(row.getBytes(4));
          if (traced.isPresent()) {
            insert.setLong(1, row.getLong(1));
            insert.setObject(2, row.getObject(2, UUID.class));
            insert.setObject(11, row.getObject(3, OffsetDateTime.class));
            bind(insert, traced.get());
            insert.addBatch();
          }
        }
      }
      insert.executeBatch();
    }
  }

  private static void bind(PreparedStatement insert, AccessTraced traced) throws SQLException {
    insert.setString(3, traced.actor().label());
    insert.setString(4, traced.actor().role().name());
    insert.setString(5, traced.actor().structure().map(NationalId::value).orElse(null));
    insert.setString(6, traced.purpose().code());
    insert.setString(7, traced.action());
    insert.setString(8, traced.outcome().name());
    insert.setString(9, traced.rule());
    insert.setObject(10, traced.careRelation().orElse(null), Types.BOOLEAN);
    insert.setInt(12, place(traced));
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
                      .allMatch(TEXT.asMatchPredicate()));
    } catch (Wire.UnreadableFact e) {
      return Optional.empty();
    }
  }
}
