package fr.carnet.access.deciding;

import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.access.deciding.DecisionFacts.Representation;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody who can see a dossier.
 *
 * @param rule OWNER, REPRESENTATIVE, TREATING_PHYSICIAN or GRANT; BREAK_GLASS and
 *     MEDICAL_REGULATION stand for every professional whom the patient did not block, in that
 *     situation
 * @param granteeKind absent but for a médecin traitant and a grant
 * @param granteeId of a representative the id of the representation, which stands for the person
 * @param maskedToo whether masked items show as well
 * @param until when it ends by itself, exclusive
 */
public record Who(
    String rule,
    Optional<Grantee.Kind> granteeKind,
    Optional<String> granteeId,
    boolean maskedToo,
    Optional<UUID> grantId,
    Optional<Instant> until) {
  /**
   * Somebody acts for the owner, now or at another time.
   *
   * @param from inclusive
   * @param until exclusive
   * @param kind absent where it was not noted then
   */
  public record Represents(
      UUID representationId,
      Instant from,
      Optional<Instant> until,
      Optional<Representative.Kind> kind) {
    /** What a decision about them looks at, where otherwise nobody acted for the owner. */
    public DecisionFacts in(DecisionFacts facts) {
      return facts.representedBy(new Representation(representationId, from, until, kind));
    }
  }

  private static final UUID NO_DOSSIER = new UUID(0, 0);

  /** A doctor: whom every allowance lets see something. */
  private static final Optional<String> PROFESSION = Optional.of("10");

  /**
   * Everyone who can see the dossier at an instant, each by the same rules as a decision: they are
   * asked about one after the other.
   */
  public static List<Who> canSee(
      Standing standing,
      Instant at,
      Dossier dossier,
      List<Represents> representatives,
      boolean stopped,
      Policies policies) {
    List<Who> who = new ArrayList<>();
    Asking asking = new Asking(at, dossier, stopped, policies);
    asking
        .of(standing, patient(dossier.patientRefs().getFirst()), AccessRule.OWNER)
        .ifPresent(decision -> who.add(by(decision, Optional.empty())));
    for (Represents represents : representatives) {
      asking
          .of(standing, represents)
          .ifPresent(
              decision ->
                  who.add(
                      new Who(
                          decision.rule(),
                          Optional.empty(),
                          Optional.of(represents.representationId().toString()),
                          decision.maskedToo(),
                          Optional.empty(),
                          decision.until())));
    }
    standing.physicians().stream()
        .sorted(Comparator.comparing(physician -> physician.id().value()))
        .forEach(
            physician ->
                asking
                    .of(standing, professional(physician), AccessRule.TREATING_PHYSICIAN)
                    .ifPresent(decision -> who.add(by(decision, Optional.of(physician)))));
    standing.grants().stream()
        .sorted(
            Comparator.comparing((Grant grant) -> grant.grantee().id().value())
                .thenComparing(grant -> grant.until().orElse(Instant.MAX))
                .thenComparing(Grant::id))
        .forEach(
            grant ->
                asking
                    .of(standing.onlyBy(grant), professional(grant.grantee()), AccessRule.GRANT)
                    .ifPresent(decision -> who.add(by(decision, Optional.of(grant.grantee())))));
    asking
        .of(standing, anybody(PurposeOfUse.BREAK_GLASS), AccessRule.BREAK_GLASS)
        .ifPresent(decision -> who.add(by(decision, Optional.empty())));
    asking
        .of(standing, anybody(PurposeOfUse.MEDICAL_REGULATION), AccessRule.MEDICAL_REGULATION)
        .ifPresent(decision -> who.add(by(decision, Optional.empty())));
    return who;
  }

  /** What every question has in common. */
  private record Asking(Instant at, Dossier dossier, boolean stopped, Policies policies) {
    /** The decision about a representative, when it allows. */
    Optional<AccessDecision> of(Standing standing, Represents represents) {
      DecisionRequest request =
          new DecisionRequest(
              NO_DOSSIER,
              Actor.anonymous(Role.OWNER),
              Optional.empty(),
              PurposeOfUse.NORMAL,
              false,
              false);
      DecisionFacts facts =
          represents.in(standing.factsFor(request, at, Optional.of(dossier), stopped));
      return allowed(AccessRules.decide(request, facts, policies), AccessRule.REPRESENTATIVE);
    }

    /** The decision, when it allows by this rule. */
    Optional<AccessDecision> of(Standing standing, DecisionRequest request, AccessRule rule) {
      return allowed(
          AccessRules.decide(
              request, standing.factsFor(request, at, Optional.of(dossier), stopped), policies),
          rule);
    }

    private static Optional<AccessDecision> allowed(AccessDecision decision, AccessRule rule) {
      return decision.allowed() && decision.rule().equals(rule.outward())
          ? Optional.of(decision)
          : Optional.empty();
    }
  }

  private static Who by(AccessDecision decision, Optional<Grantee> grantee) {
    return new Who(
        decision.rule(),
        grantee.map(Grantee::kind),
        grantee.map(of -> of.id().value()),
        decision.maskedToo(),
        decision.grantId(),
        decision.until());
  }

  private static DecisionRequest patient(PatientRef owner) {
    return new DecisionRequest(
        NO_DOSSIER,
        Actor.anonymous(Role.OWNER),
        Optional.of(owner),
        PurposeOfUse.NORMAL,
        false,
        false);
  }

  private static DecisionRequest professional(Grantee grantee) {
    return switch (grantee.kind()) {
      case PROFESSIONAL ->
          request(
              new Actor(
                  Role.PROFESSIONAL,
                  Optional.of(grantee.id().value()),
                  PROFESSION,
                  Optional.empty()),
              PurposeOfUse.NORMAL);
      case STRUCTURE ->
          request(
              new Actor(Role.PROFESSIONAL, Optional.empty(), PROFESSION, Optional.of(grantee.id())),
              PurposeOfUse.NORMAL);
    };
  }

  private static DecisionRequest anybody(PurposeOfUse purpose) {
    return request(
        new Actor(Role.PROFESSIONAL, Optional.empty(), PROFESSION, Optional.empty()), purpose);
  }

  private static DecisionRequest request(Actor actor, PurposeOfUse purpose) {
    return new DecisionRequest(NO_DOSSIER, actor, Optional.empty(), purpose, true, true);
  }
}
