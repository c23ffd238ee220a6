package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot be applied is parked with its reason; only its own stream waits for it. */
class PoisonTest {
  private static final Topic EVENTS = Topic.ACCESS_EVENTS;
  private static final Topic STATES = Topic.DOSSIER_REGISTRY;
  private static final Topic LINES = Topic.CARE_REIMBURSEMENTS;
  private static final UUID SICK = new UUID(1, 1);
  private static final UUID WELL = new UUID(2, 2);

  private final AccountView accounts = new AccountView("view", EVENTS);
  private final Latest latest = new Latest();
  private final Lines lines = new Lines();
  private Bench bench;

  @BeforeEach
  void anEmptyView() {
    bench = Bench.fresh();
  }

  // One after the other, without gaps

  @Test
  void anUnreadableRecordIsParkedAndItsStreamWaitsForTheCorrectedOne() throws SQLException {
    // given
    ProducerRecord<byte[], byte[]> unreadable = Bench.deposited(EVENTS, SICK, 2, 5);
    Bench.header(unreadable, Headers.ID, "no id");
    bench.produce(
        Bench.opened(EVENTS, SICK),
        unreadable,
        Bench.deposited(EVENTS, SICK, 3, 7),
        Bench.opened(EVENTS, WELL),
        Bench.deposited(EVENTS, WELL, 2, 9));
    // when
    read(accounts);
    // then
    assertThat(parked()).containsExactly(SICK + " UNREADABLE", SICK + " GAP");
    assertThat(balances()).containsExactly(SICK + " 0", WELL + " 9");
    assertThat(isStopped(accounts, SICK)).isTrue();
    assertThat(isStopped(accounts, WELL)).isFalse();
    // when the corrected one comes with the same version
    bench.produce(Bench.deposited(EVENTS, SICK, 2, 5));
    read(accounts);
    // then it drains, and an operator gives the unreadable one up
    assertThat(balances()).containsExactly(SICK + " 12", WELL + " 9");
    assertThat(parked()).containsExactly(SICK + " UNREADABLE");
    assertThat(isStopped(accounts, SICK)).isTrue();
    discardFirst();
    assertThat(isStopped(accounts, SICK)).isFalse();
  }

  @Test
  void recordsThatAreNoEventAtAllStopNobodyElse() {
    // given
    ProducerRecord<byte[], byte[]> bare =
        new ProducerRecord<>(EVENTS.wireName(), null, "x".getBytes(StandardCharsets.UTF_8));
    ProducerRecord<byte[], byte[]> empty = new ProducerRecord<>(EVENTS.wireName(), null, null);
    ProducerRecord<byte[], byte[]> odd =
        new ProducerRecord<>(EVENTS.wireName(), new byte[] {(byte) 0xC3, 0x28}, new byte[0]);
    ProducerRecord<byte[], byte[]> otherKey =
        new ProducerRecord<>(
            EVENTS.wireName(),
            null,
            WELL.toString().getBytes(StandardCharsets.UTF_8),
            new byte[0],
            Bench.opened(EVENTS, SICK).headers());
    bench.produce(bare, empty, odd, otherKey, Bench.opened(EVENTS, SICK));
    // when
    read(accounts);
    // then
    assertThat(parked()).hasSize(4).allMatch(row -> row.endsWith("UNREADABLE"));
    assertThat(balances()).containsExactly(SICK + " 0");
  }

