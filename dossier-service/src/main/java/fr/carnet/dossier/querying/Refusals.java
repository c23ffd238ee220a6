package fr.carnet.dossier.querying;

import fr.carnet.events.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Counts refusals an actor and hour, so that trying door after door comes to an end. */
final class Refusals {
  /** Refusals an hour before everything else is refused too. */
  static final int AN_HOUR = 20;

  /** Persons without a dossier whom a counter agent may look for in an hour: that is the work. */
  static final int AN_AGENTS_HOUR = 200;

  private Refusals() {}

  static boolean tooMany(Connection connection, String subject, int most) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT coalesce(sum(count), 0) FROM refusal_count
            WHERE actor = ? AND hour > clock_timestamp() - interval '1 hour'
            """)) {
      select.setString(1, Sha256.hex(subject));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1) >= most;
      }
    }
  }

  /** One more; kept by minute, so that the hour slides. */
  static void count(Connection tx, String subject) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO refusal_count (actor, hour, count)
            VALUES (?, date_trunc('minute', clock_timestamp()), 1)
            ON CONFLICT (actor, hour) DO UPDATE SET count = refusal_count.count + 1
            """)) {
      upsert.setString(1, Sha256.hex(subject));
      upsert.executeUpdate();
    }
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            DELETE FROM refusal_count
            WHERE actor = ? AND hour < clock_timestamp() - interval '2 hours'
            """)) {
      delete.setString(1, Sha256.hex(subject));
      delete.executeUpdate();
    }
  }
}
