package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** The heads of streams. Moving a head takes the lock under which everything after it happens. */
public final class Streams {
  private Streams() {}

  /** The version of a stream; 0 where there is none. */
  public static long version(Connection tx, UUID streamId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT version FROM stream WHERE id = ?")) {
      select.setObject(1, streamId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  /** Moves the head from the expected version (0: a new stream), or throws {@link HeadMoved}. */
  static void moveHead(Connection tx, UUID streamId, long expected, int by) throws SQLException {
    String sql =
        expected == 0
            ? "INSERT INTO stream (version, id) VALUES (?, ?) ON CONFLICT DO NOTHING"
            : "UPDATE stream SET version = version + ? WHERE id = ? AND version = ?";
    try (PreparedStatement move = tx.prepareStatement(sql)) {
      move.setLong(1, by);
      move.setObject(2, streamId);
      if (expected > 0) {
        move.setLong(3, expected);
      }
      if (move.executeUpdate() == 0) {
        throw new HeadMoved();
      }
    }
  }
}
