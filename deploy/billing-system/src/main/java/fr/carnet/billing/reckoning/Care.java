package fr.carnet.billing.reckoning;

import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/** What makes two lines lines of the identical care: everything but id, day, quantity, amounts. */
record Care(
    String ins,
    Category category,
    String natureCode,
    Optional<Act> act,
    Caregiver performer,
    Optional<Caregiver> prescriber,
    LocalDate careFrom,
    LocalDate careTo,
    Optional<LocalDate> prescribedOn,
    boolean duringHospitalStay) {

  record Act(ActSystem system, String code) {}

  ReckonedCare shown(BigDecimal quantity) {
    return new ReckonedCare(
        category,
        natureCode,
        act.map(Act::system),
        act.map(Act::code),
        performer,
        prescriber,
        careFrom,
        careTo,
        prescribedOn,
        duringHospitalStay,
        quantity);
  }
}
