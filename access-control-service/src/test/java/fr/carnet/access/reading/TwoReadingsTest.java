package fr.carnet.access.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import fr.carnet.access.PolicyFile;
import fr.carnet.access.deciding.AccessRules;
import fr.carnet.access.deciding.DecisionFacts;
import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.DecisionFacts.Grant;
import fr.carnet.access.deciding.DecisionFacts.Representation;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.reading.TextOfTheRules.Case;
import fr.carnet.access.reading.TextOfTheRules.Given;
import fr.carnet.access.reading.TextOfTheRules.Sees;
import fr.carnet.access.reading.TextOfTheRules.Span;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/** Two readings of the same rules, over actors, purposes, sets of grants and instants. */
class TwoReadingsTest {
  private static final Policies POLICIES = policies();
  private static final PatientRef OWNER = new PatientRef("a".repeat(64));
  private static final PatientRef OTHER = new PatientRef("b".repeat(64));
  private static final String ME = "899700024450";
  private static final String MY_STRUCTURE = "3750100125";

  private static final List<Role> ROLES = List.of(Role.values());

  /** A doctor's most often; one that nobody knows; none. */
  private static final List<Optional<String>> PROFESSIONS =
      Stream.concat(
              Stream.of("10", "10", "21", "40", "50", "60", "70", "80", "91", "99")
                  .map(Optional::of),
              Stream.of(Optional.<String>empty()))
          .toList();

  /** Instants near each other, and near what happens at an instant. */
  private static final List<Instant> INSTANTS =
      List.of(
          Instant.parse("2018-11-05T23:00:00Z"),
          Instant.parse("2020-06-01T12:00:00Z"),
          Instant.parse("2022-03-30T21:59:59.999999Z"),
          Instant.parse("2022-03-30T22:00:00Z"),
          Instant.parse("2026-03-01T10:00:00Z"),
          Instant.parse("2026-03-01T10:00:00.000001Z"));

  private static String who(Role role) {
    return switch (role) {
      case OWNER -> "patient";
      case PROFESSIONAL -> "professional";
      case BARRED -> "barred";
      case OTHER_PATIENT,
          REPRESENTATIVE,
          COUNTER_AGENT,
          BILLING,
          AUDITOR,
          PRIVACY_OFFICER,
          PROGRAMME,
          PAYER,
          OPERATOR,
          SERVICE ->
          role.label();
    };
  }

