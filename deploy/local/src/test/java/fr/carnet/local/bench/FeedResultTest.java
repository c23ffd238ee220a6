package fr.carnet.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** What a run says of itself, to people and to programs. */
class FeedResultTest {

  @Test
  void theLineOfJsonHasBothShapesTheBarePipeTheWaitAndTheOpening() {
    var figures = result(10, 800, 600).figures();

    assertThat(figures)
        .containsEntry("linesPerSecond", 12_000L)
        .containsEntry("liveLinesPerSecond", 3_000L)
        .containsEntry("barePipeLinesPerSecond", 30_000L)
        .containsEntry("shareOfBarePipePercent", 40.0)
        .containsEntry("p50Millis", 100L)
        .containsEntry("p99Millis", 800L)
        .containsEntry("openingMillis", 600L)
        .containsEntry("complete", true);
  }

  @Test
  void everyGoalStandsBesideItsFigure() {
    FeedResult good = result(10, 800, 600);
    FeedResult bad = result(40, 1_000, 1_000);

    assertThat(good.goals()).hasSize(4).allMatch(Goal::met);
    assertThat(bad.goals()).hasSize(4).noneMatch(Goal::met);
    assertThat(good.table()).contains("at least 10,000: met").doesNotContain("NOT MET");
    assertThat(bad.table())
        .contains("3,000   at least 10,000: NOT MET")
        .contains("1,000   below 1,000: NOT MET");
  }

  @Test
  void whatGrewIsComparedWithWhatItWas() {
    FeedResult.Grown small = grown(1_000_000, 10, 100);
    FeedResult level = result(10, 800, 600, small, grown(10_000_000, 11, 105));
    FeedResult falling = result(10, 800, 600, small, grown(10_000_000, 12, 120));

    assertThat(level.goals()).hasSize(6).allMatch(Goal::met);
    assertThat(falling.goals().subList(4, 6)).noneMatch(Goal::met);
    assertThat(level.table()).contains("upon 10,000,000 stored lines").contains("ingest 105");
    assertThat(level.figures().get("grown").toString())
        .contains("{storedLines=1000000, linesPerSecond=12000")
        .contains("{storedLines=10000000, linesPerSecond=10909");
    assertThat(result(10, 800, 600).figures()).doesNotContainKey("grown");
  }

  private static FeedResult.Grown grown(long stored, double seconds, long mebibytes) {
    return new FeedResult.Grown(
        stored, shape("bulk", 120_000, seconds), Map.of("ingest", mebibytes << 20));
  }

  @Test
  void theTableNamesTheProcessAndTheStageThatAreTheLimit() {
    assertThat(result(10, 800, 600).table())
        .contains("bulk: most of the CPU goes to PostgreSQL")
        .contains("the longest wait is for: stored by ingest");
  }

  @Test
  void aPercentileIsOneOfThoseMeasured() {
    Latencies hundred =
        new Latencies(DoubleStream.iterate(100, n -> n - 1).limit(100).boxed().toList());

    assertThat(hundred.percentile(50)).isEqualTo(50);
    assertThat(hundred.percentile(99)).isEqualTo(99);
    assertThat(hundred.slowest()).isEqualTo(100);
    assertThat(new Latencies(List.of(7.0)).percentile(99)).isEqualTo(7);
  }

  private static FeedResult result(
      double bulkSeconds, double slowMillis, double openingMillis, FeedResult.Grown... grown) {
    return result(bulkSeconds, slowMillis, openingMillis, List.of(grown));
  }

  private static FeedResult result(
      double bulkSeconds, double slowMillis, double openingMillis, List<FeedResult.Grown> grown) {
    return new FeedResult(
        new FeedBenchmark.Size(OptionalInt.empty(), 10, 10, List.of(), 1),
        shape("bulk", 120_000, bulkSeconds),
        shape("live", 120_000, 40),
        new FeedResult.Paced(
            39_000, 650, new Latencies(List.of(100.0, 100.0, slowMillis)), 60, 60, costs()),
        new FeedResult.Openings(2_000, new Latencies(List.of(100.0, openingMillis))),
        grown,
        200,
        new BarePipe.Timing(120_000, 4, costs()),
        List.of());
  }

  private static FeedResult.Shape shape(String name, int lines, double seconds) {
    return new FeedResult.Shape(
        name,
        10,
        lines,
        lines,
        1,
        1,
        0,
        List.of(
            new FeedResult.Stage("published", lines, seconds / 10),
            new FeedResult.Stage("stored by ingest", lines, seconds * 0.8),
            new FeedResult.Stage("in the audit log", lines, seconds),
            new FeedResult.Stage("visible through GET", lines, seconds * 0.9)),
        seconds,
        costs());
  }

  private static Costs costs() {
    LinkedHashMap<String, Costs.Cost> costs = new LinkedHashMap<>();
    costs.put("Kafka", new Costs.Cost(2, 400));
    costs.put("PostgreSQL", new Costs.Cost(9, 300));
    return new Costs(costs);
  }
}
