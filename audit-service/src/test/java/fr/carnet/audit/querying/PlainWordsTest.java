package fr.carnet.audit.querying;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.ReleaseRequested;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A patient reads words, in their language, for whatever may stand in a trace. */
class PlainWordsTest {
  /** As actions are named wherever a service puts one into a trace. */
  private static final Pattern ACTION =
      Pattern.compile(
          "\"((?:read|search|find|audit|explain)-[a-z-]*[a-z]|preview|export|assist|feed)\"");

  /** Rules that refuse, and tell a patient no more than that there was no right. */
  private static final List<String> SAID_AS_NO_STANDING =
      List.of(
          "OCCUPATIONAL_DOCTOR",
          "UNKNOWN_DOSSIER",
          "ANOTHER_PATIENT",
          "STOPPED",
          "DOSSIER_CLOSED",
          "BLOCKED",
          "OCCUPATIONAL_WITHOUT_CONSENT");

  private static NavigableSet<String> actionsInTheSource() throws IOException {
    NavigableSet<String> actions = new TreeSet<>();
    for (String service : List.of("dossier-service", "access-control-service", "audit-service")) {
      try (Stream<Path> files = Files.walk(Path.of("..", service, "src", "main", "java"))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          if (!file.endsWith("PlainWords.java")) {
            ACTION
                .matcher(Files.readString(file))
                .results()
                .map((MatchResult found) -> found.group(1))
                .filter(name -> !name.endsWith("-service"))
                .forEach(actions::add);
          }
        }
      }
    }
    return actions;
  }

  private static NavigableSet<String> rules() throws IOException {
    NavigableSet<String> rules = new TreeSet<>();
    JsonNode policy =
        Wire.JSON.readTree(
            Files.readString(
                Path.of(
                    "..", "access-control-service", "src", "main", "resources", "policy.json")));
    policy.findValuesAsText("code").stream()
        .filter(code -> code.matches("[A-Z_]+"))
        .filter(code -> !SAID_AS_NO_STANDING.contains(code))
        .forEach(rules::add);
    rules.addAll(List.of("ASSISTANCE", "AUDITOR", "PRIVACY_OFFICER", "COUNTER_AGENT"));
    Arrays.stream(ReleaseRequested.Kind.values())
        .forEach(kind -> rules.add("RELEASE_" + kind.name()));
    return rules;
  }

  private static void inBothLanguages(String code, Words words) {
    for (String text : List.of(words.english(), words.french())) {
      assertThat(text).as(code).isNotBlank().isNotEqualTo(code);
    }
    assertThat(words.french()).as(code).isNotEqualTo(words.english());
  }

  @Test
  void everyActionThatCanStandInATraceHasWordsInBothLanguages() throws Exception {
    NavigableSet<String> actions = actionsInTheSource();
    assertThat(actions).hasSizeGreaterThan(25).contains("assist", "feed", "read-own-log");
    actions.forEach(action -> inBothLanguages(action, PlainWords.action(action)));
  }

  @Test
  void everyRuleThatCanStandInATraceHasWordsInBothLanguages() throws Exception {
    NavigableSet<String> rules = rules();
    assertThat(rules).hasSizeGreaterThan(13).contains("GRANT", "RELEASE_HEIRS", "NO_STANDING");
    rules.forEach(rule -> inBothLanguages(rule, PlainWords.rule(rule)));
  }
}
