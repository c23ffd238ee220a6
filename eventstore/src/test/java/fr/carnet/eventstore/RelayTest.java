package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is committed reaches Kafka, in order within its stream, however relays die. */
class RelayTest {
  private static final int WRITERS = 16;
  private static final int STREAMS = 500;
  private static final int KILLS = 20;
  private static final Duration LONG = Duration.ofMinutes(5);

  private Bench bench;

  @BeforeEach
  void anEmptyStore() {
    bench = Bench.fresh();
  }

  @Test
  void everyEventArrivesInOrderThoughRelaysAreKilledTwentyTimesAndOneWakesUpLate() {
    for (int round = 0; round < Bench.ROUNDS; round++) {
      long seed = System.nanoTime();
      System.out.printf("relay killed at random: seed %d%n", seed);
      Random random = new Random(seed);
      List<RelayProcess> relays = new ArrayList<>();
      long appended;
      int kills = 0;
      try (Writers writers = new Writers(bench, new Accounts(), WRITERS, STREAMS, seed, () -> {})) {
        // given one that leads and one that waits
        relays.add(RelayProcess.start("relay-1", bench));
        relays.add(RelayProcess.start("relay-2", bench));
        for (int i = 1; i <= KILLS; i++) {
          long goal = writers.appended() + random.nextInt(500);
          await()
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> writers.appended() >= goal && leader().isPresent());
          RelayProcess leader = named(relays, leader().orElseThrow());
          if (i == KILLS / 2 || random.nextInt(4) > 0) {
            // Three in four are in the middle of their work, one has perhaps not begun.
            awaitMoved(1 + random.nextInt(3));
          }
          if (i == KILLS / 2) {
            // when it only sleeps, while the database has given it up
            wakesUpLate(leader);
          }
          // when it is killed, now and then between its commit on Kafka and its delete
          if (i % 5 == 1) {
            killBeforeDelete(leader);
          } else {
            leader.kill();
          }
          kills++;
          relays.remove(leader);
          relays.add(RelayProcess.start("relay-" + (i + 2), bench));
        }
        appended = writers.appended();
        // then
        writers.close();
        await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
      } finally {
        relays.forEach(RelayProcess::close);
      }
      System.out.printf("%d relays were killed%n", kills);
      assertThat(kills).isEqualTo(KILLS);
      assertThat(appended).isPositive();
      assertEveryEventIsOnKafkaInOrder();
    }
  }

  /** A relay stops, its session ends, a successor moves rows, and then the old one goes on. */
  private void wakesUpLate(RelayProcess old) {
    old.stop();
    terminate(old.name());
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> leader().filter(name -> !name.equals(old.name())).isPresent());
    awaitMoved(2);
    old.wake();
    // It notices, and waits for its turn in a new session.
    await().atMost(LONG).until(() -> sessions(old.name()) == 1);
    assertThat(old.isAlive()).isTrue();
    System.out.printf("%s woke up after %s had begun%n", old.name(), leader().orElse("nobody"));
  }

  private void killBeforeDelete(RelayProcess leader) {
    try (Connection holding = bench.dataSource().getConnection();
        Statement hold = holding.createStatement()) {
      holding.setAutoCommit(false);
      // The relay may be faster than the writers, and there must be a row to hold.
      await()
          .atMost(LONG)
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(
              () ->
                  hold.executeQuery("SELECT 1 FROM outbox ORDER BY position LIMIT 1000 FOR UPDATE")
                      .next());
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () ->
                  bench.count(
                          """
                          SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND application_name = '%s'
                            AND wait_event_type = 'Lock' AND query LIKE 'DELETE%%'
                          """
                              .formatted(leader.name()))
                      > 0);
      leader.kill();
      // Its session would still wait for the rows, and delete them though nobody hears the answer.
      terminate(leader.name());
      holding.rollback();
      holding.setAutoCommit(true);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitMoved(int times) {
    for (int i = 0; i < times; i++) {
      long firstWaiting = firstWaiting();
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> firstWaiting() != firstWaiting);
    }
  }

  private long firstWaiting() {
    return bench.count("SELECT coalesce(min(position), 0) FROM outbox");
  }

  @Test
  void aRelayWhoseSessionEndsBetweenCommitAndDeleteRepeatsAndLosesNothing() throws Exception {
    // given rows that nobody may delete, so that a relay gets to Kafka and no further
    appendSome(50);
    long before = bench.count("SELECT count(*) FROM outbox");
    try (Relay first = new Relay(bench.dataSource(), "test", bench.kafka());
        Relay second = new Relay(bench.dataSource(), "test", bench.kafka())) {
      try (Connection holding = bench.dataSource().getConnection();
          Statement hold = holding.createStatement()) {
        holding.setAutoCommit(false);
        hold.execute("SELECT 1 FROM outbox FOR UPDATE");
        first.start();
        await().atMost(LONG).until(() -> bench.committed(Topic.DOSSIER_EVENTS).size() == before);
        // when its session ends there, and another leads
        hold.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        holding.rollback();
        holding.setAutoCommit(true);
      }
      second.start();
      await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
    }
    // then
    assertThat(bench.committed(Topic.DOSSIER_EVENTS)).hasSizeGreaterThan((int) before);
    assertEveryEventIsOnKafkaInOrder();
  }

  @Test
  void whatARelayLeftOpenIsAbortedBeforeItsSuccessorReads() throws Exception {
    // given a predecessor that has sent a record, and hangs before its commit
    Map<String, Object> settings = new HashMap<>(bench.kafka());
    settings.put("transactional.id", "test-relay");
    settings.put("key.serializer", ByteArraySerializer.class);
    settings.put("value.serializer", ByteArraySerializer.class);
    try (Producer<byte[], byte[]> predecessor = new KafkaProducer<>(settings)) {
      predecessor.initTransactions();
      predecessor.beginTransaction();
      var _ = predecessor.send(Bench.opened(Topic.DOSSIER_EVENTS, new UUID(1, 1)));
      predecessor.flush();
      // when
      appendSome(20);
      try (Relay relay = new Relay(bench.dataSource(), "test", bench.kafka()).start()) {
        relay.wake();
        await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
      }
      // then
      assertThatThrownBy(predecessor::commitTransaction).isInstanceOf(KafkaException.class);
    }
    assertEveryEventIsOnKafkaInOrder();
  }

  @Test
  void aRelayThatClosesLetsTheNextOneLeadThroughTheSamePool() throws Exception {
    // given
    appendSome(10);
    Relay first = new Relay(bench.dataSource(), "test", bench.kafka()).start();
    await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
    // when
    first.close();
    // then its session is back in the pool without its lock
    assertThat(leader()).isEmpty();
    appendSome(10);
    try (Relay second = new Relay(bench.dataSource(), "test", bench.kafka()).start()) {
      second.wake();
      await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
    }
    assertEveryEventIsOnKafkaInOrder();
  }

  @Test
  void theTimeOnKafkaIsTheTimeInTheDatabase() throws Exception {
    // given
    appendSome(20);
    // when
    try (Relay relay = new Relay(bench.dataSource(), "test", bench.kafka()).start()) {
      relay.wake();
      await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
    }
    // then
    List<String> onKafka =
        bench.committed(Topic.DOSSIER_EVENTS).stream()
            .map(Decoding::event)
            .map(event -> event.id() + " | " + event.time().toEpochMilli())
            .sorted()
            .toList();
    assertThat(onKafka)
        .isEqualTo(
            bench.rows("SELECT id, floor(extract(epoch FROM time) * 1000) FROM event").stream()
                .sorted()
                .toList());
  }

  @Test
  void whatIsCommittedInQuickSuccessionGoesInFewTransactions() throws Exception {
    try (Relay relay = new Relay(bench.dataSource(), "test", bench.kafka()).start()) {
      // given one that leads
      appendSome(1);
      await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
      long before = marks(Topic.DOSSIER_EVENTS);
      long begin = System.nanoTime();
      // when there is always something new to take
      try (Writers writers =
          new Writers(bench, new Accounts(), WRITERS, STREAMS, System.nanoTime(), relay::wake)) {
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> writers.appended() > 300);
      }
      await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
      // then transactions begin 25 ms apart, each with its mark in a partition
      assertThat(marks(Topic.DOSSIER_EVENTS) - before).isBetween(1L, millisSince(begin) / 25 + 2);
    }
    assertEveryEventIsOnKafkaInOrder();
  }

  private static long millisSince(long begin) {
    return (System.nanoTime() - begin) / 1_000_000;
  }

  /** The most offsets that marks of transactions take in one partition. */
  private long marks(Topic topic) throws Exception {
    Map<Integer, Long> records = new HashMap<>();
    bench.committed(topic).forEach(record -> records.merge(record.partition(), 1L, Long::sum));
    long most = 0;
    try (Admin admin = Admin.create(bench.kafka())) {
      for (int partition = 0; partition < Bench.PARTITIONS; partition++) {
        TopicPartition one = new TopicPartition(topic.wireName(), partition);
        long end =
            admin.listOffsets(Map.of(one, OffsetSpec.latest())).partitionResult(one).get().offset();
        most = Math.max(most, end - records.getOrDefault(partition, 0L));
      }
    }
    return most;
  }

  private void appendSome(long atLeast) {
    try (Writers writers = new Writers(bench, new Accounts(), 4, 10, System.nanoTime(), () -> {})) {
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> writers.appended() >= atLeast);
    }
  }

  private void assertEveryEventIsOnKafkaInOrder() {
    Map<String, List<String>> inDatabase = new LinkedHashMap<>();
    for (String row :
        bench.rows("SELECT stream_id, version || ' ' || id FROM event ORDER BY 1, version")) {
      String[] columns = row.split(" \\| ", -1);
      inDatabase.computeIfAbsent(columns[0], _ -> new ArrayList<>()).add(columns[1]);
    }
    Map<String, List<String>> onKafka = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    int records = 0;
    for (ConsumerRecord<byte[], byte[]> record : bench.committed(Topic.DOSSIER_EVENTS)) {
      records++;
      RecordedEvent event = Decoding.event(record);
      if (seen.add(Decoding.text(record, Headers.ID).orElseThrow())) {
        onKafka
            .computeIfAbsent(event.streamId().toString(), _ -> new ArrayList<>())
            .add(event.version().getAsLong() + " " + event.id());
      }
    }
    System.out.printf(
        "%d events of %d streams in the database; on Kafka %d committed records, %d repeats%n",
        bench.count("SELECT count(*) FROM event"),
        inDatabase.size(),
        records,
        records - seen.size());
    assertThat(seen).isNotEmpty();
    assertThat(onKafka).isEqualTo(inDatabase);
  }

  private static RelayProcess named(List<RelayProcess> relays, String name) {
    return relays.stream().filter(relay -> relay.name().equals(name)).findFirst().orElseThrow();
  }

  private Optional<String> leader() {
    return bench
        .rows(
            """
            SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
              AND a.query NOT LIKE '%carnet-hold%' AND l.mode = 'ExclusiveLock'
            """)
        .stream()
        .findFirst();
  }

  private long sessions(String name) {
    return bench.count(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = '%s'
        """
            .formatted(name));
  }

  private void terminate(String name) {
    bench.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = '%s'
        """
            .formatted(name));
  }
}
