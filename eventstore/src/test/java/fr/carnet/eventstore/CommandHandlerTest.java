package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Decision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command becomes facts once, whoever else asks at the same moment. */
class CommandHandlerTest {
  private static final int WRITERS = 16;

  private Bench bench;
  private CommandHandler<Accounts.Account, Accounts.Event> handler;

  @BeforeEach
  void anEmptyStore() {
    bench = Bench.fresh();
    handler = new CommandHandler<>(bench.dataSource(), new Accounts(), () -> {}, () -> true);
  }

  @Test
  void sixteenWritersOnOneStreamLoseNoUpdateAndTheLosersAreTold() throws Exception {
    // given
    int each = 40 * Bench.ROUNDS;
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.empty(), Accounts.open("one"));
    // when
    List<CommandResult> results =
        atOnce(
                WRITERS,
                _ -> {
                  List<CommandResult> mine = new ArrayList<>();
                  for (int i = 0; i < each; i++) {
                    mine.add(ask(stream, Optional.empty(), Accounts.deposit(1)));
                  }
                  return mine;
                })
            .stream()
            .flatMap(List::stream)
            .toList();
    // then
    long done = results.stream().filter(CommandResult.Done.class::isInstance).count();
    List<CommandResult> told =
        results.stream().filter(CommandResult.Refused.class::isInstance).toList();
    System.out.printf(
        "%d writers on one stream: %d asked, %d recorded, %d told CONCURRENT_UPDATE%n",
        WRITERS, results.size(), done, told.size());
    assertThat(done).isPositive();
    assertThat(told).allMatch(new CommandResult.Refused(StoreRefusal.CONCURRENT_UPDATE)::equals);
    assertThat(done + told.size()).isEqualTo((long) WRITERS * each);
    assertThat(versions(stream)).isEqualTo(LongStream.rangeClosed(1, done + 1).boxed().toList());
    assertThat(bench.count("SELECT version FROM stream")).isEqualTo(done + 1);
    assertThat(bench.count("SELECT balance FROM account")).isEqualTo(done);
    assertThat(bench.count("SELECT count(DISTINCT id) FROM outbox")).isEqualTo(done + 1);
    assertThat(bench.rows("SELECT streamversion FROM outbox ORDER BY position"))
        .isEqualTo(LongStream.rangeClosed(1, done + 1).mapToObj(Long::toString).toList());
  }

  @Test
  void ofSixteenWhoOpenTheSameNewStreamOneOpensItAndTheOthersFindItOpen() throws Exception {
    for (int round = 0; round < 10 * Bench.ROUNDS; round++) {
      // given
      UUID stream = UUID.randomUUID();
      String owner = "owner " + round;
      // when
      List<CommandResult> results =
          atOnce(WRITERS, _ -> ask(stream, Optional.empty(), Accounts.open(owner)));
      // then
      assertThat(results).allMatch(CommandResult.Done.class::isInstance);
      assertThat(versions(stream)).containsExactly(1L);
    }
  }

  @Test
  void whatIsUniqueAcrossStreamsIsRefusedWithItsOwnReason() throws Exception {
    // given / when
    List<CommandResult> results =
        atOnce(
            WRITERS,
            _ -> ask(UUID.randomUUID(), Optional.empty(), Accounts.open("the same owner")));
    // then
    assertThat(results.stream().filter(CommandResult.Done.class::isInstance)).hasSize(1);
    assertThat(results.stream().filter(r -> !(r instanceof CommandResult.Done)))
        .allMatch(new CommandResult.Refused(Accounts.Refusal.OWNER_HAS_ONE)::equals);
    assertThat(bench.count("SELECT count(*) FROM event")).isEqualTo(1);
    assertThat(bench.count("SELECT count(*) FROM stream")).isEqualTo(1);
  }

  @Test
  void theSameKeyAgainGivesTheSameAnswerAndOneEvent() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.empty(), Accounts.open("one"));
    var key = key("k", "deposit 5");
    // when
    CommandResult first = ask(stream, Optional.of(key), Accounts.deposit(5));
    CommandResult second = ask(stream, Optional.of(key), Accounts.deposit(5));
    // then
    assertThat(text(second)).isEqualTo(text(first));
    assertThat(((CommandResult.Done) first).repeated()).isFalse();
    assertThat(((CommandResult.Done) second).repeated()).isTrue();
    assertThat(versions(stream)).containsExactly(1L, 2L);
  }

  @Test
  void theSameKeyAtTheSameMomentGivesTheSameAnswerAndOneEvent() throws Exception {
    int repeated = 0;
    for (int round = 0; round < 10 * Bench.ROUNDS; round++) {
      // given
      UUID stream = UUID.randomUUID();
      ask(stream, Optional.empty(), Accounts.open("owner " + round));
      var key = key("k" + round, "deposit 5");
      // when
      List<CommandResult> results =
          atOnce(WRITERS, _ -> ask(stream, Optional.of(key), Accounts.deposit(5)));
      // then
      assertThat(results.stream().map(CommandHandlerTest::text).distinct()).hasSize(1);
      long recorded = results.stream().filter(r -> !((CommandResult.Done) r).repeated()).count();
      assertThat(recorded).isEqualTo(1);
      assertThat(versions(stream)).containsExactly(1L, 2L);
      repeated += WRITERS - 1;
    }
    System.out.printf("same key at once: %d repeats answered as the first%n", repeated);
  }

  @Test
  void theSameKeyForAnotherRequestIsRefused() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.of(key("k", "open")), Accounts.open("one"));
    // when
    CommandResult other = ask(stream, Optional.of(key("k", "deposit 5")), Accounts.deposit(5));
    // then
    assertThat(other).isEqualTo(new CommandResult.Refused(StoreRefusal.IDEMPOTENCY_KEY_REUSED));
    assertThat(versions(stream)).containsExactly(1L);
  }

  @Test
  void theSameKeyOfSomebodyElseIsAnotherKey() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.empty(), Accounts.open("one"));
    var mine = new CommandEnvelope.Idempotency("me", "k", new byte[] {1});
    var yours = new CommandEnvelope.Idempotency("you", "k", new byte[] {2});
    // when
    ask(stream, Optional.of(mine), Accounts.deposit(5));
    ask(stream, Optional.of(yours), Accounts.deposit(7));
    // then
    assertThat(bench.count("SELECT balance FROM account")).isEqualTo(12);
  }

  @Test
  void aRefusedCommandLeavesNoTraceAndCanBeAskedAgain() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    var key = key("k", "deposit 5");
    // when
    CommandResult tooEarly = ask(stream, Optional.of(key), Accounts.deposit(5));
    // then
    assertThat(tooEarly).isEqualTo(new CommandResult.Refused(Accounts.Refusal.NOT_OPEN));
    for (String table :
        List.of("stream", "event", "outbox", "command_receipt", "account", "movement")) {
      assertThat(bench.count("SELECT count(*) FROM " + table)).as(table).isZero();
    }
    // when it holds
    ask(stream, Optional.empty(), Accounts.open("one"));
    CommandResult now = ask(stream, Optional.of(key), Accounts.deposit(5));
    // then
    assertThat(now).isInstanceOf(CommandResult.Done.class);
    assertThat(versions(stream)).containsExactly(1L, 2L);
  }

  @Test
  void aCommandThatFailsMidwayLeavesNoTrace() throws Exception {
    // given
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.empty(), Accounts.open("one"));
    // when the projection fails, after the event is inserted
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                ask(
                    stream,
                    Optional.of(key("k", "poison")),
                    Accounts.deposit(AccountView.POISON_CENTS)))
        .isInstanceOf(IllegalStateException.class);
    // then
    assertThat(versions(stream)).containsExactly(1L);
    assertThat(bench.count("SELECT version FROM stream")).isEqualTo(1);
    assertThat(bench.count("SELECT count(*) FROM outbox")).isEqualTo(1);
    assertThat(bench.count("SELECT count(*) FROM command_receipt")).isZero();
  }

  @Test
  void whatDecidesTwiceDecidesOnTheStateThatItAppendsTo() throws Exception {
    // given a decider that lets the balance reach 10 and not more
    UUID stream = UUID.randomUUID();
    ask(stream, Optional.empty(), Accounts.open("one"));
    AtomicInteger decided = new AtomicInteger();
    // when
    atOnce(
        WRITERS,
        _ ->
            ask(
                stream,
                Optional.empty(),
                account -> {
                  decided.incrementAndGet();
                  return account.balance() >= 10
                      ? Decision.accepted()
                      : Decision.accepted(new Accounts.Deposited(5));
                }));
    // then
    System.out.printf("%d commands took %d decisions%n", WRITERS, decided.get());
    assertThat(bench.count("SELECT balance FROM account")).isEqualTo(10);
  }

  private static CommandEnvelope.Idempotency key(String key, String request) {
    return new CommandEnvelope.Idempotency("test", key, request.getBytes(StandardCharsets.UTF_8));
  }

  private CommandResult ask(
      UUID stream,
      Optional<CommandEnvelope.Idempotency> key,
      CommandHandler.Decide<Accounts.Account, Accounts.Event> decide)
      throws java.sql.SQLException {
    return handler.handle(
        new CommandEnvelope(stream, UUID.randomUUID(), "test", "test", key),
        decide,
        events -> events.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String text(CommandResult result) {
    return new String(((CommandResult.Done) result).answer(), StandardCharsets.UTF_8);
  }

  private List<Long> versions(UUID stream) {
    return bench
        .rows("SELECT version FROM event WHERE stream_id = '%s' ORDER BY 1".formatted(stream))
        .stream()
        .map(Long::valueOf)
        .toList();
  }

  private interface Writer<T> {
    T write(int index) throws Exception;
  }

  private static <T> List<T> atOnce(int writers, Writer<T> writer) throws Exception {
    CyclicBarrier start = new CyclicBarrier(writers);
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Callable<T>> tasks = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        int index = i;
        tasks.add(
            () -> {
              start.await();
              return writer.write(index);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
      return results;
    }
  }
}
