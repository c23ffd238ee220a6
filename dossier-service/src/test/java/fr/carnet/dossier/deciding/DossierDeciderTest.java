package fr.carnet.dossier.deciding;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.DecideRelease;
import fr.carnet.dossier.deciding.DossierCommand.EndRepresentation;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseWhenDue;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RecordIns;
import fr.carnet.dossier.deciding.DossierCommand.RecordRepresentative;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RequestErasure;
import fr.carnet.dossier.deciding.DossierCommand.RequestRelease;
import fr.carnet.dossier.deciding.DossierCommand.UseRelease;
import fr.carnet.dossier.deciding.DossierCommand.WithdrawErasure;
import fr.carnet.events.Decision;
import fr.carnet.events.Paris;
import fr.carnet.events.Reason;
import fr.carnet.events.Sealed;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.ContentEvent;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.GivenWhenThen;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every command in every state, and ten years of them. */
class DossierDeciderTest {
  private static final Sealed SEALED = new Sealed("s", "k", "b");
  private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");
  private static final Instant CLOSED_AT = START.plus(Duration.ofDays(30));
  private static final Instant ARCHIVE_END = Instant.parse("2036-12-22T09:00:00Z");
  private static final UUID REQUEST = UUID.fromString("01a2002e-9329-7756-990e-ac0f75b69a43");
  private static final Actor OWNER = Actor.anonymous(Actor.Role.OWNER);

