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
import java.util.Set;
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
  private static final UUID PARENT = UUID.fromString("0192f0c1-0000-7000-8000-0000000000a1");
  private static final UUID OTHER_PARENT = UUID.fromString("0192f0c1-0000-7000-8000-0000000000a2");
  private static final Set<UUID> PARENTS = Set.of(PARENT, OTHER_PARENT);

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
    COMMANDS.put("accept", new AcceptTreatingPhysician(DOCTOR, State.OPEN, PARENTS));
    COMMANDS.put("give", new GiveSameRight(DOCTOR, State.OPEN));
    COMMANDS.put("end", new EndTreatingPhysician(DOCTOR));
    COMMANDS.put("block", new BlockProfessional(DOCTOR));
    COMMANDS.put("unblock", new UnblockProfessional(DOCTOR));
    COMMANDS.put("grant", grant(Optional.empty(), Optional.empty()));
    COMMANDS.put("revoke", new RevokeGrant(GRANT, NOW));
    COMMANDS.put("name, closed", new NameTreatingPhysician(DOCTOR, State.CLOSED));
    COMMANDS.put("accept, closed", new AcceptTreatingPhysician(DOCTOR, State.CLOSED, PARENTS));
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
    return everyCell(TABLE, STATES, COMMANDS, Optional.empty(), AccessDeciderTest::expected);
  }

  private static Stream<DynamicTest> everyCell(
      String table,
      Map<String, List<AccessEvent>> states,
      Map<String, AccessCommand> commands,
      Optional<UUID> by,
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
                                line.getFirst()
                                    + " × "
                                    + columns.get(i)
                                    + by.map(_ -> " by P").orElse(""),
                                () -> {
                                  AccessState state = AccessState.INITIAL;
                                  for (AccessEvent event : states.get(line.getFirst())) {
                                    state = AccessDecider.evolve(state, event);
                                  }
                                  assertThat(
                                          AccessDecider.decide(
                                              commands.get(columns.get(i)), by, state))
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
    return new UseVisitCode(GRANT_2, code, DOCTOR, dossier, at, PARENTS);
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
    ANSWERS.put("ask", new AskForAccess(REQUEST, DOCTOR, false, State.OPEN));
    ANSWERS.put("accept", acceptRequest(State.OPEN, LATER));
    ANSWERS.put("till now", acceptRequest(State.OPEN, NOW));
    ANSWERS.put("decline", new DeclineRequest(REQUEST));
    ANSWERS.put("issue, closed", new IssueVisitCode(CODE, State.CLOSED, NOW));
    ANSWERS.put("use, closed", use(CODE, State.CLOSED, NOW));
    ANSWERS.put("ask, closed", new AskForAccess(REQUEST, DOCTOR, false, State.CLOSED));
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
        OF_CODES_AND_REQUESTS,
        WAITING,
        ANSWERS,
        Optional.empty(),
        AccessDeciderTest::expectedOfCodesAndRequests);
  }

  private static final Optional<UUID> M = Optional.empty();
  private static final Optional<UUID> P = Optional.of(PARENT);
  private static final Optional<UUID> O = Optional.of(OTHER_PARENT);

  private static AccessGranted granted(UUID id, Instant from, Instant until, Optional<UUID> by) {
    return new AccessGranted(
        id, TO_DOCTOR, from, Optional.of(until), Optional.empty(), Optional.empty(), by);
  }

  private static AccessGranted given(Optional<UUID> by) {
    return granted(GRANT, NOW, LATER, by);
  }

  private static AccessGranted renewedBy(Optional<UUID> by, Instant from) {
    return new AccessGranted(
        GRANT_2,
        TO_DOCTOR,
        from,
        Optional.of(LATER.plusSeconds(60)),
        Optional.empty(),
        Optional.of(new Origin(Origin.Kind.RENEWAL, GRANT)),
        by);
  }

  private static ProfessionalBlocked blocked(Optional<UUID> by) {
    return new ProfessionalBlocked(DOCTOR, by);
  }

  private static EmergencyWishRecorded breakGlass(boolean opposed, Optional<UUID> by) {
    return new EmergencyWishRecorded(Wish.BREAK_GLASS, opposed, 0, by);
  }

  private static TreatingPhysicianProposed proposed(Optional<UUID> by) {
    return new TreatingPhysicianProposed(DOCTOR, by);
  }

  /** What a minor's doctor may be, by who said it: the minor, a parent, the other parent. */
  private static final Map<String, List<AccessEvent>> SAID = new LinkedHashMap<>();

  static {
    SAID.put("nothing", List.of());
    SAID.put("granted by M", List.of(given(M)));
    SAID.put("granted by P", List.of(given(P)));
    SAID.put("granted by O", List.of(given(O)));
    SAID.put("granted by P, revoked by M", List.of(given(P), new GrantRevoked(GRANT)));
    SAID.put("blocked by M", List.of(blocked(M)));
    SAID.put("blocked by P", List.of(blocked(P)));
    SAID.put("blocked by O", List.of(blocked(O)));
    SAID.put("blocked by P, unblocked by M", List.of(blocked(P), UNBLOCKED));
    SAID.put("granted by P, blocked by M", List.of(given(P), blocked(M)));
    SAID.put("treating by M", List.of(proposed(M), NAMED));
    SAID.put("treating by P", List.of(proposed(P), NAMED));
    SAID.put("treating by O", List.of(proposed(O), NAMED));
    SAID.put("treating by P, ended by M", List.of(proposed(P), NAMED, ENDED));
    SAID.put("treating by P, blocked by M", List.of(proposed(P), NAMED, BLOCKED, ENDED_BY_BLOCK));
    SAID.put("asked by M, by P", List.of(proposed(M), proposed(P)));
    SAID.put("same right by M", List.of(SAME_RIGHT));
    SAID.put(
        "same right by P",
        List.of(new TreatingPhysicianNamed(DOCTOR, Optional.of(Title.SAME_RIGHT), P)));
    SAID.put("opposed by M", List.of(breakGlass(true, M)));
    SAID.put("opposed by P", List.of(breakGlass(true, P)));
    SAID.put("opposed by P, allowed by O", List.of(breakGlass(true, P), breakGlass(false, O)));
    SAID.put("opposed by P, allowed by M", List.of(breakGlass(true, P), breakGlass(false, M)));
  }

  private static Map<String, AccessCommand> asked() {
    Map<String, AccessCommand> asked = new LinkedHashMap<>();
    asked.put("grant", grant(GRANT_2, TO_DOCTOR, State.OPEN, Optional.empty(), Optional.of(LATER)));
    asked.put(
        "renew",
        new RenewGrant(GRANT_2, GRANT, State.OPEN, NOW, Optional.of(LATER.plusSeconds(60))));
    asked.put("revoke", new RevokeGrant(GRANT, NOW));
    asked.put("block", new BlockProfessional(DOCTOR));
    asked.put("unblock", new UnblockProfessional(DOCTOR));
    asked.put("name", new NameTreatingPhysician(DOCTOR, State.OPEN));
    asked.put("give", new GiveSameRight(DOCTOR, State.OPEN));
    asked.put("end", new EndTreatingPhysician(DOCTOR));
    asked.put("oppose", wish(Wish.BREAK_GLASS, true, 0));
    return asked;
  }

  private static Decision<AccessEvent> expectedOf(String cell, Optional<UUID> by) {
    TreatingPhysicianEnded ended = new TreatingPhysicianEnded(DOCTOR, Cause.BY_PATIENT, by);
    return switch (cell) {
      case "A" -> Decision.accepted(granted(GRANT_2, NOW, LATER, by));
      case "N" -> Decision.accepted(renewedBy(by, LATER));
      case "N now" -> Decision.accepted(renewedBy(by, NOW));
      case "R" -> Decision.accepted(new GrantRevoked(GRANT, by));
      case "K" -> Decision.accepted(blocked(by));
      case "K+" ->
          Decision.accepted(blocked(by), new TreatingPhysicianEnded(DOCTOR, Cause.BLOCKED, by));
      case "U" -> Decision.accepted(new ProfessionalUnblocked(DOCTOR, by));
      case "P" -> Decision.accepted(proposed(by));
      case "S" ->
          Decision.accepted(new TreatingPhysicianNamed(DOCTOR, Optional.of(Title.SAME_RIGHT), by));
      case "E" -> Decision.accepted(ended);
      case "W" -> Decision.accepted(breakGlass(true, by));
      default -> expected(cell);
    };
  }

  /**
   * Letters as above; N renewed from its end on, W opposed. What a parent is answered is the same
   * in every row in which the parents said the same, whatever the minor said. What they say is
   * recorded though they said it before: otherwise it would not hold where the minor has undone it.
   */
  private static final String ASKED_BY_PARENT =
      """
                                   | grant | renew | revoke | block | unblock | name  | give  | end   | oppose
      nothing                      | A     | G     | G      | K     | –       | P     | S     | –     | W
      granted by M                 | A     | G     | G      | K     | –       | P     | S     | –     | W
      granted by P                 | A     | N     | R      | K     | –       | P     | S     | –     | W
      granted by O                 | A     | N     | R      | K     | –       | P     | S     | –     | W
      granted by P, revoked by M   | A     | N     | R      | K     | –       | P     | S     | –     | W
      blocked by M                 | A     | G     | G      | K     | –       | P     | S     | –     | W
      blocked by P                 | B     | G     | G      | K     | U       | B     | B     | –     | W
      blocked by O                 | B     | G     | G      | K     | U       | B     | B     | –     | W
      blocked by P, unblocked by M | B     | G     | G      | K     | U       | B     | B     | –     | W
      granted by P, blocked by M   | A     | N     | R      | K     | –       | P     | S     | –     | W
      treating by M                | A     | G     | G      | K     | –       | P     | S     | –     | W
      treating by P                | A     | G     | G      | K+    | –       | P     | S     | E     | W
      treating by O                | A     | G     | G      | K+    | –       | P     | S     | E     | W
      treating by P, ended by M    | A     | G     | G      | K+    | –       | P     | S     | E     | W
      treating by P, blocked by M  | A     | G     | G      | K+    | –       | P     | S     | E     | W
      asked by M, by P             | A     | G     | G      | K+    | –       | P     | S     | E     | W
      same right by M              | A     | G     | G      | K     | –       | P     | S     | –     | W
      same right by P              | A     | G     | G      | K+    | –       | P     | S     | E     | W
      opposed by M                 | A     | G     | G      | K     | –       | P     | S     | –     | W
      opposed by P                 | A     | G     | G      | K     | –       | P     | S     | –     | W
      opposed by P, allowed by O   | A     | G     | G      | K     | –       | P     | S     | –     | W
      opposed by P, allowed by M   | A     | G     | G      | K     | –       | P     | S     | –     | W
      """;

  /** The minor knows it all, and says it beside what a parent said. */
  private static final String ASKED_BY_MINOR =
      """
                                   | grant | renew | revoke | block | unblock | name  | give  | end   | oppose
      nothing                      | A     | G     | G      | K     | –       | P     | S     | –     | W
      granted by M                 | A     | N     | R      | K     | –       | P     | S     | –     | W
      granted by P                 | A     | N     | R      | K     | –       | P     | S     | –     | W
      granted by O                 | A     | N     | R      | K     | –       | P     | S     | –     | W
      granted by P, revoked by M   | A     | N now | –      | K     | –       | P     | S     | –     | W
      blocked by M                 | B     | G     | G      | –     | U       | B     | B     | –     | W
      blocked by P                 | B     | G     | G      | K     | U       | B     | B     | –     | W
      blocked by O                 | B     | G     | G      | K     | U       | B     | B     | –     | W
      blocked by P, unblocked by M | A     | G     | G      | K     | –       | P     | S     | –     | W
      granted by P, blocked by M   | B     | B     | R      | –     | U       | B     | B     | –     | W
      treating by M                | A     | G     | G      | K+    | –       | –     | –     | E     | W
      treating by P                | A     | G     | G      | K+    | –       | P     | S     | E     | W
      treating by O                | A     | G     | G      | K+    | –       | P     | S     | E     | W
      treating by P, ended by M    | A     | G     | G      | K     | –       | P     | S     | –     | W
      treating by P, blocked by M  | B     | G     | G      | –     | U       | B     | B     | –     | W
      asked by M, by P             | A     | G     | G      | K+    | –       | –     | S     | E     | W
      same right by M              | A     | G     | G      | K+    | –       | P     | –     | E     | W
      same right by P              | A     | G     | G      | K+    | –       | P     | S     | E     | W
      opposed by M                 | A     | G     | G      | K     | –       | P     | S     | –     | –
      opposed by P                 | A     | G     | G      | K     | –       | P     | S     | –     | W
      opposed by P, allowed by O   | A     | G     | G      | K     | –       | P     | S     | –     | W
      opposed by P, allowed by M   | A     | G     | G      | K     | –       | P     | S     | –     | W
      """;

  @TestFactory
  Stream<DynamicTest> a_parent_is_answered_by_what_parents_said_and_the_minor_by_all() {
    return Stream.concat(
        everyCell(ASKED_BY_PARENT, SAID, asked(), P, cell -> expectedOf(cell, P)),
        everyCell(ASKED_BY_MINOR, SAID, asked(), M, cell -> expectedOf(cell, M)));
  }

  @Test
  void a_parent_answers_what_a_professional_asks_them_too_whatever_the_minor_did_about_it() {
    AccessRequested toAll = new AccessRequested(REQUEST, DOCTOR, true);
    AskForAccess asking = new AskForAccess(REQUEST, DOCTOR, true, State.OPEN);
    AccessGranted accepted =
        new AccessGranted(
            GRANT_2,
            TO_DOCTOR,
            NOW,
            Optional.of(LATER),
            Optional.empty(),
            Optional.of(new Origin(Origin.Kind.REQUEST, REQUEST)),
            P);
    when(asking).then(toAll);
    // Whom the minor shut out asks others all the same; whom a parent did, nobody.
    when(asking, BLOCKED).then(toAll);
    when(asking, blocked(P)).thenNothing();
    // Otherwise a request would tell a parent that the minor lifted what they said.
    when(asking, blocked(P), UNBLOCKED).then(ASKED);
    when(asking, blocked(P), new ProfessionalUnblocked(DOCTOR, O)).then(toAll);
    when(asking, ASKED).then(toAll);
    when(asking, toAll).thenNothing();
    when(asking, toAll, AS_ASKED).then(toAll);
    Decision<AccessEvent> none = Decision.refused(AccessRefusal.NO_SUCH_REQUEST);
    for (AccessEvent[] waiting :
        List.of(
            new AccessEvent[] {toAll},
            new AccessEvent[] {toAll, DECLINED},
            new AccessEvent[] {toAll, AS_ASKED},
            new AccessEvent[] {toAll, BLOCKED},
            new AccessEvent[] {BLOCKED, toAll})) {
      assertThat(AccessDecider.decide(acceptRequest(State.OPEN, LATER), P, after(waiting)))
          .isEqualTo(Decision.accepted(accepted));
      assertThat(AccessDecider.decide(new DeclineRequest(REQUEST), P, after(waiting)))
          .isEqualTo(Decision.accepted(new AccessRequestDeclined(REQUEST, P)));
    }
    for (AccessEvent[] answered :
        List.of(
            new AccessEvent[] {ASKED},
            new AccessEvent[] {toAll, accepted},
            new AccessEvent[] {toAll, new AccessRequestDeclined(REQUEST, O)},
            new AccessEvent[] {toAll, blocked(O)})) {
      assertThat(AccessDecider.decide(acceptRequest(State.OPEN, LATER), P, after(answered)))
          .isEqualTo(none);
    }
    // The minor is not asked by somebody whom they shut out.
    assertThat(after(BLOCKED, toAll).requests()).isEmpty();
  }

  private static AccessState after(AccessEvent... events) {
    AccessState state = AccessState.INITIAL;
    for (AccessEvent event : events) {
      state = AccessDecider.evolve(state, event);
    }
    return state;
  }

  @Test
  void a_parent_takes_back_what_any_parent_said_and_the_minor_all() {
    ProfessionalUnblocked byParent = new ProfessionalUnblocked(DOCTOR, P);
    assertThat(after(blocked(M), blocked(P), byParent).isBlocked(DOCTOR)).isTrue();
    assertThat(after(blocked(P), blocked(O), byParent).isBlocked(DOCTOR)).isFalse();
    assertThat(after(blocked(O), byParent).isBlocked(DOCTOR)).isFalse();
    assertThat(after(blocked(P), blocked(O), blocked(M), UNBLOCKED).isBlocked(DOCTOR)).isFalse();
    TreatingPhysicianEnded endedByParent = new TreatingPhysicianEnded(DOCTOR, Cause.BY_PATIENT, P);
    // A doctor accepts for all who asked, and stays as long as one part wants it.
    assertThat(after(proposed(M), proposed(P), NAMED, endedByParent).isTreating(DOCTOR)).isTrue();
    assertThat(after(proposed(O), NAMED, endedByParent).isTreating(DOCTOR)).isFalse();
    assertThat(after(proposed(M), proposed(P), NAMED, ENDED).isTreating(DOCTOR)).isFalse();
    assertThat(after(proposed(M), proposed(P), endedByParent).isProposed(DOCTOR)).isTrue();
    assertThat(after(proposed(O), endedByParent).isProposed(DOCTOR)).isFalse();
  }

  @Test
  void to_give_the_same_right_takes_nothing_from_a_medecin_traitant() {
    TreatingPhysicianNamed same =
        new TreatingPhysicianNamed(DOCTOR, Optional.of(Title.SAME_RIGHT), P);
    assertThat(after(proposed(P), NAMED, same).treatingPhysicians())
        .containsExactly(
            Map.entry(new AccessState.Of(DOCTOR, Part.REPRESENTATIVES), Title.MEDECIN_TRAITANT));
  }

  @Test
  void what_a_representation_that_is_over_left_open_gives_no_new_right() {
    AcceptTreatingPhysician withoutP =
        new AcceptTreatingPhysician(DOCTOR, State.OPEN, Set.of(OTHER_PARENT));
    when(withoutP, proposed(P)).thenRefused(AccessRefusal.NO_STANDING);
    when(withoutP, proposed(P), proposed(O)).then(NAMED);
    when(withoutP, proposed(P), proposed(M)).then(NAMED);
    // What was accepted in time stays, until it is taken back.
    when(withoutP, proposed(P), NAMED).thenNothing();
    UseVisitCode use =
        new UseVisitCode(GRANT_2, CODE, DOCTOR, State.OPEN, NOW, Set.of(OTHER_PARENT));
    when(use, new VisitCodeIssued(CODE, END_OF_CODE, P)).thenRefused(AccessRefusal.CODE_NOT_VALID);
    when(use, ISSUED).then(FOR_THE_VISIT);
  }

  @Test
  void a_code_voids_the_one_before_of_its_own_part_alone() {
    when(use(CODE, State.OPEN, NOW), ISSUED, new VisitCodeIssued(GRANT, END_OF_CODE, P))
        .then(FOR_THE_VISIT);
    when(
            use(CODE, State.OPEN, NOW),
            new VisitCodeIssued(CODE, END_OF_CODE, P),
            new VisitCodeIssued(GRANT, END_OF_CODE, O))
        .thenRefused(AccessRefusal.CODE_NOT_VALID);
  }

  @Test
  void a_grant_over_a_hidden_block_gives_nothing_and_a_doctor_who_is_blocked_accepts_nothing() {
    assertThat(after(blocked(M), given(P)).isBlocked(DOCTOR)).isTrue();
    when(new AcceptTreatingPhysician(DOCTOR, State.OPEN, PARENTS), blocked(M), proposed(P))
        .thenRefused(AccessRefusal.NO_STANDING);
  }

  @Test
  void a_visit_is_known_to_the_part_that_had_the_code_issued() {
    VisitCodeIssued byParent = new VisitCodeIssued(CODE, END_OF_CODE, P);
    AccessGranted visit =
        new AccessGranted(
            GRANT_2,
            TO_DOCTOR,
            NOW,
            Optional.of(NOW.plus(Duration.ofHours(4))),
            Optional.empty(),
            Optional.of(new Origin(Origin.Kind.VISIT_CODE, CODE)),
            P);
    when(use(CODE, State.OPEN, NOW), byParent).then(visit);
    assertThat(AccessDecider.decide(new RevokeGrant(GRANT_2, NOW), P, after(byParent, visit)))
        .isEqualTo(Decision.accepted(new GrantRevoked(GRANT_2, P)));
    assertThat(AccessDecider.decide(new RevokeGrant(GRANT_2, NOW), O, after(byParent, visit)))
        .isEqualTo(Decision.accepted(new GrantRevoked(GRANT_2, O)));
    when(use(CODE, State.OPEN, NOW), ISSUED).then(FOR_THE_VISIT);
    assertThat(AccessDecider.decide(new RevokeGrant(GRANT_2, NOW), O, after(ISSUED, FOR_THE_VISIT)))
        .isEqualTo(Decision.refused(AccessRefusal.NO_SUCH_GRANT));
  }

  @Test
  void several_treating_physicians_are_named_and_end_each_on_their_own() {
    NationalId other = new NationalId("899700031018");
    when(new NameTreatingPhysician(other, State.OPEN), PROPOSED, NAMED)
        .then(new TreatingPhysicianProposed(other));
    when(
            new AcceptTreatingPhysician(other, State.OPEN, PARENTS),
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