  @Test
  void aRecordThatCannotBeAppliedWaitsForCodeThatCan() throws SQLException {
    // given
    bench.produce(
        Bench.opened(EVENTS, SICK),
        Bench.deposited(EVENTS, SICK, 2, AccountView.POISON_CENTS),
        Bench.deposited(EVENTS, SICK, 3, 7),
        Bench.opened(EVENTS, WELL),
        Bench.deposited(EVENTS, SICK, 4, 1),
        Bench.deposited(EVENTS, WELL, 2, 9));
    // when
    read(accounts);
    // then
    assertThat(parked()).containsExactly(SICK + " NOT_APPLICABLE", SICK + " GAP", SICK + " GAP");
    assertThat(balances()).containsExactly(SICK + " 0", WELL + " 9");
    assertThat(isStopped(accounts, SICK)).isTrue();
    // when tried again with the same code
    retry(accounts);
    assertThat(parked()).hasSize(3);
    // when the code is mended
    accounts.mend();
    retry(accounts);
    // then
    assertThat(parked()).isEmpty();
    assertThat(isStopped(accounts, SICK)).isFalse();
    assertThat(balances()).containsExactly(SICK + " 674", WELL + " 9");
    assertThat(movements(SICK)).containsExactly("2 666", "3 7", "4 1");
  }

  @Test
  void aRecordThatIsDiscardedKeepsItsPlaceAndWhatWaitedBehindItIsApplied() throws SQLException {
    // given
    bench.produce(
        Bench.opened(EVENTS, SICK),
        Bench.deposited(EVENTS, SICK, 2, AccountView.POISON_CENTS),
        Bench.deposited(EVENTS, SICK, 3, 7));
    read(accounts);
    // when
    discardFirst();
    assertThat(isStopped(accounts, SICK)).isTrue();
    retry(accounts);
    // then
    assertThat(isStopped(accounts, SICK)).isFalse();
    assertThat(movements(SICK)).containsExactly("3 7");
    // and what comes later is applied at once
    bench.produce(Bench.deposited(EVENTS, SICK, 4, 1));
    read(accounts);
    assertThat(movements(SICK)).containsExactly("3 7", "4 1");
    assertThat(parked()).isEmpty();
  }

  @Test
  void aRecordThatIsDiscardedBeforeAnythingFollowsLetsTheNextOneThrough() throws SQLException {
    // given
    bench.produce(
        Bench.opened(EVENTS, SICK), Bench.deposited(EVENTS, SICK, 2, AccountView.POISON_CENTS));
    read(accounts);
    discardFirst();
    // when
    bench.produce(Bench.deposited(EVENTS, SICK, 3, 7));
    read(accounts);
    // then
    assertThat(movements(SICK)).containsExactly("3 7");
    assertThat(isStopped(accounts, SICK)).isFalse();
  }

  @Test
  void whatWaitsBehindAGapIsAppliedInOrderWhenTheMissingOneComes() throws SQLException {
    // given
    bench.produce(
        Bench.opened(EVENTS, SICK),
        Bench.deposited(EVENTS, SICK, 4, 4),
        Bench.deposited(EVENTS, SICK, 3, 3),
        Bench.deposited(EVENTS, SICK, 3, 3),
        Bench.opened(EVENTS, WELL));
    read(accounts);
    assertThat(parked()).hasSize(3).allMatch(row -> row.equals(SICK + " GAP"));
    assertThat(balances()).containsExactly(SICK + " 0", WELL + " 0");
    assertThat(isStopped(accounts, SICK)).isTrue();
    // when
    bench.produce(Bench.deposited(EVENTS, SICK, 2, 2));
    read(accounts);
    // then
    assertThat(parked()).isEmpty();
    assertThat(movements(SICK)).containsExactly("2 2", "3 3", "4 4");
    assertThat(isStopped(accounts, SICK)).isFalse();
  }

  @Test
  void anotherEventWithAVersionThatIsTakenIsAConflict() throws SQLException {
    // given
    ProducerRecord<byte[], byte[]> second = Bench.deposited(EVENTS, SICK, 2, 9);
    Bench.header(second, Headers.ID, UUID.randomUUID().toString());
    bench.produce(
        Bench.opened(EVENTS, SICK),
        Bench.deposited(EVENTS, SICK, 2, 2),
        Bench.deposited(EVENTS, SICK, 2, 2),
        second,
        Bench.deposited(EVENTS, SICK, 3, 3));
    // when
    read(accounts);
    // then
    assertThat(parked()).containsExactly(SICK + " CONFLICT");
    assertThat(movements(SICK)).containsExactly("2 2", "3 3");
    assertThat(isStopped(accounts, SICK)).isTrue();
    // when
    retry(accounts);
    assertThat(isStopped(accounts, SICK)).isTrue();
    discardFirst();
    // then
    assertThat(isStopped(accounts, SICK)).isFalse();
  }

