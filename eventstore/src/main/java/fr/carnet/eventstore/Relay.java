package fr.carnet.eventstore;

import fr.carnet.events.Headers;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * Moves the outbox to Kafka, in order: select the oldest rows, produce them in one Kafka
 * transaction, await, delete those rows. A queue and not a cursor, because positions become visible
 * out of commit order and a cursor would step over some.
 *
 * <p>One relay a service leads at a time: an advisory lock on its own connection says who, and the
 * fixed {@code transactional.id} makes Kafka fence whoever lost the lock without noticing. The
 * producer is initialised after the lock and before the first select, so what a predecessor left
 * open is aborted before its rows are read again. Killed anywhere, it loses nothing and reorders
 * nothing within a stream; at worst it repeats.
 */
public final class Relay implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Relay.class);
  private static final int BATCH = 1_000;
  private static final Duration IDLE = Duration.ofMillis(25);

  /**
   * From the beginning of one transaction to that of the next. A transaction costs Kafka, and
   * everyone who reads it, some milliseconds of CPU whatever is in it; so what is committed shortly
   * after it goes together, and only what comes alone goes at once.
   */
  private static final Duration APART = Duration.ofMillis(25);

  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final Duration STANDBY = Duration.ofMillis(250);

  private final DataSource dataSource;
  private final String service;
  private final Map<String, Object> kafka;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean running = true;

  /**
   * A relay; {@link #start()} starts it.
   *
   * @param service stable: it names the lock and the {@code transactional.id}
   * @param kafka how to reach Kafka: {@code bootstrap.servers} and security settings
   */
  public Relay(DataSource dataSource, String service, Map<String, Object> kafka) {
    this.dataSource = dataSource;
    this.service = service;
    this.kafka = Map.copyOf(kafka);
    this.thread = Thread.ofPlatform().name("relay").daemon().unstarted(this::run);
  }

  /** Starts moving. */
  public Relay start() {
    thread.start();
    return this;
  }

  /** Something was committed: look at once instead of at the next tick. */
  public void wake() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  /** Stops after the batch under way. */
  @Override
  public void close() {
    running = false;
    closed.countDown();
    wake();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (running) {
      try (Connection connection = dataSource.getConnection()) {
        connection.setAutoCommit(true);
        if (tryLock(connection)) {
          try {
            lead(connection);
          } finally {
            unlock(connection);
          }
        } else {
          rest(STANDBY);
        }
      } catch (Throwable e) {
        if (running) {
          // Fenced, disconnected or refused: whatever it was, the rows are still there.
          LOG.warnf("relay of %s starts over: %s", service, e.toString());
          rest(STANDBY);
        }
      }
    }
  }

  private void lead(Connection connection) throws SQLException {
    Producer<String, byte[]> producer = new KafkaProducer<>(producerSettings());
    try {
      producer.initTransactions();
      while (running) {
        long begin = System.nanoTime();
        List<Row> rows = oldest(connection);
        if (rows.isEmpty()) {
          rest(IDLE);
          continue;
        }
        producer.beginTransaction();
        for (Row row : rows) {
          var _ = producer.send(row.record());
        }
        // Awaits every record of the transaction, and fails if one of them did.
        producer.commitTransaction();
        delete(connection, rows);
        if (rows.size() < BATCH) {
          gather(begin);
        }
      }
    } finally {
      // Bounded: a broker that is gone must not keep this relay from giving its lock back.
      producer.close(CLOSING);
    }
  }

  private Map<String, Object> producerSettings() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, service + "-relay");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return settings;
  }

  private record Row(long position, ProducerRecord<String, byte[]> record) {}

  private List<Row> oldest(Connection connection) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT position, id, aggregatetype, aggregateid, type, payload, time, subject,
                   streamversion, actor, correlation
            FROM outbox ORDER BY position LIMIT ?
            """)) {
      select.setInt(1, BATCH);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(read(found));
        }
      }
    }
    return rows;
  }

  private Row read(ResultSet row) throws SQLException {
    ProducerRecord<String, byte[]> message =
        new ProducerRecord<>(
            row.getString("aggregatetype"),
            // The insurer's topic has records without a key: nobody could be read from the line.
            row.getString("aggregateid").isEmpty() ? null : row.getString("aggregateid"),
            row.getBytes("payload"));
    header(message, Headers.SPEC_VERSION, "1.0");
    header(message, Headers.ID, row.getString("id"));
    header(message, Headers.TYPE, row.getString("type"));
    header(message, Headers.SOURCE, "/" + service);
    header(
        message, Headers.TIME, row.getObject("time", OffsetDateTime.class).toInstant().toString());
    header(message, Headers.SUBJECT, row.getString("subject"));
    header(message, Headers.STREAM_VERSION, row.getString("streamversion"));
    header(message, Headers.ACTOR, row.getString("actor"));
    header(message, Headers.CORRELATION, row.getString("correlation"));
    return new Row(row.getLong("position"), message);
  }

  private static void header(ProducerRecord<String, byte[]> message, String name, String value) {
    if (value != null) {
      message.headers().add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static void delete(Connection connection, List<Row> rows) throws SQLException {
    Array positions =
        connection.createArrayOf("bigint", rows.stream().map(Row::position).toArray());
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM outbox WHERE position = ANY (?)")) {
      delete.setArray(1, positions);
      delete.executeUpdate();
    }
  }

  private boolean tryLock(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended(?, 0))")) {
      lock.setString(1, "carnet-relay/" + service);
      try (ResultSet row = lock.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private void unlock(Connection connection) {
    // The connection goes back to its pool: it must not take the lock along.
    try (Statement unlock = connection.createStatement()) {
      unlock.execute("SELECT pg_advisory_unlock_all()");
    } catch (SQLException e) {
      LOG.debugf("the relay's connection is gone, and its lock with it");
      abort(connection);
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debugf("the relay's connection was closed before");
    }
  }

  /** Waits until the next transaction may begin, however often it is woken, or it is closed. */
  private void gather(long begin) {
    try {
      var _ = closed.await(APART.toNanos() - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      running = false;
    }
  }

  private void rest(Duration time) {
    try {
      if (wake.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      running = false;
    }
  }
}
