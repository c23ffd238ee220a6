package fr.carnet.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a run says of itself, to people and to programs. */
class DossierResultTest {

  @Test
  void theLineOfJsonHasReadingSealingAndRebuilding() {
    var figures = result(1_200, 20, 5, 40_000, at(100_000, 1_200, 20)).figures();

    assertThat(figures)
        .containsEntry("summariesPerSecond", 1_200L)
        .containsEntry("p50Millis", 10.0)
        .containsEntry("p99Millis", 20.0)
        .containsEntry("sealingCostPercent", 5.3)
        .containsEntry("rebuildEventsPerSecond", 40_000L)
        .containsEntry("timelinesPerSecond", 600L)
        .containsEntry("documentsUpMegabytesPerSecond", 30.0)
        .containsEntry("documentsDownMegabytesPerSecond", 60.0)
        .containsEntry("dossiers", 100_000)
        .containsEntry("complete", true)
        .doesNotContainKey("sizes");
  }

  @Test
  void everyGoalStandsBesideItsFigure() {
    DossierResult good = result(1_200, 20, 5, 40_000, at(100_000, 1_200, 20));
    DossierResult bad = result(900, 25, 20, 29_000, at(100_000, 900, 25));

    assertThat(good.goals()).hasSize(4).allMatch(Goal::met);
    assertThat(bad.goals()).hasSize(4).noneMatch(Goal::met);
    assertThat(good.table()).contains("at least 30,000: met").doesNotContain("NOT MET");
    assertThat(bad.table())
        .contains("900   at least 1,000: NOT MET")
        .contains("25   below 25: NOT MET")
        .contains("29,000   at least 30,000: NOT MET");
  }

  @Test
  void tenTimesTheDossiersAreComparedWithWhatWasBefore() {
    DossierResult level =
        result(1_200, 20, 5, 40_000, at(10_000, 1_300, 17), at(100_000, 1_200, 20));
    DossierResult slower =
        result(1_200, 20, 5, 40_000, at(10_000, 1_300, 16), at(100_000, 1_200, 20));

    assertThat(level.goals()).hasSize(8).allMatch(Goal::met);
    assertThat(slower.goals().subList(4, 8)).noneMatch(Goal::met);
    assertThat(level.table()).contains("summary of 10,000").contains("timeline of 100,000");
    assertThat(level.figures().get("sizes").toString())
        .contains("{dossiers=10000, summariesPerSecond=1300")
        .contains("{dossiers=100000, summariesPerSecond=1200");
  }

  @Test
  void whatWasNotMeasuredIsNoFigure() {
    DossierResult result =
        new DossierResult(
            size(),
            List.of(
                new DossierResult.AtSize(
                    10, 1, rebuilt("dossier", 10), read(1_000, 20), Optional.empty())),
            Optional.empty(),
            List.of(rebuilt("dossier", 10)),
            sealing(5),
            shape("live", 10),
            shape("bulk", 0),
            List.of());

    assertThat(result.figures())
        .doesNotContainKeys("timelinesPerSecond", "documentsUpMegabytesPerSecond");
    assertThat(result.table())
        .contains("timeline")
        .contains("not measured: there is none")
        .contains("documents: not measured");
  }

  @Test
  void sealingIsComparedWithTheSameFeedInClearAndKeysCountWhereTheyAreExchanged() {
    // 105 microseconds a line, 5 of them for sealing: in clear it would be 100.
    assertThat(sealing(5).percentOf(105, 0)).isCloseTo(5, within(1e-9));
    // One in ten exchanges a key, 500 microseconds: 55 of 155.
    assertThat(sealing(5).percentOf(155, 0.1)).isCloseTo(55, within(1e-9));
  }

  @Test
  void whatSealingCostsIsMeasuredWithTheServicesOwnCode() {
    SealingCost cost = SealingCost.measured(LocalDate.of(2026, 11, 22));

    assertThat(cost.sealedBytes()).isGreaterThan(cost.clearBytes());
    assertThat(cost.addedMicros()).isPositive();
    assertThat(cost.exchangeMicros()).isGreaterThan(cost.sealedMicros());
  }

  private static DossierResult result(
      double summaries,
      double p99,
      double addedMicros,
      double rebuildPerSecond,
      DossierResult.AtSize... sizes) {
    assertThat(sizes[sizes.length - 1].summary().perSecond()).isEqualTo(summaries);
    assertThat(sizes[sizes.length - 1].summary().paced().percentile(99)).isEqualTo(p99);
    return new DossierResult(
        size(),
        List.of(sizes),
        Optional.of(new DocumentLoad.Timing(100, 30, 60)),
        List.of(rebuilt("dossier", rebuildPerSecond), rebuilt("care-history", rebuildPerSecond)),
        sealing(addedMicros),
        shape("live", 10),
        shape("bulk", 0),
        List.of());
  }

  private static DossierBenchmark.Size size() {
    return new DossierBenchmark.Size(List.of(10), 200, OptionalInt.empty(), 30, 1);
  }

  private static DossierResult.AtSize at(int dossiers, double summaries, double p99) {
    return new DossierResult.AtSize(
        dossiers,
        500,
        rebuilt("dossier", 5_000),
        read(summaries, p99),
        Optional.of(read(summaries / 2, p99)));
  }

  private static DossierResult.Read read(double perSecond, double p99) {
    return new DossierResult.Read(
        perSecond, 30, new Latencies(List.of(p99 / 2, p99 / 2, p99)), costs(30));
  }

  private static DossierResult.Rebuilt rebuilt(String projection, double perSecond) {
    return new DossierResult.Rebuilt(projection, (long) (perSecond * 100), 100, 1, 0);
  }

  private static SealingCost sealing(double addedMicros) {
    return new SealingCost(20 + addedMicros, 20, 500, 900, 500);
  }

  /** 100 microseconds of the suite's CPU a line. */
  private static FeedResult.Shape shape(String name, long exchanged) {
    return new FeedResult.Shape(
        name, 10, 100_000, 100_000, 10, 1_000, exchanged, List.of(), 10, costs(10));
  }

  private static Costs costs(double suiteSeconds) {
    Map<String, Costs.Cost> byName =
        Map.of("PostgreSQL", new Costs.Cost(suiteSeconds, 1), "this program", new Costs.Cost(3, 1));
    return new Costs(new LinkedHashMap<>(byName));
  }
}