  @Test
  void anUnknownTypeAdvancesTheVersion() {
    // given
    bench.produce(
        Bench.opened(EVENTS, SICK),
        Bench.record(
            EVENTS, SICK, Bench.id(SICK, 2), "test.unheard-of.v9", Optional.of(2L), new byte[0]),
        Bench.deposited(EVENTS, SICK, 3, 3));
    // when
    read(accounts);
    // then
    assertThat(parked()).isEmpty();
    assertThat(movements(SICK)).containsExactly("3 3");
  }

  // The last of each

  @Test
  void aWholeStateThatCannotBeReadWaitsForTheCorrectedOneOfTheSameVersion() throws SQLException {
    // given
    ProducerRecord<byte[], byte[]> unreadable = state(SICK, 2, "open");
    Bench.header(unreadable, Headers.TIME, "yesterday");
    bench.produce(state(SICK, 1, "new"), unreadable, state(WELL, 1, "new"));
    read(latest);
    assertThat(parked()).containsExactly(SICK + " UNREADABLE");
    assertThat(states()).containsExactly(SICK + " new 1", WELL + " new 1");
    assertThat(isStopped(latest, SICK)).isTrue();
    // when
    bench.produce(state(SICK, 2, "open"));
    read(latest);
    // then
    assertThat(parked()).isEmpty();
    assertThat(states()).containsExactly(SICK + " open 2", WELL + " new 1");
    assertThat(isStopped(latest, SICK)).isFalse();
  }

  @Test
  void aNewerWholeStateTakesThePlaceOfOneThatCannotBeApplied() throws SQLException {
    // given, as compaction may leave it: versions are missing
    bench.produce(state(SICK, 1, "new"), state(SICK, 3, "POISON"), state(WELL, 5, "open"));
    read(latest);
    assertThat(parked()).containsExactly(SICK + " NOT_APPLICABLE");
    assertThat(states()).containsExactly(SICK + " new 1", WELL + " open 5");
    // when
    bench.produce(state(SICK, 7, "closed"), state(SICK, 3, "POISON"));
    read(latest);
    // then
    assertThat(parked()).isEmpty();
    assertThat(states()).containsExactly(SICK + " closed 7", WELL + " open 5");
    assertThat(isStopped(latest, SICK)).isFalse();
  }

  @Test
  void aWholeStateThatCameAfterTheNewestAndCannotBeReadStaysParked() throws SQLException {
    // given both in one poll
    ProducerRecord<byte[], byte[]> unreadable = state(SICK, 2, "open");
    Bench.header(unreadable, Headers.TIME, "tomorrow");
    bench.produce(state(SICK, 1, "new"), unreadable);
    // when
    read(latest);
    // then
    assertThat(parked()).containsExactly(SICK + " UNREADABLE");
    assertThat(isStopped(latest, SICK)).isTrue();
  }

  @Test
  void aWholeStateWaitsForCodeThatCanApplyItOrIsDiscarded() throws SQLException {
    // given
    bench.produce(state(SICK, 1, "POISON"), state(WELL, 1, "POISON"));
    read(latest);
    assertThat(parked()).hasSize(2);
    // when
    bench.execute("UPDATE parked SET discarded_at = now() WHERE stream_key = '%s'".formatted(WELL));
    latest.mended = true;
    retry(latest);
    // then
    assertThat(parked()).isEmpty();
    assertThat(states()).containsExactly(SICK + " POISON 1");
  }

