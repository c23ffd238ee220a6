package fr.carnet.eventstore;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Records that cannot be applied yet, or ever, kept whole with the reason. What follows them in
 * their stream waits behind them, in order; no other stream does.
 */
public final class Parking {
  private final String consumer;

  /** What this consumer has parked. */
  public Parking(String consumer) {
    this.consumer = consumer;
  }

  /** Why a record is parked. */
  public enum Cause {
    /** Its headers or its body are not what they should be. */
    UNREADABLE,
    /** It was read, and applying it fails. */
    NOT_APPLICABLE,
    /** An event before it in its stream has not come. */
    GAP,
    /** Another event holds its version. An alarm: two writers believed to be the only one. */
    CONFLICT,
    /** A record before it in its stream is parked. */
    BEHIND
  }

  /** A parked record. */
  record Parked(long id, Cause cause, boolean discarded, ConsumerRecord<byte[], byte[]> record) {}

  /** A parked record as an operator may see it: where and why, never what. */
  public record Listed(
      long id,
      String consumer,
      String topic,
      int partition,
      long offset,
      String reason,
      String parkedAt) {}

  /**
   * Keeps a record, once. If the database does not take it, where it was is kept, and of which
   * stream: a reader that cannot even park would stand for ever.
   */
  public void park(
      Connection tx,
      ConsumerRecord<byte[], byte[]> record,
      Cause cause,
      OptionalLong version,
      Optional<UUID> eventId)
      throws SQLException {
    Savepoint before = tx.setSavepoint();
    try {
      insert(tx, record, Decoding.key(record), cause, version, eventId);
    } catch (SQLException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      tx.rollback(before);
      insert(tx, bare(record), ofDossier(record), cause, version, eventId);
    }
    tx.releaseSavepoint(before);
  }

  private static ConsumerRecord<byte[], byte[]> bare(ConsumerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(record.topic(), record.partition(), record.offset(), null, null);
  }

