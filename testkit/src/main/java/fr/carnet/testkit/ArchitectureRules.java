package fr.carnet.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules that every module keeps. A module opts in with one empty class that extends this one
 * and stands in its own test packages.
 */
public abstract class ArchitectureRules {
  private static final String[] PURE = {
    "java..", "fr.carnet.events..", "..deciding..", "com.fasterxml.jackson.annotation.."
  };

  static final ArchRule DECIDING_IS_PURE =
      classes()
          .that()
          .resideInAPackage("..deciding..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(PURE)
          .because("a decision is replayed: no framework, no I/O")
          .allowEmptyShould(true);

  static final ArchRule DECIDING_ASKS_NO_CLOCK_AND_NO_DICE =
      noClasses()
          .that()
          .resideInAPackage("..deciding..")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "now(), randomUUID() or System",
                  call ->
                      call.getTarget().getName().equals("now")
                          || call.getTarget().getName().equals("randomUUID")
                          || call.getTargetOwner().isEquivalentTo(System.class)))
          .because("time and ids come with the command")
          .allowEmptyShould(true);

  static final ArchRule QUERYING_DOES_NOT_ACT =
      noClasses()
          .that()
          .resideInAPackage("..querying..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..arriving..", "..deciding..")
          .allowEmptyShould(true);

  static final ArchRule ARRIVING_DOES_NOT_QUERY =
      noClasses()
          .that()
          .resideInAPackage("..arriving..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..querying..")
          .allowEmptyShould(true);

  static final ArchRule KAFKA_IS_WRITTEN_IN_THREE_PLACES =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("fr.carnet.eventstore.Relay")
          .and()
          .resideOutsideOfPackages("fr.carnet.ingest.passing..", "fr.carnet.audit.sequencing..")
          .and()
          .resideOutsideOfPackages("fr.carnet.local..", "fr.carnet.testkit..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.apache.kafka.clients.producer.KafkaProducer")
          .because("only the relay, the valve and the audit sequencer write Kafka")
          .allowEmptyShould(true);

  static final ArchRule RESOURCES_RUN_ON_VIRTUAL_THREADS =
      classes()
          .that()
          .areAnnotatedWith("jakarta.ws.rs.Path")
          .and()
          .areNotInterfaces()
          .should()
          .beAnnotatedWith("io.smallrye.common.annotation.RunOnVirtualThread")
          .because("no blocking call may run on an event loop")
          .allowEmptyShould(true);

  static final ArchRule NOTHING_SLEEPS =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .because("await a condition")
          .allowEmptyShould(true);

  static final ArchRule NAMES_SAY_WHAT_A_THING_IS =
      classes()
          .should(
              com.tngtech.archunit.lang.conditions.ArchConditions.not(
                  com.tngtech.archunit.lang.conditions.ArchConditions.haveNameMatching(
                      ".*(Util|Utils|Helper|Manager|Mapper|Impl|Dto)")))
          .allowEmptyShould(true);

  static final ArchRule NO_PACKAGE_IS_A_DRAWER =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..common..", "..dto..", "..mapper..", "..config..")
          .allowEmptyShould(true);

  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("fr.carnet.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  static final ArchRule ENTITIES_STAY_INSIDE =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith("jakarta.ws.rs.Path")
          .should(
              com.tngtech.archunit.lang.conditions.ArchConditions.not(
                  com.tngtech.archunit.lang.conditions.ArchConditions.haveRawReturnType(
                      DescribedPredicate.describe(
                          "an entity",
                          (JavaClass type) -> type.isAnnotatedWith("jakarta.persistence.Entity")))))
          .allowEmptyShould(true);

  private static final Map<String, ArchRule> RULES = new LinkedHashMap<>();

  static {
    RULES.put("deciding_is_pure", DECIDING_IS_PURE);
    RULES.put("deciding_asks_no_clock_and_no_dice", DECIDING_ASKS_NO_CLOCK_AND_NO_DICE);
    RULES.put("querying_does_not_act", QUERYING_DOES_NOT_ACT);
    RULES.put("arriving_does_not_query", ARRIVING_DOES_NOT_QUERY);
    RULES.put("kafka_is_written_in_three_places", KAFKA_IS_WRITTEN_IN_THREE_PLACES);
    RULES.put("resources_run_on_virtual_threads", RESOURCES_RUN_ON_VIRTUAL_THREADS);
    RULES.put("nothing_sleeps", NOTHING_SLEEPS);
    RULES.put("names_say_what_a_thing_is", NAMES_SAY_WHAT_A_THING_IS);
    RULES.put("no_package_is_a_drawer", NO_PACKAGE_IS_A_DRAWER);
    RULES.put("no_package_cycles", NO_PACKAGE_CYCLES);
    RULES.put("entities_stay_inside", ENTITIES_STAY_INSIDE);
  }

  /**
   * Run by Jupiter and not by ArchUnit's own engine: that one passes silently over a class which
   * does not carry its annotation itself.
   */
  @TestFactory
  Stream<DynamicTest> the_module_keeps_the_rules() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("fr.carnet");
    return RULES.entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(classes)));
  }
}