  @Test
  void anotherStateOfTheSameVersionIsAConflictAndATombstoneIsNone() throws SQLException {
    // given
    ProducerRecord<byte[], byte[]> second = state(SICK, 1, "closed");
    Bench.header(second, Headers.ID, UUID.randomUUID().toString());
    bench.produce(
        state(SICK, 1, "new"),
        second,
        new ProducerRecord<>(
            STATES.wireName(), WELL.toString().getBytes(StandardCharsets.UTF_8), null));
    // when
    read(latest);
    // then
    assertThat(parked()).containsExactly(SICK + " CONFLICT");
    assertThat(isStopped(latest, SICK)).isTrue();
  }

  @Test
  void aTombstoneTakesEverythingOfAStreamAndNothingBringsItBack() throws SQLException {
    // given a stream with a state and something parked, and another that goes on
    ProducerRecord<byte[], byte[]> tombstone =
        new ProducerRecord<>(
            STATES.wireName(), SICK.toString().getBytes(StandardCharsets.UTF_8), null);
    bench.produce(state(SICK, 1, "new"), state(WELL, 1, "new"), state(SICK, 2, "POISON"));
    read(latest);
    assertThat(states()).hasSize(2);
    assertThat(parked()).hasSize(1);
    // when it ends, twice, and later records of it come all the same, one with a version of before
    bench.produce(state(SICK, 3, "just before"), tombstone, state(SICK, 4, "just after"));
    read(latest);
    ProducerRecord<byte[], byte[]> again = state(SICK, 3, "another");
    Bench.header(again, Headers.ID, UUID.randomUUID().toString());
    bench.produce(tombstone, state(SICK, 5, "later"), again);
    read(latest);
    // then
    assertThat(states()).containsExactly(WELL + " new 1");
    assertThat(parked()).isEmpty();
    assertThat(isStopped(latest, SICK)).isFalse();
    // and a rebuild, also once Kafka has dropped the tombstone, ends in the same rows
    assertThat(
            new Rebuild(bench.dataSource(), bench.kafka(), latest, Rebuild.Source.TOPIC_READER)
                .run()
                .differences())
        .isEmpty();
    bench.produce(state(SICK, 6, "after a rebuild"));
    read(latest);
    assertThat(states()).containsExactly(WELL + " new 1");
  }

  @Test
  void whoStartsFromNothingAtATombstoneKnowsThatTheStreamHasEnded() throws SQLException {
    bench.produce(
        new ProducerRecord<>(
            STATES.wireName(), SICK.toString().getBytes(StandardCharsets.UTF_8), null));
    read(latest);
    bench.produce(state(SICK, 2, "later"));
    read(latest);
    assertThat(states()).isEmpty();
  }

  // By what they are

  @Test
  void linesBehindOneThatCannotBeAppliedWaitInOrderUntilTheCodeIsMended() throws SQLException {
    // given
    bench.produce(
        line(SICK, "a", 1),
        line(SICK, "b", AccountView.POISON_CENTS),
        line(WELL, "c", 3),
        line(SICK, "d", 4),
        line(SICK, "d", 4),
        line(SICK, "a", 1));
    read(lines);
    assertThat(parked())
        .containsExactly(
            SICK + " NOT_APPLICABLE", SICK + " BEHIND", SICK + " BEHIND", SICK + " BEHIND");
    assertThat(lineRows()).containsExactly("a 1", "c 3");
    assertThat(isStopped(lines, SICK)).isTrue();
    // when
    retry(lines);
    assertThat(parked()).hasSize(4);
    lines.mended = true;
    lines.order.clear();
    retry(lines);
    // then
    assertThat(parked()).isEmpty();
    assertThat(lineRows()).containsExactly("a 1", "b 666", "c 3", "d 4");
    assertThat(lines.order).containsExactly("b", "d", "d", "a");
    assertThat(isStopped(lines, SICK)).isFalse();
  }

