package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Fills the shadow tables of a rebuild from Kafka, some partitions beside others: what one lane
 * reads and opens, another has the database write. Partitions of one number are in one lane,
 * whatever their topic; a dossier's id is its records' key, so its records stay in their order.
 * Between dossiers of several partitions there was none.
 */
final class RebuildLanes implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RebuildLanes.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Each holds a connection that requests lack; and the database writes for all of them. */
  private static final int MOST = 4;

  private static final int ATTEMPTS = 10;
  private static final String DEADLOCK = "40P01";

  private final DataSource dataSource;
  private final Projection projection;
  private final ProjectionApplier applier;
  private final String shadow;
  private final Set<TopicPartition> partitions;
  private final List<Consumer<byte[], byte[]>> consumers = new ArrayList<>();
  private final ExecutorService threads;
  private final LongAdder records = new LongAdder();

  /** Lanes from the first record of these partitions on. */
  RebuildLanes(
      DataSource dataSource,
      Map<String, Object> kafka,
      Projection projection,
      String shadow,
      Set<TopicPartition> partitions) {
    this.dataSource = dataSource;
    this.projection = projection;
    this.applier = new ProjectionApplier(projection);
    this.shadow = shadow;
    this.partitions = Set.copyOf(partitions);
    int lanes = Math.min(MOST, Runtime.getRuntime().availableProcessors());
    Map<Integer, List<TopicPartition>> byLane =
        partitions.stream().collect(Collectors.groupingBy(each -> each.partition() % lanes));
    Map<String, Object> settings =
        TopicReader.settings(kafka, "carnet-rebuild-" + UUID.randomUUID());
    for (Collection<TopicPartition> lane : byLane.values()) {
      Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings);
      consumers.add(consumer);
      consumer.assign(lane);
      consumer.seekToBeginning(lane);
    }
    threads =
        Executors.newFixedThreadPool(
            Math.max(1, consumers.size()),
            Thread.ofPlatform().name("rebuild-" + projection.name() + "-", 0).daemon().factory());
  }

  /** How many records have been applied. */
  long records() {
    return records.sum();
  }

  /**
   * Applies everything before these ends, of all partitions.
   *
   * @throws SQLException when a lane failed; the others have stopped then
   */
  void fill(Map<TopicPartition, Long> ends) throws SQLException {
    if (!ends.keySet().equals(partitions)) {
      throw new IllegalStateException("topics have other partitions than when this began");
    }
    AtomicBoolean failed = new AtomicBoolean();
    List<Callable<Boolean>> fills =
        consumers.stream()
            .<Callable<Boolean>>map(
                consumer ->
                    () -> {
                      try {
                        fill(consumer, ends, failed);
                        return true;
                      } catch (Throwable e) {
                        failed.set(true);
                        throw e;
                      }
                    })
            .toList();
    try {
      for (Future<Boolean> each : threads.invokeAll(fills)) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the rebuild was interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException sql -> throw sql;
        case RuntimeException runtime -> throw runtime;
        case Throwable other -> throw new IllegalStateException("a lane failed", other);
      }
    }
  }

  private void fill(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, AtomicBoolean failed)
      throws SQLException {
    Patience patience = new Patience("Kafka does not give what it said it has");
    while (!failed.get() && !reached(consumer, ends)) {
      List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.get(partition)) {
          read.add(record);
        } else {
          // Beyond where this fill may go; it is read again in the next one.
          consumer.seek(partition, ends.get(partition));
        }
      }
      if (read.isEmpty()) {
        patience.check();
      } else {
        apply(read);
        records.add(read.size());
        patience = new Patience("Kafka does not give what it said it has");
      }
    }
  }

  private static boolean reached(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return consumer.assignment().stream()
        .allMatch(partition -> consumer.position(partition) >= ends.get(partition));
  }

  private void apply(List<ConsumerRecord<byte[], byte[]>> read) throws SQLException {
    try {
      insistently(tx -> applier.apply(tx, read));
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      if (read.size() == 1) {
        insistently(
            tx ->
                applier.park(
                    tx, read.getFirst(), new IllegalStateException(e.getClass().getName())));
      } else {
        int half = read.size() / 2;
        apply(read.subList(0, half));
        apply(read.subList(half, read.size()));
      }
    }
  }

  private interface SqlWork {
    void in(Connection tx) throws SQLException;
  }

  /** Two lanes may wait for each other where persons had several dossiers: one begins again. */
  private void insistently(SqlWork work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        inShadow(work);
        return;
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !DEADLOCK.equals(e.getSQLState())) {
          throw e;
        }
      }
    }
  }

  private void inShadow(SqlWork work) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (Statement set = tx.createStatement()) {
            // Local to the transaction: the pool never hands out a connection that looks elsewhere.
            set.execute("SET LOCAL search_path TO " + shadow + ", public");
            // A crash ends the rebuild; once tables swap places, that commit waits for all before.
            set.execute("SET LOCAL synchronous_commit TO off");
          }
          work.in(tx);
          return true;
        });
  }

  @Override
  public void close() {
    threads.close();
    for (Consumer<byte[], byte[]> consumer : consumers) {
      try {
        // Of no group: there is nothing to say goodbye to, and writers may be held.
        consumer.close(CloseOptions.timeout(Duration.ZERO));
      } catch (KafkaException e) {
        LOG.debugf("a lane of %s did not close: %s", projection.name(), e.getClass().getName());
      }
    }
  }
}
