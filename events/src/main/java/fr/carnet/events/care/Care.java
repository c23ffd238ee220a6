package fr.carnet.events.care;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/**
 * One line of care as the dossier sees it: no INS, no line id, no amounts.
 *
 * @param itemId the same for lines that are identical in beneficiary, dates, category, nature, act,
 *     performer, prescriber, prescription date and stay; an HMAC, so that it tells nothing. The
 *     quantities of one item are summed when they are read (SNDS, reversals).
 * @param careFrom first day of care, in Europe/Paris
 * @param careTo last day of care, in Europe/Paris
 * @param natureCode code list IR_NAT_V
 * @param quantity signed, never zero; negative in a reversal
 */
public record Care(
    String itemId,
    CareCategory category,
    String natureCode,
    Optional<Act> act,
    BigDecimal quantity,
    CareProvider performer,
    Optional<CareProvider> prescriber,
    Optional<LocalDate> prescribedOn,
    LocalDate careFrom,
    LocalDate careTo,
    boolean duringHospitalStay) {
  @Override
  public String toString() {
    return "Care[hidden]";
  }
}
