package fr.carnet.events.care;

import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param treatingPhysician RPPS of the médecin traitant that the reimbursement names (DCIR,
 *     PRS_MTT_NUM); not part of the item
 * @param processedOn when the insurer processed the line, in Europe/Paris; absent in lines that
 *     were kept before it came along. Not part of the item
 * @param repeats how often the insurer sent the same line again, as far as was known when it
 *     passed: a line passes again when it came 1, 2, 4, 8 … times more
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
    boolean duringHospitalStay,
    Optional<String> treatingPhysician,
    Optional<LocalDate> processedOn,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int repeats) {
  /** The same line, sent again so many times. */
  public Care repeated(int times) {
    return new Care(
        itemId,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescriber,
        prescribedOn,
        careFrom,
        careTo,
        duringHospitalStay,
        treatingPhysician,
        processedOn,
        times);
  }

  @Override
  public String toString() {
    return "Care[hidden]";
  }
}