  private static Policies policies() {
    try (InputStream json = TwoReadingsTest.class.getResourceAsStream("/policy.json")) {
      return PolicyFile.read(json.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T one(List<T> of, Random dice) {
    return of.get(dice.nextInt(of.size()));
  }

  private static Span span(Random dice) {
    return new Span(
        one(INSTANTS, dice),
        dice.nextBoolean() ? Optional.empty() : Optional.of(one(INSTANTS, dice)));
  }

  private static Case drawn(Random dice) {
    List<Given> grants = new ArrayList<>();
    for (int i = dice.nextInt(4); i > 0; i--) {
      grants.add(
          new Given(
              Integer.toString(grants.size()),
              one(List.of(ME, ME, MY_STRUCTURE, "899700031018", "3750100315"), dice),
              span(dice),
              dice.nextInt(4) == 0));
    }
    Role role =
        one(List.of(Role.PROFESSIONAL, Role.PROFESSIONAL, Role.OWNER, one(ROLES, dice)), dice);
    return new Case(
        one(INSTANTS, dice),
        who(role),
        one(PROFESSIONS, dice),
        ME,
        dice.nextInt(6) == 0 ? Optional.empty() : Optional.of(MY_STRUCTURE),
        dice.nextInt(6) == 0,
        dice.nextInt(4) == 0,
        one(List.of("normal", "bris_de_glace", "centre_15"), dice),
        dice.nextInt(4) > 0,
        dice.nextInt(4) > 0,
        dice.nextInt(10) > 0,
        dice.nextInt(10) > 0,
        dice.nextInt(10) > 0,
        dice.nextBoolean(),
        dice.nextInt(3) == 0 ? Optional.empty() : Optional.of(span(dice)),
        dice.nextInt(6) == 0,
        dice.nextInt(4) == 0,
        dice.nextBoolean(),
        dice.nextBoolean(),
        grants);
  }

  private static AccessDecision decided(Case c) {
    Role role = ROLES.stream().filter(each -> who(each).equals(c.who())).findFirst().orElseThrow();
    boolean patient = role == Role.OWNER;
    List<Grant> grants = new ArrayList<>();
    for (Given given : c.grants()) {
      grants.add(
          new Grant(
              new UUID(0, Long.parseLong(given.name())),
              new Grantee(
                  given.to().startsWith("8") ? Grantee.Kind.PROFESSIONAL : Grantee.Kind.STRUCTURE,
                  new NationalId(given.to())),
              given.span().from(),
              given.span().until(),
              given.takenBack()));
    }
    DecisionRequest request =
        new DecisionRequest(
            new UUID(1, 1),
            patient
                ? Actor.anonymous(role)
                : new Actor(
                    role,
                    Optional.of(c.me()),
                    c.profession(),
                    c.myStructure().map(NationalId::new)),
            patient ? Optional.of(c.myOwn() ? OWNER : OTHER) : Optional.empty(),
            PurposeOfUse.parse(c.purpose()).orElseThrow(),
            c.regulationClaim(),
            c.reasonInWords(),
            c.asIfGranted(),
            c.occupational());
    DecisionFacts facts =
        new DecisionFacts(
            c.now(),
            c.exists()
                ? Optional.of(new Dossier(List.of(OWNER), c.open() ? State.OPEN : State.CLOSED))
                : Optional.empty(),
            !c.knownWhole(),
            3,
            c.iRepresentTheOwner()
                .map(
                    span ->
                        new Representation(
                            new UUID(7, 7), span.from(), span.until(), Optional.empty())),
            !patient && c.iAmBlocked(),
            !patient && c.iAmMedecinTraitant(),
            c.breakGlassOpposed(),
            c.regulationOpposed(),
            patient ? List.of() : grants);
    return AccessRules.decide(request, facts, POLICIES);
  }

  @Example
  void the_second_reading_shares_nothing_with_the_first() {
    String second = Pattern.quote(TextOfTheRules.class.getName()) + "(\\$.*)?";
    ArchRuleDefinition.classes()
        .that()
        .haveNameMatching(second)
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("java..")
                .or(HasName.Predicates.nameMatching(second)))
        .because("what shares code shares mistakes")
        .check(new ClassFileImporter().importPackages("fr.carnet.access.reading"));
  }

  @Property(tries = 4_000, seed = "20181106")
  void the_decision_and_the_text_say_the_same(@ForAll long seed) {
    Case drawn = drawn(new Random(seed));
    AccessDecision decision = decided(drawn);
    Sees text = TextOfTheRules.read(drawn);
    assertThat(decision.types()).as("%s", drawn).isEqualTo(Set.copyOf(text.types()));
    assertThat(decision.allowed()).as("%s", drawn).isEqualTo(!text.types().isEmpty());
    assertThat(decision.maskedToo()).as("%s", drawn).isEqualTo(text.masked());
    assertThat(decision.ownItems()).as("%s", drawn).isEqualTo(text.ownWriting());
    assertThat(decision.rule()).as("%s", drawn).isEqualTo(text.code());
    assertThat(decision.grantId().map(id -> Long.toString(id.getLeastSignificantBits())))
        .as("%s", drawn)
        .isEqualTo(text.grant());
    assertThat(decision.wish().map(Enum::name)).as("%s", drawn).isEqualTo(text.wish());
    assertThat(decision.until()).as("%s", drawn).isEqualTo(text.until());
    Statistics.label("rule")
        .collect(decision.rule())
        .coverage(
            each -> {
              // Rare situations that were never drawn would prove nothing.
              for (String rule :
                  List.of(
                      "OWNER",
                      "REPRESENTATIVE",
                      "TREATING_PHYSICIAN",
                      "BREAK_GLASS",
                      "MEDICAL_REGULATION",
                      "GRANT",
                      "NO_STANDING",
                      "BARRED_PARTY",
                      "NOT_A_CARE_PROFESSIONAL")) {
                each.check(rule).count(count -> count > 20);
              }
            });
  }
}
