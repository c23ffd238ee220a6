package fr.carnet.access.deciding;

import static fr.carnet.access.deciding.Situation.GRANT;
import static fr.carnet.access.deciding.Situation.NOW;
import static fr.carnet.access.deciding.Situation.OTHER;
import static fr.carnet.access.deciding.Situation.OWNER;
import static fr.carnet.access.deciding.Situation.toDoctor;
import static fr.carnet.access.deciding.Situation.toHospital;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AccessRulesTest {
  private static final UUID GRANT_2 = UUID.fromString("0192f0c1-0000-7000-8000-000000000002");
  private static final Instant LATER = NOW.plus(Duration.ofDays(1));
  private static final Instant BEFORE = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant EXPRESS_CONSENT = Instant.parse("2022-03-30T22:00:00Z");
  private static final Set<String> EVERYTHING =
      Set.of("10", "11", "31", "42", "43", "44", "45", "52", "60", "90");

  record Row(String name, Situation situation, String rule) {}

  private static Situation asked() {
    return new Situation();
  }

  private static Row row(String name, Situation situation, String rule) {
    return new Row(name, situation, rule);
  }

  private static final Set<String> ALLOWING =
      Set.of(
          "OWNER",
          "REPRESENTATIVE",
          "TREATING_PHYSICIAN",
          "BREAK_GLASS",
          "MEDICAL_REGULATION",
          "GRANT");

  static List<Row> table() {
    return List.of(
        // The owner
        row("the owner", asked().patient(OWNER), "OWNER"),
        row("the owner of a closed dossier", asked().patient(OWNER).closed(), "OWNER"),
        row("the owner of a stopped dossier", asked().patient(OWNER).stopped(), "OWNER"),
        row("another patient", asked().patient(OTHER), "NO_STANDING"),
        row("another patient, closed", asked().patient(OTHER).closed(), "NO_STANDING"),
        row("a patient without pseudonym", asked().role(Role.OWNER), "NO_STANDING"),
        row("a patient, no such dossier", asked().patient(OWNER).unknown(), "NO_STANDING"),
        // Who represents the owner
        row("a representative", asked().representing(NOW, Optional.empty()), "REPRESENTATIVE"),
        row(
            "a representative until later",
            asked().representing(NOW, Optional.of(LATER)),
            "REPRESENTATIVE"),
        row(
            "a representative until this very instant",
            asked().representing(NOW.minusSeconds(60), Optional.of(NOW)),
            "NO_STANDING"),
        row(
            "a representative from later",
            asked().representing(NOW.plusNanos(1_000), Optional.empty()),
            "NO_STANDING"),
        row(
            "a representative, closed",
            asked().representing(NOW, Optional.empty()).closed(),
            "NO_STANDING"),
        row(
            "a representative, stopped",
            asked().representing(NOW, Optional.empty()).stopped(),
            "NO_STANDING"),
        row(
            "a professional of whom a representation is known",
            asked().representing(NOW, Optional.empty()).role(Role.PROFESSIONAL),
            "NO_STANDING"),
        row(
            "a barred party that represents",
            asked().representing(NOW, Optional.empty()).role(Role.BARRED),
            "BARRED_PARTY"),
        // Bars on who asks
        row("a barred party", asked().role(Role.BARRED), "BARRED_PARTY"),
        row("a barred party with a grant", asked().role(Role.BARRED).grant(), "BARRED_PARTY"),
        row("a barred party, closed", asked().role(Role.BARRED).closed(), "BARRED_PARTY"),
        row("a barred party, unknown", asked().role(Role.BARRED).unknown(), "BARRED_PARTY"),
        row("the insurer", asked().role(Role.BILLING).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("a programme", asked().role(Role.PROGRAMME).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("the payer", asked().role(Role.PAYER).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("an operator", asked().role(Role.OPERATOR).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("an agent", asked().role(Role.COUNTER_AGENT).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("an auditor", asked().role(Role.AUDITOR).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("an officer", asked().role(Role.PRIVACY_OFFICER), "NOT_A_CARE_PROFESSIONAL"),
        row("a service", asked().role(Role.SERVICE).grant(), "NOT_A_CARE_PROFESSIONAL"),
        row("an agent, unknown", asked().role(Role.OPERATOR).unknown(), "NOT_A_CARE_PROFESSIONAL"),
        // Bars on the dossier
        row("unknown dossier", asked().unknown().grant(), "NO_STANDING"),
        row("closed dossier, grant", asked().closed().grant(), "NO_STANDING"),
        row("closed dossier, treating", asked().closed().treating(), "NO_STANDING"),
        row("closed dossier, break-glass", asked().closed().breakGlass(true), "NO_STANDING"),
        row("stopped dossier, grant", asked().stopped().grant(), "NO_STANDING"),
        row("stopped dossier, treating", asked().stopped().treating(), "NO_STANDING"),
        row("stopped dossier, break-glass", asked().stopped().breakGlass(true), "NO_STANDING"),
        row("blocked", asked().blocked(), "NO_STANDING"),
        row("blocked, grant", asked().blocked().grant(), "NO_STANDING"),
        row(
            "blocked, grant to the structure",
            asked().blocked().grant(toHospital(GRANT, NOW, Optional.empty(), false)),
            "NO_STANDING"),
        row("blocked, treating", asked().blocked().treating(), "NO_STANDING"),
        row("blocked, break-glass", asked().blocked().breakGlass(true), "NO_STANDING"),
        row("blocked, regulation", asked().blocked().regulation(true), "NO_STANDING"),
        // Occupational medicine: barred, and with express consent since 31 March 2022
        row("occupational doctor", asked().occupational(), "NO_STANDING"),
        row("occupational doctor, granted", asked().occupational().grant(), "GRANT"),
        row(
            "occupational doctor, granted, the instant before the law",
            asked()
                .occupational()
                .at(EXPRESS_CONSENT.minusNanos(1_000))
                .grant(toDoctor(GRANT, BEFORE, Optional.empty(), false)),
            "NO_STANDING"),
        row(
            "occupational doctor, granted, as the law begins",
            asked()
                .occupational()
                .at(EXPRESS_CONSENT)
                .grant(toDoctor(GRANT, BEFORE, Optional.empty(), false)),
            "GRANT"),
        row(
            "another doctor, granted, before the law",
            asked()
                .at(EXPRESS_CONSENT.minusNanos(1_000))
                .grant(toDoctor(GRANT, BEFORE, Optional.empty(), false)),
            "GRANT"),
        row(
            "occupational doctor, granted to the structure",
            asked().occupational().grant(toHospital(GRANT, NOW, Optional.empty(), false)),
            "NO_STANDING"),
        row("occupational doctor, treating", asked().occupational().treating(), "NO_STANDING"),
        row(
            "occupational doctor, treating and granted",
            asked().occupational().treating().grant(),
            "TREATING_PHYSICIAN"),
        row(
            "occupational doctor, break-glass",
            asked().occupational().breakGlass(true),
            "NO_STANDING"),
        row(
            "occupational doctor, revoked",
            asked().occupational().grant(toDoctor(GRANT, NOW, Optional.empty(), true)),
            "NO_STANDING"),
        // Médecin traitant
        row("treating", asked().treating(), "TREATING_PHYSICIAN"),
        row("treating and granted", asked().treating().grant(), "TREATING_PHYSICIAN"),
        row("treating, break-glass", asked().treating().breakGlass(true), "TREATING_PHYSICIAN"),
        row("treating nurse", asked().treating().profession("60"), "NO_STANDING"),
        row("treating nurse, granted", asked().treating().profession("60").grant(), "GRANT"),
        row("treating, no profession", asked().treating().withoutProfession(), "NO_STANDING"),
        // Emergencies
        row("break-glass", asked().breakGlass(true), "BREAK_GLASS"),
        row("break-glass by a nurse", asked().breakGlass(true).profession("60"), "BREAK_GLASS"),
        row("break-glass, granted", asked().breakGlass(true).grant(), "BREAK_GLASS"),
        row("break-glass without words", asked().breakGlass(false), "NO_STANDING"),
        row("break-glass without words, granted", asked().breakGlass(false).grant(), "GRANT"),
        row("break-glass opposed", asked().breakGlass(true).opposedToBreakGlass(), "NO_STANDING"),
        row(
            "break-glass opposed, granted",
            asked().breakGlass(true).opposedToBreakGlass().grant(),
            "GRANT"),
        row(
            "break-glass, regulation opposed",
            asked().breakGlass(true).opposedToRegulation(),
            "BREAK_GLASS"),
        row("regulation", asked().regulation(true), "MEDICAL_REGULATION"),
        row("regulation without claim", asked().regulation(false), "NO_STANDING"),
        row("regulation without claim, granted", asked().regulation(false).grant(), "GRANT"),
        row("regulation opposed", asked().regulation(true).opposedToRegulation(), "NO_STANDING"),
        row(
            "regulation, break-glass opposed",
            asked().regulation(true).opposedToBreakGlass(),
            "MEDICAL_REGULATION"),
        // Grants
        row("granted", asked().grant(), "GRANT"),
        row("granted, opposed", asked().grant().opposedToBreakGlass(), "GRANT"),
        row("granted from this very instant", asked().grant(from(NOW)), "GRANT"),
        row("granted from later", asked().grant(from(NOW.plusNanos(1_000))), "NO_STANDING"),
        row("granted until this very instant", asked().grant(until(NOW)), "NO_STANDING"),
        row("granted until later", asked().grant(until(NOW.plusNanos(1_000))), "GRANT"),
        row("revoked", asked().grant(toDoctor(GRANT, NOW, Optional.empty(), true)), "NO_STANDING"),
        row(
            "revoked, granted again",
            asked().grant(toDoctor(GRANT, NOW, Optional.empty(), true)).grant(),
            "GRANT"),
        row(
            "granted to the structure",
            asked().grant(toHospital(GRANT, NOW, Optional.empty(), false)),
            "GRANT"),
        row(
            "granted to the structure, acting elsewhere",
            asked().withoutStructure().grant(toHospital(GRANT, NOW, Optional.empty(), false)),
            "NO_STANDING"),
        row("granted to somebody else", asked().grant(toSomebodyElse()), "NO_STANDING"),
        row("granted, no profession", asked().grant().withoutProfession(), "NO_STANDING"),
        row("granted, unknown profession", asked().grant().profession("99"), "NO_STANDING"),
        // Nothing
        row("a doctor", asked(), "NO_STANDING"));
  }

  private static Grant from(Instant from) {
    return toDoctor(GRANT, from, Optional.empty(), false);
  }

  private static Grant until(Instant until) {
    return toDoctor(GRANT, NOW.minusSeconds(60), Optional.of(until), false);
  }

  private static Grant toSomebodyElse() {
    return new Grant(
        GRANT,
        new Grantee(Grantee.Kind.PROFESSIONAL, new NationalId("899700031018")),
        NOW,
        Optional.empty(),
        false);
  }

  @TestFactory
  Stream<DynamicTest> every_rule_met_and_not_met() {
    return table().stream()
        .map(row -> DynamicTest.dynamicTest(row.name() + " → " + row.rule(), () -> check(row)));
  }

  private static void check(Row row) {
    AccessDecision decision = row.situation().decide();
    assertThat(decision.rule()).isEqualTo(row.rule());
    assertThat(decision.allowed()).isEqualTo(ALLOWING.contains(row.rule()));
    assertThat(decision.types().isEmpty()).isEqualTo(!decision.allowed());
    assertThat(decision.maskedToo())
        .isEqualTo(Set.of("OWNER", "REPRESENTATIVE", "TREATING_PHYSICIAN").contains(row.rule()));
    assertThat(decision.wish().map(Wish::name))
        .isEqualTo(
            Set.of("BREAK_GLASS", "MEDICAL_REGULATION").contains(row.rule())
                ? Optional.of(row.rule())
                : Optional.empty());
    assertThat(decision.grantId().isPresent()).isEqualTo(row.rule().equals("GRANT"));
    assertThat(decision.accessVersion()).isEqualTo(7);
    assertThat(decision.policyVersion())
        .isEqualTo(row.situation().facts().at().isBefore(EXPRESS_CONSENT) ? "2018-11" : "2022-03");
  }

  @Test
  void a_decision_names_rule_policy_stream_and_the_grant_or_wish_it_rests_on() {
    AccessDecision granted = asked().grant().breakGlass(false).decide();
    assertThat(granted.rule()).isEqualTo("GRANT");
    assertThat(granted.grantId()).contains(GRANT);
    assertThat(granted.wish()).isEmpty();
    AccessDecision emergency = asked().grant().breakGlass(true).decide();
    assertThat(emergency.rule()).isEqualTo("BREAK_GLASS");
    assertThat(emergency.grantId()).isEmpty();
    assertThat(emergency.wish()).contains(Wish.BREAK_GLASS);
    assertThat(emergency.policyVersion()).isEqualTo("2022-03");
    assertThat(emergency.accessVersion()).isEqualTo(7);
  }

  /** The text of rule 8: the author of a document keeps sight of it, masked or not. */
  @Test
  void a_professional_keeps_sight_of_what_they_wrote_unless_something_bars_them() {
    assertThat(asked().decide().ownItems()).isTrue();
    assertThat(asked().decide().allowed()).isFalse();
    assertThat(asked().grant().decide().ownItems()).isTrue();
    for (Situation without :
        List.of(
            asked().blocked(),
            asked().closed(),
            asked().unknown(),
            asked().stopped(),
            asked().occupational(),
            asked().patient(OWNER),
            asked().role(Role.BARRED))) {
      assertThat(without.decide().ownItems()).isFalse();
    }
  }

  @Test
  void everything_is_for_the_owner_the_treating_physician_and_in_part_for_others() {
    assertThat(asked().patient(OWNER).decide().classes()).isEqualTo(EVERYTHING);
    assertThat(asked().treating().decide().classes()).isEqualTo(EVERYTHING);
    assertThat(asked().grant().decide().classes()).isEqualTo(EVERYTHING);
    assertThat(asked().grant().profession("21").decide().classes())
        .containsExactlyInAnyOrder("11", "31", "42", "43", "44", "45", "60");
    assertThat(asked().breakGlass(true).profession("60").decide().classes())
        .containsExactlyInAnyOrder("31", "42", "43", "44", "45", "60");
    assertThat(asked().grant().profession("40").decide().classes())
        .containsExactlyInAnyOrder("31", "42", "43", "60");
  }

  @Test
  void of_a_class_that_shows_in_part_the_decision_names_the_types() {
    AccessDecision nurse = asked().grant().profession("60").decide();
    assertThat(nurse.types())
        .contains("60591-5", "11502-2", "REMB", "EXPPAT_3")
        .doesNotContain("68599-0", "83901-9", "89601-9", "NOTE");
    AccessDecision physiotherapist = asked().grant().profession("70").decide();
    assertThat(physiotherapist.rule()).isEqualTo("GRANT");
    assertThat(physiotherapist.classes()).isEmpty();
    assertThat(physiotherapist.types())
        .contains("CARE_PLAN", "18748-4")
        .doesNotContain("REMB", "89601-9");
  }

  @Test
  void an_allowance_to_see_nothing_is_none() {
    assertThat(asked().grant().profession("99").decide().rule()).isEqualTo("NO_STANDING");
    assertThat(asked().breakGlass(true).withoutProfession().decide().rule())
        .isEqualTo("NO_STANDING");
  }

  @Test
  void a_grant_that_is_only_supposed_shows_what_a_given_one_would_and_what_bars_bars() {
    for (String profession : List.of("10", "21", "60", "70", "99")) {
      AccessDecision given = asked().profession(profession).grant().decide();
      AccessDecision supposed = asked().profession(profession).asIfGranted().decide();
      assertThat(supposed.grantId()).isEmpty();
      assertThat(supposed.rule()).isEqualTo(given.rule());
      assertThat(supposed.classes()).isEqualTo(given.classes());
      assertThat(supposed.maskedToo()).isFalse();
    }
    assertThat(asked().grant().asIfGranted().decide()).isEqualTo(asked().grant().decide());
    assertThat(asked().treating().asIfGranted().decide()).isEqualTo(asked().treating().decide());
    for (Situation barred :
        List.of(
            asked().blocked(),
            asked().closed(),
            asked().stopped(),
            asked().unknown(),
            asked().patient(OTHER),
            asked().role(Role.BARRED),
            asked().role(Role.BILLING))) {
      AccessDecision before = barred.decide();
      assertThat(before.allowed()).isFalse();
      assertThat(barred.asIfGranted().decide()).isEqualTo(before);
    }
  }

  @Test
  void of_several_grants_it_rests_on_the_one_that_lasts_longest() {
    Grant brief = toDoctor(GRANT, NOW, Optional.of(LATER), false);
    Grant longer = toHospital(GRANT_2, NOW, Optional.of(LATER.plusSeconds(1)), false);
    AccessDecision decision = asked().grant(brief).grant(longer).decide();
    assertThat(decision.grantId()).contains(GRANT_2);
    assertThat(decision.until()).contains(LATER.plusSeconds(1));
    assertThat(asked().grant(brief).grant(from(NOW)).decide().until()).isEmpty();
  }
}
