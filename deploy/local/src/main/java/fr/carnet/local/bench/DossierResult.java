package fr.carnet.local.bench;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How fast dossiers are read that hold much.
 *
 * @param sizes ascending, at least one; the JSON line tells of the last
 * @param documents empty where the dossier-service takes none
 * @param rebuilt upon the last size, each compared with what was there
 * @param live the feed, each line of another dossier
 * @param bulk the feed, many lines of each dossier
 * @param losses sentences on what is missing; empty when all is well
 */
record DossierResult(
    DossierBenchmark.Size size,
    List<AtSize> sizes,
    Optional<DocumentLoad.Timing> documents,
    List<Rebuilt> rebuilt,
    SealingCost sealing,
    FeedResult.Shape live,
    FeedResult.Shape bulk,
    List<String> losses)
    implements Measured {

  private static final double SUMMARIES_PER_SECOND = 1_000;
  private static final double P99_MILLIS = 25;
  private static final double SEALING_PERCENT = 15;
  private static final double REBUILD_EVENTS_PER_SECOND = 30_000;
  private static final double GROWN_PERCENT = 120;

  /**
   * With so many dossiers.
   *
   * @param filledPerSecond dossiers, until Kafka had them and readers had read them
   * @param firstRebuild of the dossiers' read model, when nearly every session key had yet to be
   *     unwrapped
   */
  record AtSize(
      int dossiers,
      double filledPerSecond,
      Rebuilt firstRebuild,
      Read summary,
      Optional<Read> timeline) {}

  /**
   * One resource of random dossiers.
   *
   * @param perSecond as fast as it goes
   * @param seconds for which it went so
   * @param paced from when it was time to ask to the answer, at half of the goal
   * @param costs of the time in which it went as fast as it goes
   */
  record Read(double perSecond, double seconds, Latencies paced, Costs costs) {
    double suiteCpuMillis() {
      return 1e3 * costs.suiteCpuSeconds() / (perSecond * seconds);
    }
  }

  /**
   * A read model made anew.
   *
   * @param events records that were read
   * @param seconds from asking for it to the answer, comparing and swapping included
   * @param heldSeconds for which writers waited
   * @param differences rows that were not as before, the first of each table
   */
  record Rebuilt(
      String projection, long events, double seconds, double heldSeconds, int differences) {
    double eventsPerSecond() {
      return events / seconds;
    }
  }

  DossierResult {
    sizes = List.copyOf(sizes);
    rebuilt = List.copyOf(rebuilt);
    losses = List.copyOf(losses);
  }

  private AtSize last() {
    return sizes.getLast();
  }

  /** Of all read models together. */
  double rebuildEventsPerSecond() {
    return rebuilt.stream().mapToLong(Rebuilt::events).sum()
        / rebuilt.stream().mapToDouble(Rebuilt::seconds).sum();
  }

  /** By how much sealing makes a line of the bulk feed dearer. */
  double sealingCostPercent() {
    return percent(bulk);
  }

  /** The same of the live feed, in which more session keys are exchanged. */
  double liveSealingCostPercent() {
    return percent(live);
  }

  private double percent(FeedResult.Shape shape) {
    return sealing.percentOf(
        lineMicros(shape), shape.sessionKeysExchanged() / (double) shape.lines());
  }

  private static double lineMicros(FeedResult.Shape shape) {
    return 1e6 * shape.costs().suiteCpuSeconds() / shape.lines();
  }

  /** Those of two cores. */
  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    goals.add(
        Goal.atLeast("summaries a second", last().summary().perSecond(), SUMMARIES_PER_SECOND));
    goals.add(
        Goal.below(
            "summary at %d a second, p99, ms".formatted(DossierBenchmark.PACED_PER_SECOND),
            last().summary().paced().percentile(99),
            P99_MILLIS));
    goals.add(Goal.below("sealing, percent more CPU, bulk", sealingCostPercent(), SEALING_PERCENT));
    goals.add(
        Goal.atLeast(
            "rebuild, events a second", rebuildEventsPerSecond(), REBUILD_EVENTS_PER_SECOND));
    if (sizes.size() > 1) {
      AtSize first = sizes.getFirst();
      for (int percentile : List.of(50, 99)) {
        goals.add(grown("summary", first, first.summary(), last().summary(), percentile));
        if (first.timeline().isPresent() && last().timeline().isPresent()) {
          goals.add(
              grown(
                  "timeline", first, first.timeline().get(), last().timeline().get(), percentile));
        }
      }
    }
    return goals;
  }

  private static Goal grown(String resource, AtSize first, Read small, Read large, int percentile) {
    return Goal.below(
        "%s p%d, percent of that of %,d".formatted(resource, percentile, first.dossiers()),
        100 * large.paced().percentile(percentile) / small.paced().percentile(percentile),
        GROWN_PERCENT);
  }

  @Override
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("benchmark", "dossier");
    figures.put("summariesPerSecond", Math.round(last().summary().perSecond()));
    figures.put("p50Millis", tenth(last().summary().paced().percentile(50)));
    figures.put("p99Millis", tenth(last().summary().paced().percentile(99)));
    last()
        .timeline()
        .ifPresent(
            timeline -> {
              figures.put("timelinesPerSecond", Math.round(timeline.perSecond()));
              figures.put("timelineP50Millis", tenth(timeline.paced().percentile(50)));
              figures.put("timelineP99Millis", tenth(timeline.paced().percentile(99)));
            });
    documents.ifPresent(
        timing -> {
          figures.put("documentsUpMegabytesPerSecond", tenth(timing.upMegabytesPerSecond()));
          figures.put("documentsDownMegabytesPerSecond", tenth(timing.downMegabytesPerSecond()));
        });
    figures.put("sealingCostPercent", tenth(sealingCostPercent()));
    figures.put("liveSealingCostPercent", tenth(liveSealingCostPercent()));
    figures.put("sealingMicrosPerLine", tenth(sealing.addedMicros()));
    figures.put("rebuildEventsPerSecond", Math.round(rebuildEventsPerSecond()));
    figures.put("dossiers", last().dossiers());
    figures.put("itemsPerDossier", size.held());
    if (sizes.size() > 1) {
      figures.put("sizes", sizes.stream().map(DossierResult::figures).toList());
    }
    figures.put("processors", Runtime.getRuntime().availableProcessors());
    figures.put("seed", size.seed());
    figures.put("complete", losses.isEmpty());
    return figures;
  }

  private static Map<String, Object> figures(AtSize at) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("dossiers", at.dossiers());
    figures.put("summariesPerSecond", Math.round(at.summary().perSecond()));
    figures.put("p50Millis", tenth(at.summary().paced().percentile(50)));
    figures.put("p99Millis", tenth(at.summary().paced().percentile(99)));
    at.timeline()
        .ifPresent(
            timeline -> {
              figures.put("timelinesPerSecond", Math.round(timeline.perSecond()));
              figures.put("timelineP50Millis", tenth(timeline.paced().percentile(50)));
              figures.put("timelineP99Millis", tenth(timeline.paced().percentile(99)));
            });
    return figures;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }

  @Override
  public String table() {
    Formatter table = new Formatter(Locale.ROOT);
    table.format(
        "%-32s %10s %10s %10s %12s%n", "reading", "a second", "p50 ms", "p99 ms", "CPU ms a read");
    for (AtSize at : sizes) {
      read(table, "summary of %,d".formatted(at.dossiers()), at.summary());
      at.timeline()
          .ifPresentOrElse(
              timeline -> read(table, "timeline of %,d".formatted(at.dossiers()), timeline),
              () -> table.format("%-32s %10s%n", "timeline", "not measured: there is none"));
    }
    table.format(
        "p50 and p99 at %d a second, evenly; CPU is the suite's, without the reader's own%n",
        DossierBenchmark.PACED_PER_SECOND);
    table.format("%n");
    documents.ifPresentOrElse(
        timing ->
            table.format(
                "%d documents of 1 MB, four at once: up %.1f MB/s, down %.1f MB/s%n",
                timing.documents(), timing.upMegabytesPerSecond(), timing.downMegabytesPerSecond()),
        () -> table.format("documents: not measured, the dossier-service takes none%n"));
    table.format("%n");
    table.format(
        "%-32s %12s %10s %12s %10s%n", "rebuilt from Kafka", "records", "s", "a second", "held s");
    for (AtSize at : sizes) {
      rebuilt(table, "first time, of %,d".formatted(at.dossiers()), at.firstRebuild());
    }
    rebuilt.forEach(model -> rebuilt(table, model.projection(), model));
    table.format("%n");
    table.format(
        "A line sealed, opened, written and read: %.1f µs of CPU; in clear: %.1f µs; a session key"
            + " exchanged: %.0f µs%n",
        sealing.sealedMicros(), sealing.clearMicros(), sealing.exchangeMicros());
    table.format(
        "A line on Kafka: %d bytes sealed, %d in clear%n",
        sealing.sealedBytes(), sealing.clearBytes());
    table.format(
        "A line of the feed costs the suite %.1f µs in bulk and %.1f µs live: sealing makes it"
            + " %.1f%% and %.1f%% dearer%n",
        lineMicros(bulk), lineMicros(live), sealingCostPercent(), liveSealingCostPercent());
    table.format("%n");
    table.format("%-42s %12s   %s%n", "goal on 2 cores", "figure", "goal");
    for (Goal goal : goals()) {
      table.format(
          "%-42s %,12.0f   %s: %s%n",
          goal.what(), goal.figure(), goal.wanted(), goal.met() ? "met" : "NOT MET");
    }
    return table.toString();
  }

  private static void read(Formatter table, String what, Read read) {
    table.format(
        "%-32s %,10.0f %10.1f %10.1f %12.2f%n",
        what,
        read.perSecond(),
        read.paced().percentile(50),
        read.paced().percentile(99),
        read.suiteCpuMillis());
  }

  private static void rebuilt(Formatter table, String what, Rebuilt model) {
    table.format(
        "%-32s %,12d %10.1f %,12.0f %10.1f%n",
        what, model.events(), model.seconds(), model.eventsPerSecond(), model.heldSeconds());
  }
}
