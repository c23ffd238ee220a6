package fr.carnet.dossier.deciding;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.dossier.deciding.Represented.Known;
import fr.carnet.dossier.deciding.Represented.Wanted;
import fr.carnet.events.dossier.EndOfRepresentation.Cause;
import fr.carnet.events.dossier.Representative.Kind;
import fr.carnet.events.identity.PatientRef;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may act for whom. */
class RepresentedTest {
  private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");
  private static final LocalDate BORN = LocalDate.of(2016, 6, 5);

  /** Midnight in Paris, in summer. */
  private static final Instant MAJORITY = Instant.parse("2034-06-04T22:00:00Z");

  private static final PatientRef OWN = new PatientRef("a".repeat(64));
  private static final PatientRef ONE = new PatientRef("b".repeat(64));
  private static final PatientRef TWO = new PatientRef("c".repeat(64));
  private static final PatientRef THREE = new PatientRef("d".repeat(64));

  private static final Map<String, Represented> PEOPLE = new LinkedHashMap<>();
  private static final Map<String, Wanted> WANTED = new LinkedHashMap<>();

  static {
    PEOPLE.put("child", minor());
    PEOPLE.put("child, a parent", minor(parent(ONE, Optional.empty())));
    PEOPLE.put(
        "child, two parents", minor(parent(ONE, Optional.empty()), parent(TWO, Optional.empty())));
    PEOPLE.put(
        "child, one of two excluded",
        minor(parent(ONE, Optional.of(Cause.EXCLUDED)), parent(TWO, Optional.empty())));
    PEOPLE.put("child, parent ended", minor(parent(ONE, Optional.of(Cause.ENDED))));
    PEOPLE.put("just adult", person(LocalDate.of(2008, 11, 22)));
    PEOPLE.put("adult tomorrow", person(LocalDate.of(2008, 11, 23)));
    PEOPLE.put("of unknown age", new Represented(Set.of(OWN), Optional.empty(), List.of()));
    PEOPLE.put(
        "adult, guarded",
        new Represented(
            Set.of(OWN),
            Optional.of(LocalDate.of(1940, 1, 1)),
            List.of(new Known(ONE, Kind.GUARDIAN_OF_ADULT, Optional.empty(), Optional.empty()))));
    PEOPLE.put(
        "adult, guarded till now",
        new Represented(
            Set.of(OWN),
            Optional.of(LocalDate.of(1940, 1, 1)),
            List.of(new Known(ONE, Kind.GUARDIAN_OF_ADULT, Optional.of(NOW), Optional.empty()))));

    Optional<Instant> soon = Optional.of(NOW.plus(Duration.ofDays(30)));
    WANTED.put("parent 1", new Wanted(ONE, Kind.PARENT, Optional.empty()));
    WANTED.put("parent 3", new Wanted(THREE, Kind.PARENT, Optional.empty()));
    WANTED.put("till", new Wanted(THREE, Kind.PARENT, soon));
    WANTED.put("tutor", new Wanted(THREE, Kind.GUARDIAN_OF_MINOR, Optional.empty()));
    WANTED.put("self", new Wanted(OWN, Kind.PARENT, Optional.empty()));
    WANTED.put("guardian 1", new Wanted(ONE, Kind.GUARDIAN_OF_ADULT, Optional.empty()));
    WANTED.put("till now", new Wanted(THREE, Kind.GUARDIAN_OF_ADULT, Optional.of(NOW)));
    WANTED.put(
        "far",
        new Wanted(
            THREE, Kind.GUARDIAN_OF_ADULT, Optional.of(Instant.parse("2176-11-22T09:00:01Z"))));
    WANTED.put("trust", new Wanted(THREE, Kind.PERSON_OF_TRUST, soon));
    WANTED.put("for ever", new Wanted(THREE, Kind.PERSON_OF_TRUST, Optional.empty()));
    WANTED.put(
        "long trust",
        new Wanted(THREE, Kind.PERSON_OF_TRUST, Optional.of(NOW.plus(Duration.ofDays(366)))));
  }

  private static Represented minor(Known... known) {
    return new Represented(Set.of(OWN), Optional.of(BORN), List.of(known));
  }

  private static Represented person(LocalDate born) {
    return new Represented(Set.of(OWN), Optional.of(born), List.of());
  }

  private static Known parent(PatientRef by, Optional<Cause> ended) {
    return new Known(by, Kind.PARENT, Optional.of(MAJORITY), ended);
  }

