package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Topic;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However records come, the rows in the end are those of the streams. */
class ProjectionTest {
  private static final Topic TOPIC = Topic.ACCESS_EVENTS;
  private static final String READER = "view";
  private static final List<String> TABLES =
      List.of("account", "movement", "applied", "parked", "consumer_offset");

  private Bench bench;
  private AccountView view;

  @BeforeEach
  void anEmptyView() {
    bench = Bench.fresh();
    view = new AccountView(READER, TOPIC);
  }

  @Test
  void redeliveredReorderedKilledAndSetBackItEndsInTheSameRows() throws Exception {
    for (int round = 0; round < 4 * Bench.ROUNDS; round++) {
      if (round > 0) {
        anEmptyView();
      }
      long seed = System.nanoTime();
      System.out.printf("projection: seed %d%n", seed);
      Random random = new Random(seed);
      // given streams, whose records come in any order of streams, some of them again
      List<List<ProducerRecord<byte[], byte[]>>> streams = streams(random, 40, 15);
      List<ProducerRecord<byte[], byte[]>> all = shuffledWithRepeats(random, streams);
      List<String> expected = rowsOf(streams);
      // when the reader is killed and its database set back while they come
      int kills = 0;
      int setBack = 0;
      TopicReader reader = reader().start();
      saveBackup();
      for (int from = 0; from < all.size(); ) {
        int to = Math.min(all.size(), from + 1 + random.nextInt(250));
        bench.produce(all.subList(from, to));
        from = to;
        switch (random.nextInt(6)) {
          case 0 -> {
            bench.endSessions();
            kills++;
          }
          case 1 -> {
            reader.close();
            reader = reader().start();
            kills++;
          }
          case 2 -> saveBackup();
          case 3 -> {
            restoreBackup();
            setBack++;
          }
          case 4 -> {
            reader.close();
            restoreBackup();
            reader = reader().start();
            setBack++;
          }
          default -> bench.awaitRead(READER, TOPIC);
        }
      }
      bench.awaitRead(READER, TOPIC);
      // then
      reader.close();
      System.out.printf(
          "  %d records of %d events, killed %d times, set back %d times, %d rows%n",
          all.size(), streams.stream().mapToInt(List::size).sum(), kills, setBack, expected.size());
      assertThat(bench.accountRows()).isEqualTo(expected);
      assertThat(bench.count("SELECT count(*) FROM parked")).isZero();
    }
  }

  @Test
  void aDatabaseSetBackWhileNothingArrivesIsReadOnAllTheSame() throws Exception {
    // given
    List<List<ProducerRecord<byte[], byte[]>>> streams = streams(new Random(1), 5, 5);
    List<String> expected = rowsOf(streams);
    try (TopicReader _ = reader().start()) {
      bench.awaitRead(READER, TOPIC);
      saveBackup();
      streams.forEach(bench::produce);
      bench.awaitRead(READER, TOPIC);
      assertThat(bench.accountRows()).isEqualTo(expected);
      // when
      restoreBackup();
      assertThat(bench.accountRows()).isEmpty();
      // then
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(() -> assertThat(bench.accountRows()).isEqualTo(expected));
    }
  }

  @Test
  void aReaderThatWokeUpLateAppliesNothingTwice() throws Exception {
    // given a reader that stops between its poll and its transaction, for longer than Kafka waits
    List<List<ProducerRecord<byte[], byte[]>>> streams = streams(new Random(2), 20, 10);
    Gate gate = new Gate(bench.dataSource());
    Map<String, Object> impatient = new HashMap<>(bench.kafka());
    impatient.put("max.poll.interval.ms", 2_000);
    try (TopicReader _ =
        new TopicReader(READER, List.of(TOPIC), gate, impatient, new ProjectionApplier(view))
            .start()) {
      bench.awaitRead(READER, TOPIC);
      gate.shut();
      streams.forEach(bench::produce);
      gate.awaitSomebody();
      // when another reader of the same name takes its partitions and reads everything
      try (TopicReader _ = reader().start()) {
        bench.awaitRead(READER, TOPIC);
        gate.open();
        streams.forEach(bench::produce);
        bench.awaitRead(READER, TOPIC);
      }
    }
    // then
    assertThat(gate.wasWaitedAt()).isTrue();
    assertThat(bench.accountRows()).isEqualTo(rowsOf(streams));
  }

