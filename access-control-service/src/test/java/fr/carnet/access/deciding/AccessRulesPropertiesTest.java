package fr.carnet.access.deciding;

import static fr.carnet.access.deciding.Situation.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What no set of facts may make untrue; a situation is drawn from a seed. */
class AccessRulesPropertiesTest {
  private static final List<String> PROFESSIONS =
      List.of("10", "21", "40", "50", "60", "70", "80", "91", "99");

  private static final UUID PARENT = new UUID(1, 1);
  private static final UUID OTHER_PARENT = new UUID(1, 2);
  private static final Set<UUID> PARENTS = Set.of(PARENT, OTHER_PARENT);

  private static Situation drawn(Random dice, Role role) {
    Situation situation =
        new Situation().role(role).profession(PROFESSIONS.get(dice.nextInt(PROFESSIONS.size())));
    switch (dice.nextInt(3)) {
      case 0 -> situation.breakGlass(dice.nextBoolean());
      case 1 -> situation.regulation(dice.nextBoolean());
      default -> {}
    }
    if (dice.nextInt(4) == 0) {
      situation.treating();
    }
    if (dice.nextInt(3) == 0) {
      situation.opposedToBreakGlass();
    }
    if (dice.nextInt(3) == 0) {
      situation.opposedToRegulation();
    }
    return situation;
  }

  /** Revoked, expired, or not yet begun. */
  private static Grant without(Random dice) {
    UUID id = new UUID(dice.nextLong(), dice.nextLong());
    Duration some = Duration.ofMillis(1 + dice.nextInt(1_000_000));
    boolean person = dice.nextBoolean();
    return switch (dice.nextInt(3)) {
      case 0 -> grant(person, new Grant(id, any(), NOW.minus(some), Optional.empty(), true));
      case 1 ->
          grant(
              person,
              new Grant(
                  id,
                  any(),
                  NOW.minus(some.multipliedBy(2)),
                  Optional.of(NOW.minus(some)),
                  dice.nextBoolean()));
      default ->
          grant(person, new Grant(id, any(), NOW.plus(some), Optional.empty(), dice.nextBoolean()));
    };
  }

  private static Grantee any() {
    return new Grantee(Grantee.Kind.PROFESSIONAL, Situation.DOCTOR);
  }

  private static Grant grant(boolean person, Grant of) {
    return person ? of : Situation.toHospital(of.id(), of.from(), of.until(), of.revoked());
  }

  private static Grant inForce(Random dice) {
    Duration some = Duration.ofMillis(1 + dice.nextInt(1_000_000));
    return grant(
        dice.nextBoolean(),
        Situation.toDoctor(
            new UUID(dice.nextLong(), dice.nextLong()),
            NOW.minus(some),
            dice.nextBoolean() ? Optional.empty() : Optional.of(NOW.plus(some)),
            false));
  }

  @Property(seed = "20261122")
  void a_grant_that_is_revoked_expired_or_not_begun_allows_nothing(@ForAll long seed) {
    Random dice = new Random(seed);
    Situation situation = drawn(dice, Role.PROFESSIONAL);
    AccessDecision before = situation.decide();
    for (int i = dice.nextInt(5); i >= 0; i--) {
      situation.grant(without(dice));
    }
    assertThat(situation.decide()).isEqualTo(before);
    assertThat(before.rule()).isNotEqualTo("GRANT");
  }

  @Property(seed = "20261122")
  void a_supposed_grant_decides_as_the_same_one_given(@ForAll long seed) {
    AccessDecision supposed = drawn(new Random(seed), Role.PROFESSIONAL).asIfGranted().decide();
    AccessDecision given = drawn(new Random(seed), Role.PROFESSIONAL).grant().decide();
    assertThat(supposed.rule()).isEqualTo(given.rule());
    assertThat(supposed.classes()).isEqualTo(given.classes());
    assertThat(supposed.maskedToo()).isEqualTo(given.maskedToo());
  }

  @Property(seed = "20261122")
  void a_block_wins_over_everything(@ForAll long seed) {
    Random dice = new Random(seed);
    Situation situation = drawn(dice, Role.PROFESSIONAL).blocked().grant(inForce(dice));
    assertThat(situation.decide().allowed()).isFalse();
    assertThat(situation.decide().rule()).isEqualTo("NO_STANDING");
  }

  @Property(seed = "20261122")
  void a_closed_a_stopped_and_an_unknown_dossier_are_alike_for_every_professional(
      @ForAll long seed) {
    List<AccessDecision> decisions = new ArrayList<>();
    decisions.add(drawn(new Random(seed), Role.PROFESSIONAL).unknown().decide());
    decisions.add(drawn(new Random(seed), Role.PROFESSIONAL).closed().decide());
    decisions.add(drawn(new Random(seed), Role.PROFESSIONAL).stopped().decide());
    decisions.add(drawn(new Random(seed), Role.PROFESSIONAL).blocked().decide());
    decisions.add(drawn(new Random(seed), Role.PROFESSIONAL).occupational().decide());
    assertThat(Set.copyOf(decisions)).hasSize(1);
    assertThat(decisions.getFirst().allowed()).isFalse();
  }

  @Property(seed = "20261122")
  void only_patients_and_professionals_ever_see_anything(@ForAll long seed, @ForAll Role role) {
    Random dice = new Random(seed);
    boolean allowed = drawn(dice, role).treating().grant(inForce(dice)).decide().allowed();
    assertThat(allowed && role != Role.PROFESSIONAL).isFalse();
  }

