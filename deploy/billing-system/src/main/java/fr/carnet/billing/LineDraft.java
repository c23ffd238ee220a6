package fr.carnet.billing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/** A sound line before it is written. Dates are calendar days in Europe/Paris. */
record LineDraft(
    String lineId,
    String ins,
    LocalDate careFrom,
    LocalDate careTo,
    LocalDate processedOn,
    Category category,
    String natureCode,
    Optional<Act> act,
    BigDecimal quantity,
    Provider performer,
    Optional<Prescription> prescription,
    Amounts amounts,
    boolean duringHospitalStay,
    boolean secretCare,
    Optional<String> treatingPhysicianRpps) {

  /** An act or product by its code. */
  record Act(ActSystem system, String code) {}

  /** Who prescribed, and when. */
  record Prescription(Provider prescriber, LocalDate on) {}

  /** Euro cents, of either sign. */
  record Amounts(int paidCents, int baseCents, int reimbursedCents) {
    Amounts negated() {
      return new Amounts(-paidCents, -baseCents, -reimbursedCents);
    }
  }

  LineDraft withLineId(String other) {
    return new LineDraft(
        other,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescription,
        amounts,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }

  LineDraft withProcessedOn(LocalDate other) {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        other,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescription,
        amounts,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }

  LineDraft withQuantity(BigDecimal other) {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        other,
        performer,
        prescription,
        amounts,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }

  LineDraft withAmounts(Amounts other) {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescription,
        other,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }

  LineDraft withPerformer(Provider other) {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        quantity,
        other,
        prescription,
        amounts,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }

  LineDraft secret() {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescription,
        amounts,
        duringHospitalStay,
        true,
        treatingPhysicianRpps);
  }

  LineDraft withTreatingPhysician(Optional<String> rpps) {
    return new LineDraft(
        lineId,
        ins,
        careFrom,
        careTo,
        processedOn,
        category,
        natureCode,
        act,
        quantity,
        performer,
        prescription,
        amounts,
        duringHospitalStay,
        secretCare,
        rpps);
  }

  /** The same care on one other day, unprescribed, processed on {@code processed}. */
  LineDraft movedTo(LocalDate day, LocalDate processed) {
    return new LineDraft(
        lineId,
        ins,
        day,
        day,
        processed,
        category,
        natureCode,
        act,
        quantity,
        performer,
        Optional.empty(),
        amounts,
        duringHospitalStay,
        secretCare,
        treatingPhysicianRpps);
  }
}
