package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Topic;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database set back to an earlier backup gets back what Kafka holds, before it takes a write. */
class StreamRecoveryTest {
  private static final List<String> TABLES =
      List.of(
          "stream",
          "event",
          "outbox",
          "command_receipt",
          "account",
          "movement",
          "consumer_offset",
          "applied",
          "parked");

  private final Accounts accounts = new Accounts();
  private final String name = StreamRecovery.consumer(accounts.readModel());
  private Bench bench;

  @BeforeEach
  void anEmptyStore() {
    bench = Bench.fresh();
  }

  @Test
  void nothingIsAcceptedUntilTheStreamsAreThoseOfKafkaAndThenTheyGoOn() throws Exception {
    // given a service that runs, and a backup of some moment
    UUID continued = UUID.randomUUID();
    UUID begunLater = UUID.randomUUID();
    List<String> events;
    List<String> rows;
    try (Relay relay = new Relay(bench.dataSource(), "test", bench.kafka()).start();
        TopicReader _ = recovery().start()) {
      append(continued, Accounts.open("one"));
      append(continued, Accounts.deposit(5));
      relay.wake();
      awaitRelayed();
      bench.awaitRead(name, Topic.DOSSIER_EVENTS);
      append(continued, Accounts.deposit(6));
      save();
      append(continued, Accounts.deposit(7));
      append(begunLater, Accounts.open("two"));
      append(begunLater, Accounts.deposit(8));
      relay.wake();
      awaitRelayed();
      bench.awaitRead(name, Topic.DOSSIER_EVENTS);
      events = events();
      rows = bench.accountRows();
    }
    // when the backup comes back
    restore();
    assertThat(bench.count("SELECT count(*) FROM event")).isEqualTo(3);
    // then an operator sees what the database has lost
    StreamComparison.Report lost = compared();
    assertThat(lost.kafkaAhead()).isEqualTo(2);
    assertThat(lost.places()).hasSize(2).allMatch(place -> place.startsWith("dossier.events-"));
    CaughtUp caughtUp = caughtUp();
    CommandHandler<Accounts.Account, Accounts.Event> handler =
        new CommandHandler<>(bench.dataSource(), accounts, () -> {}, caughtUp::reached);
    // then nothing is accepted
    assertThat(ask(handler, continued, Accounts.deposit(9)))
        .isEqualTo(new CommandResult.Refused(StoreRefusal.NOT_READY));
    assertThat(bench.count("SELECT count(*) FROM event")).isEqualTo(3);
    // when the streams are recovered
    try (Relay relay = new Relay(bench.dataSource(), "test", bench.kafka()).start();
        TopicReader _ = recovery().start()) {
      await().atMost(Duration.ofMinutes(5)).until(caughtUp::reached);
      // then they are those of Kafka, times included, and so is the read model
      assertThat(events()).isEqualTo(events);
      assertThat(bench.accountRows()).isEqualTo(rows);
      assertThat(compared().kafkaAhead()).isZero();
      assertThat(compared().streams()).isEqualTo(2);
      assertThat(bench.count("SELECT count(*) FROM parked")).isZero();
      // and the next append has the next version
      assertThat(ask(handler, continued, Accounts.deposit(9)))
          .isInstanceOf(CommandResult.Done.class);
      relay.wake();
      awaitRelayed();
    }
    assertThat(bench.count("SELECT version FROM stream WHERE id = '%s'".formatted(continued)))
        .isEqualTo(5);
    // and a reader of Kafka sees one history, whatever was sent again
    Bench other = Bench.anotherDatabase();
    AccountView view = new AccountView("view", Topic.DOSSIER_EVENTS);
    try (TopicReader _ =
        new TopicReader(
                "view",
                view.topics(),
                other.dataSource(),
                other.kafka(),
                new ProjectionApplier(view))
            .start()) {
      other.awaitRead("view", Topic.DOSSIER_EVENTS);
    }
    assertThat(other.count("SELECT count(*) FROM parked")).isZero();
    assertThat(other.accountRows()).isEqualTo(bench.accountRows());
    System.out.printf("recovered %d of %d events from Kafka%n", events.size() - 3, events.size());
  }

