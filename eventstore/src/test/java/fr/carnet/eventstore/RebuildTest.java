package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Topic;
import fr.carnet.eventstore.Rebuild.Difference;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** A read model made anew from Kafka is the live one, row for row, while everybody goes on. */
class RebuildTest {
  private static final Topic OWN = Topic.DOSSIER_EVENTS;
  private static final int WRITERS = 8;
  private static final int STREAMS = 100;
  private static final int TIMES = 3 * Bench.ROUNDS;
  private static final Duration LONG = Duration.ofMinutes(5);

  private final Accounts accounts = new Accounts();
  private Bench bench;
  private Relay relay;

  @BeforeEach
  void aServiceWithItsRelay() {
    bench = Bench.fresh();
    relay = new Relay(bench.dataSource(), "test", bench.kafka()).start();
  }

  @AfterEach
  void theRelayStops() {
    relay.close();
  }

  @Test
  void anOwnReadModelIsRebuiltUnderLoadWithoutADifference() throws Exception {
    long seed = System.nanoTime();
    System.out.printf("rebuild under load: seed %d%n", seed);
    try (Writers writers = new Writers(bench, accounts, WRITERS, STREAMS, seed, relay::wake);
        Readers readers = new Readers(bench)) {
      for (int i = 0; i < TIMES; i++) {
        // given
        long before = writers.appended();
        await().atMost(LONG).until(() -> writers.appended() > before + 200);
        // when
        Rebuild.Report report = own().run();
        // then
        System.out.printf(
            "  %d rows from %d records, writers held %d ms, %d differences%n",
            report.rows(), report.events(), report.heldMillis(), report.differences().size());
        assertThat(report.differences()).isEmpty();
        assertThat(report.rows()).isPositive();
      }
      assertThat(readers.reads()).isPositive();
      System.out.printf("  readers read %d times and never failed%n", readers.reads());
    }
    // and the rows are still those of the events
    assertEveryEventIsInTheReadModel();
    assertThat(own().run().differences()).isEmpty();
  }

  @Test
  void anotherServicesReadModelIsRebuiltUnderLoadWithoutADifference() throws Exception {
    AccountView view = new AccountView("view", OWN);
    Bench other = Bench.anotherDatabase();
    long seed = System.nanoTime();
    System.out.printf("rebuild of a view under load: seed %d%n", seed);
    try (TopicReader _ = reader(other, view).start()) {
      try (Writers writers = new Writers(bench, accounts, WRITERS, STREAMS, seed, relay::wake)) {
        for (int i = 0; i < TIMES; i++) {
          // given
          long before = writers.appended();
          await().atMost(LONG).until(() -> writers.appended() > before + 300);
          // when
          Rebuild.Report report = of(other, view).run();
          // then
          System.out.printf(
              "  %d rows from %d records, reader held %d ms, %d differences%n",
              report.rows(), report.events(), report.heldMillis(), report.differences().size());
          assertThat(report.differences()).isEmpty();
          assertThat(report.rows()).isPositive();
        }
      }
      awaitRelayed();
      other.awaitRead("view", OWN);
      assertThat(other.accountRows()).isEqualTo(bench.accountRows());
      assertThat(other.count("SELECT count(*) FROM applied"))
          .isEqualTo(bench.count("SELECT count(*) FROM event"));
      assertThat(other.count("SELECT count(*) FROM parked")).isZero();
    }
  }

  @Test
  void whatWasAlteredDeletedAndAddedIsNamedAndMended() throws Exception {
    // given
    List<UUID> ids = someAccounts(5);
    awaitRelayed();
    List<String> rows = bench.accountRows();
    UUID added = UUID.randomUUID();
    bench.execute(
        "UPDATE account SET labels = '{}' WHERE account_id = '%s'".formatted(ids.get(0)),
        "DELETE FROM movement WHERE account_id = '%s' AND version = 2".formatted(ids.get(1)),
        """
        INSERT INTO account VALUES ('%s', 'nobody', 1, 1, now(), 'x', '{}')
        """
            .formatted(added));
    // when
    Rebuild.Report report = own().run();
    // then
    assertThat(report.differences())
        .containsExactlyInAnyOrder(
            new Difference("account", "(" + ids.get(0) + ")", Difference.Kind.ALTERED),
            new Difference("movement", "(" + ids.get(1) + ",2)", Difference.Kind.ONLY_REBUILT),
            new Difference("account", "(" + added + ")", Difference.Kind.ONLY_LIVE));
    assertThat(bench.accountRows()).isEqualTo(rows);
    assertThat(own().run().differences()).isEmpty();
  }