  @Test
  void twoReadersOfOneNameShareTheWorkAndApplyNothingTwice() throws Exception {
    // given
    List<List<ProducerRecord<byte[], byte[]>>> streams = streams(new Random(3), 60, 15);
    List<ProducerRecord<byte[], byte[]>> all = shuffledWithRepeats(new Random(3), streams);
    // when
    try (TopicReader _ = reader().start()) {
      bench.produce(all.subList(0, all.size() / 3));
      try (TopicReader _ = reader().start()) {
        bench.produce(all.subList(all.size() / 3, all.size()));
        bench.awaitRead(READER, TOPIC);
      }
    }
    // then
    assertThat(bench.accountRows()).isEqualTo(rowsOf(streams));
  }

  private TopicReader reader() {
    return new TopicReader(
        READER, List.of(TOPIC), bench.dataSource(), bench.kafka(), new ProjectionApplier(view));
  }

  private static List<List<ProducerRecord<byte[], byte[]>>> streams(
      Random random, int count, int atMost) {
    List<List<ProducerRecord<byte[], byte[]>>> streams = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      UUID stream = new UUID(random.nextLong(), random.nextLong());
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      records.add(Bench.opened(TOPIC, stream));
      int length = 1 + random.nextInt(atMost);
      for (long version = 2; version <= length; version++) {
        records.add(Bench.deposited(TOPIC, stream, version, 1 + random.nextInt(500)));
      }
      streams.add(records);
    }
    return streams;
  }

  /** As a relay may: each stream in order, and now and then a piece of what was sent once more. */
  private static List<ProducerRecord<byte[], byte[]>> shuffledWithRepeats(
      Random random, List<List<ProducerRecord<byte[], byte[]>>> streams) {
    List<Deque<ProducerRecord<byte[], byte[]>>> left = new ArrayList<>();
    streams.forEach(stream -> left.add(new ArrayDeque<>(stream)));
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
    while (!left.isEmpty()) {
      int at = random.nextInt(left.size());
      all.add(left.get(at).removeFirst());
      if (left.get(at).isEmpty()) {
        left.remove(at);
      }
      if (random.nextInt(20) == 0) {
        int again = Math.min(all.size(), 1 + random.nextInt(30));
        all.addAll(List.copyOf(all.subList(all.size() - again, all.size())));
      }
    }
    return all;
  }

  /** The rows of the streams, one after the other, in a database of their own. */
  private static List<String> rowsOf(List<List<ProducerRecord<byte[], byte[]>>> streams)
      throws SQLException {
    Bench other = Bench.anotherDatabase();
    AccountView view = new AccountView("model", TOPIC);
    Transactions.run(
        other.dataSource(),
        tx -> {
          for (List<ProducerRecord<byte[], byte[]>> stream : streams) {
            view.apply(tx, stream.stream().map(Bench::event).toList());
          }
          return true;
        });
    return other.accountRows();
  }

  private void saveBackup() {
    List<String> statements = new ArrayList<>();
    statements.add("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    statements.add("DROP SCHEMA IF EXISTS backup CASCADE");
    statements.add("CREATE SCHEMA backup");
    TABLES.forEach(
        table -> statements.add("CREATE TABLE backup.%1$s AS TABLE %1$s".formatted(table)));
    bench.execute(statements.toArray(String[]::new));
  }

  private void restoreBackup() {
    List<String> statements = new ArrayList<>();
    statements.add("LOCK TABLE " + String.join(", ", TABLES) + " IN ACCESS EXCLUSIVE MODE");
    statements.add("TRUNCATE " + String.join(", ", TABLES));
    TABLES.forEach(
        table -> statements.add("INSERT INTO %1$s SELECT * FROM backup.%1$s".formatted(table)));
    bench.execute(statements.toArray(String[]::new));
  }

  /** Hands out connections, but lets its callers wait while it is shut. */
  private static final class Gate implements DataSource {
    private final DataSource behind;
    private final AtomicBoolean waited = new AtomicBoolean();
    private volatile CountDownLatch latch = new CountDownLatch(0);

    Gate(DataSource behind) {
      this.behind = behind;
    }

    void shut() {
      latch = new CountDownLatch(1);
    }

    void open() {
      latch.countDown();
    }

    void awaitSomebody() {
      await().atMost(Duration.ofMinutes(5)).untilTrue(waited);
    }

    boolean wasWaitedAt() {
      return waited.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
      CountDownLatch now = latch;
      if (now.getCount() > 0) {
        waited.set(true);
        try {
          now.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return behind.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return behind.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
      return behind.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
      behind.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
      behind.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
      return behind.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
      return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      return behind.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
      return behind.isWrapperFor(type);
    }
  }
}
