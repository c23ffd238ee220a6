package fr.carnet.audit.querying;

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

  static long size(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement("SELECT size FROM log_head WHERE name = 'carnet'");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