  @Property(seed = "20261122")
  void only_the_owner_and_the_treating_physician_see_masked_items(@ForAll long seed) {
    Random dice = new Random(seed);
    AccessDecision decision = drawn(dice, Role.PROFESSIONAL).grant(inForce(dice)).decide();
    assertThat(decision.maskedToo()).isEqualTo(decision.rule().equals("TREATING_PHYSICIAN"));
  }

  @Property(seed = "20261122")
  void the_same_command_twice_gives_events_once(@ForAll long seed) {
    Random dice = new Random(seed);
    AccessState state = AccessState.INITIAL;
    for (int i = 0; i < 20; i++) {
      AccessCommand command = command(dice);
      state = after(state, AccessDecider.decide(command, state));
      boolean grants =
          command instanceof AccessCommand.GrantAccess
              || command instanceof AccessCommand.IssueVisitCode;
      assertThat(events(AccessDecider.decide(command, state)).isEmpty() || grants).isTrue();
    }
  }

  /**
   * ADR 21: all that a parent is answered follows from what parents said, and from what they are
   * asked, whatever the minor said in between.
   */
  @Property(seed = "20261122", tries = 300)
  void what_who_acts_for_a_minor_knows_of_depends_on_nothing_that_the_minor_said(
      @ForAll long seed) {
    Random dice = new Random(seed);
    List<Optional<UUID>> who =
        List.of(Optional.empty(), Optional.of(PARENT), Optional.of(OTHER_PARENT));
    AccessState state = AccessState.INITIAL;
    AccessState alone = AccessState.INITIAL;
    for (int i = 0; i < 40; i++) {
      AccessCommand command = command(dice);
      boolean ofDoctor =
          command instanceof AccessCommand.AcceptTreatingPhysician
              || command instanceof AccessCommand.AskForAccess
              || command instanceof AccessCommand.UseVisitCode;
      Optional<UUID> by = ofDoctor ? Optional.empty() : who.get(dice.nextInt(who.size()));
      if (command instanceof AccessCommand.AskForAccess) {
        alone = after(alone, AccessDecider.decide(command, alone));
      }
      for (AccessEvent event : events(AccessDecider.decide(command, by, state))) {
        state = AccessDecider.evolve(state, event);
        if (event.representationId().isPresent()) {
          alone = AccessDecider.evolve(alone, event);
        }
      }
      assertThat(state.seenBy(Part.REPRESENTATIVES)).isEqualTo(alone.seenBy(Part.REPRESENTATIVES));
      AccessCommand next = command(dice);
      assertThat(AccessDecider.decide(next, Optional.of(PARENT), state))
          .isEqualTo(AccessDecider.decide(next, Optional.of(PARENT), alone));
    }
  }

  private static AccessState after(
      AccessState state, fr.carnet.events.Decision<AccessEvent> decision) {
    AccessState next = state;
    for (AccessEvent event : events(decision)) {
      next = AccessDecider.evolve(next, event);
    }
    return next;
  }

  private static List<AccessEvent> events(fr.carnet.events.Decision<AccessEvent> decision) {
    return switch (decision) {
      case fr.carnet.events.Decision.Accepted<AccessEvent> accepted -> accepted.events();
      case fr.carnet.events.Decision.Refused<AccessEvent> _ -> List.of();
    };
  }

  /** Whoever asks again asks by the same id, and nobody else does. */
  private static UUID requestOf(NationalId professional) {
    return new UUID(2, professional.hashCode());
  }

  private static AccessCommand command(Random dice) {
    UUID grant = new UUID(0, dice.nextInt(3));
    var professional = dice.nextBoolean() ? Situation.DOCTOR : Situation.HOSPITAL;
    var open = fr.carnet.events.dossier.DossierRegistered.State.OPEN;
    var wishes = fr.carnet.events.access.EmergencyWishRecorded.Wish.values();
    return switch (dice.nextInt(13)) {
      case 0 ->
          new AccessCommand.GrantAccess(
              grant,
              new Grantee(Grantee.Kind.PROFESSIONAL, professional),
              open,
              NOW,
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      case 1 -> new AccessCommand.RevokeGrant(grant, NOW);
      case 2 -> new AccessCommand.BlockProfessional(professional);
      case 3 -> new AccessCommand.UnblockProfessional(professional);
      case 4 -> new AccessCommand.NameTreatingPhysician(professional, open);
      case 5 -> new AccessCommand.EndTreatingPhysician(professional);
      case 6 -> new AccessCommand.AcceptTreatingPhysician(professional, open, PARENTS);
      case 7 -> new AccessCommand.GiveSameRight(professional, open);
      case 8 ->
          new AccessCommand.AskForAccess(
              requestOf(professional), professional, dice.nextBoolean(), open);
      case 9 -> new AccessCommand.DeclineRequest(requestOf(professional));
      case 10 -> new AccessCommand.UseVisitCode(grant, grant, professional, open, NOW, PARENTS);
      case 11 -> new AccessCommand.IssueVisitCode(grant, open, NOW);
      default ->
          new AccessCommand.RecordEmergencyWish(
              wishes[dice.nextInt(wishes.length)], dice.nextBoolean(), dice.nextInt(2));
    };
  }
}
