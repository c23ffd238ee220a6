package fr.carnet.local.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the feed did.
 *
 * @param stages each with when its last line came through
 * @param seconds from the first publishing to the last sampled line visible
 * @param linesOfOpenDossiers of the measured ones, those that must become visible
 * @param sessionKeysExchanged how many dossiers got their month's session key while it was measured
 * @param losses sentences on what is missing; empty when all is well
 */
record FeedResult(
    FeedBenchmark.Size size,
    int warmUpLines,
    int lines,
    int linesOfOpenDossiers,
    int sampledDossiers,
    int sampledLines,
    long sessionKeysExchanged,
    double openingsPerSecond,
    List<Stage> stages,
    double seconds,
    Costs costs,
    double barePipeSeconds,
    Costs barePipeCosts,
    List<String> losses) {

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

  FeedResult {
    stages = List.copyOf(stages);
    losses = List.copyOf(losses);
  }

  double linesPerSecond() {
    return lines / seconds;
  }

  double barePipeLinesPerSecond() {
    return lines / barePipeSeconds;
  }

  /** The line of JSON, units in the names. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("benchmark", "feed");
    figures.put("linesPerSecond", Math.round(linesPerSecond()));
    figures.put("barePipeLinesPerSecond", Math.round(barePipeLinesPerSecond()));
    figures.put("shareOfBarePipePercent", tenth(100 * linesPerSecond() / barePipeLinesPerSecond()));
    figures.put("visibleLinesPerSecond", Math.round(linesOfOpenDossiers / seconds));
    figures.put("seconds", tenth(seconds));
    figures.put("dossiers", size.dossiers());
    figures.put("beneficiaries", size.beneficiaries());
    figures.put("lines", lines);
    figures.put("warmUpLines", warmUpLines);
    figures.put("sampledDossiers", sampledDossiers);
    figures.put("sampledLines", sampledLines);
    figures.put("sessionKeysExchanged", sessionKeysExchanged);
    figures.put("cpuMillisecondsPerLine", thousandth(1_000 * total(costs) / lines));
    figures.put("openingsPerSecond", tenth(openingsPerSecond));
    figures.put("processors", Runtime.getRuntime().availableProcessors());
    figures.put("seed", size.seed());
    figures.put("complete", losses.isEmpty());
    return figures;
  }

  private static double thousandth(double value) {
    return Math.round(1_000 * value) / 1_000.0;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }

  /** For people. */
  String table() {
    StringBuilder table = new StringBuilder();
    row(
        table,
        String.format(
            Locale.ROOT, "%-34s %10s %12s %10s", "stage", "lines", "done after s", "lines/s"));
    for (Stage stage : stages) {
      row(
          table,
          String.format(
              Locale.ROOT,
              "%-34s %,10d %12.1f %,10.0f",
              stage.name(),
              stage.lines(),
              stage.seconds(),
              stage.linesPerSecond()));
    }
    row(
        table,
        String.format(
            Locale.ROOT,
            "%-34s %,10d %12.1f %,10.0f",
            "bare pipe, the same records",
            lines,
            barePipeSeconds,
            barePipeLinesPerSecond()));
    row(
        table,
        String.format(
            Locale.ROOT,
            "%nThe feed does %.1f%% of the bare pipe; %,d of the %,d lines are of people with a dossier.",
            100 * linesPerSecond() / barePipeLinesPerSecond(),
            linesOfOpenDossiers,
            lines));
    row(
        table,
        String.format(
            Locale.ROOT,
            "%nDuring the feed (%.1f s)%n%-34s %10s %12s %10s",
            seconds,
            "process",
            "CPU s",
            "of a core",
            "MiB"));
    costs
        .byProcess()
        .forEach(
            (name, cost) ->
                row(
                    table,
                    String.format(
                        Locale.ROOT,
                        "%-34s %10.1f %11.0f%% %10.0f",
                        name,
                        cost.cpuSeconds(),
                        100 * cost.cpuSeconds() / seconds,
                        cost.residentMebibytes())));
    row(
        table,
        String.format(
            Locale.ROOT,
            "%-34s %10.1f %11.0f%%",
            "all",
            total(costs),
            100 * total(costs) / seconds));
    row(
        table,
        String.format(
            Locale.ROOT,
            "%nThe bare pipe took %.1f CPU s (services idle beside it), the feed %.1f.",
            total(barePipeCosts),
            total(costs)));
    return table.toString();
  }

  private static double total(Costs costs) {
    return costs.byProcess().values().stream().mapToDouble(Costs.Cost::cpuSeconds).sum();
  }

  private static void row(StringBuilder table, String row) {
    table.append(row).append(System.lineSeparator());
  }
}
