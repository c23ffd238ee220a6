package fr.carnet.access.deciding;

import static fr.carnet.access.deciding.Situation.GRANT;
import static fr.carnet.access.deciding.Situation.OTHER;
import static fr.carnet.access.deciding.Situation.OWNER;
import static fr.carnet.access.deciding.Situation.POLICIES;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.access.deciding.AccessRule.Effect;
import fr.carnet.access.deciding.AccessRules.Asked;
import fr.carnet.access.deciding.AccessRules.Seen;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.trace.Actor.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of rules as a table: each rule met and not met, and all that conflict. */
class RuleTableTest {
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  /** What makes a rule met, of a situation in which it may be. */
  private static UnaryOperator<Situation> making(AccessRule rule) {
    return switch (rule) {
      case BARRED_PARTY -> situation -> situation.role(Role.BARRED);
      case NOT_A_CARE_PROFESSIONAL -> situation -> situation.role(Role.BILLING);
      case OCCUPATIONAL_DOCTOR ->
          situation -> situation.occupational().at(Instant.parse("2021-01-01T00:00:00Z"));
      case UNKNOWN_DOSSIER -> Situation::unknown;
      case OWNER -> situation -> situation.patient(OWNER);
      case REPRESENTATIVE -> situation -> situation.representing(LONG_AGO, Optional.empty());
      case ANOTHER_PATIENT -> situation -> situation.patient(OTHER);
      case STOPPED -> Situation::stopped;
      case DOSSIER_CLOSED -> Situation::closed;
      case BLOCKED -> Situation::blocked;
      case OCCUPATIONAL_WITHOUT_CONSENT -> Situation::occupational;
      case TREATING_PHYSICIAN -> Situation::treating;
      case BREAK_GLASS -> situation -> situation.breakGlass(true);
      case MEDICAL_REGULATION -> situation -> situation.regulation(true);
      case GRANT ->
          situation ->
              situation.grant(Situation.toDoctor(GRANT, LONG_AGO, Optional.empty(), false));
      case AUTHOR, NO_STANDING -> UnaryOperator.identity();
    };
  }

  /** All ways to make it met: a grant is to a person, or to the structure that they act in. */
  private static List<UnaryOperator<Situation>> waysOfMaking(AccessRule rule) {
    return rule == AccessRule.GRANT
        ? List.of(
            making(rule),
            situation ->
                situation.grant(Situation.toHospital(GRANT, LONG_AGO, Optional.empty(), false)))
        : List.of(making(rule));
  }

  /** Something in which a rule is not met. */
  private static Situation without(AccessRule rule) {
    return switch (rule) {
      case AUTHOR -> new Situation().patient(OWNER);
      default -> new Situation();
    };
  }

  private static Asked asked(Situation situation) {
    return new Asked(situation.request(), situation.facts(), POLICIES.at(situation.facts().at()));
  }

  private static boolean isMet(AccessRule rule, Situation situation) {
    Asked asked = asked(situation);
    return asked.policy().rules().contains(rule) && AccessRules.look(rule, asked).isPresent();
  }

