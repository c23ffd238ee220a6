package fr.carnet.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast was decided.
 *
 * @param time for which each part went
 * @param sizes ascending, at least one
 * @param losses sentences on what failed; empty when all is well
 */
record DecisionsResult(Duration time, List<AtSize> sizes, List<String> losses) implements Measured {
  private static final double DECISIONS_PER_SECOND = 5_000;
  private static final double P99_MILLIS = 5;
  private static final double SHARE_OF_BARE_PERCENT = 10;
  private static final double GROWN_PERCENT = 80;

  /** The size that the goals are of, where it was measured. */
  private static final int GOAL_DOSSIERS = 100_000;

  /**
   * With so many dossiers.
   *
   * @param perSecond over HTTP, one dossier each, as fast as they come
   * @param inHundredsPerSecond over HTTP, a hundred dossiers each
   * @param barePerSecond the statement alone, by as many sessions as there are cores
   * @param paced at half of the goal, from when it was time to ask to the answer
   * @param costs of the time that {@code perSecond} is of
   */
  record AtSize(
      int dossiers,
      double perSecond,
      double inHundredsPerSecond,
      double barePerSecond,
      Latencies paced,
      Costs costs) {
    double shareOfBarePercent() {
      return 100 * perSecond / barePerSecond;
    }
  }

  DecisionsResult {
    sizes = List.copyOf(sizes);
    losses = List.copyOf(losses);
  }

  private AtSize main() {
    return sizes.stream()
        .filter(at -> at.dossiers() == GOAL_DOSSIERS)
        .findFirst()
        .orElseGet(sizes::getLast);
  }

  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    goals.add(Goal.atLeast("decisions a second", main().perSecond(), DECISIONS_PER_SECOND));
    goals.add(
        Goal.below(
            "at %,d a second, p99, ms".formatted(DecisionsBenchmark.PACED_PER_SECOND),
            main().paced().percentile(99),
            P99_MILLIS));
    goals.add(
        Goal.atLeast(
            "percent of the bare query", main().shareOfBarePercent(), SHARE_OF_BARE_PERCENT));
    AtSize first = sizes.getFirst();
    for (AtSize at : sizes.subList(1, sizes.size())) {
      goals.add(
          Goal.atLeast(
              "of %,d dossiers, percent of %,d".formatted(at.dossiers(), first.dossiers()),
              100 * at.perSecond() / first.perSecond(),
              GROWN_PERCENT));
    }
    return goals;
  }

  @Override
  public String table() {
    Formatter table = new Formatter(Locale.ROOT);
    table.format(
        "%-12s %12s %16s %14s %8s %8s %8s%n",
        "dossiers", "decisions/s", "in hundreds/s", "bare query/s", "percent", "p50 ms", "p99 ms");
    for (AtSize at : sizes) {
      table.format(
          "%,-12d %,12.0f %,16.0f %,14.0f %8.1f %8.1f %8.1f%n",
          at.dossiers(),
          at.perSecond(),
          at.inHundredsPerSecond(),
          at.barePerSecond(),
          at.shareOfBarePercent(),
          at.paced().percentile(50),
          at.paced().percentile(99));
    }
    table.format(
        "p50 and p99 at %,d a second, evenly; percent is decisions over bare queries%n%n",
        DecisionsBenchmark.PACED_PER_SECOND);
    table.format("%-32s %s%n", "CPU, microseconds a decision", "of each process");
    main()
        .costs()
        .byProcess()
        .forEach(
            (process, cost) ->
                table.format(
                    "%-32s %,10.0f%n",
                    process, 1e6 * cost.cpuSeconds() / (main().perSecond() * time.toSeconds())));
    table.format("%n%-42s %12s   %s%n", "goal on 2 cores", "figure", "goal");
    for (Goal goal : goals()) {
      table.format(
          "%-42s %,12.1f   %s: %s%n",
          goal.what(), goal.figure(), goal.wanted(), goal.met() ? "met" : "NOT MET");
    }
    return table.toString();
  }

  @Override
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("benchmark", "decisions");
    figures.putAll(figures(main()));
    if (sizes.size() > 1) {
      figures.put("sizes", sizes.stream().map(DecisionsResult::figures).toList());
    }
    figures.put("processors", Runtime.getRuntime().availableProcessors());
    figures.put("complete", losses.isEmpty());
    return figures;
  }

  private static Map<String, Object> figures(AtSize at) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("dossiers", at.dossiers());
    figures.put("decisionsPerSecond", Math.round(at.perSecond()));
    figures.put("inHundredsPerSecond", Math.round(at.inHundredsPerSecond()));
    figures.put("bareQueriesPerSecond", Math.round(at.barePerSecond()));
    figures.put("p50Millis", tenth(at.paced().percentile(50)));
    figures.put("p99Millis", tenth(at.paced().percentile(99)));
    return figures;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }
}
