package fr.carnet.local.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the feed did.
 *
 * @param bulk many lines for each dossier
 * @param live each line for another dossier
 * @param grown bulk again, upon more and more stored lines; by default none
 * @param dossiersOpenedPerSecond many at once, at the start
 * @param losses sentences on what is missing; empty when all is well
 */
record FeedResult(
    FeedBenchmark.Size size,
    Shape bulk,
    Shape live,
    Paced paced,
    Openings openings,
    List<Grown> grown,
    double dossiersOpenedPerSecond,
    BarePipe.Timing barePipe,
    List<String> losses)
    implements Measured {

  private static final double BULK_LINES_PER_SECOND = 10_000;

  /** A third. */
  private static final double SHARE_OF_BARE_PIPE_PERCENT = 100.0 / 3;

  private static final double SHARE_WHEN_GROWN_PERCENT = 90;
  private static final double LEVEL_PERCENT = 110;
  private static final double P99_MILLIS = 1_000;
  private static final double OPENING_MILLIS = 1_000;

  /**
   * A part of the way.
   *
   * @param seconds from the first publishing to its last line
   */
  record Stage(String name, long lines, double seconds) {
    double linesPerSecond() {
      return lines / seconds;
    }
  }

  /**
   * Lines as fast as they go.
   *
   * @param dossiers over which the lines are spread
   * @param linesOfOpenDossiers of all lines, those that must become visible
   * @param sessionKeysExchanged how many dossiers got their month's session key meanwhile
   * @param stages each with when its last line came through
   * @param seconds from the first publishing until all is visible and in the audit log
   */
  record Shape(
      String name,
      int dossiers,
      int lines,
      int linesOfOpenDossiers,
      int sampledDossiers,
      int sampledLines,
      long sessionKeysExchanged,
      List<Stage> stages,
      double seconds,
      Costs costs) {

    Shape {
      stages = List.copyOf(stages);
    }

    double linesPerSecond() {
      return lines / seconds;
    }
  }

  /**
   * Lines at the country's peak.
   *
   * @param linesPerSecond as they were sent
   * @param seen from handing one line to Kafka's client to having read it through {@code GET}
   * @param reads how many {@code GET} it took to see them
   */
  record Paced(
      int lines, double linesPerSecond, Latencies seen, long reads, double seconds, Costs costs) {}

  /**
   * Dossiers of people whose lines were there before.
   *
   * @param linesEach of 24 months
   * @param complete from asking for a dossier until every line was read through {@code GET}
   */
  record Openings(int linesEach, Latencies complete) {}

  /**
   * Bulk upon stored lines.
   *
   * @param stored before
   * @param heapBytes of each service afterwards, after collection
   */
  record Grown(long stored, Shape bulk, Map<String, Long> heapBytes) {
    Grown {
      heapBytes = Collections.unmodifiableMap(new LinkedHashMap<>(heapBytes));
    }
  }

  FeedResult {
    grown = List.copyOf(grown);
    losses = List.copyOf(losses);
  }

  double shareOfBarePipePercent() {
    return 100 * bulk.linesPerSecond() / barePipe.linesPerSecond();
  }

  /** Those of two cores. */
  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>(ofEveryRun());
    if (grown.size() > 1) {
      Grown first = grown.getFirst();
      Grown last = grown.getLast();
      goals.add(
          Goal.atLeast(
              "bulk upon %,d, percent of upon %,d".formatted(last.stored(), first.stored()),
              100 * last.bulk().linesPerSecond() / first.bulk().linesPerSecond(),
              SHARE_WHEN_GROWN_PERCENT));
      goals.add(
          Goal.below(
              "heap then, percent, the service's that grew most",
              first.heapBytes().keySet().stream()
                  .mapToDouble(
                      name -> 100.0 * last.heapBytes().get(name) / first.heapBytes().get(name))
                  .max()
                  .orElseThrow(),
              LEVEL_PERCENT));
    }
    return goals;
  }

  private List<Goal> ofEveryRun() {
    return List.of(
        Goal.atLeast("bulk, lines a second", bulk.linesPerSecond(), BULK_LINES_PER_SECOND),
        Goal.atLeast(
            "bulk, percent of the bare pipe", shareOfBarePipePercent(), SHARE_OF_BARE_PIPE_PERCENT),
        Goal.below("publishing to seeing, p99, ms", paced.seen().percentile(99), P99_MILLIS),
        Goal.below("opening, the slowest, ms", openings.complete().slowest(), OPENING_MILLIS));
  }

  @Override
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("benchmark", "feed");
    figures.put("linesPerSecond", Math.round(bulk.linesPerSecond()));
    figures.put("liveLinesPerSecond", Math.round(live.linesPerSecond()));
    figures.put("barePipeLinesPerSecond", Math.round(barePipe.linesPerSecond()));
    figures.put("shareOfBarePipePercent", tenth(shareOfBarePipePercent()));
    figures.put("p50Millis", Math.round(paced.seen().percentile(50)));
    figures.put("p99Millis", Math.round(paced.seen().percentile(99)));
    figures.put("openingMillis", Math.round(openings.complete().slowest()));
    figures.put("openingMedianMillis", Math.round(openings.complete().percentile(50)));
    figures.put("pacedLinesPerSecond", tenth(paced.linesPerSecond()));
    figures.put("seconds", tenth(bulk.seconds()));
    figures.put("liveSeconds", tenth(live.seconds()));
    figures.put("dossiers", live.dossiers());
    figures.put("bulkDossiers", bulk.dossiers());
    figures.put("beneficiaries", size.beneficiaries());
    figures.put("lines", bulk.lines());
    figures.put("liveLines", live.lines());
    figures.put("liveSessionKeysExchanged", live.sessionKeysExchanged());
    figures.put(
        "visibleLiveLinesPerSecond", Math.round(live.linesOfOpenDossiers() / live.seconds()));
    figures.put("sampledDossiers", bulk.sampledDossiers() + live.sampledDossiers());
    figures.put("sampledLines", bulk.sampledLines() + live.sampledLines());
    figures.put("cpuMillisecondsPerLine", perLine(bulk));
    figures.put("liveCpuMillisecondsPerLine", perLine(live));
    figures.put("openingsPerSecond", tenth(dossiersOpenedPerSecond));
    if (!grown.isEmpty()) {
      figures.put("grown", grown.stream().map(FeedResult::figures).toList());
    }
    figures.put("processors", Runtime.getRuntime().availableProcessors());
    figures.put("seed", size.seed());
    figures.put("complete", losses.isEmpty());
    return figures;
  }

  private static Map<String, Object> figures(Grown one) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("storedLines", one.stored());
    figures.put("linesPerSecond", Math.round(one.bulk().linesPerSecond()));
    figures.put("heapBytes", one.heapBytes());
    return figures;
  }

  private static double perLine(Shape shape) {
    return Math.round(1e6 * shape.costs().cpuSeconds() / shape.lines()) / 1_000.0;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }

  @Override
  public String table() {
    Formatter table = new Formatter(Locale.ROOT);
    stages(table, bulk);
    table.format(
        "%-38s %,10d %12.1f %,10.0f%n",
        "bare pipe, the same records",
        barePipe.lines(),
        barePipe.seconds(),
        barePipe.linesPerSecond());
    table.format("%n");
    stages(table, live);
    table.format("%n");
    table.format(
        "%,d lines, %.0f a second, each of another dossier; from publishing to seeing, %,d times:%n",
        paced.lines(), paced.linesPerSecond(), paced.seen().count());
    table.format(
        "  p50 %,.0f ms, p99 %,.0f ms, the slowest %,.0f ms; seen with %,d reads%n",
        paced.seen().percentile(50),
        paced.seen().percentile(99),
        paced.seen().slowest(),
        paced.reads());
    table.format(
        "Opening a dossier with %,d lines, until all are visible, %d times: median %,.0f ms, the slowest %,.0f ms%n",
        openings.linesEach(),
        openings.complete().count(),
        openings.complete().percentile(50),
        openings.complete().slowest());
    for (Grown one : grown) {
      table.format("%n");
      stages(table, one.bulk());
      table.format("upon %,d stored lines; heap after collection, MiB:", one.stored());
      one.heapBytes().forEach((name, bytes) -> table.format(" %s %,d", name, bytes >> 20));
      table.format("%n");
    }
    table.format("%n");
    costs(table);
    table.format("%n");
    limit(table, bulk);
    limit(table, live);
    table.format("%n");
    table.format("%-38s %12s   %s%n", "goal on 2 cores", "figure", "goal");
    for (Goal goal : goals()) {
      table.format(
          "%-38s %,12.0f   %s: %s%n",
          goal.what(), goal.figure(), goal.wanted(), goal.met() ? "met" : "NOT MET");
    }
    return table.toString();
  }

  private static void stages(Formatter table, Shape shape) {
    table.format("%-38s %10s %12s %10s%n", shape.name(), "lines", "done after s", "lines/s");
    for (Stage stage : shape.stages()) {
      table.format(
          "%-38s %,10d %12.1f %,10.0f%n",
          stage.name(), stage.lines(), stage.seconds(), stage.linesPerSecond());
    }
  }

  private void costs(Formatter table) {
    table.format(
        "%-30s %14s %14s %14s %10s%n", "CPU s (of a core)", "bulk", "live", "live, paced", "MiB");
    bulk.costs()
        .byProcess()
        .forEach(
            (name, inBulk) -> {
              Costs.Cost last = paced.costs().byProcess().get(name);
              table.format(
                  "%-30s %14s %14s %14s %10.0f%n",
                  name,
                  share(inBulk.cpuSeconds(), bulk.seconds()),
                  share(live.costs().byProcess().get(name).cpuSeconds(), live.seconds()),
                  share(last.cpuSeconds(), paced.seconds()),
                  Math.max(inBulk.residentMebibytes(), last.residentMebibytes()));
            });
    table.format(
        "%-30s %14s %14s %14s%n",
        "all",
        share(bulk.costs().cpuSeconds(), bulk.seconds()),
        share(live.costs().cpuSeconds(), live.seconds()),
        share(paced.costs().cpuSeconds(), paced.seconds()));
    table.format(
        "The bare pipe took %.1f CPU s, the services idle beside it.%n",
        barePipe.costs().cpuSeconds());
  }

  private static String share(double cpuSeconds, double seconds) {
    return String.format(Locale.ROOT, "%.1f (%.0f%%)", cpuSeconds, 100 * cpuSeconds / seconds);
  }

  /** After which, by time, the longest wait comes to an end. */
  private static Stage longest(List<Stage> stages) {
    List<Stage> byTime =
        stages.stream().sorted(Comparator.comparingDouble(Stage::seconds)).toList();
    Stage longest = byTime.getFirst();
    double most = longest.seconds();
    for (int i = 1; i < byTime.size(); i++) {
      double wait = byTime.get(i).seconds() - byTime.get(i - 1).seconds();
      if (wait > most) {
        most = wait;
        longest = byTime.get(i);
      }
    }
    return longest;
  }

  private static void limit(Formatter table, Shape shape) {
    Map.Entry<String, Costs.Cost> busiest = shape.costs().busiest();
    table.format(
        "%s: most of the CPU goes to %s, %.0f%% of %.0f%% of a core; the longest wait is for: %s%n",
        shape.name(),
        busiest.getKey(),
        100 * busiest.getValue().cpuSeconds() / shape.seconds(),
        100 * shape.costs().cpuSeconds() / shape.seconds(),
        longest(shape.stages()).name());
  }
}
