package fr.carnet.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.local.bench.Costs.Cost;
import fr.carnet.local.bench.DecisionsResult.AtSize;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the benchmark of decisions says of itself. */
class DecisionsResultTest {
  private static AtSize at(int dossiers, double perSecond, double p99Millis) {
    return new AtSize(
        dossiers,
        perSecond,
        30_000,
        40_000,
        new Latencies(List.of(1.04, p99Millis)),
        new Costs(new LinkedHashMap<>(Map.of("PostgreSQL", new Cost(12, 300)))));
  }

  private static DecisionsResult result(AtSize... sizes) {
    return new DecisionsResult(Duration.ofSeconds(20), List.of(sizes), List.of());
  }

  @Test
  void theLineOfJsonHasWhatWasAsked() {
    assertThat(result(at(100_000, 6_000, 4.26)).figures())
        .containsEntry("benchmark", "decisions")
        .containsEntry("dossiers", 100_000)
        .containsEntry("decisionsPerSecond", 6_000L)
        .containsEntry("inHundredsPerSecond", 30_000L)
        .containsEntry("bareQueriesPerSecond", 40_000L)
        .containsEntry("p50Millis", 1.0)
        .containsEntry("p99Millis", 4.3)
        .containsEntry("complete", true)
        .doesNotContainKey("sizes");
  }

  @Test
  void everyGoalStandsBesideItsFigure() {
    DecisionsResult good = result(at(100_000, 6_000, 4.9));
    DecisionsResult bad = result(at(100_000, 3_900, 5));
    assertThat(good.goals()).hasSize(3).allMatch(Goal::met);
    assertThat(bad.goals()).hasSize(3).noneMatch(Goal::met);
    assertThat(good.table())
        .contains("6,000.0   at least 5,000: met", "15.0   at least 10: met")
        .doesNotContain("NOT MET");
    assertThat(bad.table())
        .contains("3,900.0   at least 5,000: NOT MET")
        .contains("5.0   below 5: NOT MET")
        .contains("9.8   at least 10: NOT MET");
    // 12 seconds for 120,000 decisions.
    assertThat(good.table()).containsPattern("PostgreSQL +100\\R");
  }

  @Test
  void theGoalsAreOfAHundredThousandAndTheOtherSizesAreComparedWithTheFirst() {
    DecisionsResult level =
        result(at(10_000, 7_000, 2), at(100_000, 6_000, 4), at(1_000_000, 5_600, 9));
    DecisionsResult slower =
        result(at(10_000, 7_000, 2), at(100_000, 5_500, 4), at(1_000_000, 5_500, 4));
    assertThat(level.goals()).hasSize(5).allMatch(Goal::met);
    assertThat(slower.goals().subList(3, 5)).noneMatch(Goal::met);
    assertThat(level.figures()).containsEntry("dossiers", 100_000).containsEntry("p99Millis", 4.0);
    assertThat(level.figures().get("sizes").toString())
        .contains("{dossiers=10000, decisionsPerSecond=7000")
        .contains("{dossiers=1000000, decisionsPerSecond=5600");
    assertThat(level.table()).contains("of 1,000,000 dossiers, percent of 10,000");
  }

  @Test
  void whatFailedIsSaid() {
    DecisionsResult failed =
        new DecisionsResult(
            Duration.ofSeconds(20),
            List.of(at(10_000, 6_000, 4)),
            List.of("3 decisions about 10,000 dossiers failed: 503"));
    assertThat(failed.figures()).containsEntry("complete", false).containsEntry("dossiers", 10_000);
    assertThat(failed.losses()).hasSize(1);
  }
}
