package fr.carnet.billing;

import java.util.Set;

/** What must become of a line at the moment it arrives, given the lines sent before it. */
public sealed interface Expected {

  /** Sound, in the window, not seen before: kept. A late flag of secret care may withdraw it. */
  record Accepted() implements Expected {}

  /** Kept already, with the same content: changes nothing. */
  record Repeated() implements Expected {}

  /** Sound, but its care began before the 24 months: neither kept nor rejected. */
  record OutsideWindow() implements Expected {}

  /** A minor's secret care, or a copy of a line that was flagged so: discarded, never rejected. */
  record SecretCare() implements Expected {}

  /**
   * Not kept.
   *
   * @param faults every reason, at least one
   */
  record Rejected(Set<Fault> faults) implements Expected {
    public Rejected {
      faults = Set.copyOf(faults);
      if (faults.isEmpty()) {
        throw new IllegalArgumentException("a rejection has a reason");
      }
    }
  }
}
