package fr.carnet.dossier.querying;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.reducing;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.dossier.keys.Replica;
import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.projecting.CareHistoryProjection;
import fr.carnet.dossier.querying.ExportedDossier.ExportedCare;
import fr.carnet.dossier.querying.LineHistory.Kind;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.care.CareProvider;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.SealingSession;
import fr.carnet.testkit.RealServers;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Any permutation, repetition and split into batches of what passed for somebody is answered the
 * same, but for when it was first seen.
 */
class SameHistoryTest {
  private static final String MASTER_KEY = "target/same-history-master-key.json";
  private static final int ITEMS = 10;
  private static final int LINES = 20;

  private static final Act ASKED_ABOUT = new Act(ActSystem.CCAM, "QEQJ001");
  private static final List<Optional<Act>> ACTS =
      List.of(
          Optional.of(ASKED_ABOUT),
          Optional.of(new Act(ActSystem.CCAM, "QEQK001")),
          Optional.of(new Act(ActSystem.NGAP, "C")),
          Optional.empty());

  private static final List<String> DOCTORS = List.of("99700024450", "10000000017");
  private static final Map<String, Integer> SEEN = new TreeMap<>();

  private final CareHistoryProjection projection =
      new CareHistoryProjection(Replica.withKeys(MASTER_KEY));
  private final CodeLists lists = new CodeLists(Optional.empty());

  /** One database for all: each history has a dossier of its own. */
  private static final class Database {
    static final Connection CONNECTION = connect();

