package fr.carnet.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.access.deciding.AccessRule;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.deciding.Policy.Sight;
import fr.carnet.access.deciding.RuleText;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.content.DocumentType;
import fr.carnet.events.content.ItemKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFileTest {
  private static final String SHIPPED = ReplacedPolicy.shipped();
  private static final Instant BEFORE = Instant.parse("2022-03-30T21:59:59Z");
  private static final Instant AFTER = Instant.parse("2022-03-30T22:00:00Z");

  private static Policies read(String json) {
    return PolicyFile.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void every_rule_has_sentences_in_two_languages_a_source_and_dates() {
    Policies policies = read(SHIPPED);
    assertThat(policies.rules().stream().map(RuleText::rule)).containsExactly(AccessRule.values());
    for (RuleText rule : policies.rules()) {
      assertThat(rule.english()).isNotBlank().isNotEqualTo(rule.french());
      assertThat(rule.french()).isNotBlank();
      assertThat(rule.source()).isNotBlank();
      assertThat(rule.isInForceAt(rule.validFrom())).isTrue();
      assertThat(rule.isInForceAt(rule.validFrom().minusNanos(1))).isFalse();
      rule.validUntil().ifPresent(until -> assertThat(rule.isInForceAt(until)).isFalse());
    }
  }

  @Test
  void the_policy_of_the_instant_is_used_and_a_rule_changes_by_date() {
    Policies policies = read(SHIPPED);
    assertThat(policies.at(BEFORE).version()).isEqualTo("2018-11");
    assertThat(policies.at(BEFORE).rules())
        .contains(AccessRule.OCCUPATIONAL_DOCTOR)
        .doesNotContain(AccessRule.OCCUPATIONAL_WITHOUT_CONSENT);
    assertThat(policies.at(AFTER).version()).isEqualTo("2022-03");
    assertThat(policies.at(AFTER).rules())
        .contains(AccessRule.OCCUPATIONAL_WITHOUT_CONSENT)
        .doesNotContain(AccessRule.OCCUPATIONAL_DOCTOR);
    assertThat(policies.inForceAt(Instant.parse("2018-11-05T22:59:59Z"))).isEmpty();
  }

  @Test
  void the_matrix_knows_every_type_that_an_item_can_be_of() {
    Sight everything = read(SHIPPED).at(AFTER).everything();
    assertThat(everything.classes()).isEqualTo(ItemKind.CLASSES);
    for (ItemKind kind : ItemKind.values()) {
      assertThat(everything.types()).contains(kind.typeCode());
    }
    for (DocumentType type : DocumentType.values()) {
      assertThat(everything.types()).contains(type.code());
    }
    assertThat(everything.types()).contains(AccessDecision.REIMBURSEMENT_HISTORY);
  }

  @Test
  void part_of_a_class_is_the_types_that_the_file_names() {
    Sight nurse = read(SHIPPED).at(AFTER).of("60");
    assertThat(nurse.classes()).isEqualTo(Set.of("31", "42", "43", "44", "45", "60"));
    assertThat(nurse.types()).contains("60591-5").doesNotContain("68599-0", "83901-9", "89601-9");
    assertThat(read(SHIPPED).at(AFTER).of("99")).isEqualTo(Sight.NOTHING);
  }

  @Test
  void a_type_is_shut_to_a_profession_by_the_file_alone() {
    String without = SHIPPED.replace("[\"11490-0\", \"11502-2\"]", "[\"11490-0\"]");
    assertThat(without).isNotEqualTo(SHIPPED);
    assertThat(read(SHIPPED).at(AFTER).of("21").types()).contains("11502-2");
    assertThat(read(without).at(AFTER).of("21").types()).doesNotContain("11502-2");
  }

  @Test
  void what_is_wrong_is_named_with_its_field_and_reason() {
    wrong("{", "it is not JSON");
    wrong("{}", "policies is not a list", "classes names no class", "rules lacks OWNER");
    wrong(
        SHIPPED.replace("\"version\": \"2022-03\"", "\"version\": \"2018-11\""),
        "policies[1].version is that of another policy");
    wrong(
        SHIPPED.replace(
            "\"2022-03\", \"validFrom\": \"2022-03-30T22:00:00Z\"",
            "\"2022-03\", \"validFrom\": \"2017-01-01T00:00:00Z\""),
        "policies[1].validFrom is not after the policy before");
    wrong(
        SHIPPED.replace("\"code\": \"BLOCKED\"", "\"code\": \"BLOKED\""),
        "rules[9].code is no rule",
        "rules lacks BLOCKED");
    wrong(
        SHIPPED.replace("\"code\": \"BLOCKED\"", "\"code\": \"OWNER\""),
        "rules[9].code is there twice");
    wrong(
        SHIPPED.replace("\"source\": \"ANS TD02\"", "\"source\": \" \""),
        "rules[9].source is missing");
    wrong(
        SHIPPED.replace(
            "\"validUntil\": \"2022-03-30T22:00:00Z\"", "\"validUntil\": \"2022-01-01T00:00:00Z\""),
        "rules[2].validUntil is not when a policy begins");
    wrong(
        SHIPPED.replace("\"validUntil\": \"2022-03-30T22:00:00Z\"", "\"validUntil\": \"soon\""),
        "rules[2].validUntil is no instant");
    wrong(
        SHIPPED.replace("[\"89601-9\"]", "[\"68599-0\"]"),
        "matrices[0].professions.50.52 names a type that is not of this class: 68599-0");
    wrong(
        SHIPPED.replace("[\"89601-9\"]", "\"P\""),
        "matrices[0].professions.50.52 is neither R nor – nor a list of types");
    wrong(
        SHIPPED.replace("\"52\": [\"89601-9\"], ", ""),
        "matrices[0].professions.50.52 is neither R nor – nor a list of types");
    wrong(
        SHIPPED.replace("{\"class\": \"60\"", "{\"class\": \"61\""),
        "types.REMB.class is no class of this file",
        "classes.60 has no type");
  }

  @Test
  void a_file_that_is_wrong_or_not_there_ends_the_start_and_says_why(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("policy.json");
    // A type that is shut, and a slip beside it.
    String shut = SHIPPED.replace("[\"11490-0\", \"11502-2\"]", "[\"11490-0\"]");
    Files.writeString(file, shut);
    assertThat(AccessControl.policies(file.toString()).at(AFTER).of("21").types())
        .contains("11490-0")
        .doesNotContain("11502-2");
    Files.writeString(file, shut.replace("[\"89601-9\"]", "\"P\""));
    assertThatThrownBy(() -> AccessControl.policies(file.toString()))
        .isInstanceOf(PolicyFile.Wrong.class)
        .hasMessageContaining(
            "matrices[0].professions.50.52 is neither R nor – nor a list of types");
    Path none = folder.resolve("none.json");
    assertThatThrownBy(() -> AccessControl.policies(none.toString()))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none.json");
  }

  private static void wrong(String json, String... faults) {
    assertThat(json).isNotEqualTo(SHIPPED);
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(PolicyFile.Wrong.class)
        .hasMessageContainingAll(faults);
  }
}
