package fr.carnet.audit.querying;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.audit.querying.OwnDecisions.Decided;
import fr.carnet.audit.querying.OwnDecisions.OwnDecision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced.Outcome;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** By which of their decisions somebody looked or was refused. */
class OwnDecisionsTest {
  private static final NationalId DOCTOR = new NationalId("899700024450");
  private static final NationalId OTHER = new NationalId("810000000009");
  private static final NationalId CLINIC = new NationalId("3750100125");
  private static final UUID GRANT = UUID.fromString("00000000-0000-7000-8000-000000000001");
  private static final Optional<UUID> PATIENT = Optional.empty();
  private static final Optional<UUID> PARENT =
      Optional.of(UUID.fromString("00000000-0000-7000-8000-0000000000aa"));
  private static final Optional<UUID> OTHER_PARENT =
      Optional.of(UUID.fromString("00000000-0000-7000-8000-0000000000bb"));
  private static final String NOTHING = "";

  private static AccessGranted granted(Grantee.Kind kind, NationalId to, Optional<UUID> by) {
    return new AccessGranted(
        GRANT,
        new Grantee(kind, to),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        by);
  }

  private static AccessEvent granted(Optional<UUID> by) {
    return granted(Grantee.Kind.PROFESSIONAL, DOCTOR, by);
  }

  private static AccessEvent blocked(Optional<UUID> by) {
    return new ProfessionalBlocked(DOCTOR, by);
  }

  private static AccessEvent unblocked(Optional<UUID> by) {
    return new ProfessionalUnblocked(DOCTOR, by);
  }

  private static AccessEvent proposed(Optional<UUID> by) {
    return new TreatingPhysicianProposed(DOCTOR, by);
  }

  private static AccessEvent sameRight(Optional<UUID> by) {
    return new TreatingPhysicianNamed(DOCTOR, Optional.of(Title.SAME_RIGHT), by);
  }

  private static AccessEvent ended(Optional<UUID> by) {
    return new TreatingPhysicianEnded(DOCTOR, Cause.BY_PATIENT, by);
  }

  private static AccessEvent wish(Wish wish, boolean opposed, Optional<UUID> by) {
    return new EmergencyWishRecorded(wish, opposed, 0, by);
  }

  private static final AccessEvent ACCEPTED = new TreatingPhysicianNamed(DOCTOR);

  private static ClearFacts.Read read(String rule, Outcome outcome, PurposeOfUse purpose) {
    return new ClearFacts.Read(
        new Actor(
            Actor.Role.PROFESSIONAL,
            Optional.of(DOCTOR.value()),
            Optional.of("10"),
            Optional.empty()),
        purpose,
        "read-summary",
        outcome,
        rule,
        rule.equals("GRANT") ? Optional.of(GRANT) : Optional.empty(),
        Optional.of("policy-1"),
        Optional.of(5L),
        0,
        List.of(),
        Optional.empty());
  }

  private static ClearFacts.Read released(String rule, PurposeOfUse purpose) {
    return read(rule, Outcome.RELEASED, purpose);
  }

  private static ClearFacts.Read refused(PurposeOfUse purpose) {
    return read("NO_STANDING", Outcome.REFUSED, purpose);
  }

