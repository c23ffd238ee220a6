package fr.carnet.access.deciding;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.access.deciding.AccessCommand.AcceptRequest;
import fr.carnet.access.deciding.AccessCommand.AcceptTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.AskForAccess;
import fr.carnet.access.deciding.AccessCommand.BlockProfessional;
import fr.carnet.access.deciding.AccessCommand.DeclineRequest;
import fr.carnet.access.deciding.AccessCommand.EndTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.GiveSameRight;
import fr.carnet.access.deciding.AccessCommand.GrantAccess;
import fr.carnet.access.deciding.AccessCommand.IssueVisitCode;
import fr.carnet.access.deciding.AccessCommand.NameTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.RecordEmergencyWish;
import fr.carnet.access.deciding.AccessCommand.RenewGrant;
import fr.carnet.access.deciding.AccessCommand.RevokeGrant;
import fr.carnet.access.deciding.AccessCommand.UnblockProfessional;
import fr.carnet.access.deciding.AccessCommand.UseVisitCode;
import fr.carnet.events.Decision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessGranted.Origin;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.testkit.GivenWhenThen;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AccessDeciderTest {
  private static final UUID GRANT = UUID.fromString("0192f0c1-0000-7000-8000-000000000001");
  private static final UUID GRANT_2 = UUID.fromString("0192f0c1-0000-7000-8000-000000000002");
  private static final NationalId DOCTOR = new NationalId("899700024450");
  private static final NationalId HOSPITAL = new NationalId("3750100125");
  private static final Grantee TO_DOCTOR = new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR);
  private static final Grantee TO_HOSPITAL = new Grantee(Grantee.Kind.STRUCTURE, HOSPITAL);
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofDays(30));
  private static final ProfessionalUnblocked UNBLOCKED = new ProfessionalUnblocked(DOCTOR);
  private static final AccessGranted GRANTED = granted(GRANT, NOW, Optional.empty());

  private final GivenWhenThen<AccessState, AccessEvent> access =
      new GivenWhenThen<>(AccessState.INITIAL, AccessDecider::evolve);

  private GivenWhenThen<AccessState, AccessEvent>.Then when(
      AccessCommand command, AccessEvent... given) {
    return access.given(given).when(state -> AccessDecider.decide(command, state));
  }

  private static AccessGranted granted(UUID id, Instant from, Optional<Instant> until) {
    return new AccessGranted(id, TO_DOCTOR, from, until, Optional.empty());
  }

  private static GrantAccess grant(
      UUID id, Grantee grantee, State dossier, Optional<Instant> from, Optional<Instant> until) {
    return new GrantAccess(id, grantee, dossier, NOW, from, until, Optional.empty());
  }

  private static GrantAccess grant(Optional<Instant> from, Optional<Instant> until) {
    return grant(GRANT, TO_DOCTOR, State.OPEN, from, until);
  }

  @Test
  void a_grant_begins_now_and_lasts_until_revoked_unless_it_says_otherwise() {
    when(grant(Optional.empty(), Optional.empty())).then(GRANTED);
    when(grant(Optional.of(LATER), Optional.empty())).then(granted(GRANT, LATER, Optional.empty()));
    when(grant(Optional.empty(), Optional.of(LATER))).then(granted(GRANT, NOW, Optional.of(LATER)));
  }

  @Test
  void a_grant_does_not_reach_back() {
    when(grant(Optional.of(NOW.minusSeconds(60)), Optional.empty())).then(GRANTED);
  }

  @Test
  void a_grant_ends_after_it_begins() {
    when(grant(Optional.of(LATER), Optional.of(LATER))).thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(LATER), Optional.of(LATER.minusSeconds(1))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.empty(), Optional.of(NOW))).thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(NOW.minusSeconds(60)), Optional.of(NOW.minusSeconds(30))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.empty(), Optional.of(Instant.parse("2200-01-01T00:00:01Z"))))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
    when(grant(Optional.of(Instant.parse("2200-01-01T00:00:00Z")), Optional.empty()))
        .thenRefused(AccessRefusal.PERIOD_INVALID);
  }

  @Test
  void a_closed_dossier_takes_nobody_new() {
    when(grant(GRANT, TO_DOCTOR, State.CLOSED, Optional.empty(), Optional.empty()))
        .thenRefused(AccessRefusal.DOSSIER_CLOSED);
    when(new NameTreatingPhysician(DOCTOR, State.CLOSED)).thenRefused(AccessRefusal.DOSSIER_CLOSED);
  }

  @Test
  void granting_again_adds_a_grant_and_leaves_the_old_one() {
    when(grant(GRANT_2, TO_DOCTOR, State.OPEN, Optional.empty(), Optional.empty()), GRANTED)
        .then(granted(GRANT_2, NOW, Optional.empty()));
    when(
            grant(GRANT_2, TO_DOCTOR, State.OPEN, Optional.empty(), Optional.empty()),
            GRANTED,
            new GrantRevoked(GRANT))
        .then(granted(GRANT_2, NOW, Optional.empty()));
  }

  @Test
  void revoking_ends_the_right_so_no_second_grant_to_the_same_one_survives() {
    AccessGranted second = granted(GRANT_2, LATER, Optional.empty());
    when(new RevokeGrant(GRANT, NOW), GRANTED, second)
        .then(new GrantRevoked(GRANT), new GrantRevoked(GRANT_2));
    when(new RevokeGrant(GRANT_2, NOW), GRANTED, second)
        .then(new GrantRevoked(GRANT), new GrantRevoked(GRANT_2));
    // What ended by itself stays as it was, and what was granted to another is another's.
    AccessGranted past = granted(GRANT_2, NOW.minusSeconds(60), Optional.of(NOW));
    when(new RevokeGrant(GRANT, NOW), GRANTED, past).then(new GrantRevoked(GRANT));
    when(new RevokeGrant(GRANT_2, NOW), GRANTED, past).thenNothing();
    when(
            new RevokeGrant(GRANT, NOW),
            GRANTED,
            new AccessGranted(GRANT_2, TO_HOSPITAL, NOW, Optional.empty(), Optional.empty()))
        .then(new GrantRevoked(GRANT));
    // A repeat of an old revocation does not take away what was granted since.
    when(new RevokeGrant(GRANT, NOW), GRANTED, new GrantRevoked(GRANT), second).thenNothing();
  }

  @Test
  void renewing_adds_a_grant_from_the_end_of_the_last_one_or_from_now() {
    AccessGranted ending = granted(GRANT, NOW.minusSeconds(60), Optional.of(LATER));
    Instant evenLater = LATER.plus(Duration.ofDays(30));
    RenewGrant renewal = renewal(Optional.of(evenLater));
    when(renewal, ending).then(renewed(LATER, Optional.of(evenLater)));
    when(renewal(Optional.empty()), ending).then(renewed(LATER, Optional.empty()));
    when(renewal, granted(GRANT, NOW.minusSeconds(60), Optional.of(NOW)))
        .then(renewed(NOW, Optional.of(evenLater)));
    when(renewal, ending, new GrantRevoked(GRANT)).then(renewed(NOW, Optional.of(evenLater)));
    when(renewal(Optional.of(LATER)), ending).thenRefused(AccessRefusal.PERIOD_INVALID);
    when(renewal, GRANTED).thenRefused(AccessRefusal.GRANT_WITHOUT_END);
    when(renewal).thenRefused(AccessRefusal.NO_SUCH_GRANT);
    when(renewal, ending, new ProfessionalBlocked(DOCTOR))
        .thenRefused(AccessRefusal.PROFESSIONAL_BLOCKED);
    when(new RenewGrant(GRANT_2, GRANT, State.CLOSED, NOW, Optional.of(evenLater)), ending)
        .thenRefused(AccessRefusal.DOSSIER_CLOSED);
  }

  private static RenewGrant renewal(Optional<Instant> until) {
    return new RenewGrant(GRANT_2, GRANT, State.OPEN, NOW, until);
  }

  private static AccessGranted renewed(Instant from, Optional<Instant> until) {
    return new AccessGranted(
        GRANT_2,
        TO_DOCTOR,
        from,
        until,
        Optional.empty(),
        Optional.of(new Origin(Origin.Kind.RENEWAL, GRANT)));
  }

  @Test
  void somebody_blocked_is_not_granted_anything_but_their_structure_may_be() {
    when(grant(Optional.empty(), Optional.empty()), new ProfessionalBlocked(DOCTOR))
        .thenRefused(AccessRefusal.PROFESSIONAL_BLOCKED);
    when(new NameTreatingPhysician(DOCTOR, State.OPEN), new ProfessionalBlocked(DOCTOR))
        .thenRefused(AccessRefusal.PROFESSIONAL_BLOCKED);
    when(
            grant(GRANT, TO_HOSPITAL, State.OPEN, Optional.empty(), Optional.empty()),
            new ProfessionalBlocked(DOCTOR))
        .then(new AccessGranted(GRANT, TO_HOSPITAL, NOW, Optional.empty(), Optional.empty()));
    when(
            grant(Optional.empty(), Optional.empty()),
            new ProfessionalBlocked(DOCTOR),
            new ProfessionalUnblocked(DOCTOR))
        .then(GRANTED);
  }

  @Test
  void a_grant_is_revoked_once() {
    when(new RevokeGrant(GRANT, NOW), GRANTED).then(new GrantRevoked(GRANT));
    when(new RevokeGrant(GRANT, NOW), GRANTED, new GrantRevoked(GRANT)).thenNothing();
    when(new RevokeGrant(GRANT_2, NOW), GRANTED).thenRefused(AccessRefusal.NO_SUCH_GRANT);
  }

  @Test
  void a_block_leaves_grants_as_they_are_and_ends_the_treating_physician() {
    when(new BlockProfessional(DOCTOR)).then(new ProfessionalBlocked(DOCTOR));
    when(new BlockProfessional(DOCTOR), GRANTED).then(new ProfessionalBlocked(DOCTOR));
    when(new BlockProfessional(DOCTOR), new TreatingPhysicianNamed(DOCTOR))
        .then(new ProfessionalBlocked(DOCTOR), new TreatingPhysicianEnded(DOCTOR, Cause.BLOCKED));
    when(new BlockProfessional(DOCTOR), new ProfessionalBlocked(DOCTOR)).thenNothing();
  }

  @Test
  void a_bar_is_lifted_once() {
    when(new UnblockProfessional(DOCTOR), new ProfessionalBlocked(DOCTOR))
        .then(new ProfessionalUnblocked(DOCTOR));
    when(new UnblockProfessional(DOCTOR)).thenNothing();
    when(
            new UnblockProfessional(DOCTOR),
            new ProfessionalBlocked(DOCTOR),
            new ProfessionalUnblocked(DOCTOR))
        .thenNothing();
  }

  /** What a doctor may be to a dossier, by what led to it. */
  private static final Map<String, List<AccessEvent>> STATES = new LinkedHashMap<>();

  /** What may be asked of it. */
  private static final Map<String, AccessCommand> COMMANDS = new LinkedHashMap<>();

  private static final TreatingPhysicianProposed PROPOSED = new TreatingPhysicianProposed(DOCTOR);
  private static final TreatingPhysicianNamed NAMED = new TreatingPhysicianNamed(DOCTOR);
  private static final TreatingPhysicianNamed SAME_RIGHT =
      new TreatingPhysicianNamed(DOCTOR, Optional.of(Title.SAME_RIGHT));
  private static final ProfessionalBlocked BLOCKED = new ProfessionalBlocked(DOCTOR);
  private static final TreatingPhysicianEnded ENDED =
      new TreatingPhysicianEnded(DOCTOR, Cause.BY_PATIENT);
  private static final TreatingPhysicianEnded ENDED_BY_BLOCK =
      new TreatingPhysicianEnded(DOCTOR, Cause.BLOCKED);

  static {
    STATES.put("nobody", List.of());
    STATES.put("granted", List.of(GRANTED));
    STATES.put("proposed", List.of(PROPOSED));
    STATES.put("treating", List.of(PROPOSED, NAMED));
    STATES.put("named of old", List.of(NAMED));
    STATES.put("same right", List.of(SAME_RIGHT));
    STATES.put("same, proposed", List.of(SAME_RIGHT, PROPOSED));
    STATES.put("ended", List.of(PROPOSED, NAMED, ENDED));
    STATES.put("blocked", List.of(BLOCKED));
    STATES.put("treating, blocked", List.of(NAMED, BLOCKED, ENDED_BY_BLOCK));
    STATES.put("unblocked", List.of(NAMED, BLOCKED, ENDED_BY_BLOCK, UNBLOCKED));

    COMMANDS.put("name", new NameTreatingPhysician(DOCTOR, State.OPEN));
    COMMANDS.put("accept", new AcceptTreatingPhysician(DOCTOR, State.OPEN));
    COMMANDS.put("give", new GiveSameRight(DOCTOR, State.OPEN));
    COMMANDS.put("end", new EndTreatingPhysician(DOCTOR));
    COMMANDS.put("block", new BlockProfessional(DOCTOR));
    COMMANDS.put("unblock", new UnblockProfessional(DOCTOR));
    COMMANDS.put("grant", grant(Optional.empty(), Optional.empty()));
    COMMANDS.put("revoke", new RevokeGrant(GRANT, NOW));
    COMMANDS.put("name, closed", new NameTreatingPhysician(DOCTOR, State.CLOSED));
    COMMANDS.put("accept, closed", new AcceptTreatingPhysician(DOCTOR, State.CLOSED));
    COMMANDS.put("give, closed", new GiveSameRight(DOCTOR, State.CLOSED));
  }

  /**
   * The columns are the commands in the order above: the event that follows, – for none, x for
   * NO_STANDING, B blocked, C closed, G no such grant. P proposed, N named, S given the same right,
   * E ended, K blocked (K+ ends the status too), U unblocked, A granted, R revoked.
   */
  private static final String TABLE =
      """
                        | name | accept | give | end | block | unblock | grant | revoke | name, closed | accept, closed | give, closed
      nobody            | P    | x      | S    | –   | K     | –       | A     | G      | C            | x              | C
      granted           | P    | x      | S    | –   | K     | –       | A     | R      | C            | x              | C
      proposed          | –    | N      | S    | E   | K+    | –       | A     | G      | C            | x              | C
      treating          | –    | –      | –    | E   | K+    | –       | A     | G      | C            | x              | C
      named of old      | –    | –      | –    | E   | K+    | –       | A     | G      | C            | x              | C
      same right        | P    | x      | –    | E   | K+    | –       | A     | G      | C            | x              | C
      same, proposed    | –    | N      | –    | E   | K+    | –       | A     | G      | C            | x              | C
      ended             | P    | x      | S    | –   | K     | –       | A     | G      | C            | x              | C
      blocked           | B    | x      | B    | –   | –     | U       | B     | G      | C            | x              | C
      treating, blocked | B    | x      | B    | –   | –     | U       | B     | G      | C            | x              | C
      unblocked         | P    | x      | S    | –   | K     | –       | A     | G      | C            | x              | C
      """;

  private static Decision<AccessEvent> expected(String cell) {
    return switch (cell) {
      case "P" -> Decision.accepted(PROPOSED);
      case "N" -> Decision.accepted(NAMED);
      case "S" -> Decision.accepted(SAME_RIGHT);
      case "E" -> Decision.accepted(ENDED);
      case "K" -> Decision.accepted(BLOCKED);
      case "K+" -> Decision.accepted(BLOCKED, ENDED_BY_BLOCK);
      case "U" -> Decision.accepted(UNBLOCKED);
      case "A" -> Decision.accepted(GRANTED);
      case "R" -> Decision.accepted(new GrantRevoked(GRANT));
      case "–" -> Decision.accepted();
      case "x" -> Decision.refused(AccessRefusal.NO_STANDING);
      case "B" -> Decision.refused(AccessRefusal.PROFESSIONAL_BLOCKED);
      case "C" -> Decision.refused(AccessRefusal.DOSSIER_CLOSED);
      case "G" -> Decision.refused(AccessRefusal.NO_SUCH_GRANT);
      default -> throw new IllegalArgumentException(cell);
    };
  }

  @TestFactory
  Stream<DynamicTest> every_command_about_a_doctor_in_every_state() {
    return everyCell(TABLE, STATES, COMMANDS, AccessDeciderTest::expected);
  }

  private static Stream<DynamicTest> everyCell(
      String table,
      Map<String, List<AccessEvent>> states,
      Map<String, AccessCommand> commands,
      Function<String, Decision<AccessEvent>> expected) {
    List<List<String>> lines =
        table
            .lines()
            .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
            .toList();
    List<String> columns = lines.getFirst().subList(1, lines.getFirst().size());
    assertThat(columns).containsExactlyElementsOf(commands.keySet());
    assertThat(lines.stream().skip(1).map(List::getFirst))
        .containsExactlyElementsOf(states.keySet());
    return lines.stream()
        .skip(1)
        .flatMap(
            line ->
                IntStream.range(0, columns.size())
                    .mapToObj(
                        i ->
                            DynamicTest.dynamicTest(
                                line.getFirst() + " × " + columns.get(i),
                                () -> {
                                  AccessState state = AccessState.INITIAL;
                                  for (AccessEvent event : states.get(line.getFirst())) {
                                    state = AccessDecider.evolve(state, event);
                                  }
                                  assertThat(
                                          AccessDecider.decide(commands.get(columns.get(i)), state))
                                      .isEqualTo(expected.apply(line.get(i + 1)));
                                })));
  }

  private static final UUID CODE = UUID.fromString("0192f0c1-0000-7000-8000-00000000000c");
  private static final UUID REQUEST = UUID.fromString("0192f0c1-0000-7000-8000-00000000000e");

  /** What may wait for a professional, by what led to it. */
  private static final Map<String, List<AccessEvent>> WAITING = new LinkedHashMap<>();

  private static final Map<String, AccessCommand> ANSWERS = new LinkedHashMap<>();

  private static final Instant END_OF_CODE = NOW.plus(Duration.ofMinutes(15));
  private static final VisitCodeIssued ISSUED = new VisitCodeIssued(CODE, END_OF_CODE);
  private static final AccessRequested ASKED = new AccessRequested(REQUEST, DOCTOR);
  private static final AccessRequestDeclined DECLINED = new AccessRequestDeclined(REQUEST);
  private static final AccessGranted FOR_THE_VISIT =
      from(Origin.Kind.VISIT_CODE, CODE, Optional.of(NOW.plus(Duration.ofHours(4))));
  private static final AccessGranted AS_ASKED =
      from(Origin.Kind.REQUEST, REQUEST, Optional.of(LATER));

  private static AccessGranted from(Origin.Kind kind, UUID id, Optional<Instant> until) {
    return new AccessGranted(
        GRANT_2, TO_DOCTOR, NOW, until, Optional.empty(), Optional.of(new Origin(kind, id)));
  }

  private static UseVisitCode use(UUID code, State dossier, Instant at) {
    return new UseVisitCode(GRANT_2, code, DOCTOR, dossier, at);
  }

  private static AcceptRequest acceptRequest(State dossier, Instant until) {
    return new AcceptRequest(GRANT_2, REQUEST, dossier, NOW, Optional.of(until));
  }

  static {
    WAITING.put("nothing", List.of());
    WAITING.put("code", List.of(ISSUED));
    WAITING.put("another code", List.of(ISSUED, new VisitCodeIssued(GRANT, END_OF_CODE)));
    WAITING.put("used code", List.of(ISSUED, FOR_THE_VISIT));
    WAITING.put("code, blocked", List.of(ISSUED, BLOCKED));
    WAITING.put("asked", List.of(ASKED));
    WAITING.put("declined", List.of(ASKED, DECLINED));
    WAITING.put("accepted", List.of(ASKED, AS_ASKED));
    WAITING.put("asked, blocked", List.of(ASKED, BLOCKED));
    WAITING.put("asked, unblocked", List.of(ASKED, BLOCKED, UNBLOCKED));

    ANSWERS.put("issue", new IssueVisitCode(CODE, State.OPEN, NOW));
    ANSWERS.put("use", use(CODE, State.OPEN, NOW));
    ANSWERS.put("at end", use(CODE, State.OPEN, END_OF_CODE));
    ANSWERS.put("other", use(REQUEST, State.OPEN, NOW));
    ANSWERS.put("ask", new AskForAccess(REQUEST, DOCTOR, State.OPEN));
    ANSWERS.put("accept", acceptRequest(State.OPEN, LATER));
    ANSWERS.put("till now", acceptRequest(State.OPEN, NOW));
    ANSWERS.put("decline", new DeclineRequest(REQUEST));
    ANSWERS.put("issue, closed", new IssueVisitCode(CODE, State.CLOSED, NOW));
    ANSWERS.put("use, closed", use(CODE, State.CLOSED, NOW));
    ANSWERS.put("ask, closed", new AskForAccess(REQUEST, DOCTOR, State.CLOSED));
    ANSWERS.put("accept, closed", acceptRequest(State.CLOSED, LATER));
  }

  /**
   * I issued, V granted for the visit, A asked, G granted as asked, D declined, – nothing; x
   * CODE_NOT_VALID, N no such request, P period, C closed.
   */
  private static final String OF_CODES_AND_REQUESTS =
      """
                       | issue | use | at end | other | ask | accept | till now | decline | issue, closed | use, closed | ask, closed | accept, closed
      nothing          | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      code             | I     | V   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      another code     | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      used code        | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      code, blocked    | I     | x   | x      | x     | –   | N      | N        | N       | C             | x           | –           | N
      asked            | I     | x   | x      | x     | –   | G      | P        | D       | C             | x           | –           | C
      declined         | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      accepted         | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      asked, blocked   | I     | x   | x      | x     | –   | N      | N        | N       | C             | x           | –           | N
      asked, unblocked | I     | x   | x      | x     | A   | N      | N        | N       | C             | x           | –           | N
      """;

  private static Decision<AccessEvent> expectedOfCodesAndRequests(String cell) {
    return switch (cell) {
      case "I" -> Decision.accepted(ISSUED);
      case "V" -> Decision.accepted(FOR_THE_VISIT);
      case "A" -> Decision.accepted(ASKED);
      case "G" -> Decision.accepted(AS_ASKED);
      case "D" -> Decision.accepted(DECLINED);
      case "–" -> Decision.accepted();
      case "x" -> Decision.refused(AccessRefusal.CODE_NOT_VALID);
      case "N" -> Decision.refused(AccessRefusal.NO_SUCH_REQUEST);
      case "P" -> Decision.refused(AccessRefusal.PERIOD_INVALID);
      case "C" -> Decision.refused(AccessRefusal.DOSSIER_CLOSED);
      default -> throw new IllegalArgumentException(cell);
    };
  }

  @TestFactory
  Stream<DynamicTest> every_command_about_codes_and_requests_in_every_state() {
    return everyCell(
        OF_CODES_AND_REQUESTS, WAITING, ANSWERS, AccessDeciderTest::expectedOfCodesAndRequests);
  }

  @Test
  void several_treating_physicians_are_named_and_end_each_on_their_own() {
    NationalId other = new NationalId("899700031018");
    when(new NameTreatingPhysician(other, State.OPEN), PROPOSED, NAMED)
        .then(new TreatingPhysicianProposed(other));
    when(
            new AcceptTreatingPhysician(other, State.OPEN),
            PROPOSED,
            NAMED,
            new TreatingPhysicianProposed(other))
        .then(new TreatingPhysicianNamed(other));
    when(new EndTreatingPhysician(other), NAMED).thenNothing();
    when(new EndTreatingPhysician(other), NAMED, new TreatingPhysicianNamed(other))
        .then(new TreatingPhysicianEnded(other, Cause.BY_PATIENT));
  }

  @Test
  void a_wish_is_recorded_when_it_is_said_first_and_when_it_changes() {
    EmergencyWishRecorded opposed = new EmergencyWishRecorded(Wish.BREAK_GLASS, true);
    EmergencyWishRecorded allowed = new EmergencyWishRecorded(Wish.BREAK_GLASS, false);
    when(wish(Wish.BREAK_GLASS, true, 0)).then(opposed);
    when(wish(Wish.BREAK_GLASS, false, 0)).then(allowed);
    when(wish(Wish.BREAK_GLASS, true, 0), opposed).thenNothing();
    when(wish(Wish.BREAK_GLASS, false, 0), opposed).then(allowed);
    when(wish(Wish.MEDICAL_REGULATION, true, 0), opposed)
        .then(new EmergencyWishRecorded(Wish.MEDICAL_REGULATION, true));
  }

  @Test
  void a_wish_is_asked_anew_on_reopening_so_the_same_answer_is_recorded_again() {
    EmergencyWishRecorded before = new EmergencyWishRecorded(Wish.BREAK_GLASS, true);
    EmergencyWishRecorded anew = new EmergencyWishRecorded(Wish.BREAK_GLASS, true, 1);
    when(wish(Wish.BREAK_GLASS, true, 1), before).then(anew);
    when(wish(Wish.BREAK_GLASS, true, 1), before, anew).thenNothing();
  }

  private static RecordEmergencyWish wish(Wish wish, boolean opposed, int reopenings) {
    return new RecordEmergencyWish(wish, opposed, reopenings);
  }
}
