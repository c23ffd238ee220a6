package fr.carnet.eventstore.breaking.deciding;

import java.time.Instant;
import java.util.UUID;

/** Breaks: no clock, no dice. */
final class AsksTheClock {
  private AsksTheClock() {}

  static String decide() {
    return Instant.now() + "" + UUID.randomUUID();
  }
}
