package fr.carnet.ingest.keeping;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;

/**
 * What is learnt of a line that was kept before. Who receives only notes it, in a table of its own,
 * and waits for no row: the valve holds rows for as long as Kafka takes, so waiting would tell a
 * sender by time who has a dossier. A moment later notes are taken up: the line changes, and is
 * unpassed again where that is news. They are taken up in this order, so that no repeat of secret
 * care is counted.
 */
public enum LineNote {
  /**
   * It was flagged as secret care, and is from then on for whoever keeps or passes lines. Taken up,
   * it is emptied but for its patient, whom the valve needs to withdraw it.
   */
  SECRET(
      "line_secret",
      "secret = true, digest = NULL, care = NULL, care_from = NULL, repeats = 0",
      "true"),
  /**
   * The insurer sent it again; a line is noted as often as it came. It passes again when it came 1,
   * 2, 4, 8 … times more, which is when the count has one binary digit more than before: what is
   * kept for ever grows with the logarithm of what a sender repeats.
   */
  REPEATED(
      "line_repeat",
      "repeats = repeats + times.n",
      "length(ltrim(repeats::bit(32)::text, '0')) > length(ltrim((repeats - n)::bit(32)::text, '0'))");

  private static final int BATCH = 4_000;

  private final String insert;
  private final String takeUp;

  LineNote(String table, String change, String passesAgain) {
    insert = "INSERT INTO %s (line_key) SELECT * FROM unnest(?)".formatted(table);
    takeUp =
        """
        WITH oldest AS (
               SELECT id, line_key FROM %1$s
               WHERE noted_at <= clock_timestamp() - ? * interval '1 millisecond'
               ORDER BY id LIMIT ?),
             held AS MATERIALIZED (
               SELECT line_key FROM line WHERE line_key IN (SELECT line_key FROM oldest)
               FOR UPDATE SKIP LOCKED),
             taken AS (
               DELETE FROM %1$s USING oldest JOIN held USING (line_key)
               WHERE %1$s.id = oldest.id RETURNING %1$s.line_key),
             times AS (SELECT line_key, count(*)::int AS n FROM taken GROUP BY line_key),
             changed AS (
               UPDATE line SET %2$s FROM times
               WHERE line.line_key = times.line_key AND NOT line.secret
               RETURNING line.line_key, bucket, repeats, n)
        INSERT INTO unpassed (line_key, bucket) SELECT line_key, bucket FROM changed WHERE %3$s
        """
            .formatted(table, change, passesAgain);
  }

  /** Notes this of known lines. */
  void of(Connection tx, Collection<String> lineKeys) throws SQLException {
    if (lineKeys.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = tx.prepareStatement(insert)) {
      statement.setArray(1, tx.createArrayOf("text", lineKeys.toArray()));
      statement.executeUpdate();
    }
  }

  /**
   * Takes up what was noted. A line whose row somebody holds is left for the next time, so that
   * nobody waits for anybody.
   *
   * @param quiet how long ago it must have been noted
   */
  public void takeUp(Connection tx, Duration quiet) throws SQLException {
    try (PreparedStatement statement = tx.prepareStatement(takeUp)) {
      statement.setLong(1, quiet.toMillis());
      statement.setInt(2, BATCH);
      statement.executeUpdate();
    }
  }
}