    private static Connection connect() {
      try {
        Connection connection =
            RealServers.migratedDatabase("db/eventstore", "db/migration").getConnection();
        connection.setAutoCommit(false);
        return connection;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What passed under one line key; nothing where the line was taken back. */
  private record Fact(String lineKey, Optional<Care> care) {}

  /**
   * One thing that the insurer said, without when it was first seen or whether it was the first.
   */
  private record Said(
      Kind kind, BigDecimal quantity, Optional<Integer> times, Optional<String> replacedBy) {}

  /** All that is answered of a dossier's care. */
  private record Answer(
      List<CareHistory.Item> items,
      List<CareHistory.Item> secondPage,
      List<CareHistory.Item> doneRecently,
      Map<String, List<Said>> histories,
      Optional<NamedTreatingPhysician> treatingPhysician,
      List<String> exported) {}

  @Property(tries = 40, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void anyPermutationRepetitionAndSplitIsAnsweredTheSame(@ForAll long seed) throws SQLException {
    // given
    Random dice = new Random(seed);
    List<Care> items = IntStream.range(0, ITEMS).mapToObj(i -> item("item-" + i, dice)).toList();
    List<Fact> facts = facts(items, dice);
    // when
    Answer one = answer(passed(facts, dice), items);
    Answer other = answer(passed(facts, dice), items);
    // then
    assertThat(other).isEqualTo(one);
    assertThat(sums(one.items())).isEqualTo(reckoned(facts));
    count(one);
  }

  private static Care item(String id, Random dice) {
    LocalDate today = CareHistory.today();
    LocalDate windowStart = CareHistory.windowStart(today);
    // Few days, so that one item may have taken the place of another.
    LocalDate day =
        pick(
            List.of(
                today,
                today.minusDays(3),
                today.minusDays(3),
                today.minusDays(3),
                today.minusDays(200),
                windowStart,
                windowStart.minusDays(1)),
            dice);
    return new Care(
        id,
        pick(List.of(CareCategory.IMAGING, CareCategory.MEDICAL_CARE), dice),
        "1351",
        pick(ACTS, dice),
        BigDecimal.ONE,
        new CareProvider(Optional.of(pick(DOCTORS, dice)), Optional.empty(), Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        day,
        day,
        dice.nextInt(4) == 0,
        Optional.empty(),
        Optional.empty(),
        0);
  }

  /** Lines of these items, reversals in part and in full among them, copies and withdrawals. */
  private static List<Fact> facts(List<Care> items, Random dice) {
    List<Fact> facts = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      String key = "line-" + i;
      Care item = pick(items, dice);
      BigDecimal quantity =
          new BigDecimal(pick(List.of("1", "1", "2", "0.5", "-1", "-1", "-2", "-0.5"), dice));
      Optional<String> named =
          dice.nextInt(3) == 0 ? Optional.of(pick(DOCTORS, dice)) : Optional.empty();
      Optional<LocalDate> processed =
          dice.nextInt(16) == 0
              ? Optional.empty()
              : Optional.of(item.careFrom().plusDays(dice.nextInt(4)));
      for (int repeats = dice.nextInt(3); repeats >= 0; repeats--) {
        Care line = line(item, quantity, named, processed, repeats);
        facts.add(new Fact(key, Optional.of(line)));
      }
      if (dice.nextInt(5) == 0) {
        // As it passed before the day of processing came along.
        facts.add(new Fact(key, Optional.of(line(item, quantity, named, Optional.empty(), 0))));
      }
      if (dice.nextInt(8) == 0) {
        facts.add(new Fact(key, Optional.empty()));
      }
    }
    return facts;
  }

  private static Care line(
      Care item,
      BigDecimal quantity,
      Optional<String> treatingPhysician,
      Optional<LocalDate> processedOn,
      int repeats) {
    return new Care(
        item.itemId(),
        item.category(),
        item.natureCode(),
        item.act(),
        quantity,
        item.performer(),
        item.prescriber(),
        item.prescribedOn(),
        item.careFrom(),
        item.careTo(),
        item.duringHospitalStay(),
        treatingPhysician,
        processedOn,
        repeats);
  }

  /** Has these facts pass for a new dossier: shuffled, some repeated, in batches of any size. */
  private UUID passed(List<Fact> facts, Random dice) throws SQLException {
    Connection tx = Database.CONNECTION;
    UUID dossier = UUID.randomUUID();
    DossierKeySet keys = DossierKeySet.generate(dossier);
    Replica.withKeys(MASTER_KEY).keep(tx, dossier, keys);
    SealingSession session = SealingSession.towards(dossier, keys.publicKey());
    List<Fact> all = new ArrayList<>(facts);
    facts.forEach(fact -> all.addAll(Collections.nCopies(dice.nextInt(3), fact)));
    Collections.shuffle(all, dice);
    Instant time = Instant.parse("2026-11-22T12:00:00Z");
    for (int next = 0; next < all.size(); ) {
      List<RecordedEvent> batch = new ArrayList<>();
      for (int left = dice.nextInt(1, 20); left > 0 && next < all.size(); left--) {
        time = time.plusSeconds(1);
        batch.add(event(dossier, session, all.get(next++), time));
      }
      projection.apply(tx, batch);
      tx.commit();
    }
    return dossier;
  }

  private static RecordedEvent event(
      UUID dossier, SealingSession session, Fact fact, Instant time) {
    Binding binding = new Binding(dossier, fact.lineKey(), CareLinePassed.WIRE_NAME);
    return new RecordedEvent(
        UUID.randomUUID(),
        fact.care().isPresent() ? CareLinePassed.WIRE_NAME : CareLineWithdrawn.WIRE_NAME,
        dossier,
        OptionalLong.empty(),
        time,
        "insurer",
        "",
        fact.care()
            .map(
                care ->
                    Wire.write(
                        new CareLinePassed(
                            fact.lineKey(), session.seal(Wire.write(care), binding))))
            .orElseGet(() -> Wire.write(new CareLineWithdrawn(fact.lineKey()))));
  }

  private Answer answer(UUID dossier, List<Care> items) throws SQLException {
    Connection tx = Database.CONNECTION;
    Visibility owner = new Visibility(Viewer.owner());
    List<CareHistory.Item> shown =
        CareHistory.select(tx, dossier, owner, CareHistory.Selection.everything());
    Optional<CareHistory.After> first =
        shown.stream()
            .findFirst()
            .map(item -> new CareHistory.After(item.careFrom(), item.itemId()));
    Map<String, List<Said>> histories = new TreeMap<>();
    for (Care item : items) {
      histories.put(item.itemId(), said(LineHistory.of(tx, dossier, item.itemId())));
    }
    Answer answer =
        new Answer(
            shown,
            CareHistory.select(
                tx, dossier, owner, CareHistory.Selection.page(Optional.empty(), first, 2)),
            CareHistory.select(
                tx,
                dossier,
                owner,
                CareHistory.Selection.doneSince(
                    CareHistory.today().minusDays(90), ASKED_ABOUT.system())),
            histories,
            NamedTreatingPhysician.in(tx, dossier),
            ExportedDossier.care(tx, dossier, Viewer.owner(), lists).stream()
                .map(SameHistoryTest::said)
                .toList());
    tx.commit();
    return answer;
  }

  private static List<Said> said(List<LineHistory.Entry> entries) {
    List<Kind> kinds = entries.stream().map(LineHistory.Entry::kind).toList();
    if (kinds.contains(Kind.FIRST) || kinds.contains(Kind.ADDED)) {
      assertThat(kinds).containsOnlyOnce(Kind.FIRST);
      assertThat(
              kinds.stream().filter(kind -> kind == Kind.FIRST || kind == Kind.ADDED).findFirst())
          .contains(Kind.FIRST);
    }
    return entries.stream()
        .map(
            entry ->
                new Said(
                    entry.kind() == Kind.FIRST ? Kind.ADDED : entry.kind(),
                    entry.quantity(),
                    entry.times(),
                    entry.replacedBy()))
        .sorted(java.util.Comparator.comparing(Said::toString))
        .toList();
  }

  private static String said(ExportedCare care) {
    return care.itemId()
        + " "
        + care.careFrom()
        + care.lines().stream()
            .map(line -> line.processedOn() + " " + line.quantity() + " " + line.repeats())
            .sorted()
            .toList();
  }

  private static Map<String, BigDecimal> sums(List<CareHistory.Item> items) {
    Map<String, BigDecimal> sums = new TreeMap<>();
    items.forEach(item -> sums.put(item.itemId(), item.quantity()));
    return sums;
  }

  /** What must show, by the rules and not by the tables. */
  private static Map<String, BigDecimal> reckoned(List<Fact> facts) {
    LocalDate start = CareHistory.windowStart(CareHistory.today());
    Map<String, BigDecimal> sums = new TreeMap<>();
    facts.stream()
        .collect(
            groupingBy(
                Fact::lineKey,
                mapping(
                    Fact::care,
                    reducing((one, other) -> one.isEmpty() ? one : other.isEmpty() ? other : one))))
        .values()
        .stream()
        .flatMap(Optional::stream)
        .flatMap(Optional::stream)
        .filter(care -> !care.careFrom().isBefore(start))
        .forEach(care -> sums.merge(care.itemId(), care.quantity(), BigDecimal::add));
    sums.values().removeIf(sum -> sum.signum() <= 0);
    sums.replaceAll((_, sum) -> sum.stripTrailingZeros());
    return sums;
  }

  private static <T> T pick(List<T> some, Random dice) {
    return some.get(dice.nextInt(some.size()));
  }

  private static void count(Answer answer) {
    SEEN.merge("items", answer.items().size(), Integer::sum);
    SEEN.merge(
        "during a stay",
        (int) answer.items().stream().filter(CareHistory.Item::duringHospitalStay).count(),
        Integer::sum);
    SEEN.merge("done recently", answer.doneRecently().size(), Integer::sum);
    SEEN.merge("second page", answer.secondPage().size(), Integer::sum);
    SEEN.merge("named", answer.treatingPhysician().isPresent() ? 1 : 0, Integer::sum);
    answer.histories().values().stream()
        .flatMap(List::stream)
        .forEach(said -> SEEN.merge(said.kind().name(), 1, Integer::sum));
  }

  @AfterContainer
  static void everythingOccurred() throws SQLException {
    System.out.println("histories compared: " + SEEN);
    Database.CONNECTION.close();
    assertThat(SEEN.values()).allSatisfy(times -> assertThat(times).isGreaterThan(5));
    assertThat(SEEN).containsKeys("REPLACED", "REVERSAL", "REPEATED");
  }
}