  private static final DossierOpened OPENED =
      new DossierOpened("key", Channel.ONLINE, "v1", SEALED, Optional.of(OWNER));
  private static final DossierClosed CLOSED =
      new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.of(ARCHIVE_END));
  private static final DossierReopened REOPENED =
      new DossierReopened(Channel.ONLINE, "v2", Optional.of(OWNER));
  private static final InsRecorded INS = new InsRecorded(SEALED);
  private static final ErasureRequested ERASURE_REQUESTED =
      new ErasureRequested(
          CLOSED_AT, Instant.parse("2026-12-29T09:00:00Z"), LocalDate.of(2027, 3, 22));
  private static final ReleaseRequested RELEASE_REQUESTED =
      new ReleaseRequested(REQUEST, ReleaseRequested.Kind.HEIRS, SEALED);
  private static final ReleaseDecided GRANTED =
      new ReleaseDecided(
          REQUEST,
          ReleaseDecided.Reason.CAUSES_OF_DEATH,
          Optional.of(new ReleaseDecided.Release(CLOSED_AT.plus(Duration.ofDays(20)), "hash")));
  private static final ReleaseDecided DECLINED =
      new ReleaseDecided(REQUEST, ReleaseDecided.Reason.STANDING_NOT_SHOWN, Optional.empty());
  private static final DossierErased ERASED = new DossierErased(ErasureCause.REQUESTED);
  private static final RepresentativeRecorded REPRESENTED =
      new RepresentativeRecorded(REQUEST, SEALED);
  private static final RepresentationEnded NO_LONGER = new RepresentationEnded(REQUEST, SEALED);
  private static final ReleaseUsed USED = new ReleaseUsed(REQUEST);

  /** Every state that matters to any command, by what led to it. */
  private static final Map<String, List<DossierEvent>> STATES = new LinkedHashMap<>();

  /** Every command, asked at {@link #CLOSED_AT} or when it says. */
  private static final Map<String, DossierCommand> COMMANDS = new LinkedHashMap<>();

  static {
    STATES.put("not opened", List.of());
    STATES.put("open", List.of(OPENED));
    STATES.put("open, erasure", List.of(OPENED, ERASURE_REQUESTED));
    STATES.put("open, asked", List.of(OPENED, RELEASE_REQUESTED));
    STATES.put("closed", List.of(OPENED, CLOSED));
    STATES.put("closed, erasure", List.of(OPENED, CLOSED, ERASURE_REQUESTED));
    STATES.put("withdrawn", List.of(OPENED, CLOSED, ERASURE_REQUESTED, withdrawn(CLOSED_AT)));
    STATES.put("closed, asked", List.of(OPENED, CLOSED, RELEASE_REQUESTED));
    STATES.put("declined", List.of(OPENED, CLOSED, RELEASE_REQUESTED, DECLINED));
    STATES.put("granted", List.of(OPENED, CLOSED, RELEASE_REQUESTED, GRANTED));
    STATES.put("used", List.of(OPENED, CLOSED, RELEASE_REQUESTED, GRANTED, USED));
    STATES.put("reopened", List.of(OPENED, CLOSED, RELEASE_REQUESTED, GRANTED, REOPENED));
    STATES.put("erased", List.of(OPENED, CLOSED, ERASED));

    COMMANDS.put("open", open(OpeningTest.somebody(), OpeningTest.EVERYWHERE, CLOSED_AT));
    COMMANDS.put(
        "close",
        new CloseDossier(ClosingReason.FERMETURE_DEMANDE_PATIENT, Actor.Role.OWNER, CLOSED_AT));
    COMMANDS.put("reopen", reopen(CLOSED_AT));
    COMMANDS.put("late reopen", reopen(ARCHIVE_END));
    COMMANDS.put("ins", new RecordIns(INS));
    COMMANDS.put("erase", new RequestErasure(CLOSED_AT));
    COMMANDS.put("withdraw", new WithdrawErasure(CLOSED_AT));
    COMMANDS.put("late withdraw", new WithdrawErasure(ERASURE_REQUESTED.carriedOutFrom()));
    COMMANDS.put("ask", new RequestRelease(RELEASE_REQUESTED));
    COMMANDS.put("grant", new DecideRelease(GRANTED, CLOSED_AT));
    COMMANDS.put("decline", new DecideRelease(DECLINED, CLOSED_AT));
    COMMANDS.put("use", use("hash", CLOSED_AT));
    COMMANDS.put("late use", use("hash", GRANTED.release().orElseThrow().endsAt()));
    COMMANDS.put("wrong use", use("guess", CLOSED_AT));
    COMMANDS.put("destroy", new EraseDossier(ErasureCause.REQUESTED));
    COMMANDS.put("when due", whenDue(CLOSED_AT));
    COMMANDS.put("late due", whenDue(ARCHIVE_END));
    COMMANDS.put("represent", new RecordRepresentative(REPRESENTED));
    COMMANDS.put("end", new EndRepresentation(NO_LONGER));
  }

  /**
   * ok, or the code; the columns are the commands in the order above, with x for NO_STANDING, and
   * for short: E exists, c already closed, o already open, A archive ended, P erasure pending, N
   * none requested, W erasure under way, U unknown, D decided already, O of an open dossier, u
   * used, e ended, T not due; =R and =E: erased, as requested or because the archive has ended.
   */
  private static final String TABLE =
      """
                       | open | close | reopen | late reopen | ins | erase | withdraw | late withdraw | ask | grant | decline | use | late use | wrong use | destroy | when due | late due | represent | end
      not opened       | ok   | x     | x      | x           | x   | x     | x        | x             | x   | x     | x       | x   | x        | x         | x       | x        | x        | x         | x
      open             | E    | ok    | o      | o           | ok  | ok    | N        | N             | ok  | U     | U       | x   | x        | x         | =R      | T        | T        | ok        | ok
      open, erasure    | E    | ok    | o      | o           | ok  | P     | ok       | W             | ok  | U     | U       | x   | x        | x         | =R      | T        | =R       | ok        | ok
      open, asked      | E    | ok    | o      | o           | ok  | ok    | N        | N             | ok  | O     | ok      | x   | x        | x         | =R      | T        | T        | ok        | ok
      closed           | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | U     | U       | x   | x        | x         | =R      | T        | =E       | c         | ok
      closed, erasure  | E    | c     | P      | A           | ok  | P     | ok       | W             | ok  | U     | U       | x   | x        | x         | =R      | T        | =R       | c         | ok
      withdrawn        | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | U     | U       | x   | x        | x         | =R      | T        | =E       | c         | ok
      closed, asked    | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | ok    | ok      | x   | x        | x         | =R      | T        | =E       | c         | ok
      declined         | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | D     | D       | x   | x        | x         | =R      | T        | =E       | c         | ok
      granted          | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | D     | D       | ok  | e        | x         | =R      | T        | =E       | c         | ok
      used             | E    | c     | ok     | A           | ok  | ok    | N        | N             | ok  | D     | D       | u   | u        | x         | =R      | T        | =E       | c         | ok
      reopened         | E    | ok    | o      | o           | ok  | ok    | N        | N             | ok  | D     | D       | x   | x        | x         | =R      | T        | T        | ok        | ok
      erased           | x    | x     | x      | x           | x   | x     | x        | x             | x   | x     | x       | x   | x        | x         | x       | x        | x        | x         | x
      """;

  private static final Map<String, DossierRefusal> REFUSALS =
      Map.ofEntries(
          Map.entry("x", DossierRefusal.NO_STANDING),
          Map.entry("E", DossierRefusal.DOSSIER_EXISTS),
          Map.entry("c", DossierRefusal.DOSSIER_ALREADY_CLOSED),
          Map.entry("o", DossierRefusal.DOSSIER_ALREADY_OPEN),
          Map.entry("A", DossierRefusal.ARCHIVE_ENDED),
          Map.entry("P", DossierRefusal.ERASURE_PENDING),
          Map.entry("N", DossierRefusal.ERASURE_NOT_REQUESTED),
          Map.entry("W", DossierRefusal.ERASURE_UNDER_WAY),
          Map.entry("U", DossierRefusal.RELEASE_UNKNOWN),
          Map.entry("D", DossierRefusal.RELEASE_ALREADY_DECIDED),
          Map.entry("O", DossierRefusal.RELEASE_OF_OPEN_DOSSIER),
          Map.entry("u", DossierRefusal.RELEASE_USED),
          Map.entry("e", DossierRefusal.RELEASE_ENDED),
          Map.entry("T", DossierRefusal.NOT_DUE));

  private final GivenWhenThen<DossierState, DossierEvent> dossier =
      new GivenWhenThen<>(DossierDecider.initial(), DossierDecider::evolve);

  static OpenDossier open(Applicant applicant, Optional<Rollout> rollout, Instant at) {
    return new OpenDossier(OPENED, applicant, rollout, at);
  }

  private static ReopenDossier reopen(Instant at) {
    return new ReopenDossier(Channel.ONLINE, "v2", OWNER, at);
  }

  private static UseRelease use(String hash, Instant at) {
    return new UseRelease(REQUEST, hash, at);
  }

  private static DossierEvent withdrawn(Instant at) {
    return new ErasureWithdrawn(at);
  }

  private static DossierState stateAfter(List<DossierEvent> events) {
    DossierState state = DossierDecider.initial();
    for (DossierEvent event : events) {
      state = DossierDecider.evolve(state, event);
    }
    return state;
  }

  /** What an accepted command records. */
  private static DossierEvent follows(String command) {
    return switch (command) {
      case "open" -> OPENED;
      case "close" -> CLOSED;
      case "reopen", "late reopen" -> REOPENED;
      case "ins" -> INS;
      case "erase" -> ERASURE_REQUESTED;
      case "withdraw" -> withdrawn(CLOSED_AT);
      case "ask" -> RELEASE_REQUESTED;
      case "grant" -> GRANTED;
      case "decline" -> DECLINED;
      case "represent" -> REPRESENTED;
      case "end" -> NO_LONGER;
      default -> USED;
    };
  }

  @TestFactory
  Stream<DynamicTest> every_command_in_every_state() {
    List<String> lines = TABLE.lines().toList();
    List<String> commands = cells(lines.getFirst());
    assertThat(commands).containsExactlyElementsOf(COMMANDS.keySet());
    assertThat(lines.stream().skip(1).map(line -> line.split("\\|", 2)[0].strip()))
        .containsExactlyElementsOf(STATES.keySet());
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String state = line.split("\\|", 2)[0].strip();
      List<String> cells = cells(line);
      for (int i = 0; i < commands.size(); i++) {
        String command = commands.get(i);
        String cell = cells.get(i);
        Decision<DossierEvent> expected =
            switch (cell) {
              case "ok" -> Decision.accepted(follows(command));
              case "=R" -> Decision.accepted(ERASED);
              case "=E" -> Decision.accepted(new DossierErased(ErasureCause.ARCHIVE_ENDED));
              default -> Decision.refused(REFUSALS.get(cell));
            };
        tests.add(
            DynamicTest.dynamicTest(
                state + " × " + command,
                () ->
                    assertThat(
                            DossierDecider.decide(
                                COMMANDS.get(command), stateAfter(STATES.get(state))))
                        .isEqualTo(expected)));
      }
    }
    return tests.stream();
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
  }

  @Test
  void a_patient_closes_at_will_and_others_on_evidence_of_a_death_or_an_error() {
    for (Actor.Role by : List.of(Actor.Role.COUNTER_AGENT, Actor.Role.PRIVACY_OFFICER)) {
      for (ClosingReason reason :
          List.of(ClosingReason.FERMETURE_DECES, ClosingReason.FERMETURE_ERREUR)) {
        dossier
            .given(OPENED)
            .when(state -> DossierDecider.decide(new CloseDossier(reason, by, CLOSED_AT), state))
            .then(new DossierClosed(reason, Optional.of(ARCHIVE_END)));
      }
      refusedClosing(ClosingReason.FERMETURE_DEMANDE_PATIENT, by);
    }
    refusedClosing(ClosingReason.FERMETURE_DECES, Actor.Role.OWNER);
  }

  private void refusedClosing(ClosingReason reason, Actor.Role by) {
    dossier
        .given(OPENED)
        .when(state -> DossierDecider.decide(new CloseDossier(reason, by, CLOSED_AT), state))
        .thenRefused(DossierRefusal.CLOSING_REASON_NOT_YOURS);
  }

  @Test
  void the_archive_ends_ten_calendar_years_after_the_closing_in_paris() {
    // A closing on 29 February, and one in summer time: the same day and hour ten years on.
    assertThat(DossierDecider.archiveEnd(Instant.parse("2028-02-29T12:00:00Z")))
        .isEqualTo("2038-02-28T12:00:00Z");
    assertThat(DossierDecider.archiveEnd(Instant.parse("2027-03-28T06:00:00Z")))
        .isEqualTo("2037-03-28T07:00:00Z");
  }

  @Test
  void a_request_to_erase_has_a_deadline_of_three_calendar_months_in_paris() {
    // 30 November, half past midnight in Paris: still the 29th in UTC.
    dossier
        .given(OPENED)
        .when(
            state ->
                DossierDecider.decide(
                    new RequestErasure(Instant.parse("2026-11-29T23:30:00Z")), state))
        .then(
            new ErasureRequested(
                Instant.parse("2026-11-29T23:30:00Z"),
                Instant.parse("2026-12-06T23:30:00Z"),
                LocalDate.of(2027, 2, 28)));
  }

  @Test
  void a_release_has_a_reason_that_fits_and_an_end_within_ninety_days() {
    ReleaseDecided.Release tomorrow =
        new ReleaseDecided.Release(CLOSED_AT.plus(Duration.ofDays(1)), "hash");
    refusedDecision(
        DossierRefusal.RELEASE_REASON_INVALID,
        ReleaseDecided.Reason.STANDING_NOT_SHOWN,
        Optional.of(tomorrow));
    refusedDecision(
        DossierRefusal.RELEASE_REASON_INVALID, ReleaseDecided.Reason.COURT_ORDER, Optional.empty());
    for (Duration bad : List.of(Duration.ZERO, Duration.ofDays(90).plusNanos(1))) {
      refusedDecision(
          DossierRefusal.RELEASE_END_INVALID,
          ReleaseDecided.Reason.COURT_ORDER,
          Optional.of(new ReleaseDecided.Release(CLOSED_AT.plus(bad), "hash")));
    }
  }

  private void refusedDecision(
      Reason why, ReleaseDecided.Reason reason, Optional<ReleaseDecided.Release> release) {
    dossier
        .given(OPENED, CLOSED, RELEASE_REQUESTED)
        .when(
            state ->
                DossierDecider.decide(
                    new DecideRelease(new ReleaseDecided(REQUEST, reason, release), CLOSED_AT),
                    state))
        .thenRefused(why);
  }

  private static EraseWhenDue whenDue(Instant at) {
    return new EraseWhenDue(at, Optional.empty());
  }

  /** Why it is destroyed, if it is. */
  private static Optional<ErasureCause> due(DossierState state, EraseWhenDue asked) {
    return switch (DossierDecider.decide(asked, state)) {
      case Decision.Accepted<DossierEvent> accepted ->
          Optional.of(((DossierErased) accepted.events().getFirst()).cause());
      case Decision.Refused<DossierEvent> _ -> Optional.empty();
    };
  }

  @Test
  void time_demands_the_end_of_an_archive_and_of_what_was_asked_to_be_erased_and_nothing_else() {
    assertThat(due(stateAfter(STATES.get("open")), whenDue(ARCHIVE_END))).isEmpty();
    DossierState closed = stateAfter(STATES.get("closed"));
    assertThat(due(closed, whenDue(ARCHIVE_END.minusNanos(1)))).isEmpty();
    assertThat(due(closed, whenDue(ARCHIVE_END))).contains(ErasureCause.ARCHIVE_ENDED);
    Instant from = ERASURE_REQUESTED.carriedOutFrom();
    for (String asked : List.of("open, erasure", "closed, erasure")) {
      DossierState state = stateAfter(STATES.get(asked));
      assertThat(due(state, whenDue(from.minusNanos(1)))).isEmpty();
      assertThat(due(state, whenDue(from))).contains(ErasureCause.REQUESTED);
    }
    assertThat(due(stateAfter(STATES.get("withdrawn")), whenDue(from))).isEmpty();
  }

  @Test
  void an_archive_whose_end_was_not_noted_yet_ends_ten_years_after_its_closing_all_the_same() {
    DossierState closed =
        stateAfter(
            List.of(
                OPENED,
                new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty())));
    Optional<Instant> end = Optional.of(ARCHIVE_END);
    assertThat(due(closed, new EraseWhenDue(ARCHIVE_END.minusNanos(1), end))).isEmpty();
    assertThat(due(closed, new EraseWhenDue(ARCHIVE_END, end)))
        .contains(ErasureCause.ARCHIVE_ENDED);
  }

  /**
   * More than ten years of a dossier, or of some one after the other, command after command at
   * whatever pace, with a timetable that comes by before each; beside them, what must be true
   * whatever the order.
   */
  @Property(tries = 400, seed = "20261122", edgeCases = EdgeCasesMode.NONE)
  void ten_years_of_any_commands_keep_the_promises(@ForAll("twentyYears") List<Step> steps) {
    Instant now = START;
    Life life = new Life(now);
    for (Step step : steps) {
      now = now.plus(Duration.ofDays(step.days()));
      if (!life.lastsUntil(now) || !life.survives(step.asked().at(now), now)) {
        life.isGone(now);
        life = new Life(now);
      }
    }
    Statistics.label("accepted")
        .coverage(
            each -> {
              // What was never drawn, or never got so far, would prove nothing.
              for (Class<?> command : DossierCommand.class.getPermittedSubclasses()) {
                each.check(command.getSimpleName()).count(times -> times >= 20);
              }
              for (ErasureCause cause : ErasureCause.values()) {
                each.check(cause.name()).count(times -> times >= 50);
              }
            });
  }

  @Provide
  Arbitrary<List<Step>> twentyYears() {
    Arbitrary<Integer> days =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 6).withDistribution(RandomDistribution.uniform()),
            Arbitraries.integers().between(7, 240).withDistribution(RandomDistribution.uniform()));
    Arbitrary<Asked> asked =
        Arbitraries.frequency(
            Arrays.stream(Asked.values()).map(each -> Tuple.of(each.weight, each)).toList());
    return Combinators.combine(days, asked).as(Step::new).list().ofSize(120);
  }

  /** What is asked, so many days after what was asked before. */
  private record Step(int days, Asked asked) {}

  /** How often each is asked: what ends a life, or the rest of an archive, rarely. */
  private enum Asked {
    OPEN(5),
    CLOSE(15),
    REOPEN(1),
    RECORD_INS(5),
    REPRESENT(5),
    END(5),
    ERASE(1),
    WITHDRAW(20),
    ASK(10),
    GRANT(10),
    DECLINE(5),
    USE(15),
    DESTROY(1);

    private final int weight;

    Asked(int weight) {
      this.weight = weight;
    }

    DossierCommand at(Instant now) {
      return switch (this) {
        case OPEN -> open(OpeningTest.somebody(), OpeningTest.EVERYWHERE, now);
        case CLOSE ->
            new CloseDossier(ClosingReason.FERMETURE_DEMANDE_PATIENT, Actor.Role.OWNER, now);
        case REOPEN -> reopen(now);
        case RECORD_INS -> new RecordIns(INS);
        case REPRESENT -> new RecordRepresentative(REPRESENTED);
        case END -> new EndRepresentation(NO_LONGER);
        case ERASE -> new RequestErasure(now);
        case WITHDRAW -> new WithdrawErasure(now);
        case ASK -> new RequestRelease(RELEASE_REQUESTED);
        case GRANT ->
            new DecideRelease(
                new ReleaseDecided(
                    REQUEST,
                    ReleaseDecided.Reason.COURT_ORDER,
                    Optional.of(new ReleaseDecided.Release(now.plus(Duration.ofDays(60)), "hash"))),
                now);
        case DECLINE -> new DecideRelease(DECLINED, now);
        case USE -> use("hash", now);
        case DESTROY -> new EraseDossier(ErasureCause.REQUESTED);
      };
    }
  }

  /** A dossier, and what must be true of it. */
  private static final class Life {
    private DossierState state = DossierDecider.initial();
    private Optional<Instant> closedAt = Optional.empty();
    private Optional<ErasureRequested> erasure = Optional.empty();
    private Optional<Instant> releasedUntil = Optional.empty();

    /** It is opened, and was nothing before. */
    Life(Instant now) {
      for (Asked asked : Asked.values()) {
        if (asked != Asked.OPEN) {
          assertThat(DossierDecider.decide(asked.at(now), state))
              .isEqualTo(Decision.refused(DossierRefusal.NO_STANDING));
        }
      }
      assertThat(survives(Asked.OPEN.at(now), now)).isTrue();
      assertThat(state).isInstanceOf(DossierState.Open.class);
    }

    /** Whether nothing is due; what is due is carried out, and nobody brings it back. */
    boolean lastsUntil(Instant now) {
      boolean ended =
          closedAt
              .filter(at -> !now.isBefore(at.atZone(Paris.ZONE).plusYears(10).toInstant()))
              .isPresent();
      boolean reflected = erasure.filter(e -> !now.isBefore(e.carriedOutFrom())).isPresent();
      if (!ended && !reflected) {
        assertThat(due(state, whenDue(now))).isEmpty();
        return true;
      }
      ErasureCause cause = reflected ? ErasureCause.REQUESTED : ErasureCause.ARCHIVE_ENDED;
      assertThat(due(state, whenDue(now))).contains(cause);
      for (DossierCommand late : List.of(reopen(now), new WithdrawErasure(now))) {
        assertThat(DossierDecider.decide(late, state)).isInstanceOf(Decision.Refused.class);
      }
      Statistics.label("accepted").collect(cause.name());
      assertThat(survives(whenDue(now), now)).isFalse();
      return false;
    }

    /** Whether it is still there after a command, accepted or refused. */
    boolean survives(DossierCommand command, Instant now) {
      if (!(DossierDecider.decide(command, state)
          instanceof Decision.Accepted<DossierEvent> accepted)) {
        return true;
      }
      Statistics.label("accepted").collect(command.getClass().getSimpleName());
      accepted.events().forEach(event -> happens(event, command, now));
      return !(state instanceof DossierState.Erased);
    }

    private void happens(DossierEvent event, DossierCommand command, Instant now) {
      switch (event) {
        case DossierOpened _ -> assertThat(state).isInstanceOf(DossierState.NotOpened.class);
        case DossierClosed closed -> {
          assertThat(closedAt).isEmpty();
          closedAt = Optional.of(now);
          assertThat(closed.archiveEndsAt())
              .contains(now.atZone(Paris.ZONE).plusYears(10).toInstant());
        }
        case DossierReopened _ -> {
          assertThat(closedAt).isPresent();
          assertThat(erasure).isEmpty();
          closedAt = Optional.empty();
        }
        case RepresentativeRecorded _ -> assertThat(closedAt).isEmpty();
        case InsRecorded _, RepresentationEnded _ -> {}
        case DossierErased erased ->
            assertThat(command)
                .isIn(new EraseDossier(erased.cause()), new EraseWhenDue(now, Optional.empty()));
        case ContentEvent _ -> throw new AssertionError("nothing was put in");
        case ErasureRequested requested -> {
          assertThat(erasure).isEmpty();
          erasure = Optional.of(requested);
        }
        case ErasureWithdrawn _ -> {
          assertThat(erasure).isPresent();
          erasure = Optional.empty();
        }
        case ReleaseRequested _ -> releasedUntil = Optional.empty();
        case ReleaseDecided decided -> {
          assertThat(releasedUntil).isEmpty();
          decided.release().ifPresent(_ -> assertThat(closedAt).isPresent());
          releasedUntil = decided.release().map(ReleaseDecided.Release::endsAt);
        }
        case ReleaseUsed _ -> {
          assertThat(closedAt).isPresent();
          assertThat(releasedUntil).hasValueSatisfying(end -> assertThat(now).isBefore(end));
          // Once.
          releasedUntil = Optional.empty();
        }
      }
      state = DossierDecider.evolve(state, event);
    }

    /** Whatever is asked of it is refused as of what never was. */
    void isGone(Instant now) {
      assertThat(state).isInstanceOf(DossierState.Erased.class);
      assertThat(DossierDecider.decide(whenDue(now), state))
          .isEqualTo(Decision.refused(DossierRefusal.NO_STANDING));
      for (Asked asked : Asked.values()) {
        assertThat(DossierDecider.decide(asked.at(now), state))
            .isEqualTo(Decision.refused(DossierRefusal.NO_STANDING));
      }
    }
  }
}