  @Test
  void linesBehindOneThatCannotBeReadWaitUntilItIsDiscarded() throws SQLException {
    // given
    ProducerRecord<byte[], byte[]> unreadable = line(SICK, "a", 1);
    Bench.header(unreadable, Headers.SUBJECT, "nobody");
    bench.produce(unreadable, line(SICK, "b", 2), line(WELL, "c", 3));
    read(lines);
    assertThat(parked()).containsExactly(SICK + " UNREADABLE", SICK + " BEHIND");
    assertThat(lineRows()).containsExactly("c 3");
    // when
    discardFirst();
    retry(lines);
    // then
    assertThat(parked()).isEmpty();
    assertThat(lineRows()).containsExactly("b 2", "c 3");
    assertThat(isStopped(lines, SICK)).isFalse();
  }

  @Test
  void aRecordWithAKeyThatNoDatabaseTakesIsParkedAndTheReaderGoesOn() throws SQLException {
    // given: a NUL, and more than an index takes
    byte[] random = new byte[10_000];
    new Random(1).nextBytes(random);
    ProducerRecord<byte[], byte[]> nul = nothing("a\0b".getBytes(StandardCharsets.UTF_8));
    nul.headers().add("na\0me", new byte[1]);
    bench.produce(nul, nothing(random), Bench.opened(EVENTS, WELL));
    // when
    read(accounts);
    // then
    assertThat(parked()).hasSize(2).contains("a\uFFFDb UNREADABLE");
    assertThat(balances()).containsExactly(WELL + " 0");
    assertThat(bench.count("SELECT count(*) FROM parked WHERE record_key IS NOT NULL"))
        .isEqualTo(2);
  }

  @Test
  void whatTheDatabaseDoesNotTakeIsParkedWithWhereItWasAlone() throws SQLException {
    // given: a database that takes no value
    bench.execute("ALTER TABLE parked ADD CHECK (value IS NULL)");
    ProducerRecord<byte[], byte[]> unreadable = Bench.deposited(EVENTS, SICK, 2, 5);
    Bench.header(unreadable, Headers.ID, "no id");
    bench.produce(
        nothing("no dossier".getBytes(StandardCharsets.UTF_8)),
        unreadable,
        Bench.opened(EVENTS, WELL));
    // when
    read(accounts);
    // then: a dossier is stopped all the same
    assertThat(parked()).containsExactly(" UNREADABLE", SICK + " UNREADABLE");
    assertThat(balances()).containsExactly(WELL + " 0");
    assertThat(isStopped(accounts, SICK)).isTrue();
  }

  private static ProducerRecord<byte[], byte[]> nothing(byte[] key) {
    return new ProducerRecord<>(EVENTS.wireName(), 0, key, new byte[1]);
  }

