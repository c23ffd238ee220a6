package fr.carnet.platform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Mann and Whitney's rank test: whether one of two samples tends to be greater. It assumes nothing
 * of how the samples are distributed.
 *
 * @param share how often a value of the first sample is above one of the second, ties by half; 0.5
 *     where neither tends to be greater
 * @param z how many standard deviations the share is from 0.5, were both of one distribution
 */
public record RankTest(double share, double z) {
  private record Ranked(double value, boolean first) {}

  /** Compares two samples, neither of them empty. */
  public static RankTest of(double[] first, double[] second) {
    List<Ranked> all = new ArrayList<>();
    Arrays.stream(first).forEach(value -> all.add(new Ranked(value, true)));
    Arrays.stream(second).forEach(value -> all.add(new Ranked(value, false)));
    all.sort(Comparator.comparingDouble(Ranked::value));
    double rankSum = 0;
    double ties = 0;
    int from = 0;
    while (from < all.size()) {
      int to = from;
      int ofFirst = 0;
      while (to < all.size() && all.get(to).value() == all.get(from).value()) {
        ofFirst += all.get(to).first() ? 1 : 0;
        to++;
      }
      double size = to - from;
      // Ranks from 1; those that tie share the mean of theirs.
      rankSum += ofFirst * (from + 1 + to) / 2.0;
      ties += size * size * size - size;
      from = to;
    }
    double n1 = first.length;
    double n2 = second.length;
    double n = n1 + n2;
    double above = rankSum - n1 * (n1 + 1) / 2;
    double deviation = Math.sqrt(n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1))));
    return new RankTest(above / (n1 * n2), deviation == 0 ? 0 : (above - n1 * n2 / 2) / deviation);
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "share %.4f, z %+.2f", share, z);
  }
}