  /** The key where it is a dossier's, which must stop; else nothing. */
  private static String ofDossier(ConsumerRecord<byte[], byte[]> record) {
    try {
      return UUID.fromString(Decoding.key(record)).toString();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private void insert(
      Connection tx,
      ConsumerRecord<byte[], byte[]> record,
      String stream,
      Cause cause,
      OptionalLong version,
      Optional<UUID> eventId)
      throws SQLException {
    Header[] headers = record.headers().toArray();
    String[] names = new String[headers.length];
    byte[][] values = new byte[headers.length][];
    for (int i = 0; i < headers.length; i++) {
      names[i] = Decoding.storable(headers[i].key());
      values[i] = headers[i].value() == null ? new byte[0] : headers[i].value();
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO parked (consumer, topic, partition, record_offset, stream_key, version,
                                event_id, reason, header_names, header_values, record_key, value)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)) {
      insert.setString(1, consumer);
      insert.setString(2, record.topic());
      insert.setInt(3, record.partition());
      insert.setLong(4, record.offset());
      insert.setString(5, stream);
      insert.setObject(6, version.isPresent() ? version.getAsLong() : null);
      insert.setObject(7, eventId.orElse(null));
      insert.setString(8, cause.name());
      insert.setArray(9, tx.createArrayOf("text", names));
      insert.setArray(10, tx.createArrayOf("bytea", values));
      insert.setBytes(11, record.key());
      insert.setBytes(12, record.value());
      insert.executeUpdate();
    }
  }

  /** Which of these streams have something parked. */
  Set<String> stopped(Connection tx, Collection<String> streams) throws SQLException {
    Set<String> stopped = new HashSet<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT DISTINCT stream_key FROM parked
            WHERE consumer = ? AND stream_key = ANY (?) AND discarded_at IS NULL
            """)) {
      select.setString(1, consumer);
      select.setArray(2, tx.createArrayOf("text", streams.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          stopped.add(rows.getString(1));
        }
      }
    }
    return stopped;
  }

  /** The streams that have something parked. */
  Set<String> allStopped(Connection tx) throws SQLException {
    Set<String> stopped = new HashSet<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT DISTINCT stream_key FROM parked WHERE consumer = ? AND discarded_at IS NULL
            """)) {
      select.setString(1, consumer);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          stopped.add(rows.getString(1));
        }
      }
    }
    return stopped;
  }

  /** What is parked of a stream, in the order in which it is to be applied. */
  List<Parked> of(Connection tx, String stream) throws SQLException {
    List<Parked> parked = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT id, reason, discarded_at IS NOT NULL, topic, partition, record_offset, header_names,
                   header_values, record_key, value
            FROM parked WHERE consumer = ? AND stream_key = ?
            ORDER BY version NULLS FIRST, id
            """)) {
      select.setString(1, consumer);
      select.setString(2, stream);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          parked.add(
              new Parked(
                  row.getLong(1), Cause.valueOf(row.getString(2)), row.getBoolean(3), record(row)));
        }
      }
    }
    return parked;
  }

  private static ConsumerRecord<byte[], byte[]> record(ResultSet row) throws SQLException {
    RecordHeaders headers = new RecordHeaders();
    String[] names = (String[]) array(row, 7);
    byte[][] values = (byte[][]) array(row, 8);
    for (int i = 0; i < names.length; i++) {
      headers.add(names[i], values[i]);
    }
    return new ConsumerRecord<>(
        row.getString(4),
        row.getInt(5),
        row.getLong(6),
        ConsumerRecord.NO_TIMESTAMP,
        TimestampType.NO_TIMESTAMP_TYPE,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        row.getBytes(9),
        row.getBytes(10),
        headers,
        Optional.empty());
  }

  private static Object array(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return array.getArray();
  }

  /** A newer whole state has come on the same topic: what is parked of older ones is of no use. */
  void removeOlder(Connection tx, ConsumerRecord<byte[], byte[]> newer) throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            DELETE FROM parked
            WHERE consumer = ? AND stream_key = ? AND topic = ? AND record_offset < ?
              AND reason <> 'CONFLICT'
            """)) {
      delete.setString(1, consumer);
      delete.setString(2, Decoding.key(newer));
      delete.setString(3, newer.topic());
      delete.setLong(4, newer.offset());
      delete.executeUpdate();
    }
  }

  /** These streams have ended, and what is parked of them goes. */
  void removeAll(Connection tx, Collection<UUID> streams) throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement("DELETE FROM parked WHERE consumer = ? AND stream_key = ANY (?)")) {
      delete.setString(1, consumer);
      delete.setArray(2, tx.createArrayOf("text", streams.stream().map(UUID::toString).toArray()));
      delete.executeUpdate();
    }
  }

  void remove(Connection tx, long id) throws SQLException {
    try (PreparedStatement delete = tx.prepareStatement("DELETE FROM parked WHERE id = ?")) {
      delete.setLong(1, id);
      delete.executeUpdate();
    }
  }

  /** How many records are parked, of all consumers of a service; for the alarm. */
  public static long count(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT count(*) FROM parked WHERE discarded_at IS NULL");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Everything that is parked in a service, oldest first, at most 1,000. */
  public static List<Listed> list(Connection connection) throws SQLException {
    List<Listed> listed = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT id, consumer, topic, partition, record_offset, reason, parked_at
                FROM parked WHERE discarded_at IS NULL ORDER BY id LIMIT 1000
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        listed.add(
            new Listed(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getLong(5),
                row.getString(6),
                row.getObject(7, java.time.OffsetDateTime.class).toInstant().toString()));
      }
    }
    return listed;
  }

  /**
   * Gives a record up for good: its place in its stream counts as taken, and what waited behind it
   * is tried at the next retry. It is remembered, because a rebuild meets the record again.
   */
  public static boolean discard(Connection connection, long id) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE parked SET discarded_at = clock_timestamp()
            WHERE id = ? AND discarded_at IS NULL
            """)) {
      update.setLong(1, id);
      return update.executeUpdate() == 1;
    }
  }
}
