package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Compares a service's own streams with Kafka. In daily life every event it reads is already there.
 * After the database was set back to an earlier backup, the events that Kafka holds and the
 * database lost are recorded again, with their own ids, versions and times, before a write is
 * accepted: else a second history would begin.
 */
public final class StreamRecovery implements RecordApplier {
  private static final Logger LOG = Logger.getLogger(StreamRecovery.class);

  private final Aggregate<?, ?> aggregate;
  private final Projection readModel;
  private final Parking parking;

  /** Recovery of the streams of this aggregate. */
  public StreamRecovery(Aggregate<?, ?> aggregate) {
    this.aggregate = aggregate;
    this.readModel = aggregate.readModel();
    this.parking = new Parking(consumer(readModel));
  }

  /** The name of the reader that feeds this. */
  public static String consumer(Projection readModel) {
    return readModel.name() + "-recovery";
  }

  @Override
  public void apply(Connection tx, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    List<RecordedEvent> events = records.stream().map(Decoding::event).toList();
    Map<UUID, Long> heads = heads(tx, events);
    for (RecordedEvent event : events) {
      long version = event.version().orElseThrow(() -> new Decoding.Malformed("no stream version"));
      long head = heads.getOrDefault(event.streamId(), 0L);
      if (version <= head) {
        continue;
      }
      if (version == head + 1) {
        record(tx, event, head);
        LOG.infof("%s: recovered version %d of a stream from Kafka", readModel.name(), version);
        heads.put(event.streamId(), version);
      } else {
        throw new IllegalStateException("Kafka lacks an event before version " + version);
      }
    }
    requireSame(tx, events);
  }

  private static void requireSame(Connection tx, List<RecordedEvent> events) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT e.version FROM unnest(?, ?, ?) AS k(stream_id, version, id)
            JOIN event e ON e.stream_id = k.stream_id AND e.version = k.version AND e.id <> k.id
            """)) {
      select.setArray(
          1, tx.createArrayOf("uuid", events.stream().map(RecordedEvent::streamId).toArray()));
      select.setArray(
          2, tx.createArrayOf("bigint", events.stream().map(e -> e.version().orElse(0)).toArray()));
      select.setArray(
          3, tx.createArrayOf("uuid", events.stream().map(RecordedEvent::id).toArray()));
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          throw new IllegalStateException("another event holds version " + row.getLong(1));
        }
      }
    }
  }

  private void record(Connection tx, RecordedEvent event, long head) throws SQLException {
    Holds.shared(tx, readModel.name());
    Streams.moveHead(tx, event.streamId(), head, 1);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO event (stream_id, version, id, type, time, actor, correlation, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setLong(2, head + 1);
      insert.setObject(3, event.id());
      insert.setString(4, event.type());
      insert.setTimestamp(5, Timestamp.from(event.time()));
      insert.setString(6, event.actor());
      insert.setString(7, event.correlation());
      insert.setBytes(8, event.data());
      insert.executeUpdate();
    }
    readModel.apply(tx, List.of(event));
    // The backup's outbox may hold older states of the same stream, that are published again: after
    // them must come the newest.
    Outbox.put(tx, aggregate.alsoPublish(tx, List.of(event)));
  }

  @Override
  public void park(Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException {
    LOG.errorf("%s: the log and the database differ: %s", readModel.name(), why.getMessage());
    parking.park(tx, record, Parking.Cause.CONFLICT, OptionalLong.empty(), Optional.empty());
  }

  /** What an event needs may be back by now: keys, from a later backup. */
  @Override
  public void retryParked(Connection tx) throws SQLException {
    for (String stream : parking.allStopped(tx)) {
      for (Parking.Parked parked : parking.of(tx, stream)) {
        if (!parked.discarded() && !recovered(tx, parked)) {
          break;
        }
      }
    }
  }

  private boolean recovered(Connection tx, Parking.Parked parked) throws SQLException {
    Savepoint before = tx.setSavepoint();
    try {
      apply(tx, List.of(parked.record()));
      parking.remove(tx, parked.id());
      tx.releaseSavepoint(before);
      return true;
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      tx.rollback(before);
      return false;
    }
  }

  private static Map<UUID, Long> heads(Connection tx, List<RecordedEvent> events)
      throws SQLException {
    Map<UUID, Long> heads = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT id, version FROM stream WHERE id = ANY (?)")) {
      select.setArray(
          1,
          tx.createArrayOf(
              "uuid", events.stream().map(RecordedEvent::streamId).distinct().toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          heads.put(rows.getObject(1, UUID.class), rows.getLong(2));
        }
      }
    }
    return heads;
  }
}
