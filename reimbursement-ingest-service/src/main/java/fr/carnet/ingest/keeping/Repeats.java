package fr.carnet.ingest.keeping;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Lines that the insurer sent again: counted on the line, which passes once more with the new
 * count. Who receives only notes the repeat, and waits for no row: the valve holds rows for as long
 * as Kafka takes, so waiting would tell a sender by time who has a dossier.
 */
public final class Repeats {
  private static final int BATCH = 4_000;

  private Repeats() {}

  /** Notes that these came again; a key as often as it came. */
  static void note(Connection tx, List<String> lineKeys) throws SQLException {
    if (lineKeys.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        tx.prepareStatement("INSERT INTO line_repeat (line_key) SELECT * FROM unnest(?)")) {
      insert.setArray(1, tx.createArrayOf("text", lineKeys.toArray()));
      insert.executeUpdate();
    }
  }

  /**
   * Counts what was noted. A line whose row somebody holds is left for the next time, so that
   * nobody waits for anybody; of secret care nothing is counted.
   *
   * @param quiet how long ago they must have been noted
   */
  public static void count(Connection tx, Duration quiet) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            WITH oldest AS (
                   SELECT id, line_key FROM line_repeat
                   WHERE noted_at <= clock_timestamp() - ? * interval '1 millisecond'
                   ORDER BY id LIMIT ?),
                 held AS MATERIALIZED (
                   SELECT line_key FROM line WHERE line_key IN (SELECT line_key FROM oldest)
                   FOR UPDATE SKIP LOCKED),
                 taken AS (
                   DELETE FROM line_repeat USING oldest JOIN held USING (line_key)
                   WHERE line_repeat.id = oldest.id RETURNING line_repeat.line_key),
                 times AS (SELECT line_key, count(*)::int AS n FROM taken GROUP BY line_key)
            UPDATE line SET repeats = repeats + times.n, unpassed = true
            FROM times WHERE line.line_key = times.line_key AND NOT line.secret
            """)) {
      update.setLong(1, quiet.toMillis());
      update.setInt(2, BATCH);
      update.executeUpdate();
    }
  }
}
