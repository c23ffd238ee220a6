package fr.carnet.billing.reckoning;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/**
 * A sound line. Two with the same {@code lineId} repeat each other when they are equal: when every
 * field of the feed but {@code secretCare} says the same, however it was written.
 *
 * @param quantity in its shortest form, of either sign
 */
record Line(
    String lineId,
    Care care,
    LocalDate processedOn,
    BigDecimal quantity,
    Cents amounts,
    Optional<String> treatingPhysicianRpps) {

  /** Euro cents, of either sign. */
  record Cents(long paid, long base, long reimbursed) {}
}