  @Test
  void aReadModelThatIsGoneIsMadeAnewWhileWritersGoOn() throws Exception {
    // given
    try (Writers writers =
        new Writers(bench, accounts, WRITERS, STREAMS, System.nanoTime(), relay::wake)) {
      await().atMost(LONG).until(() -> writers.appended() > 300);
    }
    awaitRelayed();
    List<String> rows = bench.accountRows();
    bench.execute("TRUNCATE account, movement");
    // when
    Rebuild.Report report = own().run();
    // then
    assertThat(report.differences()).hasSize(40);
    assertThat(bench.accountRows()).isEqualTo(rows);
  }

  @Test
  void namesOfConstraintsAndIndexesAndWhatTheyForbidAreTheSameAfterwards() throws Exception {
    // given
    someAccounts(3);
    awaitRelayed();
    List<String> names = names();
    assertThat(names).anyMatch(name -> name.contains("one_account_an_owner"));
    // when
    own().run();
    own().run();
    // then
    assertThat(names()).isEqualTo(names);
    assertThat(ask(UUID.randomUUID(), Accounts.open("owner 1")))
        .isEqualTo(new CommandResult.Refused(Accounts.Refusal.OWNER_HAS_ONE));
    assertThat(
            bench.rows("SELECT nspname FROM pg_namespace WHERE nspname IN ('rebuild','retired')"))
        .isEmpty();
  }

