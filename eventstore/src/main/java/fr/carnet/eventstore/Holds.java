package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A gate that appends hold open while they write a read model, and a rebuild shuts for the moment
 * of its swap. PostgreSQL's advisory locks, released with the transaction.
 */
final class Holds {
  private Holds() {}

  static void shared(Connection tx, String name) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))", name);
  }

  static void exclusive(Connection tx, String name) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name);
  }

  private static void lock(Connection tx, String sql, String name) throws SQLException {
    try (PreparedStatement lock = tx.prepareStatement(sql)) {
      lock.setString(1, "carnet-hold/" + name);
      lock.execute();
    }
  }
}
