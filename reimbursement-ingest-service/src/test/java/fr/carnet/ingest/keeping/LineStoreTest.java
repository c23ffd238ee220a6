package fr.carnet.ingest.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.BillingLine;
import fr.carnet.ingest.deciding.CodeLists;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.ingest.deciding.Verdict;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;

class LineStoreTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);
  private static final Window WINDOW = Window.endingOn(TODAY);
  private static final Ins INS = Ins.parse("253072B07300470").orElseThrow();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private static final ObjectReader EXACT =
      Wire.JSON.reader(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final LinePolicy LENIENT =
      new LinePolicy(
          Arrays.stream(LineFault.values())
              .filter(fault -> fault.nature().mayWarn())
              .collect(Collectors.toSet()),
          CodeLists.none());

  /** One database for all: each test has lines of its own. */
  private static final class Database {
    static final DataSource SOURCE = RealServers.migratedDatabase("db/eventstore", "db/migration");
  }

  private final LineKeys keys = new LineKeys("a test's secret", TestTokens.PATIENT_REF_SECRET);
  private final LineStore store = storeOf(1L << 30);

  private LineStore storeOf(long rejectedBytesADay) {
    return new LineStore(keys, new Rejections(rejectedBytesADay), new SimpleMeterRegistry());
  }

  private static String newLineId() {
    return "line-" + NAMES.incrementAndGet();
  }

  @Test
  void aLineIsKeptOnceAndSaysSo() throws SQLException {
    // given
    String id = newLineId();
    // when
    List<Outcome> together = keep(sound(id, 1), sound(id, 1), sound(id, 2));
    List<Outcome> later = keep(sound(id, 2), sound(id, 1), sound(id, 2));
    // then
    assertThat(together)
        .containsExactly(new Outcome.Accepted(), new Outcome.Repeated(), reused(id));
    assertThat(later).containsExactly(reused(id), new Outcome.Repeated(), reused(id));
    assertThat(row(id)).isEqualTo("kept unpassed with care");
    assertThat(rejections(id)).isEqualTo(3);
  }

  @Test
  void whatWasUnpassedBeforeThereWasAQueueIsInTheQueue() throws SQLException {
    // given: the tables as they were
    DataSource old = RealServers.dataSource(RealServers.emptyDatabase());
    FluentConfiguration migrations =
        Flyway.configure().dataSource(old).locations("db/eventstore", "db/migration");
    migrations.target("160").load().migrate();
    try (Connection connection = old.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO line (line_key, patient_ref, bucket, unpassed)
          VALUES ('waits', 'p', 7, true), ('was looked at', 'p', 7, false)
          """);
      // when
      migrations.target("latest").load().migrate();
      // then
      try (ResultSet row = statement.executeQuery("SELECT line_key, bucket FROM unpassed")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("waits");
        assertThat(row.getInt(2)).isEqualTo(7);
        assertThat(row.next()).isFalse();
      }
    }
  }

  @Test
  void aRepeatIsTheSameByValueAndNotByItsText() throws SQLException {
    String id = newLineId();
    keep(sound(id, new BigDecimal("1")));
    assertThat(keep(sound(id, new BigDecimal("1.0")))).containsExactly(new Outcome.Repeated());
  }

  @Test
  void aRepeatIsCountedOnItsLineAndMakesItUnpassedAgain() throws SQLException {
    // given
    String id = newLineId();
    keep(sound(id, 1), sound(id, 1));
    valveLooksAt(id);
    // when: counted twice, because counting again must change nothing
    keep(sound(id, 1), sound(id, 2));
    takeUpNotes();
    takeUpNotes();
    // then
    assertThat(row(id)).isEqualTo("kept unpassed with care");
    assertThat(repeats(id)).isEqualTo(2);
  }

  @Test
  void whatIsRepeatedAgainAndAgainPassesAgainEverMoreSeldom() throws SQLException {
    // given
    String id = newLineId();
    keep(sound(id, 1));
    valveLooksAt(id);
    List<Integer> passed = new ArrayList<>();
    // when: far apart, so that each is taken up by itself; and at last many at once
    for (int times = 1; times <= 40; times++) {
      keep(sound(id, 1));
      takeUpNotes();
      if (row(id).contains("unpassed")) {
        passed.add(times);
        valveLooksAt(id);
      }
    }
    keep(Collections.nCopies(60, sound(id, 1)).toArray(Received[]::new));
    takeUpNotes();
    // then
    assertThat(passed).containsExactly(1, 2, 4, 8, 16, 32);
    assertThat(repeats(id)).isEqualTo(100);
    assertThat(row(id)).contains("unpassed");
  }

  @Test
  void aRepeatWaitsForNobodyAndIsCountedOnceTheRowIsFree() throws SQLException {
    // given
    String id = newLineId();
    keep(sound(id, 1));
    try (Connection valve = Database.SOURCE.getConnection();
        PreparedStatement hold =
            valve.prepareStatement("SELECT 1 FROM line WHERE line_key = ? FOR UPDATE")) {
      valve.setAutoCommit(false);
      hold.setString(1, keys.lineKey("sender", id));
      hold.executeQuery().close();
      // when: the row is held, as while Kafka is asked
      keep(sound(id, 1));
      takeUpNotes();
      // then
      assertThat(repeats(id)).isZero();
      valve.rollback();
    }
    takeUpNotes();
    assertThat(repeats(id)).isEqualTo(1);
  }

  @Test
  void aLateFlagOfSecretCareWaitsForNobodyAndCountsAtOnce() throws SQLException {
    // given
    String id = newLineId();
    keep(sound(id, 1));
    try (Connection valve = Database.SOURCE.getConnection();
        PreparedStatement hold =
            valve.prepareStatement("SELECT 1 FROM line WHERE line_key = ? FOR UPDATE")) {
      valve.setAutoCommit(false);
      hold.setString(1, keys.lineKey("sender", id));
      hold.executeQuery().close();
      // when: the row is held, as while Kafka is asked
      assertThat(keep(received(id, Copy.FLAGGED))).containsExactly(new Outcome.Accepted());
      takeUpNotes();
      // then
      assertThat(keep(sound(id, 1), sound(id, 2), received(id, Copy.FAULTY)))
          .containsOnly(new Outcome.Accepted());
      assertThat(rejections(id)).isZero();
      valve.rollback();
    }
    takeUpNotes();
    assertThat(row(id)).isEqualTo("secret unpassed");
  }

  @Test
  void ofSecretCareNoRepeatIsCounted() throws SQLException {
    String id = newLineId();
    keep(sound(id, 1), sound(id, 1));
    keep(received(id, Copy.FLAGGED));
    keep(sound(id, 1));
    takeUpNotes();
    valveLooksAt(id);
    takeUpNotes();
    assertThat(row(id)).isEqualTo("secret");
    assertThat(repeats(id)).isZero();
  }

  @Test
  void theTreatingPhysicianTellsRepeatsApartAndIsNoPartOfTheItem() throws SQLException {
    String id = newLineId();
    BillingLine unnamed = billed(id, BigDecimal.ONE, TODAY, Optional.empty());
    BillingLine named = billed(id, BigDecimal.ONE, TODAY, Optional.of("99700024450"));
    keep(bytes(new Verdict.Valid(unnamed, List.of()), id));
    assertThat(keep(bytes(new Verdict.Valid(named, List.of()), id))).containsExactly(reused(id));
    PatientRef patient = keys.patientRef(named);
    assertThat(keys.itemId(patient, named)).isEqualTo(keys.itemId(patient, unnamed));
    // Kept for good since before the field was known: what came then must still repeat.
    assertThat(HexFormat.of().formatHex(LineKeys.digest(unnamed)))
        .isEqualTo("eee5ae1dd2b385555b93e38439e374664916c81ff18860f4eb2a373e82175540");
  }

  @Provide
  Arbitrary<String> numbers() {
    Arbitrary<String> digits = Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(6);
    return Combinators.combine(
            Arbitraries.of("", "-"),
            digits,
            digits,
            Arbitraries.integers().between(0, 990),
            Arbitraries.integers().between(-12, 12))
        .as(
            (sign, whole, part, zeros, exponent) ->
                sign + new BigInteger(whole) + "." + part + "0".repeat(zeros) + "e" + exponent);
  }

  @Provide
  Arbitrary<String> codes() {
    return Arbitraries.of("99700024450", "06", "1351", "\0", "6\0", "\ud83d", "\udc00x", "é", "");
  }

  @Property(seed = "20261122", tries = 1_000, shrinking = ShrinkingMode.BOUNDED)
  void everyLineThatIsTakenCanBeReadBack(
      @ForAll("numbers") String quantity, @ForAll("codes") String code) throws IOException {
    // given: a line as it is parsed, where every rule only warns that can
    Map<String, Object> line = new HashMap<>();
    line.put("lineId", "a");
    line.put("beneficiaryIns", INS.value());
    line.put("careFrom", "2026-05-03");
    line.put("careTo", "2026-05-03");
    line.put("processedOn", "2026-05-12");
    line.put("category", "IMAGING");
    line.put("natureCode", code);
    line.put("act", Map.of("system", "CCAM", "code", code));
    line.put("quantity", EXACT.readValue(quantity, BigDecimal.class));
    line.put("performer", Map.of("rpps", code, "finess", code, "specialtyCode", code));
    line.put("treatingPhysicianRpps", code);
    BigInteger cents = BigInteger.ONE;
    line.put("amounts", Map.of("paidCents", cents, "baseCents", cents, "reimbursedCents", cents));
    line.put("duringHospitalStay", false);
    line.put("secretCare", false);
    // when
    Verdict verdict = LineRules.read(line, Optional.empty(), TODAY, LENIENT);
    // then
    if (verdict instanceof Verdict.Valid valid) {
      Care care = store.care(keys.patientRef(valid.line()), valid.line());
      byte[] json = Wire.write(care);
      assertThat(Wire.read(json, Care.class)).isEqualTo(care);
      // The dossier keeps it as text of PostgreSQL.
      assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\\u0000");
    } else {
      assertThat(((Verdict.Invalid) verdict).faults()).isNotEmpty();
    }
  }

  @Test
  void aNumberMayBeSentWithAThousandZeros() throws IOException {
    String number = "0.1" + "0".repeat(997) + "e-3";
    everyLineThatIsTakenCanBeReadBack(number, "06");
  }

  @Test
  void theSameIdOfAnotherSenderIsAnotherLine() throws SQLException {
    String id = newLineId();
    keep("one", sound(id, 1));
    assertThat(keep("two", sound(id, 2))).containsExactly(new Outcome.Accepted());
  }

  @Test
  void whatIsOutsideTheWindowIsNeitherKeptNorRefused() throws SQLException {
    String id = newLineId();
    LocalDate first = TODAY.minusMonths(24);
    assertThat(keep(on(id, first.minusDays(1)), on(id, first))) //
        .containsExactly(new Outcome.OutsideWindow(), new Outcome.Accepted());
    assertThat(keep(on(id, first.minusDays(1)))).containsExactly(new Outcome.OutsideWindow());
    assertThat(rejections(id)).isZero();
  }

  /** What may come under one line id. */
  enum Copy {
    ONE_CONTENT,
    ANOTHER_CONTENT,
    OUTSIDE_THE_WINDOW,
    FAULTY,
    FLAGGED,
    NEXT_BATCH
  }

  @Provide
  Arbitrary<List<Copy>> copies() {
    return Arbitraries.of(Copy.class).list().ofMinSize(1).ofMaxSize(12);
  }

  @Property(seed = "20261122", tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void inWhateverOrderAndBatchesTheOutcomesAreTheSame(@ForAll("copies") List<Copy> copies)
      throws SQLException {
    // given
    String id = newLineId();
    List<Outcome> outcomes = new ArrayList<>();
    List<Received> batch = new ArrayList<>();
    // when
    for (Copy copy : copies) {
      if (copy == Copy.NEXT_BATCH) {
        outcomes.addAll(keep(batch.toArray(Received[]::new)));
        batch.clear();
      } else {
        batch.add(received(id, copy));
      }
    }
    outcomes.addAll(keep(batch.toArray(Received[]::new)));
    takeUpNotes();
    // then
    if (copies.contains(Copy.FLAGGED)) {
      assertThat(row(id)).isIn("secret", "secret unpassed");
      assertThat(rejections(id)).isZero();
    } else {
      assertThat(outcomes).isEqualTo(modelled(id, copies));
    }
  }

  /** Without a flag: the first content counts, whatever the batches are. */
  private static List<Outcome> modelled(String id, List<Copy> copies) {
    Optional<Copy> kept = Optional.empty();
    List<Outcome> outcomes = new ArrayList<>();
    for (Copy copy : copies) {
      switch (copy) {
        case ONE_CONTENT, ANOTHER_CONTENT -> {
          outcomes.add(
              kept.isEmpty()
                  ? new Outcome.Accepted()
                  : kept.get() == copy ? new Outcome.Repeated() : reused(id));
          kept = kept.or(() -> Optional.of(copy));
        }
        case OUTSIDE_THE_WINDOW -> outcomes.add(new Outcome.OutsideWindow());
        case FAULTY ->
            outcomes.add(
                new Outcome.Rejected(
                    Optional.of(id), List.of(LineFault.QUANTITY_ZERO.of("quantity"))));
        case FLAGGED, NEXT_BATCH -> {}
      }
    }
    return outcomes;
  }

  @Property(seed = "20261122", tries = 25, shrinking = ShrinkingMode.OFF)
  void anyPermutationRepetitionAndSplitGivesTheSameHistory(@ForAll long seed) throws SQLException {
    // given: lines of a few items on both sides of the window's edge, reversals in part and in
    // full,
    // before and without what they reverse, what another performer did instead, late flags
    Random dice = new Random(seed);
    String run = newLineId();
    List<LocalDate> days =
        List.of(TODAY, TODAY.minusDays(1), WINDOW.first(), WINDOW.first().minusDays(1));
    List<Received> lines = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String id = run + "-" + i;
      BigDecimal quantity =
          BigDecimal.valueOf(dice.nextLong(1, 4) * (dice.nextInt(3) == 0 ? -1 : 1));
      BillingLine line =
          billed(id, quantity, days.get(dice.nextInt(days.size())), Optional.empty());
      ids.add(id);
      lines.add(valid(dice.nextInt(3) == 0 ? byAnother(line, TODAY.minusDays(i)) : line));
      if (dice.nextInt(5) == 0) {
        lines.add(received(id, Copy.FLAGGED));
      }
    }
    // when: once as they are, and once shuffled, repeated and cut into deliveries
    keep("in-order", lines.toArray(Received[]::new));
    List<Received> again = new ArrayList<>(lines);
    lines.forEach(line -> again.addAll(Collections.nCopies(dice.nextInt(3), line)));
    Collections.shuffle(again, dice);
    for (int next = 0; next < again.size(); ) {
      int end = Math.min(again.size(), next + dice.nextInt(1, 9));
      keep("out-of-order", again.subList(next, end).toArray(Received[]::new));
      if (dice.nextInt(3) == 0) {
        takeUpNotes();
      }
      next = end;
    }
    takeUpNotes();
    // then
    assertThat(kept("out-of-order", ids)).isEqualTo(kept("in-order", ids)).isNotEmpty();
  }

  /** The same care by another performer, processed on another day. */
  private static BillingLine byAnother(BillingLine line, LocalDate processedOn) {
    return new BillingLine(
        line.lineId(),
        line.beneficiary(),
        line.careFrom(),
        line.careTo(),
        processedOn,
        line.category(),
        line.natureCode(),
        line.act(),
        line.quantity(),
        new CareProvider(Optional.of("10000000017"), Optional.empty(), Optional.empty()),
        line.prescriber(),
        line.prescribedOn(),
        line.amounts(),
        line.duringHospitalStay(),
        line.treatingPhysician());
  }

  /** What there is of each line by its id: that it is secret, or the care that will pass. */
  private Map<String, String> kept(String sender, List<String> ids) throws SQLException {
    Map<String, String> kept = new TreeMap<>();
    try (Connection connection = Database.SOURCE.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT secret, care FROM line WHERE line_key = ?")) {
      for (String id : ids) {
        select.setString(1, keys.lineKey(sender, id));
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            kept.put(
                id,
                row.getBoolean(1)
                    ? "secret" + (row.getBytes(2) == null ? "" : " with care")
                    : new String(row.getBytes(2), StandardCharsets.UTF_8));
          }
        }
      }
    }
    return kept;
  }

  @Property(seed = "20261122", tries = 60, shrinking = ShrinkingMode.OFF)
  void ofSecretCareNothingRemains(
      @ForAll("copies") List<Copy> before, @ForAll("copies") List<Copy> after) throws SQLException {
    // given: whatever came before, looked at by the valve or not
    String id = newLineId();
    keepAll(id, before);
    boolean lookedAt = before.size() % 2 == 0;
    if (lookedAt) {
      valveLooksAt(id);
    }
    boolean known = !row(id).equals("none") && !row(id).startsWith("secret");
    // when
    keep(received(id, Copy.FLAGGED));
    // Noted or taken up: for what comes after it is the same.
    boolean takenUp = after.size() % 2 == 0;
    if (takenUp) {
      takeUpNotes();
    }
    keepAll(id, after);
    takeUpNotes();
    String flagged = row(id);
    // then: what was kept waits for the valve, which withdraws it and forgets the patient
    if (known) {
      assertThat(flagged).isEqualTo("secret unpassed");
    }
    valveLooksAt(id);
    assertThat(row(id)).isEqualTo("secret");
    assertThat(rejections(id)).isZero();
    assertThat(outboxOf(id)).isZero();
  }

  @Test
  void writersOfTheSameLinesAtOnceKeepEachOnce() throws Exception {
    long seed = 20_260_601L;
    System.out.println("seed of writers: " + seed);
    // given
    String run = newLineId();
    int lines = 400;
    int writers = 6;
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger repeated = new AtomicInteger();
    AtomicInteger again = new AtomicInteger();
    // when: every writer sends all lines in an order and in batches of its own
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        Random random = new Random(seed + w);
        boolean flags = w == 0;
        work.add(() -> write(run, lines, flags, random, accepted, repeated, again));
      }
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
    takeUpFlags();
    // then
    System.out.printf(
        "writers at once: %d accepted, %d repeated, %d transactions tried again%n",
        accepted.get(), repeated.get(), again.get());
    int ordinary = 0;
    for (int i = 0; i < lines; i++) {
      if (i % 10 == 0) {
        assertThat(row(run + "-" + i)).isIn("secret", "secret unpassed");
        assertThat(rejections(run + "-" + i)).isZero();
        assertThat(outboxOf("\"" + run + "-" + i + "\"")).isZero();
      } else {
        assertThat(row(run + "-" + i)).isEqualTo("kept unpassed with care");
        ordinary++;
      }
    }
    assertThat(accepted.get()).isEqualTo(ordinary);
    assertThat(repeated.get()).isEqualTo(ordinary * (writers - 1));
    // when: several valves count at once
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        work.add(
            () -> {
              takeUpNotes();
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
    takeUpNotes();
    // then
    for (int i = 0; i < lines; i++) {
      assertThat(repeats(run + "-" + i)).isEqualTo(i % 10 == 0 ? 0 : writers - 1);
    }
  }

  @Test
  void whoeverFlagsAndRefusesAtOnceWaitsForNobodyInACircle() throws Exception {
    // given: writers of lines of their own, whose locks are dealt over the same ones
    int flagged = 5;
    int refused = 100;
    List<Writing> ways =
        List.of(
            this::keep,
            this::keep,
            (sender, lines) ->
                Transactions.run(
                    Database.SOURCE,
                    tx -> {
                      store.hold(tx, sender, List.of(lines));
                      List<Outcome> kept =
                          store.keep(tx, sender, List.of(lines), WINDOW, "corrected");
                      assertThat(store.areSecret(tx, sender, List.of(lines))).contains(true);
                      return kept;
                    }),
            (sender, lines) -> {
              try (DryRun run = store.dryRun(Database.SOURCE)) {
                return run.of(sender, List.of(lines), WINDOW);
              }
            });
    // when
    try (ExecutorService threads = Executors.newFixedThreadPool(ways.size())) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (Writing way : ways) {
        String run = newLineId();
        work.add(
            () -> {
              for (int batch = 0; batch < 25; batch++) {
                List<Received> lines = new ArrayList<>();
                for (int i = 0; i < flagged + refused; i++) {
                  Copy copy = i < flagged ? Copy.FLAGGED : Copy.FAULTY;
                  lines.add(received(run + "-" + batch + "-" + i, copy));
                }
                List<Outcome> outcomes = way.write(run, lines.toArray(Received[]::new));
                assertThat(outcomes.stream().filter(Outcome.Rejected.class::isInstance))
                    .hasSize(refused);
              }
              return true;
            });
      }
      // then: no transaction had to be tried again
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
  }

  @Test
  void ofWhatIsRejectedOfASenderInADayThereIsAnEnd() throws SQLException {
    // given: a little is kept
    LineStore small = storeOf(20_000);
    String run = newLineId();
    Received[] hundred =
        IntStream.range(0, 100)
            .mapToObj(i -> received(run + "-" + i, Copy.FAULTY))
            .toArray(Received[]::new);
    // when
    List<Outcome> first = keep(small, run, hundred);
    List<Outcome> second = keep(small, run, hundred);
    List<Outcome> anothers = keep(small, run + "-another", received(run, Copy.FAULTY));
    // then: it is all rejected, for the same reasons, and the first of it is kept
    long kept = first.stream().filter(LineStoreTest::isKept).count();
    assertThat(kept).isBetween(5L, 20L);
    assertThat(first).isSortedAccordingTo(Comparator.comparing(o -> !isKept(o)));
    assertThat(second).noneMatch(LineStoreTest::isKept);
    assertThat(anothers).allMatch(LineStoreTest::isKept);
    for (Outcome outcome : second) {
      assertThat(((Outcome.Rejected) outcome).faults())
          .containsExactly(LineFault.QUANTITY_ZERO.of("quantity"));
    }
    long stored = 0;
    long told = 0;
    for (int i = 0; i < 100; i++) {
      stored += rejections(run + "-" + i);
      told += outboxOf("\"" + run + "-" + i + "\"");
    }
    assertThat(stored).isEqualTo(kept);
    assertThat(told).isEqualTo(kept);
    // when: its days are over
    execute("UPDATE rejection_day SET day = day - 1 WHERE sender = '" + run + "'");
    // then
    assertThat(keep(small, run, received(run, Copy.FAULTY))).allMatch(LineStoreTest::isKept);
  }

  private static boolean isKept(Outcome outcome) {
    return ((Outcome.Rejected) outcome).kept();
  }

  private List<Outcome> keep(LineStore into, String sender, Received... lines) throws SQLException {
    return Transactions.run(
        Database.SOURCE, tx -> into.keep(tx, sender, List.of(lines), WINDOW, "c"));
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = Database.SOURCE.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Writing {
    List<Outcome> write(String sender, Received... lines) throws SQLException;
  }

  private boolean write(
      String run,
      int lines,
      boolean flags,
      Random random,
      AtomicInteger accepted,
      AtomicInteger repeated,
      AtomicInteger again)
      throws SQLException {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    int next = 0;
    while (next < lines) {
      int end = Math.min(lines, next + 1 + random.nextInt(60));
      List<Integer> part = order.subList(next, end);
      Received[] batch =
          part.stream()
              .map(
                  i ->
                      i % 10 == 0
                          ? received(run + "-" + i, ofATenth(flags, random))
                          : sound(run + "-" + i, 1))
              .toArray(Received[]::new);
      try {
        List<Outcome> outcomes = keep(batch);
        for (int i = 0; i < outcomes.size(); i++) {
          if (part.get(i) % 10 != 0) {
            (outcomes.get(i) instanceof Outcome.Accepted ? accepted : repeated).incrementAndGet();
          }
        }
        next = end;
      } catch (SQLException e) {
        // As DeliveryResource and TopicReader do.
        if (!Transactions.isTransient(e)) {
          throw e;
        }
        again.incrementAndGet();
      }
    }
    return true;
  }

  /** The first writer flags them, while the others send what would be kept or refused. */
  private static Copy ofATenth(boolean flags, Random random) {
    List<Copy> others = List.of(Copy.FAULTY, Copy.ANOTHER_CONTENT, Copy.ONE_CONTENT);
    return flags ? Copy.FLAGGED : others.get(random.nextInt(others.size()));
  }

  private void keepAll(String id, List<Copy> copies) throws SQLException {
    keep(
        copies.stream()
            .filter(copy -> copy != Copy.NEXT_BATCH)
            .map(copy -> received(id, copy))
            .toArray(Received[]::new));
  }

  private List<Outcome> keep(Received... lines) throws SQLException {
    return keep("sender", lines);
  }

  private List<Outcome> keep(String sender, Received... lines) throws SQLException {
    return Transactions.run(
        Database.SOURCE, tx -> store.keep(tx, sender, Arrays.asList(lines), WINDOW, "c"));
  }

  private static Received received(String id, Copy copy) {
    return switch (copy) {
      case ONE_CONTENT -> sound(id, 1);
      case ANOTHER_CONTENT -> sound(id, 2);
      case OUTSIDE_THE_WINDOW -> on(id, TODAY.minusMonths(30));
      case FAULTY ->
          bytes(
              new Verdict.Invalid(
                  Optional.of(id),
                  Optional.of(INS.value()),
                  List.of(LineFault.QUANTITY_ZERO.of("quantity")),
                  false),
              id);
      case FLAGGED -> bytes(new Verdict.Secret(Optional.of(id)), id);
      case NEXT_BATCH -> throw new IllegalArgumentException("not a line");
    };
  }

  private static Received sound(String id, int quantity) {
    return sound(id, BigDecimal.valueOf(quantity));
  }

  private static Received sound(String id, BigDecimal quantity) {
    return line(id, quantity, TODAY.minusDays(10));
  }

  private static Received on(String id, LocalDate careFrom) {
    return line(id, BigDecimal.ONE, careFrom);
  }

  private static Received line(String id, BigDecimal quantity, LocalDate careFrom) {
    return valid(billed(id, quantity, careFrom, Optional.empty()));
  }

  private static Received valid(BillingLine line) {
    return bytes(new Verdict.Valid(line, List.of()), line.lineId());
  }

  private static BillingLine billed(
      String id, BigDecimal quantity, LocalDate careFrom, Optional<String> treatingPhysician) {
    return new BillingLine(
        id,
        INS,
        careFrom,
        careFrom,
        TODAY,
        CareCategory.MEDICAL_CARE,
        "1111",
        Optional.empty(),
        quantity,
        new CareProvider(Optional.of("99700024450"), Optional.empty(), Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        "1/1/1",
        false,
        treatingPhysician);
  }

  private static void takeUpFlags() throws SQLException {
    Transactions.run(
        Database.SOURCE,
        tx -> {
          LineNote.SECRET.takeUp(tx, Duration.ZERO);
          return true;
        });
  }

  private static void takeUpNotes() throws SQLException {
    takeUpFlags();
    Transactions.run(
        Database.SOURCE,
        tx -> {
          LineNote.REPEATED.takeUp(tx, Duration.ZERO);
          return true;
        });
  }

  private int repeats(String id) throws SQLException {
    try (Connection connection = Database.SOURCE.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT repeats FROM line WHERE line_key = ?")) {
      select.setString(1, keys.lineKey("sender", id));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private static Received bytes(Verdict verdict, String id) {
    return new Received(("received " + id).getBytes(StandardCharsets.UTF_8), verdict);
  }

  private static Outcome reused(String id) {
    return new Outcome.Rejected(Optional.of(id), List.of(LineFault.LINE_ID_REUSED.of("lineId")));
  }

  private String row(String id) throws SQLException {
    try (Connection connection = Database.SOURCE.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT secret, line_key IN (SELECT line_key FROM unpassed), care, digest, care_from,
                       patient_ref FROM line
                WHERE line_key = ?
                """)) {
      select.setString(1, keys.lineKey("sender", id));
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return "none";
        }
        boolean unpassed = row.getBoolean(2);
        boolean content =
            row.getBytes(3) != null || row.getBytes(4) != null || row.getDate(5) != null;
        boolean patient = row.getString(6) != null;
        if (row.getBoolean(1)) {
          assertThat(content).isFalse();
          assertThat(patient).isEqualTo(unpassed);
          return unpassed ? "secret unpassed" : "secret";
        }
        return "kept" + (unpassed ? " unpassed" : "") + (content && patient ? " with care" : "");
      }
    }
  }

  private long rejections(String id) throws SQLException {
    return count("SELECT count(*) FROM rejection WHERE received = ?", "received " + id);
  }

  private long outboxOf(String id) throws SQLException {
    return count(
        "SELECT count(*) FROM outbox WHERE aggregatetype = '"
            + Topic.BILLING_REJECTED.wireName()
            + "' AND position(? in payload) > 0",
        id);
  }

  private static long count(String sql, String bytes) throws SQLException {
    try (Connection connection = Database.SOURCE.getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      select.setBytes(1, bytes.getBytes(StandardCharsets.UTF_8));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** What the valve does when nobody has a dossier. */
  private void valveLooksAt(String id) throws SQLException {
    try (Connection connection = Database.SOURCE.getConnection();
        PreparedStatement update =
            connection.prepareStatement(
                """
                WITH looked_at AS (DELETE FROM unpassed WHERE line_key = ? RETURNING line_key)
                UPDATE line SET patient_ref = NULL
                WHERE line_key IN (SELECT line_key FROM looked_at) AND secret
                """)) {
      update.setString(1, keys.lineKey("sender", id));
      update.executeUpdate();
    }
  }
}
