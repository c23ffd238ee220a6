package fr.carnet.billing.reckoning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Careers;
import fr.carnet.billing.Circumstance;
import fr.carnet.billing.SentLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Sender and reckoning, written apart, say the same of every line. */
class AgreementTest {

  @Property(seed = "20261122", tries = 60, shrinking = ShrinkingMode.OFF)
  void whatTheSenderExpectsOfEachLineIsWhatIsReckoned(
      @ForAll long seed, @ForAll @IntRange(max = 1_500) int day) {
    // given
    LocalDate today = LocalDate.of(2024, 2, 27).plusDays(day);
    List<SentLine> sent = BillingSystem.seeded(seed, today).withBrokenShare(0.3).careers().sent();
    // when
    Reckoning reckoning = Reckoning.of(sent, today);
    // then
    for (int i = 0; i < sent.size(); i++) {
      assertThat(reckoning.arrivals().get(i))
          .as(() -> "some line of seed " + seed + " on " + today)
          .isEqualTo(sent.get(i).expected());
    }
  }

  @Test
  void circumstancesComeOutAsTheirNamesSay() throws IOException {
    // given
    LocalDate today = LocalDate.of(2026, 6, 1);
    Careers careers = BillingSystem.seeded(5, today).withAboutLines(8_000).careers();
    ObjectMapper mapper = new ObjectMapper();
    for (Circumstance circumstance : careers.circumstances()) {
      // when: only the lines concerned are sent
      List<SentLine> concerned = new ArrayList<>();
      for (SentLine line : careers.sent()) {
        if (line.ins().equals(circumstance.ins())
            && new String(line.json(), java.nio.charset.StandardCharsets.UTF_8).startsWith("{")) {
          JsonNode id = read(mapper, line);
          if (circumstance.lineIds().contains(id.path("lineId").asText())) {
            concerned.add(line);
          }
        }
      }
      Reckoning reckoning = Reckoning.of(concerned, today);
      List<String> quantities =
          reckoning.historyOf(circumstance.ins()).stream()
              .map(care -> care.quantity().toPlainString())
              .toList();
      // then
      assertThat(concerned).isNotEmpty();
      boolean inWindow = reckoning.counts().outsideWindow() == 0;
      switch (circumstance.kind()) {
        case REVERSED_AFTER,
            REVERSED_BEFORE,
            REVERSED_AND_REPLACED,
            REVERSED_WITHOUT_ORIGINAL,
            REVERSED_IN_OTHER_SCALE,
            REVERSAL_REPEATED,
            SECRET,
            SECRET_LATE,
            SECRET_THEN_OLD_COPY,
            SECRET_AND_BROKEN,
            BEFORE_WINDOW_START ->
            assertThat(quantities).as(circumstance.kind().name()).isEmpty();
        case REVERSED_PARTLY ->
            assertThat(quantities).isEqualTo(inWindow ? List.of("2") : List.of());
        case REPEATED, LATE, UNKNOWN_FIELDS, LARGEST_ALLOWED ->
            assertThat(quantities).hasSize(inWindow ? 1 : 0);
        case ON_WINDOW_START, ON_TODAY -> assertThat(quantities).hasSize(1);
      }
    }
  }

  @Test
  void theReckoningKnowsOnlyTheWordsOfTheWire() throws IOException {
    Path sources = Path.of("src/main/java/fr/carnet/billing/reckoning");
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        assertThat(
                Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("import fr.carnet."))
                    .map(line -> line.substring("import fr.carnet.billing.".length())))
            .isSubsetOf(
                "ActSystem;",
                "Category;",
                "Expected;",
                "Fault;",
                "RejectionCode;",
                "SentLine;",
                "WireLine;");
      }
    }
  }

  private static JsonNode read(ObjectMapper mapper, SentLine line) {
    try {
      return mapper.readTree(line.json());
    } catch (IOException e) {
      return mapper.nullNode();
    }
  }
}
