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
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
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
   * none requested, U unknown, D decided already, O of an open dossier, u used, e ended, T not due;
   * =R and =E: erased, as requested or because the archive has ended.
   */
  private static final String TABLE =
      """
                       | open | close | reopen | late reopen | ins | erase | withdraw | ask | grant | decline | use | late use | wrong use | destroy | when due | late due | represent | end
      not opened       | ok   | x     | x      | x           | x   | x     | x        | x   | x     | x       | x   | x        | x         | x       | x        | x        | x         | x
      open             | E    | ok    | o      | o           | ok  | ok    | N        | ok  | U     | U       | x   | x        | x         | =R      | T        | T        | ok        | ok
      open, erasure    | E    | ok    | o      | o           | ok  | P     | ok       | ok  | U     | U       | x   | x        | x         | =R      | T        | =R       | ok        | ok
      open, asked      | E    | ok    | o      | o           | ok  | ok    | N        | ok  | O     | ok      | x   | x        | x         | =R      | T        | T        | ok        | ok
      closed           | E    | c     | ok     | A           | ok  | ok    | N        | ok  | U     | U       | x   | x        | x         | =R      | T        | =E       | c         | ok
      closed, erasure  | E    | c     | P      | A           | ok  | P     | ok       | ok  | U     | U       | x   | x        | x         | =R      | T        | =R       | c         | ok
      withdrawn        | E    | c     | ok     | A           | ok  | ok    | N        | ok  | U     | U       | x   | x        | x         | =R      | T        | =E       | c         | ok
      closed, asked    | E    | c     | ok     | A           | ok  | ok    | N        | ok  | ok    | ok      | x   | x        | x         | =R      | T        | =E       | c         | ok
      declined         | E    | c     | ok     | A           | ok  | ok    | N        | ok  | D     | D       | x   | x        | x         | =R      | T        | =E       | c         | ok
      granted          | E    | c     | ok     | A           | ok  | ok    | N        | ok  | D     | D       | ok  | e        | x         | =R      | T        | =E       | c         | ok
      used             | E    | c     | ok     | A           | ok  | ok    | N        | ok  | D     | D       | u   | u        | x         | =R      | T        | =E       | c         | ok
      reopened         | E    | ok    | o      | o           | ok  | ok    | N        | ok  | D     | D       | x   | x        | x         | =R      | T        | T        | ok        | ok
      erased           | x    | x     | x      | x           | x   | x     | x        | x   | x     | x       | x   | x        | x         | x       | x        | x        | x         | x
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
   * Ten years and more of a dossier, command after command, at whatever pace; beside it, what must
   * be true whatever the order.
   */
  @Property(tries = 400, seed = "20261122")
  void ten_years_of_any_commands_keep_the_promises(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 8) Integer> asked,
      @ForAll @Size(60) List<@IntRange(max = 150) Integer> days) {
    DossierState state = stateAfter(List.of(OPENED));
    Instant now = START;
    Optional<Instant> closedAt = Optional.empty();
    Optional<ErasureRequested> erasure = Optional.empty();
    boolean granted = false;
    int uses = 0;
    for (int i = 0; i < asked.size(); i++) {
      now = now.plus(Duration.ofDays(days.get(i)));
      Optional<ErasureCause> due = due(state, whenDue(now));
      Instant at = now;
      boolean ended = closedAt.filter(c -> !at.isBefore(DossierDecider.archiveEnd(c))).isPresent();
      boolean reflected = erasure.filter(e -> !at.isBefore(e.carriedOutFrom())).isPresent();
      assertThat(due.isPresent()).isEqualTo(ended || reflected);
      if (due.isPresent()) {
        return;
      }
      Decision<DossierEvent> decision = DossierDecider.decide(command(asked.get(i), now), state);
      if (!(decision instanceof Decision.Accepted<DossierEvent> accepted)) {
        continue;
      }
      for (DossierEvent event : accepted.events()) {
        switch (event) {
          case DossierOpened _ -> throw new AssertionError("opened twice");
          case DossierClosed closed -> {
            assertThat(closedAt).isEmpty();
            closedAt = Optional.of(now);
            assertThat(closed.archiveEndsAt()).contains(DossierDecider.archiveEnd(now));
          }
          case DossierReopened _ -> {
            assertThat(closedAt).isPresent();
            assertThat(erasure).isEmpty();
            closedAt = Optional.empty();
          }
          case InsRecorded _, RepresentativeRecorded _, RepresentationEnded _ -> {}
          case DossierErased _ -> throw new AssertionError("nobody asked to erase it");
          case ContentEvent _ -> throw new AssertionError("nothing was put in");
          case ErasureRequested requested -> {
            assertThat(erasure).isEmpty();
            erasure = Optional.of(requested);
          }
          case ErasureWithdrawn _ -> {
            assertThat(erasure).isPresent();
            erasure = Optional.empty();
          }
          case ReleaseRequested _ -> {
            granted = false;
            uses = 0;
          }
          case ReleaseDecided decided -> granted = decided.release().isPresent();
          case ReleaseUsed _ -> {
            assertThat(granted).isTrue();
            assertThat(closedAt).isPresent();
            assertThat(++uses).isEqualTo(1);
          }
        }
        state = DossierDecider.evolve(state, event);
      }
    }
  }

  private static DossierCommand command(int which, Instant at) {
    return switch (which) {
      case 0 -> open(OpeningTest.somebody(), OpeningTest.EVERYWHERE, at);
      case 1 -> new CloseDossier(ClosingReason.FERMETURE_DEMANDE_PATIENT, Actor.Role.OWNER, at);
      case 2 -> reopen(at);
      case 3 -> new RecordIns(INS);
      case 4 -> new RequestErasure(at);
      case 5 -> new WithdrawErasure(at);
      case 6 -> new RequestRelease(RELEASE_REQUESTED);
      case 7 ->
          new DecideRelease(
              new ReleaseDecided(
                  REQUEST,
                  ReleaseDecided.Reason.COURT_ORDER,
                  Optional.of(new ReleaseDecided.Release(at.plus(Duration.ofDays(60)), "hash"))),
              at);
      default -> use("hash", at);
    };
  }
}
