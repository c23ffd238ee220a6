package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Applies records to a projection, each event once and each stream in its order, however often and
 * in whatever order streams arrive. What cannot be applied is parked, and with it what follows in
 * its stream; what was missing and comes drains what waited for it.
 */
public final class ProjectionApplier implements RecordApplier {
  private static final Logger LOG = Logger.getLogger(ProjectionApplier.class);

  /** The version of a stream that a tombstone has ended: no other is above it. */
  static final long ENDED = Long.MAX_VALUE;

  private final Projection projection;
  private final Parking parking;

  /** An applier for this projection. */
  public ProjectionApplier(Projection projection) {
    this.projection = projection;
    this.parking = new Parking(projection.name());
  }

  @Override
  public void apply(Connection tx, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    Batch batch = new Batch(tx, records);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.value() == null && projection.order() == Projection.Order.LATEST) {
        batch.tombstone(record);
      } else {
        batch.add(record);
      }
    }
    batch.flush();
    for (String stream : batch.touchedAndStopped()) {
      drain(tx, stream);
    }
  }

  @Override
  public void park(Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException {
    // Never the message: it may quote what is in the record.
    LOG.errorf("%s: parked, %s", projection.name(), why.getClass().getSimpleName());
    try {
      RecordedEvent event = Decoding.event(record);
      parking.park(
          tx, record, Parking.Cause.NOT_APPLICABLE, event.version(), Optional.of(event.id()));
    } catch (Decoding.Malformed malformed) {
      parking.park(tx, record, Parking.Cause.UNREADABLE, OptionalLong.empty(), Optional.empty());
    }
  }

  @Override
  public void retryParked(Connection tx) throws SQLException {
    for (String stream : parking.allStopped(tx)) {
      drain(tx, stream);
    }
  }

  /** Whether anything at all is parked: what {@link #retryParked} would look at. */
  public boolean hasParked(Connection connection) throws SQLException {
    return !parking.allStopped(connection).isEmpty();
  }

  /** Whether something of this stream is parked: then it fails closed. */
  public boolean isStopped(Connection connection, UUID streamId) throws SQLException {
    return !parking.stopped(connection, List.of(streamId.toString())).isEmpty();
  }

  /** The dossiers of which something is parked. */
  public Set<UUID> stopped(Connection connection) throws SQLException {
    Set<UUID> stopped = new HashSet<>();
    for (String stream : parking.allStopped(connection)) {
      try {
        stopped.add(UUID.fromString(stream));
      } catch (IllegalArgumentException e) {
        LOG.debugf("%s: a key that is no dossier", projection.name());
      }
    }
    return stopped;
  }

  /** One poll, sorted into what is applied now and what is parked. */
  private final class Batch {
    private final Connection tx;
    private final Map<UUID, Long> heads;
    private final Set<String> stopped;
    private final Set<String> touched = new HashSet<>();
    private final List<RecordedEvent> now = new ArrayList<>();
    private final Map<String, ConsumerRecord<byte[], byte[]>> newest = new HashMap<>();
    private final Set<UUID> ended = new HashSet<>();

    Batch(Connection tx, List<ConsumerRecord<byte[], byte[]>> records) throws SQLException {
      this.tx = tx;
      Set<String> streams = records.stream().map(Decoding::key).collect(Collectors.toSet());
      this.stopped = parking.stopped(tx, streams);
      this.heads =
          projection.order() == Projection.Order.BY_IDENTITY ? new HashMap<>() : heads(tx, streams);
    }

    void add(ConsumerRecord<byte[], byte[]> record) throws SQLException {
      RecordedEvent event;
      try {
        event = Decoding.event(record);
        if (projection.order() != Projection.Order.BY_IDENTITY && event.version().isEmpty()) {
          throw new Decoding.Malformed("no stream version");
        }
      } catch (Decoding.Malformed malformed) {
        ProjectionApplier.this.park(tx, record, malformed);
        stopped.add(Decoding.key(record));
        return;
      }
      touched.add(Decoding.key(record));
      switch (projection.order()) {
        case CONTIGUOUS -> addVersioned(record, event, true);
        case LATEST -> addVersioned(record, event, false);
        case BY_IDENTITY -> {
          if (stopped.contains(Decoding.key(record)) && !projection.mayOvertake(event.type())) {
            parkAs(record, event, Parking.Cause.BEHIND);
          } else {
            now.add(event);
          }
        }
      }
    }

    private void addVersioned(
        ConsumerRecord<byte[], byte[]> record, RecordedEvent event, boolean contiguous)
        throws SQLException {
      long version = event.version().getAsLong();
      long head = heads.getOrDefault(event.streamId(), 0L);
      if (version <= head) {
        if (head != ENDED && isConflict(event, version)) {
          LOG.errorf("%s: two events hold version %d of a stream", projection.name(), version);
          parkAs(record, event, Parking.Cause.CONFLICT);
        }
      } else if (contiguous && version > head + 1) {
        parkAs(record, event, Parking.Cause.GAP);
      } else {
        now.add(event);
        heads.put(event.streamId(), version);
        newest.put(Decoding.key(record), record);
      }
    }

    private boolean isConflict(RecordedEvent event, long version) throws SQLException {
      for (RecordedEvent earlier : now) {
        if (earlier.streamId().equals(event.streamId())
            && earlier.version().equals(event.version())) {
          return !earlier.id().equals(event.id());
        }
      }
      return appliedAt(tx, event.streamId(), version)
          .map(id -> !id.equals(event.id()))
          .orElse(false);
    }

    private void parkAs(
        ConsumerRecord<byte[], byte[]> record, RecordedEvent event, Parking.Cause cause)
        throws SQLException {
      parking.park(tx, record, cause, event.version(), Optional.of(event.id()));
      stopped.add(Decoding.key(record));
    }

    void tombstone(ConsumerRecord<byte[], byte[]> record) {
      UUID stream;
      try {
        stream = UUID.fromString(Decoding.key(record));
      } catch (IllegalArgumentException e) {
        LOG.debugf("%s: a tombstone of no dossier at %d", projection.name(), record.offset());
        return;
      }
      // What came before it is of no use, and what comes after it is not applied.
      now.removeIf(event -> event.streamId().equals(stream));
      newest.remove(Decoding.key(record));
      heads.put(stream, ENDED);
      ended.add(stream);
    }

    void flush() throws SQLException {
      if (!now.isEmpty()) {
        projection.apply(tx, now);
        remember(tx, now);
      }
      if (!ended.isEmpty()) {
        projection.ended(tx, Set.copyOf(ended));
        rememberEnded(tx, ended);
        parking.removeAll(tx, ended);
      }
      if (projection.order() == Projection.Order.LATEST) {
        for (var entry : newest.entrySet()) {
          if (stopped.contains(entry.getKey())) {
            parking.removeOlder(tx, entry.getValue());
          }
        }
      }
    }

    Set<String> touchedAndStopped() {
      Set<String> both = new HashSet<>(touched);
      both.retainAll(stopped);
      return projection.order() == Projection.Order.CONTIGUOUS ? both : Set.of();
    }
  }

  /** Applies what is parked of a stream, in order, up to the first that still cannot be. */
  private void drain(Connection tx, String stream) throws SQLException {
    for (Parking.Parked parked : parking.of(tx, stream)) {
      if (!drainOne(tx, parked)) {
        return;
      }
    }
  }

  private boolean drainOne(Connection tx, Parking.Parked parked) throws SQLException {
    RecordedEvent event;
    try {
      event = Decoding.event(parked.record());
    } catch (Decoding.Malformed malformed) {
      // A corrected record may have come in its place; only an operator can tell and discard it.
      return parked.discarded() || projection.order() != Projection.Order.BY_IDENTITY;
    }
    if (projection.order() != Projection.Order.BY_IDENTITY) {
      if (event.version().isEmpty()) {
        // Where it belongs nobody can tell: it stops its stream until an operator gives it up.
        return true;
      }
      long version = event.version().getAsLong();
      long head = heads(tx, Set.of(event.streamId().toString())).getOrDefault(event.streamId(), 0L);
      if (version <= head) {
        if (parked.cause() != Parking.Cause.CONFLICT && !parked.discarded()) {
          parking.remove(tx, parked.id());
        }
        return true;
      }
      if (projection.order() == Projection.Order.CONTIGUOUS && version > head + 1) {
        return false;
      }
    }
    if (parked.discarded()) {
      // Given up: its place is taken without it.
      remember(tx, List.of(event));
      return true;
    }
    Savepoint before = tx.setSavepoint();
    try {
      projection.apply(tx, List.of(event));
      remember(tx, List.of(event));
      parking.remove(tx, parked.id());
      tx.releaseSavepoint(before);
      return true;
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      tx.rollback(before);
      // A whole state does not wait for an older one.
      return projection.order() == Projection.Order.LATEST;
    }
  }

  private Map<UUID, Long> heads(Connection tx, Set<String> streams) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    for (String stream : streams) {
      try {
        ids.add(UUID.fromString(stream));
      } catch (IllegalArgumentException e) {
        LOG.debugf("%s: a key that is no dossier", projection.name());
      }
    }
    Map<UUID, Long> heads = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT s.id, (SELECT max(a.version) FROM applied a
                          WHERE a.consumer = ? AND a.stream_id = s.id)
            FROM unnest(?) AS s(id)
            """)) {
      select.setString(1, projection.name());
      select.setArray(2, tx.createArrayOf("uuid", ids.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          heads.put(rows.getObject(1, UUID.class), rows.getLong(2));
        }
      }
    }
    return heads;
  }

  private Optional<UUID> appliedAt(Connection tx, UUID stream, long version) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT event_id FROM applied WHERE consumer = ? AND stream_id = ? AND version = ?
            """)) {
      select.setString(1, projection.name());
      select.setObject(2, stream);
      select.setLong(3, version);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
      }
    }
  }

  /** Kafka drops a tombstone in the end; that the stream has ended is known for ever. */
  private void rememberEnded(Connection tx, Set<UUID> streams) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO applied (consumer, stream_id, version, event_id)
            SELECT ?, s, ?, s FROM unnest(?) AS t(s) ON CONFLICT DO NOTHING
            """)) {
      insert.setString(1, projection.name());
      insert.setLong(2, ENDED);
      insert.setArray(3, tx.createArrayOf("uuid", streams.toArray()));
      insert.executeUpdate();
    }
  }

  private void remember(Connection tx, List<RecordedEvent> events) throws SQLException {
    if (projection.order() == Projection.Order.BY_IDENTITY) {
      return;
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO applied (consumer, stream_id, version, event_id)
            SELECT ?, * FROM unnest(?, ?, ?)
            """)) {
      insert.setString(1, projection.name());
      insert.setArray(
          2, tx.createArrayOf("uuid", events.stream().map(RecordedEvent::streamId).toArray()));
      insert.setArray(
          3,
          tx.createArrayOf("bigint", events.stream().map(e -> e.version().getAsLong()).toArray()));
      insert.setArray(
          4, tx.createArrayOf("uuid", events.stream().map(RecordedEvent::id).toArray()));
      insert.executeUpdate();
    }
  }
}