  /**
   * What was decided, in order; the look or the refusal; which of it is behind it, from 1, 0 for
   * none; and what is said of it in both languages.
   */
  static Stream<Arguments> branches() {
    PurposeOfUse normal = PurposeOfUse.NORMAL;
    PurposeOfUse glass = PurposeOfUse.BREAK_GLASS;
    PurposeOfUse regulation = PurposeOfUse.MEDICAL_REGULATION;
    String block = "you blocked professional 899700024450";
    String blockage = "vous avez bloqué le professionnel 899700024450";
    String parentsBlock = "somebody who acts for you blocked professional 899700024450";
    String parentsBlockage =
        "une personne qui vous représente a bloqué le professionnel 899700024450";
    String naming = "you named 899700024450 médecin traitant";
    String nomination = "vous avez désigné 899700024450 médecin traitant";
    String opposed = "you opposed access in such a case";
    String opposition = "vous avez fait opposition à un tel accès";
    return Stream.of(
        // a grant
        row(
            List.of(granted(PATIENT)),
            released("GRANT", normal),
            1,
            "you gave access to professional 899700024450",
            "vous avez autorisé le professionnel 899700024450"),
        row(
            List.of(granted(Grantee.Kind.STRUCTURE, CLINIC, PATIENT)),
            released("GRANT", normal),
            1,
            "you gave access to structure 3750100125",
            "vous avez autorisé la structure 3750100125"),
        row(
            List.of(granted(PARENT)),
            released("GRANT", normal),
            1,
            "somebody who acts for you gave access to professional 899700024450",
            "une personne qui vous représente a autorisé le professionnel 899700024450"),
        row(List.of(granted(PATIENT)), read("GRANT", Outcome.REFUSED, normal), 0, NOTHING, NOTHING),
        // everything
        row(
            List.of(proposed(PATIENT), ACCEPTED),
            released("TREATING_PHYSICIAN", normal),
            1,
            naming,
            nomination),
        row(List.of(ACCEPTED), released("TREATING_PHYSICIAN", normal), 1, naming, nomination),
        row(
            List.of(proposed(PATIENT), proposed(PARENT), ended(OTHER_PARENT), ACCEPTED),
            released("TREATING_PHYSICIAN", normal),
            1,
            naming,
            nomination),
        row(
            List.of(proposed(PARENT), ACCEPTED),
            released("TREATING_PHYSICIAN", normal),
            1,
            "somebody who acts for you named 899700024450 médecin traitant",
            "une personne qui vous représente a désigné 899700024450 médecin traitant"),
        row(
            List.of(sameRight(PATIENT), proposed(PARENT)),
            released("TREATING_PHYSICIAN", normal),
            1,
            "you gave 899700024450 the right of a médecin traitant",
            "vous avez donné à 899700024450 le droit d'un médecin traitant"),
        row(
            List.of(sameRight(PATIENT), sameRight(PARENT), ended(PARENT)),
            released("TREATING_PHYSICIAN", normal),
            1,
            "you gave 899700024450 the right of a médecin traitant",
            "vous avez donné à 899700024450 le droit d'un médecin traitant"),
        // a block, while it stands
        row(List.of(blocked(PATIENT)), refused(normal), 1, block, blockage),
        row(List.of(blocked(PARENT)), refused(normal), 1, parentsBlock, parentsBlockage),
        row(List.of(blocked(PATIENT), unblocked(PATIENT)), refused(normal), 0, NOTHING, NOTHING),
        row(List.of(blocked(PARENT), unblocked(PATIENT)), refused(normal), 0, NOTHING, NOTHING),
        row(List.of(blocked(PATIENT), unblocked(PARENT)), refused(normal), 1, block, blockage),
        row(
            List.of(blocked(PATIENT), blocked(PARENT), unblocked(PARENT)),
            refused(normal),
            1,
            block,
            blockage),
        row(
            List.of(blocked(PATIENT), unblocked(PATIENT), blocked(PATIENT)),
            refused(normal),
            3,
            block,
            blockage),
        row(List.of(new ProfessionalBlocked(OTHER)), refused(normal), 0, NOTHING, NOTHING),
        row(List.of(granted(PATIENT)), refused(normal), 0, NOTHING, NOTHING),
        // an emergency
        row(List.of(wish(Wish.BREAK_GLASS, true, PATIENT)), refused(glass), 1, opposed, opposition),
        row(
            List.of(wish(Wish.BREAK_GLASS, true, PARENT)),
            refused(glass),
            1,
            "somebody who acts for you opposed access in such a case",
            "une personne qui vous représente a fait opposition à un tel accès"),
        row(
            List.of(wish(Wish.MEDICAL_REGULATION, true, PATIENT)),
            refused(regulation),
            1,
            opposed,
            opposition),
        row(
            List.of(wish(Wish.BREAK_GLASS, true, PATIENT)),
            refused(regulation),
            0,
            NOTHING,
            NOTHING),
        row(List.of(wish(Wish.BREAK_GLASS, true, PATIENT)), refused(normal), 0, NOTHING, NOTHING),
        row(
            List.of(wish(Wish.BREAK_GLASS, true, PATIENT), wish(Wish.BREAK_GLASS, false, PARENT)),
            refused(glass),
            0,
            NOTHING,
            NOTHING),
        row(
            List.of(blocked(PATIENT), wish(Wish.BREAK_GLASS, true, PATIENT)),
            refused(glass),
            1,
            block,
            blockage),
        row(
            List.of(blocked(PATIENT), wish(Wish.BREAK_GLASS, true, PATIENT), unblocked(PATIENT)),
            refused(glass),
            2,
            opposed,
            opposition),
        row(
            List.of(wish(Wish.BREAK_GLASS, false, PATIENT)),
            released("BREAK_GLASS", glass),
            1,
            "you accepted access in such a case",
            "vous avez accepté un tel accès"),
        row(
            List.of(wish(Wish.MEDICAL_REGULATION, false, PATIENT)),
            released("MEDICAL_REGULATION", regulation),
            1,
            "you accepted access in such a case",
            "vous avez accepté un tel accès"),
        row(
            List.of(wish(Wish.MEDICAL_REGULATION, false, PATIENT)),
            released("BREAK_GLASS", glass),
            0,
            NOTHING,
            NOTHING),
        // nothing that anybody decided
        row(
            List.of(granted(PATIENT), blocked(PATIENT)),
            released("AUTHOR", normal),
            0,
            NOTHING,
            NOTHING));
  }

