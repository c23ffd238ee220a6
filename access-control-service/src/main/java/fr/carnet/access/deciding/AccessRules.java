package fr.carnet.access.deciding;

import fr.carnet.access.deciding.AccessRule.Effect;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.access.deciding.DecisionFacts.Representation;
import fr.carnet.access.deciding.Explanation.Looked;
import fr.carnet.access.deciding.Policy.Sight;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * May this person see this dossier, and what of it? The rules in force are looked at in the order
 * of {@link AccessRule}: allowances add up, and the first bar that is met ends the matter. What
 * depends on who asks alone comes before what depends on the dossier, so that those refusals are
 * the same for every dossier, be it closed, open or none.
 */
public final class AccessRules {
  private static final String DOCTOR = "10";

  private AccessRules() {}

  /** Decides, by the policy in force at the instant of the facts. */
  public static AccessDecision decide(
      DecisionRequest request, DecisionFacts facts, Policies policies) {
    return decide(new Asked(request, facts, policies.at(facts.at())), AccessRules::look).decision();
  }

  /** Decides, and says of every rule whether it is met, and what it looked at. */
  public static Explanation explain(
      DecisionRequest request, DecisionFacts facts, Policies policies) {
    Asked asked = new Asked(request, facts, policies.at(facts.at()));
    Decided decided = decide(asked, AccessRules::look);
    List<Looked> looked = new ArrayList<>();
    for (RuleText text : policies.rules()) {
      AccessRule rule = text.rule();
      looked.add(
          new Looked(
              rule,
              rule.effect(),
              asked.policy().rules().contains(rule),
              look(rule, asked).isPresent(),
              decided.by().contains(rule),
              lookedAt(rule, asked),
              text.english(),
              text.french(),
              text.source()));
    }
    return new Explanation(facts.at(), decided.decision(), looked);
  }

  record Asked(DecisionRequest request, DecisionFacts facts, Policy policy) {
    Role role() {
      return request.actor().role();
    }

    /** What the profession of the one who asks may see; nothing for none that the policy knows. */
    Sight sight() {
      return request.actor().profession().map(policy::of).orElse(Sight.NOTHING);
    }
  }

  /** What a rule that is met lets somebody see: nothing when it bars. */
  record Seen(
      Sight sight,
      boolean ownItems,
      boolean maskedToo,
      Optional<UUID> grantId,
      Optional<Wish> wish,
      Optional<Instant> until) {
    static final Seen NOTHING = of(Sight.NOTHING, false);

    static Seen of(Sight sight, boolean maskedToo) {
      return new Seen(
          sight, false, maskedToo, Optional.empty(), Optional.empty(), Optional.empty());
    }

    boolean isEmpty() {
      return sight.types().isEmpty();
    }

    /**
     * Both together, item by item: masked items show to who sees everything else too, so that one
     * that shows them shows all. It rests on the first, and lasts as long as the longer.
     */
    Seen plus(Seen other) {
      Seen first = isEmpty() ? other : this;
      return new Seen(
          new Sight(
              both(sight.classes(), other.sight.classes()),
              both(sight.types(), other.sight.types())),
          ownItems || other.ownItems,
          maskedToo || other.maskedToo,
          first.grantId,
          first.wish,
          isEmpty() || other.isEmpty()
              ? first.until
              : until.flatMap(
                  mine -> other.until.map(theirs -> mine.isBefore(theirs) ? theirs : mine)));
    }

    private static Set<String> both(Set<String> some, Set<String> others) {
      Set<String> both = new HashSet<>(some);
      both.addAll(others);
      return both;
    }
  }

  /** A decision, and all rules that it rests on. */
  record Decided(AccessDecision decision, List<AccessRule> by) {}

  static Decided decide(Asked asked, BiFunction<AccessRule, Asked, Optional<Seen>> look) {
    Seen sum = Seen.NOTHING;
    List<AccessRule> allowing = new ArrayList<>();
    for (AccessRule rule : asked.policy().rules()) {
      Optional<Seen> seen = look.apply(rule, asked);
      if (seen.isEmpty()) {
        continue;
      }
      if (rule.effect() == Effect.BAR) {
        return sum.isEmpty()
            ? new Decided(answer(asked, rule, sum), List.of(rule))
            : new Decided(answer(asked, allowing.getFirst(), sum), allowing);
      }
      sum = sum.plus(seen.get());
      if (!sum.isEmpty()) {
        allowing.add(rule);
      }
    }
    throw new IllegalStateException("no rule ended the matter");
  }

