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
  /** Rows that the client holds at once; one may be as large as Kafka takes. */
  static final int AT_ONCE = 32;

  private LogSearch() {}

  /** What was found. */
  static Part<Found> find(Connection tx, Search search, Paging paging) throws SQLException {
    return find(tx, search, paging, _ -> true);
  }

  /** What was found and shows. What does not show is in no page, and in no length of one. */
  static Part<Found> find(Connection tx, Search search, Paging paging, Predicate<Found> shows)
      throws SQLException {
    Part.Filling<Found> shown = new Part.Filling<>(paging.limit());
    long after = Math.max(paging.after(), before(tx, search.from()));
    while (true) {
      int rows = 0;
      try (PreparedStatement select = select(tx, search, after, paging.limit() + 1);
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Found found = Found.read(row);
          if (shows.test(found)) {
            if (shown.isFull()) {
              return shown.part(true);
            }
            shown.add(found, found.size());
          }
          after = found.index();
          rows++;
        }
      }
      if (rows <= paging.limit()) {
        return shown.part(false);
      }
    }
  }

  private static PreparedStatement select(Connection tx, Search search, long after, int most)
      throws SQLException {
    StringBuilder sql =
        new StringBuilder("SELECT ")
            .append(Found.COLUMNS)
            .append(
                " FROM log_facts JOIN log_entry USING (index) WHERE repeat_of IS NULL AND index > ?");
    List<Object> values = new ArrayList<>();
    values.add(after);
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
    values.add(most);
    PreparedStatement select = tx.prepareStatement(sql.toString());
    select.setFetchSize(AT_ONCE);
    for (int i = 0; i < values.size(); i++) {
      select.setObject(i + 1, values.get(i));
    }
    return select;
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

  private static void and(StringBuilder sql, String condition, List<Object> values, Object value) {
    sql.append(" AND ").append(condition);
    values.add(value);
  }

  /**
   * An index up to which every entry is earlier than this: where a search in time may begin. The
   * latest time so far never falls, so it is found by halving.
   */
  private static long before(Connection tx, Optional<Instant> from) throws SQLException {
    if (from.isEmpty()) {
      return -1;
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            WITH RECURSIVE halves (low, high) AS (
              SELECT 0::bigint, next_index FROM log_facts_head
              UNION ALL
              SELECT CASE WHEN earlier THEN middle + 1 ELSE low END,
                     CASE WHEN earlier THEN high ELSE middle END
              FROM halves, LATERAL (SELECT (low + high) / 2) AS half (middle),
                LATERAL (
                  SELECT coalesce(
                    (SELECT latest < ? FROM log_facts
                     WHERE index <= middle ORDER BY index DESC LIMIT 1),
                    true)) AS of_half (earlier)
              WHERE low < high)
            SELECT low - 1 FROM halves WHERE low = high
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

  /**
   * Whether the log holds anything of this dossier. While it cannot all be found it may: what is
   * recorded needlessly is bounded by who asks, and what is not recorded is lost for ever.
   */
  static boolean knows(Connection tx, UUID dossier) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT EXISTS (SELECT 1 FROM log_facts WHERE dossier_id = ?)
              OR (SELECT next_index FROM log_facts_head)
                 < (SELECT size FROM log_head WHERE name = 'carnet')
            """)) {
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

  /**
   * The index before which every entry is found, where there are others from it on before {@code
   * below}: a search may have to be made again from the first entry on. To be asked before what is
   * said to be complete is searched, in the same transaction.
   */
  static Optional<Long> completeUpTo(Connection tx, long below) throws SQLException {
    return Optional.of(searchable(tx)).filter(searchable -> searchable < below);
  }

  /** Whether everything that Kafka had at this time can be found. */
  static boolean findsAllOf(Connection tx, Instant time) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT finds_at >= ? AND next_index >= finds_below FROM log_facts_head")) {
      select.setObject(1, utc(time));
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
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
