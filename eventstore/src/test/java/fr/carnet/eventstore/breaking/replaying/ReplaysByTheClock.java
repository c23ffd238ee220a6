package fr.carnet.eventstore.breaking.replaying;

import java.time.Instant;
import org.apache.kafka.common.TopicPartition;

/** Breaks: what is replayed is pure, asks no clock and touches nothing outside. */
record ReplaysByTheClock(TopicPartition partition) {
  static String replay() {
    return Instant.now() + System.lineSeparator();
  }
}
