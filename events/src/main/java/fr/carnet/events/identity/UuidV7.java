package fr.carnet.events.identity;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/**
 * Random ids that sort by the time they were made (UUID version 7, RFC 9562): 48 bits of Unix
 * milliseconds, 74 random bits.
 */
public final class UuidV7 {
  private static final SecureRandom RANDOM = new SecureRandom();

  private UuidV7() {}

  /** A new id. */
  public static UUID next(Clock clock) {
    long most = (clock.millis() << 16) | 0x7000L | (RANDOM.nextLong() & 0x0FFFL);
    long least = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(most, least);
  }
}