  private static Arguments row(
      List<AccessEvent> decided, ClearFacts.Read read, int behind, String english, String french) {
    return Arguments.of(decided, read, behind, english, french);
  }

  private static OwnDecisions decisions(
      List<AccessEvent> events, Function<Optional<UUID>, Words> by) {
    return new OwnDecisions(
        IntStream.rangeClosed(1, events.size())
            .mapToObj(i -> new Decided(100 + i, Optional.empty(), i, events.get(i - 1)))
            .toList(),
        by);
  }

  @ParameterizedTest
  @MethodSource("branches")
  void aLookRestsOnTheLastDecisionThatStandsAndItIsSaidWhoMadeIt(
      List<AccessEvent> decided, ClearFacts.Read read, int behind, String english, String french) {
    assertThat(decisions(decided, OwnDecisions::toPatient).behind(read))
        .isEqualTo(
            behind == 0
                ? Optional.empty()
                : Optional.of(new OwnDecision(100 + behind, Optional.empty(), english, french)));
  }

  @Test
  void whatWasDecidedAfterTheLookIsNotBehindIt() {
    List<AccessEvent> others =
        IntStream.range(0, 5).mapToObj(_ -> (AccessEvent) new ProfessionalBlocked(OTHER)).toList();
    List<AccessEvent> events = Stream.concat(others.stream(), Stream.of(blocked(PATIENT))).toList();
    assertThat(decisions(events, OwnDecisions::toPatient).behind(refused(PurposeOfUse.NORMAL)))
        .isEmpty();
  }

  @Test
  void whoDecidedIsNamedAsWhoeverReadsKnowsThem() {
    ClearFacts.Read look = released("GRANT", PurposeOfUse.NORMAL);
    Function<Optional<UUID>, Words> parent =
        OwnDecisions.toRepresentative(
            new Actor(
                Actor.Role.REPRESENTATIVE,
                PARENT.map(UUID::toString),
                Optional.empty(),
                Optional.empty()));
    assertThat(french(PARENT, parent, look)).startsWith("vous avez autorisé");
    assertThat(french(PATIENT, parent, look))
        .as("what they did before it was said by which representation")
        .startsWith("vous avez autorisé");
    assertThat(french(OTHER_PARENT, parent, look))
        .startsWith("une autre personne qui représente le patient a autorisé");
    assertThat(french(PATIENT, OwnDecisions::toOthers, look)).startsWith("le patient a autorisé");
    assertThat(french(PARENT, OwnDecisions::toOthers, look))
        .startsWith("une personne qui représente le patient a autorisé");
  }

  private static String french(
      Optional<UUID> who, Function<Optional<UUID>, Words> by, ClearFacts.Read look) {
    return decisions(List.of(granted(who)), by).behind(look).orElseThrow().french();
  }
}
