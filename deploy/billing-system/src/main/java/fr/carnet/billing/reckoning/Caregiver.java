package fr.carnet.billing.reckoning;

import java.util.Objects;
import java.util.Optional;

/**
 * Who performed or prescribed.
 *
 * @param rpps a person's number, 11 digits
 * @param finess an establishment's number, 9 digits
 * @param specialtyCode as sent
 */
public record Caregiver(
    Optional<String> rpps, Optional<String> finess, Optional<String> specialtyCode) {

  public Caregiver {
    Objects.requireNonNull(rpps, "rpps");
    Objects.requireNonNull(finess, "finess");
    Objects.requireNonNull(specialtyCode, "specialtyCode");
  }

  boolean isNobody() {
    return rpps.isEmpty() && finess.isEmpty() && specialtyCode.isEmpty();
  }
}