  @Test
  void aSecondHistoryOnKafkaIsParkedWithAnAlarmAndChangesNothing() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    append(stream, Accounts.open("one"));
    List<String> events = events();
    assertThat(compared().databaseAhead()).isEqualTo(1);
    assertThat(compared().outbox()).isEqualTo(1);
    // when Kafka holds another first event
    bench.produce(Bench.opened(Topic.DOSSIER_EVENTS, stream));
    try (TopicReader _ = recovery().start()) {
      bench.awaitRead(name, Topic.DOSSIER_EVENTS);
    }
    // then
    assertThat(events()).isEqualTo(events);
    assertThat(bench.rows("SELECT consumer || ' ' || reason FROM parked"))
        .containsExactly(name + " CONFLICT");
  }

  @Test
  void aTransactionThatIsNotYetMarkedAsCommittedIsWaitedFor() {
    // given a transaction that is open: so it looks too between its commit and its markers
    Map<String, Object> settings = new HashMap<>(bench.kafka());
    settings.put("transactional.id", "somebody");
    settings.put("key.serializer", ByteArraySerializer.class);
    settings.put("value.serializer", ByteArraySerializer.class);
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings);
        TopicReader _ = recovery().start()) {
      bench.awaitRead(name, Topic.DOSSIER_EVENTS);
      producer.initTransactions();
      producer.beginTransaction();
      var _ = producer.send(Bench.opened(Topic.DOSSIER_EVENTS, UUID.randomUUID()));
      producer.flush();
      CaughtUp caughtUp = caughtUp();
      // when / then
      assertThat(caughtUp.reached()).isFalse();
      assertThat(bench.count("SELECT count(*) FROM event")).isZero();
      producer.commitTransaction();
      await().atMost(Duration.ofMinutes(5)).until(caughtUp::reached);
      assertThat(bench.count("SELECT count(*) FROM event")).isEqualTo(1);
    }
  }

  @Test
  void whereKafkaDoesNotAnswerNothingIsReady() {
    // given
    CaughtUp nowhere =
        new CaughtUp(
            bench.dataSource(),
            Map.of("bootstrap.servers", "127.0.0.1:1"),
            name,
            List.of(Topic.DOSSIER_EVENTS));
    // when / then
    assertThat(nowhere.reached()).isFalse();
  }

  private CaughtUp caughtUp() {
    return new CaughtUp(bench.dataSource(), bench.kafka(), name, List.of(Topic.DOSSIER_EVENTS));
  }

  private StreamComparison.Report compared() throws SQLException {
    return StreamComparison.of(bench.dataSource(), bench.kafka(), Topic.DOSSIER_EVENTS);
  }

  private TopicReader recovery() {
    return new TopicReader(
        name,
        List.of(Topic.DOSSIER_EVENTS),
        bench.dataSource(),
        bench.kafka(),
        new StreamRecovery(accounts));
  }

  private void append(UUID stream, CommandHandler.Decide<Accounts.Account, Accounts.Event> decide)
      throws SQLException {
    assertThat(
            ask(
                new CommandHandler<>(bench.dataSource(), accounts, () -> {}, () -> true),
                stream,
                decide))
        .isInstanceOf(CommandResult.Done.class);
  }

  private static CommandResult ask(
      CommandHandler<Accounts.Account, Accounts.Event> handler,
      UUID stream,
      CommandHandler.Decide<Accounts.Account, Accounts.Event> decide)
      throws SQLException {
    return handler.handle(
        new CommandEnvelope(stream, UUID.randomUUID(), "test", "test", Optional.empty()),
        decide,
        _ -> "done".getBytes(StandardCharsets.UTF_8));
  }

  private List<String> events() {
    return bench.rows("SELECT * FROM event ORDER BY stream_id, version");
  }

  private void awaitRelayed() {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
  }

  private void save() {
    List<String> statements = new ArrayList<>();
    statements.add("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    statements.add("CREATE SCHEMA backup");
    TABLES.forEach(
        table -> statements.add("CREATE TABLE backup.%1$s AS TABLE %1$s".formatted(table)));
    bench.execute(statements.toArray(String[]::new));
  }

  private void restore() {
    List<String> statements = new ArrayList<>();
    statements.add("TRUNCATE " + String.join(", ", TABLES));
    TABLES.forEach(
        table ->
            statements.add(
                "INSERT INTO %1$s OVERRIDING SYSTEM VALUE SELECT * FROM backup.%1$s"
                    .formatted(table)));
    bench.execute(statements.toArray(String[]::new));
  }
}
