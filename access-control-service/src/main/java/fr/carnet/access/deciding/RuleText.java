package fr.carnet.access.deciding;

import java.time.Instant;
import java.util.Optional;

/**
 * What a rule says to people, from which text it comes, and when it holds.
 *
 * @param validFrom inclusive
 * @param validUntil exclusive; absent: it holds still
 * @param source the text it comes from; {@code Carnet} where it is a choice of this project
 */
public record RuleText(
    AccessRule rule,
    Instant validFrom,
    Optional<Instant> validUntil,
    String english,
    String french,
    String source) {
  /** Whether the rule holds at this instant. */
  public boolean isInForceAt(Instant instant) {
    return !validFrom.isAfter(instant) && validUntil.map(instant::isBefore).orElse(true);
  }
}
