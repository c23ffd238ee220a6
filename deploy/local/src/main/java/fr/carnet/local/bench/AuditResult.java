package fr.carnet.local.bench;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the log did.
 *
 * @param entriesPerSecond records of 600 bytes into the log
 * @param bareInsertsPerSecond the same rows with the same unique origin, by a bare insert
 * @param replayEventsPerSecond events of dossiers replayed, their states included
 * @param grown at each size
 * @param generatedProofMicros a proof over tiles that are made up, for 100 million entries, without
 *     a database
 * @param losses sentences on what is wrong; empty when all is well
 */
record AuditResult(
    int records,
    double entriesPerSecond,
    double bareInsertsPerSecond,
    double replayEventsPerSecond,
    List<Grown> grown,
    double generatedProofMicros,
    List<String> losses)
    implements Measured {
  private static final double ENTRIES_PER_SECOND = 20_000;
  private static final double SHARE_PERCENT = 50;
  private static final double PROOF_MILLIS = 5;
  private static final double VERIFIED_PER_SECOND = 200_000;

  /** How much more than by the logarithm a p99 may grow: two runs of the same differ so much. */
  private static final double OVER_THE_LOGARITHM = 1.3;

  /**
   * At a size.
   *
   * @param empty from asking to an answer for which nothing is looked up, with a token
   * @param inclusion from asking to the answer, over HTTP with a token
   * @param consistency the same
   * @param verifiedPerSecond entries of an export, offline, warm
   * @param entryBytes on disk an entry: rows and indexes of the log, of its tree, and of what is
   *     searched
   */
  record Grown(
      long entries,
      Latencies empty,
      Latencies inclusion,
      Latencies consistency,
      double verifiedPerSecond,
      Map<String, Long> entryBytes) {
    Grown {
      entryBytes = new LinkedHashMap<>(entryBytes);
    }

    double proofMillis() {
      return Math.max(inclusion.percentile(99), consistency.percentile(99));
    }

    long bytesPerEntry() {
      return entryBytes.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  AuditResult {
    grown = List.copyOf(grown);
    losses = List.copyOf(losses);
  }

  double sharePercent() {
    return 100 * entriesPerSecond / bareInsertsPerSecond;
  }

  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    goals.add(Goal.atLeast("entries a second", entriesPerSecond, ENTRIES_PER_SECOND));
    goals.add(Goal.atLeast("percent of the bare insert", sharePercent(), SHARE_PERCENT));
    for (Grown at : grown) {
      goals.add(
          Goal.below(
              "a proof at %,d, p99, ms".formatted(at.entries()), at.proofMillis(), PROOF_MILLIS));
      goals.add(
          Goal.atLeast(
              "verified a second at %,d".formatted(at.entries()),
              at.verifiedPerSecond(),
              VERIFIED_PER_SECOND));
    }
    growth().ifPresent(goals::add);
    return goals;
  }

  /** That a proof's cost grows with the logarithm; absent where there is one size only. */
  private Optional<Goal> growth() {
    if (grown.size() < 2) {
      return Optional.empty();
    }
    Grown small = grown.getFirst();
    Grown large = grown.getLast();
    double times = large.proofMillis() / small.proofMillis();
    double bound =
        OVER_THE_LOGARITHM
            * Math.log((double) large.entries())
            / Math.log((double) small.entries());
    return Optional.of(
        new Goal(
            String.format(
                Locale.ROOT, "a proof at %,d over %,d, p99", large.entries(), small.entries()),
            times,
            String.format(Locale.ROOT, "below %.2f times", bound),
            times < bound));
  }

  @Override
  public Map<String, Object> figures() {
    Grown largest = grown.getLast();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("benchmark", "audit");
    figures.put("entriesPerSecond", Math.round(entriesPerSecond));
    figures.put("bareInsertsPerSecond", Math.round(bareInsertsPerSecond));
    figures.put("shareOfBareInsertsPercent", tenth(sharePercent()));
    figures.put("proofMillis", hundredth(largest.proofMillis()));
    figures.put("verifyEntriesPerSecond", Math.round(largest.verifiedPerSecond()));
    figures.put("replayEventsPerSecond", Math.round(replayEventsPerSecond));
    figures.put("bytesPerEntry", largest.bytesPerEntry());
    figures.put("records", records);
    figures.put("generatedProofMicros", tenth(generatedProofMicros));
    figures.put("grown", grown.stream().map(AuditResult::figures).toList());
    figures.put("processors", Runtime.getRuntime().availableProcessors());
    figures.put("complete", losses.isEmpty());
    return figures;
  }

  private static Map<String, Object> figures(Grown at) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("entries", at.entries());
    figures.put("emptyAnswerP50Millis", hundredth(at.empty().percentile(50)));
    figures.put("emptyAnswerP99Millis", hundredth(at.empty().percentile(99)));
    figures.put("inclusionP50Millis", hundredth(at.inclusion().percentile(50)));
    figures.put("inclusionP99Millis", hundredth(at.inclusion().percentile(99)));
    figures.put("consistencyP50Millis", hundredth(at.consistency().percentile(50)));
    figures.put("consistencyP99Millis", hundredth(at.consistency().percentile(99)));
    figures.put("verifyEntriesPerSecond", Math.round(at.verifiedPerSecond()));
    figures.put("entryBytes", at.entryBytes());
    return figures;
  }

  private static double tenth(double value) {
    return Math.round(10 * value) / 10.0;
  }

  private static double hundredth(double value) {
    return Math.round(100 * value) / 100.0;
  }

  @Override
  public String table() {
    Formatter table = new Formatter(Locale.ROOT);
    table.format("%,d records of 600 bytes%n", records);
    table.format("  into the log    %,10.0f a second%n", entriesPerSecond);
    table.format(
        "  bare insert     %,10.0f a second; the log is %.0f%% of it%n",
        bareInsertsPerSecond, sharePercent());
    table.format("  replay          %,10.0f events a second%n", replayEventsPerSecond);
    for (Grown at : grown) {
      table.format("at %,d entries%n", at.entries());
      table.format(
          "  empty answer    p50 %.2f ms, p99 %.2f ms%n",
          at.empty().percentile(50), at.empty().percentile(99));
      table.format(
          "  inclusion       p50 %.2f ms, p99 %.2f ms; consistency p50 %.2f ms, p99 %.2f ms%n",
          at.inclusion().percentile(50),
          at.inclusion().percentile(99),
          at.consistency().percentile(50),
          at.consistency().percentile(99));
      table.format("  verification    %,10.0f entries a second%n", at.verifiedPerSecond());
      table.format("  bytes an entry  %,10d: %s%n", at.bytesPerEntry(), at.entryBytes());
    }
    table.format(
        "a proof over generated tiles of 100,000,000 entries: %.0f microseconds%n",
        generatedProofMicros);
    table.format("%n");
    for (Goal goal : goals()) {
      table.format(
          "%-38s %,12.1f   %s: %s%n",
          goal.what(), goal.figure(), goal.wanted(), goal.met() ? "met" : "NOT MET");
    }
    return table.toString();
  }
}
