package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import fr.carnet.testkit.ArchitectureRules;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A rule that never fails proves nothing: each is shown code that breaks it. */
class ArchitectureRulesBiteTest {
  private static final JavaClasses BREAKING =
      new ClassFileImporter().importPackages("fr.carnet.eventstore.breaking");

  @TestFactory
  Stream<DynamicTest> theRuleSeesWhoBreaksIt() {
    return Map.of(
            ArchitectureRules.DECIDING_IS_PURE, List.of("UsesAFramework", "ReplaysByTheClock"),
            ArchitectureRules.DECIDING_ASKS_NO_CLOCK_AND_NO_DICE,
                List.of("AsksTheClock", "ReplaysByTheClock"),
            ArchitectureRules.DECIDING_TOUCHES_NOTHING_OUTSIDE,
                List.of("TalksToTheOutside", "ReplaysByTheClock"),
            ArchitectureRules.QUERYING_DOES_NOT_ACT, List.of("Acts"),
            ArchitectureRules.ARRIVING_DOES_NOT_QUERY, List.of("Queries"),
            ArchitectureRules.KAFKA_IS_WRITTEN_IN_THREE_PLACES, List.of("DrawerHelper"),
            ArchitectureRules.NOTHING_SLEEPS_OR_WAITS_UNSEEN, List.of("DrawerHelper"),
            ArchitectureRules.NAMES_SAY_WHAT_A_THING_IS, List.of("DrawerHelper"),
            ArchitectureRules.NO_PACKAGE_IS_A_DRAWER, List.of("DrawerHelper"),
            ArchitectureRules.NO_PACKAGE_CYCLES, List.of("breaking.arriving"))
        .entrySet()
        .stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey().getDescription(),
                    () -> bites(entry.getKey(), entry.getValue())));
  }

  private static void bites(ArchRule rule, List<String> culprits) {
    assertThat(String.join("\n", rule.evaluate(BREAKING).getFailureReport().getDetails()))
        .contains(culprits);
  }
}
