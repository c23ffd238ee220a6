package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.transparency.SignedNote;
import java.sql.Connection;
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
import java.util.function.Predicate;

/**
 * Finds entries, in the order of the log; what repeats another entry shows once. What has just come
 * into the log is found a moment later.
 */
final class LogSearch {
  private LogSearch() {}

  /** What was found; one more than the page shows, if there is. */
  static List<Found> find(Connection tx, Search search, Paging paging) throws SQLException {
    StringBuilder sql =
        new StringBuilder("SELECT ")
            .append(Found.COLUMNS)
            .append(
                " FROM log_facts JOIN log_entry USING (index) WHERE repeat_of IS NULL AND index > ?");
    List<Object> values = new ArrayList<>();
    values.add(Math.max(paging.after(), before(tx, search.from())));
    search.dossier().ifPresent(dossier -> and(sql, "dossier_id = ?", values, dossier));
    search.actor().ifPresent(actor -> and(sql, "actor = ?", values, actor));
    search.type().ifPresent(type -> and(sql, "type = ?", values, type));
    search.from().ifPresent(from -> and(sql, "time >= ?", values, utc(from)));
    search.to().ifPresent(to -> and(sql, "time < ?", values, utc(to)));
    search.below().ifPresent(below -> and(sql, "index < ?", values, below));
    ofTrace(sql, search.ofTrace(), values);
    if (!search.topics().isEmpty()) {
      and(sql, "topic = ANY (?)", values, tx.createArrayOf("text", search.topics().toArray()));
    }
    sql.append(" ORDER BY index LIMIT ?");
    values.add(paging.toFind());
    List<Found> found = new ArrayList<>();
    try (PreparedStatement select = tx.prepareStatement(sql.toString())) {
      for (int i = 0; i < values.size(); i++) {
        select.setObject(i + 1, values.get(i));
      }
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(Found.read(row));
        }
      }
    }
    return found;
  }

  private static void ofTrace(StringBuilder sql, Search.OfTrace trace, List<Object> values) {
    if (trace.equals(Search.OfTrace.ANY)) {
      return;
    }
    sql.append(" AND index IN (SELECT f.index FROM trace_fact f WHERE true");
    trace.structure().ifPresent(structure -> and(sql, "f.structure = ?", values, structure));
    trace.rule().ifPresent(rule -> and(sql, "f.rule = ?", values, rule));
    trace.purpose().ifPresent(purpose -> and(sql, "f.purpose = ?", values, purpose));
    sql.append(')');
  }

  /**
   * What was found and shows; one more than the page shows, if there is. What does not show is in
   * no page, and in no length of one.
   */
  static List<Found> findShown(Connection tx, Search search, Paging paging, Predicate<Found> shows)
      throws SQLException {
    List<Found> shown = new ArrayList<>();
    Paging next = paging;
    while (true) {
      List<Found> found = find(tx, search, next);
      found.stream().filter(shows).limit((long) paging.toFind() - shown.size()).forEach(shown::add);
      if (found.size() < next.toFind() || shown.size() == paging.toFind()) {
        return shown;
      }
      next = new Paging(found.getLast().index(), paging.limit());
    }
  }

  private static void and(StringBuilder sql, String condition, List<Object> values, Object value) {
    sql.append(" AND ").append(condition);
    values.add(value);
  }

  /** An index up to which every entry is earlier than this: where a search in time may begin. */
  private static long before(Connection tx, Optional<Instant> from) throws SQLException {
    if (from.isEmpty()) {
      return -1;
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT coalesce(
              (SELECT first_index FROM log_batch WHERE latest >= ? ORDER BY latest, number LIMIT 1),
              (SELECT size FROM log_head WHERE name = 'carnet')) - 1
            """)) {
      select.setObject(1, utc(from.get()));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static OffsetDateTime utc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  /** The entry of this index, a repeat too. */
  static Optional<Found> at(Connection tx, long index) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT "
                + Found.COLUMNS
                + " FROM log_entry LEFT JOIN log_facts USING (index) WHERE index = ?")) {
      select.setLong(1, index);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(Found.read(row)) : Optional.empty();
      }
    }
  }

  /** Whether the log holds anything of this dossier. */
  static boolean knows(Connection tx, UUID dossier) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT EXISTS (SELECT 1 FROM log_facts WHERE dossier_id = ?)")) {
      select.setObject(1, dossier);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Entries before this index can all be found; those from it on perhaps not yet. */
  static long searchable(Connection tx) throws SQLException {
    try (PreparedStatement select = tx.prepareStatement("SELECT next_index FROM log_facts_head");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The newest checkpoint of which every entry can be found. */
  static SignedNote checkpoint(Connection tx) throws SQLException {
    return Refusal.unless(Checkpoints.newestUpTo(tx, searchable(tx)), AuditProblem.NO_CHECKPOINT);
  }

  static long size(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement("SELECT size FROM log_head WHERE name = 'carnet'");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