  @TestFactory
  Stream<DynamicTest> each_rule_is_met_and_is_not_met() {
    return Stream.of(AccessRule.values())
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.name(),
                    () -> {
                      assertThat(isMet(rule, making(rule).apply(new Situation()))).isTrue();
                      if (rule != AccessRule.NO_STANDING) {
                        assertThat(isMet(rule, without(rule))).isFalse();
                      }
                    }));
  }

  /**
   * Which rule decides where a bar and an allowance are met at once, as domain.md says it: its bars
   * 1, 2 and 4 over all that comes after them; the owner's own right over 1.
   */
  private static final String CONFLICTS =
      """
      BARRED_PARTY                 BREAK_GLASS         BARRED_PARTY
      BARRED_PARTY                 MEDICAL_REGULATION  BARRED_PARTY
      BARRED_PARTY                 GRANT               BARRED_PARTY
      NOT_A_CARE_PROFESSIONAL      BREAK_GLASS         NOT_A_CARE_PROFESSIONAL
      NOT_A_CARE_PROFESSIONAL      MEDICAL_REGULATION  NOT_A_CARE_PROFESSIONAL
      NOT_A_CARE_PROFESSIONAL      GRANT               NOT_A_CARE_PROFESSIONAL
      OCCUPATIONAL_DOCTOR          TREATING_PHYSICIAN  NO_STANDING
      OCCUPATIONAL_DOCTOR          BREAK_GLASS         NO_STANDING
      OCCUPATIONAL_DOCTOR          MEDICAL_REGULATION  NO_STANDING
      OCCUPATIONAL_DOCTOR          GRANT               NO_STANDING
      OCCUPATIONAL_DOCTOR          AUTHOR              NO_STANDING
      UNKNOWN_DOSSIER              REPRESENTATIVE      NO_STANDING
      UNKNOWN_DOSSIER              TREATING_PHYSICIAN  NO_STANDING
      UNKNOWN_DOSSIER              BREAK_GLASS         NO_STANDING
      UNKNOWN_DOSSIER              MEDICAL_REGULATION  NO_STANDING
      UNKNOWN_DOSSIER              GRANT               NO_STANDING
      UNKNOWN_DOSSIER              AUTHOR              NO_STANDING
      ANOTHER_PATIENT              BREAK_GLASS         NO_STANDING
      ANOTHER_PATIENT              MEDICAL_REGULATION  NO_STANDING
      ANOTHER_PATIENT              GRANT               NO_STANDING
      STOPPED                      OWNER               OWNER
      STOPPED                      TREATING_PHYSICIAN  NO_STANDING
      STOPPED                      BREAK_GLASS         NO_STANDING
      STOPPED                      MEDICAL_REGULATION  NO_STANDING
      STOPPED                      GRANT               NO_STANDING
      STOPPED                      AUTHOR              NO_STANDING
      DOSSIER_CLOSED               OWNER               OWNER
      DOSSIER_CLOSED               TREATING_PHYSICIAN  NO_STANDING
      DOSSIER_CLOSED               BREAK_GLASS         NO_STANDING
      DOSSIER_CLOSED               MEDICAL_REGULATION  NO_STANDING
      DOSSIER_CLOSED               GRANT               NO_STANDING
      DOSSIER_CLOSED               AUTHOR              NO_STANDING
      BLOCKED                      OWNER               OWNER
      BLOCKED                      REPRESENTATIVE      REPRESENTATIVE
      BLOCKED                      TREATING_PHYSICIAN  NO_STANDING
      BLOCKED                      BREAK_GLASS         NO_STANDING
      BLOCKED                      MEDICAL_REGULATION  NO_STANDING
      BLOCKED                      GRANT               NO_STANDING
      BLOCKED                      AUTHOR              NO_STANDING
      OCCUPATIONAL_WITHOUT_CONSENT TREATING_PHYSICIAN  NO_STANDING
      OCCUPATIONAL_WITHOUT_CONSENT BREAK_GLASS         NO_STANDING
      OCCUPATIONAL_WITHOUT_CONSENT MEDICAL_REGULATION  NO_STANDING
      OCCUPATIONAL_WITHOUT_CONSENT GRANT               NO_STANDING
      OCCUPATIONAL_WITHOUT_CONSENT AUTHOR              NO_STANDING
      NO_STANDING                  OWNER               OWNER
      NO_STANDING                  REPRESENTATIVE      REPRESENTATIVE
      NO_STANDING                  TREATING_PHYSICIAN  TREATING_PHYSICIAN
      NO_STANDING                  BREAK_GLASS         BREAK_GLASS
      NO_STANDING                  MEDICAL_REGULATION  MEDICAL_REGULATION
      NO_STANDING                  GRANT               GRANT
      NO_STANDING                  AUTHOR              NO_STANDING
      """;

  @Test
  void every_pair_of_rules_that_conflict_is_decided_as_the_text_says() {
    Set<String> found = new TreeSet<>();
    for (AccessRule bar : AccessRule.values()) {
      for (AccessRule allowance : AccessRule.values()) {
        if (bar.effect() == Effect.BAR && allowance.effect() == Effect.ALLOW) {
          for (Situation both : both(bar, allowance)) {
            found.add(bar + " " + allowance + " " + both.decide().rule());
          }
        }
      }
    }
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(
            CONFLICTS.lines().map(line -> line.replaceAll(" +", " ").strip()).toList());
  }

  /** Situations in which both are met. */
  private static List<Situation> both(AccessRule one, AccessRule other) {
    List<Situation> both = new ArrayList<>();
    for (UnaryOperator<Situation> making : waysOfMaking(other)) {
      for (Situation situation :
          List.of(
              making.apply(making(one).apply(new Situation())),
              making(one).apply(making.apply(new Situation())))) {
        if (isMet(one, situation) && isMet(other, situation)) {
          both.add(situation);
        }
      }
    }
    return both;
  }

  @Test
  void two_allowances_add_up_and_the_first_is_named() {
    Situation both = new Situation().treating().profession("10").grant().breakGlass(true);
    assertThat(both.decide().rule()).isEqualTo("TREATING_PHYSICIAN");
    assertThat(both.decide().maskedToo()).isTrue();
    Explanation explained = AccessRules.explain(both.request(), both.facts(), POLICIES);
    assertThat(
            explained.rules().stream().filter(Explanation.Looked::counted).map(each -> each.rule()))
        .containsExactly(
            AccessRule.TREATING_PHYSICIAN,
            AccessRule.BREAK_GLASS,
            AccessRule.GRANT,
            AccessRule.AUTHOR);
  }

  @TestFactory
  Stream<DynamicTest> flipping_any_one_rule_is_noticed() {
    return Stream.of(AccessRule.values())
        .map(
            flipped ->
                DynamicTest.dynamicTest(
                    flipped.name(),
                    () ->
                        assertThat(
                                AccessRulesTest.table().stream()
                                    .filter(row -> differs(row.situation(), flipped)))
                            .isNotEmpty()));
  }

  private static boolean differs(Situation situation, AccessRule flipped) {
    BiFunction<AccessRule, Asked, Optional<Seen>> look =
        (rule, asked) -> {
          Optional<Seen> seen = AccessRules.look(rule, asked);
          if (rule != flipped) {
            return seen;
          }
          return seen.isPresent() ? Optional.empty() : Optional.of(whenMet(rule, asked));
        };
    Asked asked = asked(situation);
    AccessDecision right = AccessRules.decide(asked, AccessRules::look).decision();
    try {
      return !AccessRules.decide(asked, look).decision().equals(right);
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private static Seen whenMet(AccessRule rule, Asked asked) {
    return rule.effect() == Effect.BAR ? Seen.NOTHING : Seen.of(asked.policy().everything(), false);
  }

  private static Explanation.Looked looked(Explanation explained, AccessRule rule) {
    return explained.rules().stream().filter(each -> each.rule() == rule).findFirst().orElseThrow();
  }

  @Test
  void an_explanation_says_of_every_rule_whether_it_is_met_and_what_it_looked_at() {
    Situation situation = new Situation().blocked().breakGlass(true).opposedToBreakGlass();
    Explanation explained = AccessRules.explain(situation.request(), situation.facts(), POLICIES);
    assertThat(explained.decision()).isEqualTo(situation.decide());
    assertThat(explained.rules().stream().map(Explanation.Looked::rule))
        .containsExactly(AccessRule.values());
    Explanation.Looked blocked = looked(explained, AccessRule.BLOCKED);
    assertThat(blocked.met()).isTrue();
    assertThat(blocked.counted()).isTrue();
    assertThat(blocked.facts()).containsEntry("blocked", "true");
    assertThat(blocked.source()).isEqualTo("ANS TD02");
    Explanation.Looked breakGlass = looked(explained, AccessRule.BREAK_GLASS);
    assertThat(breakGlass.met()).isFalse();
    assertThat(breakGlass.facts())
        .containsEntry("opposed", "true")
        .containsEntry("reasonGiven", "true")
        .containsEntry("purpose", "bris_de_glace");
    assertThat(looked(explained, AccessRule.OCCUPATIONAL_DOCTOR).inForce()).isFalse();
    for (Explanation.Looked looked : explained.rules()) {
      assertThat(looked.facts().isEmpty()).isEqualTo(looked.rule() == AccessRule.NO_STANDING);
    }
  }
}
