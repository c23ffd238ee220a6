package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** How far a consumer has come: in the database, in the transaction of what it wrote. */
final class Offsets {
  private Offsets() {}

  /** The stored offsets; partitions never seen before start at 0. */
  static Map<TopicPartition, Long> load(
      Connection tx, String consumer, Collection<TopicPartition> partitions) throws SQLException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (PreparedStatement insert =
            tx.prepareStatement(
                """
                INSERT INTO consumer_offset (consumer, topic, partition, next_offset)
                VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING
                """);
        PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT next_offset FROM consumer_offset
                WHERE consumer = ? AND topic = ? AND partition = ?
                """)) {
      for (TopicPartition partition : partitions) {
        bind(insert, 1, consumer, partition);
        insert.executeUpdate();
        bind(select, 1, consumer, partition);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          offsets.put(partition, row.getLong(1));
        }
      }
    }
    return offsets;
  }

  /** Everything that is stored for a consumer, changing nothing. */
  static Map<TopicPartition, Long> stored(Connection tx, String consumer) throws SQLException {
    return stored(tx, consumer, "");
  }

  /** The same, and no reader moves them before this transaction ends. */
  static Map<TopicPartition, Long> storedAndHeld(Connection tx, String consumer)
      throws SQLException {
    return stored(tx, consumer, " FOR UPDATE");
  }

  private static Map<TopicPartition, Long> stored(Connection tx, String consumer, String locking)
      throws SQLException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = ?
            ORDER BY topic, partition
            """
                + locking)) {
      select.setString(1, consumer);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
        }
      }
    }
    return offsets;
  }

  /**
   * Moves an offset from where this reader believes it to be. The row stays locked until the
   * transaction ends, so of two readers that both believe to own the partition one fails here.
   */
  static void advance(Connection tx, String consumer, TopicPartition partition, long from, long to)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE consumer_offset SET next_offset = ?
            WHERE consumer = ? AND topic = ? AND partition = ? AND next_offset = ?
            """)) {
      update.setLong(1, to);
      bind(update, 2, consumer, partition);
      update.setLong(5, from);
      if (update.executeUpdate() == 0) {
        throw new OffsetMoved();
      }
    }
  }

  private static void bind(
      PreparedStatement statement, int at, String consumer, TopicPartition partition)
      throws SQLException {
    statement.setString(at, consumer);
    statement.setString(at + 1, partition.topic());
    statement.setInt(at + 2, partition.partition());
  }

  /** The stored offset is not where this reader left it: another reader, or a restored backup. */
  static final class OffsetMoved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OffsetMoved() {
      super("the stored offset is not where this reader left it", null, false, false);
    }
  }
}