  @Test
  void aReaderThatStartsOverForEverIsBehindAndStands() {
    // given
    bench.produce(Bench.opened(EVENTS, SICK), Bench.opened(EVENTS, WELL));
    RecordApplier failing =
        new RecordApplier() {
          @Override
          public void apply(Connection tx, List<ConsumerRecord<byte[], byte[]>> records) {
            throw new IllegalStateException("cannot apply");
          }

          @Override
          public void park(
              Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why) {
            throw new IllegalStateException("cannot park", why);
          }
        };
    try (TopicReader reader =
        new TopicReader("failing", List.of(EVENTS), bench.dataSource(), bench.kafka(), failing)
            .start()) {
      // then
      await().atMost(Duration.ofMinutes(5)).until(() -> reader.lag() == 2);
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofMinutes(5))
          .until(() -> reader.lag() == 2 && reader.stands(Duration.ofSeconds(1)));
    }
  }

  private static ProducerRecord<byte[], byte[]> state(UUID id, long version, String state) {
    return Bench.record(
        STATES,
        id,
        Bench.id(id, version),
        "test.state.v1",
        Optional.of(version),
        Wire.write(state));
  }

  private static ProducerRecord<byte[], byte[]> line(UUID account, String key, long cents) {
    return Bench.record(
        LINES,
        account,
        UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)),
        "test.line.v1",
        Optional.empty(),
        Wire.write(new Line(key, cents)));
  }

  private record Line(String key, long cents) {}

  private void read(Projection projection) {
    try (TopicReader _ =
        new TopicReader(
                projection.name(),
                projection.topics(),
                bench.dataSource(),
                bench.kafka(),
                new ProjectionApplier(projection))
            .start()) {
      bench.awaitRead(projection.name(), projection.topics().getFirst());
    }
  }

  private void retry(Projection projection) throws SQLException {
    Transactions.run(
        bench.dataSource(),
        tx -> {
          new ProjectionApplier(projection).retryParked(tx);
          return true;
        });
  }

  private boolean isStopped(Projection projection, UUID stream) throws SQLException {
    return Transactions.run(
        bench.dataSource(), tx -> new ProjectionApplier(projection).isStopped(tx, stream));
  }

  private void discardFirst() throws SQLException {
    boolean discarded =
        Transactions.run(
            bench.dataSource(), tx -> Parking.discard(tx, Parking.list(tx).getFirst().id()));
    assertThat(discarded).isTrue();
  }

  private List<String> parked() {
    return bench.rows(
        """
        SELECT stream_key || ' ' || reason FROM parked
        WHERE discarded_at IS NULL ORDER BY stream_key, record_offset
        """);
  }

  private List<String> balances() {
    return bench.rows("SELECT account_id || ' ' || balance FROM account ORDER BY account_id");
  }

  private List<String> movements(UUID account) {
    return bench.rows(
        "SELECT version || ' ' || cents FROM movement WHERE account_id = '%s' ORDER BY version"
            .formatted(account));
  }

  private List<String> states() {
    return bench.rows("SELECT id || ' ' || state || ' ' || version FROM latest ORDER BY id");
  }

  private List<String> lineRows() {
    return bench.rows("SELECT line_key || ' ' || cents FROM line ORDER BY line_key");
  }

  /** The last state of each. */
  private static final class Latest implements Projection {
    private volatile boolean mended;

    @Override
    public String name() {
      return "latest";
    }

    @Override
    public List<Topic> topics() {
      return List.of(STATES);
    }

    @Override
    public Order order() {
      return Order.LATEST;
    }

    @Override
    public List<String> tables() {
      return List.of("latest");
    }

    @Override
    public void ended(Connection tx, Set<UUID> streams) throws SQLException {
      try (PreparedStatement delete =
          tx.prepareStatement("DELETE FROM latest WHERE id = ANY (?)")) {
        delete.setArray(1, tx.createArrayOf("uuid", streams.toArray()));
        delete.executeUpdate();
      }
    }

    @Override
    public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
      for (RecordedEvent event : events) {
        String state = Wire.read(event.data(), String.class);
        if (state.equals("POISON") && !mended) {
          throw new IllegalStateException("not this state");
        }
        try (PreparedStatement upsert =
            tx.prepareStatement(
                """
                INSERT INTO latest VALUES (?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version
                """)) {
          upsert.setObject(1, event.streamId());
          upsert.setString(2, state);
          upsert.setLong(3, event.version().getAsLong());
          upsert.executeUpdate();
        }
      }
    }
  }

  /** Lines that are known by their key. */
  private static final class Lines implements Projection {
    private final List<String> order = new CopyOnWriteArrayList<>();
    private volatile boolean mended;

    @Override
    public String name() {
      return "lines";
    }

    @Override
    public List<Topic> topics() {
      return List.of(LINES);
    }

    @Override
    public Order order() {
      return Order.BY_IDENTITY;
    }

    @Override
    public List<String> tables() {
      return List.of("line");
    }

    @Override
    public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
      for (RecordedEvent event : events) {
        Line line = Wire.read(event.data(), Line.class);
        try (PreparedStatement insert =
            tx.prepareStatement("INSERT INTO line VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
          if (line.cents() == AccountView.POISON_CENTS && !mended) {
            throw new IllegalStateException("not these");
          }
          insert.setString(1, line.key());
          insert.setObject(2, event.streamId());
          insert.setLong(3, line.cents());
          insert.executeUpdate();
        }
        order.add(line.key());
      }
    }
  }
}