  @Test
  void aRebuildThatDiesMidwayLeavesTheLiveTablesAsTheyWere() throws Exception {
    // given
    someAccounts(20);
    awaitRelayed();
    bench.execute("UPDATE account SET balance = 1000000 WHERE owner = 'owner 1'");
    List<String> altered = bench.accountRows();
    List<String> names = names();
    AtomicInteger left = new AtomicInteger();
    Projection dying = new Dying(accounts.readModel(), left, () -> bench.endSessions());
    int died = 0;
    for (int at = 1; at <= 20; at += 4) {
      left.set(at);
      // when
      assertThatThrownBy(
              () ->
                  new Rebuild(bench.dataSource(), bench.kafka(), dying, Rebuild.Source.OWN_STREAMS)
                      .run())
          .isNotNull();
      died++;
      // then
      assertThat(bench.accountRows()).isEqualTo(altered);
      assertThat(names()).isEqualTo(names);
    }
    System.out.printf("rebuild died %d times midway%n", died);
    // and appends go on, and the next rebuild is whole
    relay.wake();
    // The pool still hands out sessions that were ended.
    await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> ask(UUID.randomUUID(), Accounts.open("later")) instanceof CommandResult.Done);
    assertThat(own().run().differences()).hasSize(1);
  }

  @Test
  void whereARelayStandsStillTheRebuildGivesUpAndWritersGoOn() throws Exception {
    // given
    someAccounts(2);
    awaitRelayed();
    relay.close();
    ask(UUID.randomUUID(), Accounts.open("not relayed"));
    List<String> rows = bench.accountRows();
    // when
    assertThatThrownBy(() -> own().run()).hasMessageContaining("outbox");
    // then
    assertThat(bench.accountRows()).isEqualTo(rows);
    assertThat(ask(UUID.randomUUID(), Accounts.open("another")))
        .isInstanceOf(CommandResult.Done.class);
  }

  /** Again where the reader, which does so from time to time, does it at the same moment. */
  private void retryParked(AccountView view) {
    await()
        .atMost(Duration.ofMinutes(5))
        .ignoreException(PSQLException.class)
        .until(
            () ->
                Transactions.run(
                    bench.dataSource(),
                    tx -> {
                      new ProjectionApplier(view).retryParked(tx);
                      return true;
                    }));
  }

  @Test
  void whatParkedAndWasDiscardedStaysSoAfterARebuild() throws Exception {
    // given
    Topic topic = Topic.ACCESS_EVENTS;
    AccountView view = new AccountView("view", topic);
    UUID sick = new UUID(1, 1);
    UUID given = new UUID(2, 2);
    bench.produce(
        Bench.opened(topic, sick),
        Bench.deposited(topic, sick, 2, AccountView.POISON_CENTS),
        Bench.deposited(topic, sick, 3, 3),
        Bench.opened(topic, given),
        Bench.deposited(topic, given, 2, AccountView.POISON_CENTS),
        Bench.deposited(topic, given, 3, 3));
    try (TopicReader _ = reader(bench, view).start()) {
      bench.awaitRead("view", topic);
      bench.execute(
          """
          UPDATE parked SET discarded_at = now() WHERE stream_key = '%s' AND version = 2
          """
              .formatted(given));
      retryParked(view);
      List<String> rows = bench.accountRows();
      List<String> parked = parked();
      assertThat(parked).hasSize(3);
      // when
      Rebuild.Report report =
          new Rebuild(bench.dataSource(), bench.kafka(), view, Rebuild.Source.TOPIC_READER).run();
      // then
      assertThat(report.differences()).isEmpty();
      assertThat(bench.accountRows()).isEqualTo(rows);
      assertThat(parked()).isEqualTo(parked);
      // and what is parked still drains
      view.mend();
      retryParked(view);
      assertThat(bench.rows("SELECT balance FROM account ORDER BY account_id"))
          .containsExactly("669", "3");
    }
  }

  @Test
  void whatIsErasedWhileARebuildIsUnderWayDoesNotComeBackWithItsTables() throws Exception {
    // given
    Topic topic = Topic.ACCESS_EVENTS;
    UUID before = new UUID(1, 1);
    UUID meanwhile = new UUID(2, 2);
    UUID stays = new UUID(3, 3);
    bench.produce(
        Bench.opened(topic, before), Bench.opened(topic, meanwhile), Bench.opened(topic, stays));
    bench.execute("CREATE TABLE erased (account_id uuid)");
    AtomicBoolean erasing = new AtomicBoolean(true);
    AccountView view =
        new AccountView("view", topic) {
          @Override
          public void withoutErased(Connection tx) throws SQLException {
            try (Statement delete = tx.createStatement()) {
              delete.execute("DELETE FROM account WHERE account_id IN (TABLE erased)");
            }
            if (erasing.getAndSet(false)) {
              // After the rows were compared, and before the tables swap.
              erase(meanwhile);
            }
          }
        };
    try (TopicReader _ = reader(bench, view).start()) {
      bench.awaitRead("view", topic);
      erase(before);
      // when
      Rebuild.Report report = of(bench, view).run();
      // then
      // The rows are compared before the second is erased.
      assertThat(report.differences())
          .extracting(Difference::primaryKey)
          .containsExactly("(" + meanwhile + ")");
      assertThat(bench.rows("SELECT account_id FROM account")).containsExactly(stays.toString());
    }
  }

  private void erase(UUID account) {
    bench.execute(
        "INSERT INTO erased VALUES ('%s')".formatted(account),
        "DELETE FROM account WHERE account_id = '%s'".formatted(account));
  }

  private List<String> parked() {
    return bench.rows(
        """
        SELECT stream_key || ' ' || reason || ' ' || (discarded_at IS NOT NULL) FROM parked
        ORDER BY stream_key, record_offset
        """);
  }

  private Rebuild own() {
    return new Rebuild(
        bench.dataSource(), bench.kafka(), accounts.readModel(), Rebuild.Source.OWN_STREAMS);
  }

  private static Rebuild of(Bench bench, Projection view) {
    return new Rebuild(bench.dataSource(), bench.kafka(), view, Rebuild.Source.TOPIC_READER);
  }

  private static TopicReader reader(Bench bench, Projection view) {
    return new TopicReader(
        view.name(), view.topics(), bench.dataSource(), bench.kafka(), new ProjectionApplier(view));
  }

  private CommandResult ask(
      UUID stream, CommandHandler.Decide<Accounts.Account, Accounts.Event> decide)
      throws SQLException {
    return new CommandHandler<>(bench.dataSource(), accounts, relay::wake, () -> true)
        .handle(
            new CommandEnvelope(stream, UUID.randomUUID(), "test", "test", Optional.empty()),
            decide,
            _ -> "done".getBytes(StandardCharsets.UTF_8));
  }

  private List<UUID> someAccounts(int count) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      UUID id = UUID.randomUUID();
      ask(id, Accounts.open("owner " + i));
      ask(id, Accounts.deposit(i));
      ids.add(id);
    }
    return ids;
  }

  private void awaitRelayed() {
    await().atMost(LONG).until(() -> bench.count("SELECT count(*) FROM outbox") == 0);
  }

  private void assertEveryEventIsInTheReadModel() {
    assertThat(
            bench.rows(
                """
                SELECT account_id, version, event_id FROM movement
                UNION ALL SELECT account_id, 1, NULL FROM account ORDER BY 1, 2
                """))
        .isEqualTo(
            bench.rows(
                """
                SELECT stream_id, version, CASE WHEN version > 1 THEN id END FROM event
                ORDER BY 1, 2
                """));
    assertThat(
            bench.count(
                """
                SELECT count(*) FROM account a WHERE balance <> (
                  SELECT coalesce(sum(cents), 0) FROM movement m
                  WHERE m.account_id = a.account_id)
                """))
        .isZero();
  }

  private List<String> names() {
    return bench.rows(
        """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS name
        FROM pg_constraint WHERE conrelid::regclass::text IN ('account', 'movement')
        UNION ALL
        SELECT indexname || ' ' || indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename IN ('account', 'movement') ORDER BY 1
        """);
  }

  /** A projection that runs something when it has been applied a number of times. */
  private record Dying(Projection behind, AtomicInteger left, Runnable death)
      implements Projection {
    @Override
    public String name() {
      return behind.name();
    }

    @Override
    public List<Topic> topics() {
      return behind.topics();
    }

    @Override
    public Order order() {
      return behind.order();
    }

    @Override
    public List<String> tables() {
      return behind.tables();
    }

    @Override
    public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
      for (RecordedEvent event : events) {
        if (left.decrementAndGet() == 0) {
          death.run();
        }
        behind.apply(tx, List.of(event));
      }
    }
  }

  /** Threads that read as people do, with statements prepared long ago, in transactions. */
  private static final class Readers implements AutoCloseable {
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<Future<?>> running = new ArrayList<>();

    Readers(Bench bench) {
      for (int i = 0; i < 2; i++) {
        boolean movementsFirst = i == 0;
        running.add(threads.submit(() -> read(bench, movementsFirst)));
      }
    }

    private Void read(Bench bench, boolean movementsFirst) throws SQLException {
      try (Connection connection = bench.dataSource().getConnection();
          var movements =
              connection.prepareStatement("SELECT * FROM movement ORDER BY account_id LIMIT 50");
          var accounts = connection.prepareStatement("SELECT * FROM account LIMIT 50");
          Statement slow = connection.createStatement()) {
        Random random = new Random();
        connection.setAutoCommit(false);
        while (!stopped.get()) {
          for (var statement :
              movementsFirst ? List.of(movements, accounts) : List.of(accounts, movements)) {
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                rows.getString(1);
              }
            }
            slow.execute("SELECT pg_sleep(0.005)");
          }
          connection.commit();
          reads.incrementAndGet();
          LockSupport.parkNanos(random.nextLong(10_000_000));
        }
        connection.setAutoCommit(true);
      }
      return null;
    }

    int reads() {
      return reads.get();
    }

    @Override
    public void close() throws Exception {
      stopped.set(true);
      threads.close();
      for (Future<?> reader : running) {
        reader.get();
      }
    }
  }
}
