package fr.carnet.ingest.keeping;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;

/**
 * Lines that were kept before they were flagged as secret care. Who receives only notes the flag,
 * and waits for no row: the valve holds rows for as long as Kafka takes, so waiting would tell a
 * sender by time who has a dossier. What is noted is secret from then on for whoever keeps or
 * passes lines.
 */
public final class LateSecrets {
  private static final int BATCH = 4_000;

  private LateSecrets() {}

  /** Notes that these known lines are secret. */
  static void note(Connection tx, Collection<String> lineKeys) throws SQLException {
    if (lineKeys.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        tx.prepareStatement("INSERT INTO line_secret (line_key) SELECT * FROM unnest(?)")) {
      insert.setArray(1, tx.createArrayOf("text", lineKeys.toArray()));
      insert.executeUpdate();
    }
  }

  /**
   * Empties lines that were noted but for their patient, whom the valve needs to withdraw them, and
   * makes them unpassed for that. A line whose row somebody holds is left for the next time.
   *
   * @param quiet how long ago they must have been noted
   */
  public static void takeUp(Connection tx, Duration quiet) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            WITH oldest AS (
                   SELECT id, line_key FROM line_secret
                   WHERE noted_at <= clock_timestamp() - ? * interval '1 millisecond'
                   ORDER BY id LIMIT ?),
                 held AS MATERIALIZED (
                   SELECT line_key FROM line WHERE line_key IN (SELECT line_key FROM oldest)
                   FOR UPDATE SKIP LOCKED),
                 taken AS (
                   DELETE FROM line_secret USING oldest JOIN held USING (line_key)
                   WHERE line_secret.id = oldest.id RETURNING line_secret.line_key)
            UPDATE line SET secret = true, unpassed = true, digest = NULL, care = NULL,
                            care_from = NULL, repeats = 0
            WHERE line_key IN (SELECT line_key FROM taken) AND NOT secret
            """)) {
      update.setLong(1, quiet.toMillis());
      update.setInt(2, BATCH);
      update.executeUpdate();
    }
  }
}