  /** ok; K not for such a person, E wrong end, A represented already, X excluded. */
  private static final String TABLE =
      """
                                 | parent 1 | parent 3 | till | tutor | self | guardian 1 | till now | far | trust | for ever | long trust
      child                      | ok       | ok       | E    | ok    | K    | K          | K        | K   | K     | K        | K
      child, a parent            | A        | ok       | E    | ok    | K    | K          | K        | K   | K     | K        | K
      child, two parents         | A        | A        | E    | ok    | K    | K          | K        | K   | K     | K        | K
      child, one of two excluded | X        | ok       | E    | ok    | K    | K          | K        | K   | K     | K        | K
      child, parent ended        | ok       | ok       | E    | ok    | K    | K          | K        | K   | K     | K        | K
      just adult                 | K        | K        | K    | K     | K    | ok         | E        | E   | ok    | E        | E
      adult tomorrow             | ok       | ok       | E    | ok    | K    | K          | K        | K   | K     | K        | K
      of unknown age             | K        | K        | K    | K     | K    | ok         | E        | E   | ok    | E        | E
      adult, guarded             | K        | K        | K    | K     | K    | A          | E        | E   | ok    | E        | E
      adult, guarded till now    | K        | K        | K    | K     | K    | ok         | E        | E   | ok    | E        | E
      """;

  @TestFactory
  Stream<DynamicTest> who_may_act_for_whom() {
    List<List<String>> lines =
        TABLE
            .lines()
            .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
            .toList();
    List<String> columns = lines.getFirst().subList(1, lines.getFirst().size());
    assertThat(columns).containsExactlyElementsOf(WANTED.keySet());
    assertThat(lines.stream().skip(1).map(List::getFirst))
        .containsExactlyElementsOf(PEOPLE.keySet());
    return lines.stream()
        .skip(1)
        .flatMap(
            line ->
                IntStream.range(0, columns.size())
                    .mapToObj(
                        i ->
                            DynamicTest.dynamicTest(
                                line.getFirst() + " × " + columns.get(i),
                                () ->
                                    assertThat(
                                            PEOPLE
                                                .get(line.getFirst())
                                                .fault(WANTED.get(columns.get(i)), NOW))
                                        .isEqualTo(fault(line.get(i + 1))))));
  }

  private static Optional<DossierRefusal> fault(String cell) {
    return switch (cell) {
      case "ok" -> Optional.empty();
      case "K" -> Optional.of(DossierRefusal.REPRESENTATION_KIND_INVALID);
      case "E" -> Optional.of(DossierRefusal.REPRESENTATION_END_INVALID);
      case "A" -> Optional.of(DossierRefusal.REPRESENTED_ALREADY);
      case "X" -> Optional.of(DossierRefusal.REPRESENTATIVE_EXCLUDED);
      default -> throw new IllegalArgumentException(cell);
    };
  }

  @Test
  void a_minor_is_represented_until_majority_at_midnight_in_paris() {
    assertThat(minor().end(WANTED.get("parent 1"))).contains(MAJORITY);
    Represented winter = person(LocalDate.of(2016, 1, 5));
    assertThat(winter.end(WANTED.get("tutor"))).contains(Instant.parse("2034-01-04T23:00:00Z"));
    assertThat(minor().end(WANTED.get("guardian 1"))).isEmpty();
  }

  @Test
  void a_guardian_of_an_adult_ends_within_a_life() {
    Instant life = Instant.parse("2176-11-22T09:00:00Z");
    for (Instant end : List.of(life, life.plusNanos(1), Instant.MAX)) {
      assertThat(
              PEOPLE
                  .get("just adult")
                  .fault(new Wanted(THREE, Kind.GUARDIAN_OF_ADULT, Optional.of(end)), NOW))
          .isEqualTo(
              end.equals(life)
                  ? Optional.empty()
                  : Optional.of(DossierRefusal.REPRESENTATION_END_INVALID));
    }
  }

  @Test
  void at_majority_nobody_becomes_a_parent() {
    Wanted parent = WANTED.get("parent 1");
    assertThat(minor().fault(parent, MAJORITY.minusNanos(1))).isEmpty();
    assertThat(minor().fault(parent, MAJORITY))
        .contains(DossierRefusal.REPRESENTATION_KIND_INVALID);
  }
}
