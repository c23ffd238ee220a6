package fr.carnet.billing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;
import java.util.function.Consumer;

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
    return with(copy -> copy.lineId = other);
  }

  LineDraft withProcessedOn(LocalDate other) {
    return with(copy -> copy.processedOn = other);
  }

  LineDraft withQuantity(BigDecimal other) {
    return with(copy -> copy.quantity = other);
  }

  LineDraft withAmounts(Amounts other) {
    return with(copy -> copy.amounts = other);
  }

  LineDraft withPerformer(Provider other) {
    return with(copy -> copy.performer = other);
  }

  LineDraft secret() {
    return with(copy -> copy.secretCare = true);
  }

  LineDraft withTreatingPhysician(Optional<String> rpps) {
    return with(copy -> copy.treatingPhysicianRpps = rpps);
  }

  /** The same care on one other day, unprescribed, processed on {@code processed}. */
  LineDraft movedTo(LocalDate day, LocalDate processed) {
    return with(
        copy -> {
          copy.careFrom = day;
          copy.careTo = day;
          copy.processedOn = processed;
          copy.prescription = Optional.empty();
        });
  }

  private LineDraft with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.draft();
  }

  /** What may differ in a copy. */
  private static final class Copy {
    private final LineDraft of;
    private String lineId;
    private LocalDate careFrom;
    private LocalDate careTo;
    private LocalDate processedOn;
    private BigDecimal quantity;
    private Provider performer;
    private Optional<Prescription> prescription;
    private Amounts amounts;
    private boolean secretCare;
    private Optional<String> treatingPhysicianRpps;

    Copy(LineDraft of) {
      this.of = of;
      lineId = of.lineId;
      careFrom = of.careFrom;
      careTo = of.careTo;
      processedOn = of.processedOn;
      quantity = of.quantity;
      performer = of.performer;
      prescription = of.prescription;
      amounts = of.amounts;
      secretCare = of.secretCare;
      treatingPhysicianRpps = of.treatingPhysicianRpps;
    }

    LineDraft draft() {
      return new LineDraft(
          lineId,
          of.ins,
          careFrom,
          careTo,
          processedOn,
          of.category,
          of.natureCode,
          of.act,
          quantity,
          performer,
          prescription,
          amounts,
          of.duringHospitalStay,
          secretCare,
          treatingPhysicianRpps);
    }
  }
}
