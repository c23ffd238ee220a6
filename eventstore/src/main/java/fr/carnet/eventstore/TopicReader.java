package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;

/**
 * Reads topics with the offset in the transaction of what the records change: a crash repeats
 * nothing and skips nothing, and a database restored from a backup is read on from where the backup
 * was. Kafka's group only shares partitions out; it never stores an offset.
 */
public final class TopicReader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TopicReader.class);
  private static final int MAX_POLL_RECORDS = 2_000;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration BACK_OFF = Duration.ofMillis(200);
  private static final Duration RETRY_PARKED = Duration.ofSeconds(10);
  private static final Duration LOOK_AT_OFFSETS = Duration.ofSeconds(5);

  private final String name;
  private final List<Topic> topics;
  private final DataSource dataSource;
  private final Map<String, Object> kafka;
  private final RecordApplier applier;
  private final Thread thread;
  private final Map<TopicPartition, Long> known = new HashMap<>();
  private final Map<TopicPartition, Long> behind = new ConcurrentHashMap<>();
  private volatile boolean running = true;
  private volatile boolean assigned;
  private volatile long lastMoved = System.nanoTime();

  /**
   * A reader; {@link #start()} starts it.
   *
   * @param name stable: names the group and the stored offsets
   */
  public TopicReader(
      String name,
      List<Topic> topics,
      DataSource dataSource,
      Map<String, Object> kafka,
      RecordApplier applier) {
    this.name = name;
    this.topics = List.copyOf(topics);
    this.dataSource = dataSource;
    this.kafka = Map.copyOf(kafka);
    this.applier = applier;
    this.thread = Thread.ofPlatform().name("reader-" + name).daemon().unstarted(this::run);
  }

  /** Starts reading. */
  public TopicReader start() {
    thread.start();
    return this;
  }

  /** The name of the reader. */
  public String name() {
    return name;
  }

  /** How many records the assigned partitions still hold, when last looked at. */
  public long lag() {
    return behind.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether records are waiting although nothing has moved for this long: a reader that stands. */
  public boolean stands(Duration time) {
    return (lag() > 0 || !assigned || !thread.isAlive())
        && System.nanoTime() - lastMoved > time.toNanos();
  }

  /** Stops after the batch under way. */
  @Override
  public void close() {
    running = false;
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (running) {
      assigned = false;
      try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(kafka, name))) {
        read(consumer);
      } catch (WakeupException e) {
        LOG.debugf("reader %s stops", name);
      } catch (Throwable e) {
        // Errors too: a reader that died of one would stand without a word.
        if (running) {
          LOG.warnf("reader %s starts over: %s", name, e.toString());
          pause();
        }
      }
    }
  }

  static Map<String, Object> settings(Map<String, Object> kafka, String group) {
    Map<String, Object> settings = new HashMap<>(kafka);
    // Two services may give a reader the same name; in one group they would share its partitions.
    settings.merge(ConsumerConfig.GROUP_ID_CONFIG, group, (service, name) -> service + "." + name);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_COMMITTED.toString());
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return settings;
  }

  private void read(Consumer<byte[], byte[]> consumer) throws SQLException {
    consumer.subscribe(
        topics.stream().map(Topic::wireName).toList(),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(known::remove);
          }

          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            seek(consumer, partitions);
            // Only what others read now is forgotten: a reader that starts over is as far behind as
            // it was, however often it does.
            behind.keySet().retainAll(consumer.assignment());
            assigned = true;
          }
        });
    long retryAt = System.nanoTime();
    long lookAt = System.nanoTime() + LOOK_AT_OFFSETS.toNanos();
    while (running) {
      List<ConsumerRecord<byte[], byte[]>> records = inOrder(consumer);
      noteLag(consumer, records);
      try {
        process(records);
        catchUpWithMarkers(consumer);
        if (System.nanoTime() - lookAt >= 0) {
          requireStoredOffsets(consumer);
          lookAt = System.nanoTime() + LOOK_AT_OFFSETS.toNanos();
        }
        if (System.nanoTime() - retryAt >= 0) {
          Transactions.run(
              dataSource,
              tx -> {
                applier.retryParked(tx);
                return true;
              });
          retryAt = System.nanoTime() + RETRY_PARKED.toNanos();
        }
        noteLag(consumer, List.of());
      } catch (Offsets.OffsetMoved e) {
        LOG.infof("reader %s: %s; reads on from what the database says", name, e.getMessage());
        seek(consumer, consumer.assignment());
      } catch (SQLException | RuntimeException e) {
        if (!Transactions.isTransient(e)) {
          throw e;
        }
        LOG.warnf("reader %s waits for its database: %s", name, e.toString());
        pause();
        seek(consumer, consumer.assignment());
      }
    }
  }

  /** A database that was set back while nothing arrives would else wait for the next record. */
  private void requireStoredOffsets(Consumer<byte[], byte[]> consumer) throws SQLException {
    Map<TopicPartition, Long> stored = Transactions.run(dataSource, tx -> Offsets.stored(tx, name));
    for (TopicPartition partition : consumer.assignment()) {
      if (stored.getOrDefault(partition, -1L) != position(partition)) {
        throw new Offsets.OffsetMoved();
      }
    }
  }

  private void seek(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    while (running) {
      try {
        Map<TopicPartition, Long> offsets =
            Transactions.run(dataSource, tx -> Offsets.load(tx, name, partitions));
        offsets.forEach(consumer::seek);
        known.putAll(offsets);
        return;
      } catch (SQLException e) {
        LOG.warnf("reader %s cannot read its offsets: %s", name, e.toString());
        pause();
      }
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> inOrder(Consumer<byte[], byte[]> consumer) {
    var polled = consumer.poll(POLL);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(polled.count());
    for (TopicPartition partition : polled.partitions()) {
      records.addAll(polled.records(partition));
    }
    return records;
  }

  /** One transaction; if something in it can never be applied, halves, down to the one record. */
  private void process(List<ConsumerRecord<byte[], byte[]>> records) throws SQLException {
    if (records.isEmpty()) {
      return;
    }
    try {
      inTransaction(records, applier::apply);
    } catch (Offsets.OffsetMoved e) {
      throw e;
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      if (records.size() == 1) {
        park(records.getFirst(), e);
      } else {
        int half = records.size() / 2;
        process(records.subList(0, half));
        process(records.subList(half, records.size()));
      }
    }
  }

  private interface Change {
    void in(Connection tx, List<ConsumerRecord<byte[], byte[]>> records) throws SQLException;
  }

  private void inTransaction(List<ConsumerRecord<byte[], byte[]>> records, Change change)
      throws SQLException {
    Map<TopicPartition, Long> next = nextOffsets(records);
    Transactions.run(
        dataSource,
        tx -> {
          // First the offsets: their rows are the lock that keeps a second reader out.
          for (var entry : next.entrySet()) {
            Offsets.advance(tx, name, entry.getKey(), position(entry.getKey()), entry.getValue());
          }
          change.in(tx, records);
          return true;
        });
    known.putAll(next);
    lastMoved = System.nanoTime();
    applier.committed();
  }

  private void park(ConsumerRecord<byte[], byte[]> record, Exception failure) throws SQLException {
    RuntimeException why =
        failure instanceof RuntimeException unchecked
            ? unchecked
            : new IllegalStateException("the database refuses it", failure);
    LOG.errorf(
        "reader %s parks %s-%d@%d: %s",
        name,
        record.topic(),
        record.partition(),
        record.offset(),
        failure.getClass().getSimpleName());
    inTransaction(List.of(record), (tx, _) -> applier.park(tx, record, why));
  }

  private long position(TopicPartition partition) {
    Long position = known.get(partition);
    if (position == null) {
      throw new Offsets.OffsetMoved();
    }
    return position;
  }

  private static Map<TopicPartition, Long> nextOffsets(
      List<ConsumerRecord<byte[], byte[]>> records) {
    Map<TopicPartition, Long> next = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
    return next;
  }

  /**
   * Transaction markers take offsets and are never delivered. Stepping over them lets the stored
   * offset reach the end of the log, so that "has read everything" can be told from it.
   */
  private void catchUpWithMarkers(Consumer<byte[], byte[]> consumer) throws SQLException {
    Map<TopicPartition, Long> moved = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      long position = consumer.position(partition);
      if (known.containsKey(partition) && position > known.get(partition)) {
        moved.put(partition, position);
      }
    }
    if (moved.isEmpty()) {
      return;
    }
    Transactions.run(
        dataSource,
        tx -> {
          for (var entry : moved.entrySet()) {
            Offsets.advance(tx, name, entry.getKey(), position(entry.getKey()), entry.getValue());
          }
          return true;
        });
    known.putAll(moved);
  }

  /** What is in hand and not applied yet still waits; a lag that is not known stays as it was. */
  private void noteLag(
      Consumer<byte[], byte[]> consumer, List<ConsumerRecord<byte[], byte[]>> inHand) {
    for (TopicPartition partition : consumer.assignment()) {
      consumer.currentLag(partition).ifPresent(lag -> behind.put(partition, lag));
    }
    for (ConsumerRecord<byte[], byte[]> record : inHand) {
      behind.merge(new TopicPartition(record.topic(), record.partition()), 1L, Long::sum);
    }
    if (lag() == 0) {
      lastMoved = System.nanoTime();
    }
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BACK_OFF.toMillis()));
  }
}
