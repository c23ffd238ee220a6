package fr.carnet.eventstore;

import java.time.Duration;

/**
 * Ends what waits for something that does not come, so that nothing is held for ever.
 *
 * @param without what is said when it ends
 * @param from since when it waits; nanoseconds of this process
 */
record Patience(String without, long from) {
  /** Longer than a transaction of a relay that was killed stands open on Kafka (10 s). */
  static final Duration LONGEST = Duration.ofSeconds(12);

  Patience(String without) {
    this(without, System.nanoTime());
  }

  void check() {
    if (System.nanoTime() - from > LONGEST.toNanos()) {
      throw new IllegalStateException(without);
    }
  }
}