  private static AccessDecision answer(Asked asked, AccessRule rule, Seen seen) {
    Optional<Representation> acting =
        rule == AccessRule.REPRESENTATIVE ? representation(asked) : Optional.empty();
    return new AccessDecision(
        !seen.isEmpty(),
        rule.outward(),
        seen.sight().classes(),
        seen.sight().types(),
        seen.ownItems(),
        seen.maskedToo(),
        seen.grantId(),
        seen.wish(),
        asked.policy().version(),
        asked.facts().accessVersion(),
        seen.until(),
        acting.map(Representation::id),
        acting.flatMap(Representation::kind),
        acting.map(Representation::from));
  }

  /** Whether anything of a dossier could ever be for this role. */
  public static boolean mayEverSeeContent(Role role) {
    return switch (role) {
      case OWNER, PROFESSIONAL -> true;
      case OTHER_PATIENT,
          REPRESENTATIVE,
          COUNTER_AGENT,
          BILLING,
          AUDITOR,
          PRIVACY_OFFICER,
          PROGRAMME,
          PAYER,
          OPERATOR,
          SERVICE,
          BARRED ->
          false;
    };
  }

  /** Whether a rule is met, whatever the others say, and what it then lets somebody see. */
  static Optional<Seen> look(AccessRule rule, Asked asked) {
    return switch (rule) {
      case BARRED_PARTY -> bar(asked.role() == Role.BARRED);
      case NOT_A_CARE_PROFESSIONAL -> bar(!mayEverSeeContent(asked.role()));
      case OCCUPATIONAL_DOCTOR -> bar(isOccupational(asked));
      case UNKNOWN_DOSSIER -> bar(asked.facts().dossier().isEmpty());
      case OWNER -> allow(isOwner(asked), Seen.of(asked.policy().everything(), true));
      case REPRESENTATIVE ->
          representation(asked)
              .flatMap(
                  representation ->
                      allow(
                          true,
                          new Seen(
                              asked.policy().everything(),
                              false,
                              true,
                              Optional.empty(),
                              Optional.empty(),
                              representation.until())));
      case ANOTHER_PATIENT ->
          bar(asked.role() == Role.OWNER && !isOwner(asked) && representation(asked).isEmpty());
      case STOPPED -> bar(asked.facts().stopped());
      case DOSSIER_CLOSED -> bar(isClosed(asked));
      case BLOCKED -> bar(asked.facts().blocked());
      case OCCUPATIONAL_WITHOUT_CONSENT -> bar(isOccupational(asked) && !consented(asked));
      case TREATING_PHYSICIAN ->
          allow(isTreatingPhysician(asked), Seen.of(asked.policy().everything(), true));
      case BREAK_GLASS ->
          allow(
              asked.request().purpose() == PurposeOfUse.BREAK_GLASS
                  && asked.request().wordsGiven()
                  && !asked.facts().breakGlassOpposed(),
              inEmergency(asked, Wish.BREAK_GLASS));
      case MEDICAL_REGULATION ->
          allow(
              asked.request().purpose() == PurposeOfUse.MEDICAL_REGULATION
                  && asked.request().regulation()
                  && !asked.facts().regulationOpposed(),
              inEmergency(asked, Wish.MEDICAL_REGULATION));
      case GRANT -> grant(asked);
      case AUTHOR ->
          asked.role() == Role.PROFESSIONAL && asked.request().actor().id().isPresent()
              ? Optional.of(
                  new Seen(
                      Sight.NOTHING,
                      true,
                      false,
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty()))
              : Optional.empty();
      case NO_STANDING -> bar(true);
    };
  }

  private static Optional<Seen> bar(boolean met) {
    return met ? Optional.of(Seen.NOTHING) : Optional.empty();
  }

  /** An allowance to see nothing is none. */
  private static Optional<Seen> allow(boolean met, Seen seen) {
    return met && !seen.isEmpty() ? Optional.of(seen) : Optional.empty();
  }

  private static boolean isOwner(Asked asked) {
    return asked.role() == Role.OWNER
        && asked.request().patientRef().isPresent()
        && asked.facts().dossier().stream()
            .anyMatch(
                dossier -> dossier.patientRefs().contains(asked.request().patientRef().get()));
  }

  private static boolean isOccupational(Asked asked) {
    return asked.role() == Role.PROFESSIONAL && asked.request().occupational();
  }

  /** A representative has no more right to an archive than a professional: that is the owner's. */
  private static Optional<Representation> representation(Asked asked) {
    return asked.role() == Role.OWNER && !isClosed(asked) && !asked.facts().stopped()
        ? asked
            .facts()
            .representation()
            .filter(representation -> representation.isInForceAt(asked.facts().at()))
        : Optional.empty();
  }

  private static boolean isClosed(Asked asked) {
    return asked.facts().dossier().stream().anyMatch(dossier -> dossier.state() == State.CLOSED);
  }

