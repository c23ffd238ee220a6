package fr.carnet.billing.reckoning;

import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Objects;
import java.util.Optional;

/**
 * One care as the dossier must show it: what was done, and how much of it remains after reversals.
 *
 * <p>Two are equal when they say the same; the quantity counts by value, for it is brought to its
 * shortest form: 1.0 and 1 are one, and so are 10 and 1E+1. Days are of Europe/Paris.
 *
 * @param natureCode 1 to 5 digits, as sent
 * @param actSystem absent together with {@code actCode} where only the nature is known
 * @param quantity above zero
 */
public record ReckonedCare(
    Category category,
    String natureCode,
    Optional<ActSystem> actSystem,
    Optional<String> actCode,
    Caregiver performer,
    Optional<Caregiver> prescriber,
    LocalDate careFrom,
    LocalDate careTo,
    Optional<LocalDate> prescribedOn,
    boolean duringHospitalStay,
    BigDecimal quantity) {

  public ReckonedCare {
    Objects.requireNonNull(category, "category");
    Objects.requireNonNull(natureCode, "natureCode");
    Objects.requireNonNull(performer, "performer");
    Objects.requireNonNull(prescriber, "prescriber");
    Objects.requireNonNull(careFrom, "careFrom");
    Objects.requireNonNull(careTo, "careTo");
    Objects.requireNonNull(prescribedOn, "prescribedOn");
    if (actSystem.isPresent() != actCode.isPresent()) {
      throw new IllegalArgumentException("an act has a system and a code, or is absent");
    }
    quantity = shortest(quantity);
    if (quantity.signum() <= 0) {
      throw new IllegalArgumentException("what is shown is above zero: " + quantity);
    }
  }

  static BigDecimal shortest(BigDecimal quantity) {
    BigDecimal stripped = quantity.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
