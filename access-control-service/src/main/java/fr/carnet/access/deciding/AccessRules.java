package fr.carnet.access.deciding;

import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * May this person see this dossier, and what of it? A table of rules in the order of {@link
 * AccessRule}; a bar ends the matter as an allowance does. What depends on who asks alone comes
 * before what depends on the dossier, so that those refusals are the same for every dossier, be it
 * closed, open or none.
 */
public final class AccessRules {
  private static final String DOCTOR = "10";

  private static final List<Rule> TABLE =
      List.of(
          bar(AccessRule.BARRED_PARTY, asked -> asked.role() == Role.BARRED),
          bar(AccessRule.NOT_A_CARE_PROFESSIONAL, asked -> !mayEverSeeContent(asked.role())),
          bar(AccessRule.UNKNOWN_DOSSIER, asked -> asked.facts().dossier().isEmpty()),
          allow(AccessRule.OWNER, AccessRules::owner),
          bar(AccessRule.ANOTHER_PATIENT, asked -> asked.role() == Role.OWNER),
          bar(AccessRule.STOPPED, asked -> asked.facts().stopped()),
          bar(AccessRule.DOSSIER_CLOSED, AccessRules::closed),
          bar(AccessRule.BLOCKED, asked -> asked.facts().blocked()),
          allow(AccessRule.TREATING_PHYSICIAN, AccessRules::treatingPhysician),
          allow(AccessRule.BREAK_GLASS, AccessRules::breakGlass),
          allow(AccessRule.MEDICAL_REGULATION, AccessRules::medicalRegulation),
          allow(AccessRule.GRANT, AccessRules::grant),
          bar(AccessRule.NO_STANDING, _ -> true));

  private AccessRules() {}

  /** Decides, by the policy in force at the instant of the facts. */
  public static AccessDecision decide(
      DecisionRequest request, DecisionFacts facts, Policies policies) {
    Asked asked = new Asked(request, facts, policies.at(facts.at()));
    return TABLE.stream()
        .flatMap(rule -> rule.apply().apply(asked).stream().map(seen -> answer(asked, rule, seen)))
        .findFirst()
        .orElseThrow();
  }

  private record Asked(DecisionRequest request, DecisionFacts facts, Policy policy) {
    Role role() {
      return request.actor().role();
    }

    /** What the profession of the one who asks may see; empty for none that the policy knows. */
    Set<String> classes() {
      return request.actor().profession().map(policy::of).orElse(Set.of());
    }
  }

  /** What shows when a rule is met: nothing when it bars. */
  private record Seen(
      Set<String> classes, boolean maskedToo, Optional<UUID> grantId, Optional<Instant> until) {
    static Seen of(Set<String> classes, boolean maskedToo) {
      return new Seen(classes, maskedToo, Optional.empty(), Optional.empty());
    }
  }

  private record Rule(AccessRule code, Function<Asked, Optional<Seen>> apply) {}

  private static Rule bar(AccessRule code, Predicate<Asked> met) {
    return new Rule(
        code, asked -> met.test(asked) ? Optional.of(Seen.of(Set.of(), false)) : Optional.empty());
  }

  /** An allowance to see nothing is none. */
  private static Rule allow(AccessRule code, Function<Asked, Optional<Seen>> apply) {
    return new Rule(code, asked -> apply.apply(asked).filter(seen -> !seen.classes().isEmpty()));
  }

  private static AccessDecision answer(Asked asked, Rule rule, Seen seen) {
    return new AccessDecision(
        !seen.classes().isEmpty(),
        rule.code().outward(),
        seen.classes(),
        seen.maskedToo(),
        seen.grantId(),
        asked.policy().version(),
        asked.facts().accessVersion(),
        seen.until());
  }

  /** Whether anything of a dossier could ever be for this role. */
  public static boolean mayEverSeeContent(Role role) {
    return switch (role) {
      case OWNER, PROFESSIONAL -> true;
      case OTHER_PATIENT,
          COUNTER_AGENT,
          BILLING,
          AUDITOR,
          PRIVACY_OFFICER,
          PROGRAMME,
          OPERATOR,
          SERVICE,
          BARRED ->
          false;
    };
  }

  private static Optional<Seen> owner(Asked asked) {
    boolean own =
        asked.role() == Role.OWNER
            && asked.request().patientRef().isPresent()
            && asked.facts().dossier().stream()
                .anyMatch(
                    dossier -> dossier.patientRefs().contains(asked.request().patientRef().get()));
    return own ? Optional.of(Seen.of(asked.policy().everything(), true)) : Optional.empty();
  }

  private static boolean closed(Asked asked) {
    return asked.facts().dossier().stream().anyMatch(dossier -> dossier.state() == State.CLOSED);
  }

  private static Optional<Seen> treatingPhysician(Asked asked) {
    return asked.facts().treatingPhysician()
            && asked.request().actor().profession().equals(Optional.of(DOCTOR))
        ? Optional.of(Seen.of(asked.policy().everything(), true))
        : Optional.empty();
  }

  private static Optional<Seen> breakGlass(Asked asked) {
    return asked.request().purpose() == PurposeOfUse.BREAK_GLASS
            && asked.request().wordsGiven()
            && !asked.facts().breakGlassOpposed()
        ? Optional.of(Seen.of(asked.classes(), false))
        : Optional.empty();
  }

  private static Optional<Seen> medicalRegulation(Asked asked) {
    return asked.request().purpose() == PurposeOfUse.MEDICAL_REGULATION
            && asked.request().regulation()
            && !asked.facts().regulationOpposed()
        ? Optional.of(Seen.of(asked.classes(), false))
        : Optional.empty();
  }

  /**
   * Of several grants in force it rests on the one that lasts longest. One that is only supposed
   * shows what a given one would, and has no id.
   */
  private static Optional<Seen> grant(Asked asked) {
    return asked.facts().grants().stream()
        .filter(grant -> grant.isInForceAt(asked.facts().at()))
        .filter(grant -> isFor(asked, grant.grantee()))
        .max(
            Comparator.comparing((Grant grant) -> grant.until().orElse(Instant.MAX))
                .thenComparing(Grant::id))
        .map(grant -> new Seen(asked.classes(), false, Optional.of(grant.id()), grant.until()))
        .or(
            () ->
                asked.request().asIfGranted()
                    ? Optional.of(Seen.of(asked.classes(), false))
                    : Optional.empty());
  }

  private static boolean isFor(Asked asked, Grantee grantee) {
    Optional<NationalId> who =
        switch (grantee.kind()) {
          case PROFESSIONAL -> asked.request().actor().id().flatMap(NationalId::parse);
          case STRUCTURE -> asked.request().actor().structure();
        };
    return who.equals(Optional.of(grantee.id()));
  }
}
