package fr.carnet.billing.reckoning;

import static fr.carnet.billing.reckoning.Lines.INS;
import static fr.carnet.billing.reckoning.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.WireLine;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lines and what the dossier shows of them, written by hand. */
class HistoryTableTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);

  private record Example(String name, List<Lines> lines, List<String> shown) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Example> examples() {
    return Stream.of(
        given("a line", line("a")).shows("2026-05-03 × 1"),
        given("a repeat", line("a"), line("a")).shows("2026-05-03 × 1"),
        given("two lines of one care", line("a"), line("b")).shows("2026-05-03 × 2"),
        given("a reversal after", line("a"), line("b").quantity("-1")).shows(),
        given("a reversal before", line("b").quantity("-1"), line("a")).shows(),
        given("a reversal processed later", line("a"), reversal("b", "-1")).shows(),
        given("a repeated reversal", line("a"), line("c"), reversal("b", "-1"), reversal("b", "-1"))
            .shows("2026-05-03 × 1"),
        given("a partial reversal", line("a").quantity("3"), reversal("b", "-1"))
            .shows("2026-05-03 × 2"),
        given("a reversal at another scale", line("a"), reversal("b", "-1.0")).shows(),
        given("decimal quantities", line("a").quantity("1.5"), reversal("b", "-0.50"))
            .shows("2026-05-03 × 1"),
        given("a reversal without original", reversal("b", "-1")).shows(),
        given("more reversed than done", line("a"), reversal("b", "-2")).shows(),
        given("a reversal of another day", line("a"), reversal("b", "-1").on("2026-05-04"))
            .shows("2026-05-03 × 1"),
        given(
                "a reversal by another performer",
                line("a"),
                reversal("b", "-1").with(l -> l.withObject("performer").put("specialtyCode", "07")))
            .shows("2026-05-03 × 1"),
        given(
                "a reversal with amounts of the same sign",
                line("a"),
                reversal("b", "-1").with(l -> l.withObject("amounts").put("reimbursedCents", -1)))
            .shows(),
        given("replaced", line("a"), reversal("b", "-1"), line("c").on("2026-05-04"))
            .shows("2026-05-04 × 1"),
        given("secret", line("a").secret()).shows(),
        given("secret, flagged late", line("a"), line("a").secret()).shows(),
        given("secret, then an old copy", line("a").secret(), line("a")).shows(),
        given("secret beside open", line("a"), line("b"), line("b").secret())
            .shows("2026-05-03 × 1"),
        given("secret with faults", line("a"), line("a").secret().quantity("0")).shows(),
        given("the first day of the window", line("a").on("2024-06-01")).shows("2024-06-01 × 1"),
        given("the day before the window", line("a").on("2024-05-31")).shows(),
        given(
                "a stay that reaches into the window",
                line("a").with(l -> l.put("careFrom", "2024-05-31").put("careTo", "2024-06-04")))
            .shows(),
        given("today", line("a").on("2026-06-01").processedOn("2026-06-01"))
            .shows("2026-06-01 × 1"),
        given("tomorrow", line("a").on("2026-06-02").processedOn("2026-06-01")).shows(),
        given("a used id with other content", line("a"), line("a").quantity("2"))
            .shows("2026-05-03 × 1"),
        given("an id that was rejected before", line("a").quantity("0"), line("a"))
            .shows("2026-05-03 × 1"),
        given("an id that was outside before", line("a").on("2024-05-31"), line("a"))
            .shows("2026-05-03 × 1"),
        given("newest first", line("a").on("2025-01-01"), line("b").on("2025-03-01"))
            .shows("2025-03-01 × 1", "2025-01-01 × 1"));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shows(Example example) {
    List<WireLine> sent = example.lines().stream().map(Lines::wire).toList();

    List<ReckonedCare> history = Reckoning.ofWire(sent, TODAY).historyOf(INS);

    assertThat(history)
        .extracting(care -> care.careFrom() + " × " + care.quantity().toPlainString())
        .containsExactlyElementsOf(example.shown());
  }

  @Test
  void showsEveryFieldAndNothingThatTheDossierMayNotHave() {
    Reckoning reckoning = Reckoning.ofWire(List.of(line("a").wire()), TODAY);

    assertThat(reckoning.historyOf(INS))
        .containsExactly(
            new ReckonedCare(
                Category.IMAGING,
                "1351",
                Optional.of(ActSystem.CCAM),
                Optional.of("QEQJ001"),
                new Caregiver(Optional.of("99700024450"), Optional.empty(), Optional.of("06")),
                Optional.empty(),
                LocalDate.of(2026, 5, 3),
                LocalDate.of(2026, 5, 3),
                Optional.empty(),
                false,
                new BigDecimal("1.00")));
    assertThat(reckoning.historyOf("295109912611193")).isEmpty();
  }

  private static Lines reversal(String lineId, String quantity) {
    return line(lineId).quantity(quantity).processedOn("2026-05-20");
  }

  private record Given(String name, List<Lines> lines) {
    Example shows(String... shown) {
      return new Example(name, lines, List.of(shown));
    }
  }

  private static Given given(String name, Lines... lines) {
    return new Given(name, List.of(lines));
  }
}
