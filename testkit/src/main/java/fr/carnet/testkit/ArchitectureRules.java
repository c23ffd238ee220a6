package fr.carnet.testkit;

import static com.tngtech.archunit.lang.conditions.ArchConditions.haveNameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveRawParameterTypes;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveRawReturnType;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules that every module keeps, checked on what the module itself compiles to. A module opts
 * in with one empty class that extends this one, is named {@code *Test} and stands in its own test
 * packages.
 *
 * <p>JUnit runs them and not ArchUnit's engine: its {@code @AnalyzeClasses} is not inherited, so an
 * empty class would run nothing and say nothing.
 */
public abstract class ArchitectureRules {
  private static final String[] PURE = {
    "java..",
    "fr.carnet.events..",
    "..deciding..",
    "..replaying..",
    "com.fasterxml.jackson.annotation.."
  };

  /** What is decided, and what is made again from events, comes from what was given and no more. */
  private static final String[] OF_WHAT_IS_GIVEN = {"..deciding..", "..replaying.."};

  public static final ArchRule DECIDING_IS_PURE =
      classes()
          .that()
          .resideInAnyPackage(OF_WHAT_IS_GIVEN)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(PURE)
          .because("a decision is replayed: no framework, no I/O, no keys")
          .allowEmptyShould(true);

  public static final ArchRule DECIDING_ASKS_NO_CLOCK_AND_NO_DICE =
      noClasses()
          .that()
          .resideInAnyPackage(OF_WHAT_IS_GIVEN)
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "now() or randomUUID()",
                  call ->
                      call.getTarget().getName().equals("now")
                          || call.getTarget().getName().equals("randomUUID")))
          .because("time and ids come with the command")
          .allowEmptyShould(true);

  public static final ArchRule DECIDING_TOUCHES_NOTHING_OUTSIDE =
      noClasses()
          .that()
          .resideInAnyPackage(OF_WHAT_IS_GIVEN)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "System, dice, loggers, files, network or databases",
                  (JavaClass type) ->
                      type.getName()
                          .matches(
                              "java\\.lang\\.(System|Runtime|Process|Thread)([$.].*)?"
                                  + "|java\\.(sql|net|nio\\.file|nio\\.channels|util\\.logging)\\..*"
                                  + "|java\\.io\\.(File|Random).*|java\\.time\\.Clock"
                                  + "|java\\.util\\.(Random|concurrent\\.ThreadLocalRandom)"
                                  + "|java\\.util\\.random\\..*|java\\.security\\.SecureRandom")))
          .because("the JDK is allowed, its doors to the outside are not")
          .allowEmptyShould(true);

  public static final ArchRule QUERYING_DOES_NOT_ACT =
      noClasses()
          .that()
          .resideInAPackage("..querying..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..arriving..", "..deciding..")
          .allowEmptyShould(true);

  public static final ArchRule ARRIVING_DOES_NOT_QUERY =
      noClasses()
          .that()
          .resideInAPackage("..arriving..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..querying..")
          .allowEmptyShould(true);

  public static final ArchRule KAFKA_IS_WRITTEN_IN_THREE_PLACES =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("fr.carnet.eventstore.Relay")
          .and()
          .resideOutsideOfPackages("fr.carnet.ingest.passing..", "fr.carnet.audit.sequencing..")
          .and()
          .resideOutsideOfPackages("fr.carnet.local..", "fr.carnet.testkit..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "org\\.apache\\.kafka\\.clients\\.producer\\.KafkaProducer"
                  + "|org\\.eclipse\\.microprofile\\.reactive\\.messaging\\.(Emitter|Outgoing)"
                  + "|io\\.smallrye\\.reactive\\.messaging\\.MutinyEmitter")
          .because("only the relay, the valve and the audit sequencer write Kafka")
          .allowEmptyShould(true);

  public static final ArchRule RESOURCES_RUN_ON_VIRTUAL_THREADS =
      classes()
          .that()
          .areAnnotatedWith("jakarta.ws.rs.Path")
          .and()
          .areNotInterfaces()
          .should()
          .beAnnotatedWith("io.smallrye.common.annotation.RunOnVirtualThread")
          .because("no blocking call may run on an event loop")
          .allowEmptyShould(true);

  public static final ArchRule NOTHING_SLEEPS_OR_WAITS_UNSEEN =
      noClasses()
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "sleep(), CompletableFuture.join() or Uni.await()",
                  call -> {
                    String method =
                        call.getTargetOwner().getName() + "." + call.getTarget().getName();
                    return call.getTarget().getName().equals("sleep")
                        || method.equals("java.util.concurrent.CompletableFuture.join")
                        || method.equals("io.smallrye.mutiny.Uni.await");
                  }))
          .because("await a condition, with an end")
          .allowEmptyShould(true);

  public static final ArchRule NAMES_SAY_WHAT_A_THING_IS =
      classes()
          .should(not(haveNameMatching(".*(Util|Utils|Helper|Manager|Mapper|Impl|Dto)(\\$.*)?")))
          .allowEmptyShould(true);

  public static final ArchRule NO_PACKAGE_IS_A_DRAWER =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..common..", "..dto..", "..mapper..", "..config..")
          .allowEmptyShould(true);

  public static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("fr.carnet.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  public static final ArchRule ENTITIES_STAY_INSIDE =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith("jakarta.ws.rs.Path")
          .should(
              not(
                  haveRawReturnType(
                      DescribedPredicate.describe(
                          "an entity",
                          (JavaClass type) -> type.isAnnotatedWith("jakarta.persistence.Entity")))))
          .allowEmptyShould(true);

  public static final ArchRule NO_ENTITY_COMES_IN =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith("jakarta.ws.rs.Path")
          .should(
              not(
                  haveRawParameterTypes(
                      DescribedPredicate.describe(
                          "an entity among them",
                          (List<JavaClass> types) ->
                              types.stream()
                                  .anyMatch(
                                      type ->
                                          type.isAnnotatedWith("jakarta.persistence.Entity"))))))
          .allowEmptyShould(true);

  /** Every rule above. */
  public static final List<ArchRule> ALL =
      List.of(
          DECIDING_IS_PURE,
          DECIDING_ASKS_NO_CLOCK_AND_NO_DICE,
          DECIDING_TOUCHES_NOTHING_OUTSIDE,
          QUERYING_DOES_NOT_ACT,
          ARRIVING_DOES_NOT_QUERY,
          KAFKA_IS_WRITTEN_IN_THREE_PLACES,
          RESOURCES_RUN_ON_VIRTUAL_THREADS,
          NOTHING_SLEEPS_OR_WAITS_UNSEEN,
          NAMES_SAY_WHAT_A_THING_IS,
          NO_PACKAGE_IS_A_DRAWER,
          NO_PACKAGE_CYCLES,
          ENTITIES_STAY_INSIDE,
          NO_ENTITY_COMES_IN);

  @TestFactory
  Stream<DynamicTest> everyRuleHolds() throws URISyntaxException {
    JavaClasses module = module();
    return ALL.stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(module)));
  }

  /** What the module itself compiles to. */
  protected final JavaClasses module() throws URISyntaxException {
    Path tests = Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
    JavaClasses module = new ClassFileImporter().importPath(tests.resolveSibling("classes"));
    assertThat(module).as("classes of this module").isNotEmpty();
    return module;
  }
}
