package fr.carnet.ingest.deciding;

import fr.carnet.events.care.Act;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.identity.Ins;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/**
 * A line that is right in itself, whatever way it came.
 *
 * @param careFrom first day of care, Europe/Paris
 * @param amounts as text, only to tell whether a repeat is the same
 * @param treatingPhysician RPPS of the médecin traitant whom the reimbursement names
 */
public record BillingLine(
    String lineId,
    Ins beneficiary,
    LocalDate careFrom,
    LocalDate careTo,
    LocalDate processedOn,
    CareCategory category,
    String natureCode,
    Optional<Act> act,
    BigDecimal quantity,
    CareProvider performer,
    Optional<CareProvider> prescriber,
    Optional<LocalDate> prescribedOn,
    String amounts,
    boolean duringHospitalStay,
    Optional<String> treatingPhysician) {
  @Override
  public String toString() {
    return "BillingLine[hidden]";
  }
}