  private static boolean isTreatingPhysician(Asked asked) {
    return asked.role() == Role.PROFESSIONAL
        && asked.facts().treatingPhysician()
        && asked.request().actor().profession().equals(Optional.of(DOCTOR));
  }

  private static Seen inEmergency(Asked asked, Wish wish) {
    return new Seen(
        asked.sight(), false, false, Optional.empty(), Optional.of(wish), Optional.empty());
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
        .map(
            grant ->
                new Seen(
                    asked.sight(),
                    false,
                    false,
                    Optional.of(grant.id()),
                    Optional.empty(),
                    grant.until()))
        .or(
            () ->
                asked.request().asIfGranted()
                    ? Optional.of(Seen.of(asked.sight(), false))
                    : Optional.empty())
        .filter(seen -> !seen.isEmpty());
  }

  /** Whether the patient granted access to this very person, not to a structure. */
  private static boolean consented(Asked asked) {
    return asked.request().asIfGranted()
        || asked.facts().grants().stream()
            .filter(grant -> grant.isInForceAt(asked.facts().at()))
            .filter(grant -> grant.grantee().kind() == Grantee.Kind.PROFESSIONAL)
            .anyMatch(grant -> isFor(asked, grant.grantee()));
  }

  private static boolean isFor(Asked asked, Grantee grantee) {
    Optional<NationalId> who =
        switch (grantee.kind()) {
          case PROFESSIONAL -> asked.request().actor().id().flatMap(NationalId::parse);
          case STRUCTURE -> asked.request().actor().structure();
        };
    return who.equals(Optional.of(grantee.id()));
  }

  private static Map<String, String> lookedAt(AccessRule rule, Asked asked) {
    return switch (rule) {
      case BARRED_PARTY, NOT_A_CARE_PROFESSIONAL -> Map.of("role", asked.role().label());
      case OCCUPATIONAL_DOCTOR ->
          Map.of("occupational", Boolean.toString(asked.request().occupational()));
      case UNKNOWN_DOSSIER, DOSSIER_CLOSED ->
          Map.of(
              "dossier",
              asked.facts().dossier().map(dossier -> dossier.state().name()).orElse("NONE"));
      case OWNER -> Map.of("role", asked.role().label(), "owner", Boolean.toString(isOwner(asked)));
      case REPRESENTATIVE, ANOTHER_PATIENT ->
          Map.of(
              "role",
              asked.role().label(),
              "owner",
              Boolean.toString(isOwner(asked)),
              "represents",
              asked
                  .facts()
                  .representation()
                  .map(of -> of.from() + "/" + of.until().map(Instant::toString).orElse(""))
                  .orElse("no"));
      case STOPPED -> Map.of("stopped", Boolean.toString(asked.facts().stopped()));
      case BLOCKED -> Map.of("blocked", Boolean.toString(asked.facts().blocked()));
      case OCCUPATIONAL_WITHOUT_CONSENT ->
          Map.of(
              "occupational",
              Boolean.toString(asked.request().occupational()),
              "grants",
              grants(asked));
      case TREATING_PHYSICIAN ->
          Map.of(
              "treatingPhysician",
              Boolean.toString(asked.facts().treatingPhysician()),
              "profession",
              profession(asked));
      case BREAK_GLASS ->
          Map.of(
              "purpose",
              asked.request().purpose().code(),
              "reasonGiven",
              Boolean.toString(asked.request().wordsGiven()),
              "opposed",
              Boolean.toString(asked.facts().breakGlassOpposed()),
              "profession",
              profession(asked));
      case MEDICAL_REGULATION ->
          Map.of(
              "purpose",
              asked.request().purpose().code(),
              "regulation",
              Boolean.toString(asked.request().regulation()),
              "opposed",
              Boolean.toString(asked.facts().regulationOpposed()),
              "profession",
              profession(asked));
      case GRANT -> Map.of("grants", grants(asked), "profession", profession(asked));
      case AUTHOR -> Map.of("role", asked.role().label());
      case NO_STANDING -> Map.of();
    };
  }

  private static String profession(Asked asked) {
    return asked.request().actor().profession().orElse("none");
  }

  /** Those to the one who asks: {@code id from/until}, and whether revoked. */
  private static String grants(Asked asked) {
    return asked.facts().grants().stream()
        .filter(grant -> isFor(asked, grant.grantee()))
        .map(
            grant ->
                grant.id()
                    + " "
                    + grant.from()
                    + "/"
                    + grant.until().map(Instant::toString).orElse("")
                    + (grant.revoked() ? " revoked" : ""))
        .sorted()
        .reduce((some, more) -> some + ", " + more)
        .orElse("none");
  }
}
