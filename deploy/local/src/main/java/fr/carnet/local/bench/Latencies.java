package fr.carnet.local.bench;

import java.util.Collection;
import java.util.List;

/**
 * How long something took, each time it was tried.
 *
 * @param millis at least one, in ascending order
 */
record Latencies(List<Double> millis) {

  Latencies {
    millis = millis.stream().sorted().toList();
    if (millis.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  static Latencies ofNanos(Collection<Long> nanos) {
    return new Latencies(nanos.stream().map(one -> one / 1e6).toList());
  }

  /** What so many percent did not exceed: one of those measured, by the nearest rank. */
  double percentile(double percent) {
    int rank = (int) Math.ceil(percent / 100 * millis.size());
    return millis.get(Math.max(1, rank) - 1);
  }

  double slowest() {
    return millis.getLast();
  }

  int count() {
    return millis.size();
  }
}
