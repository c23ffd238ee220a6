package fr.carnet.billing;

import java.util.Optional;

/** What a performer does, with the two digits of its specialty (SNDS, IR_SPE_V and IR_ACT_V). */
enum Trade {
  GENERAL_PRACTITIONER("01", true),
  SURGEON("04", true),
  CARDIOLOGIST("03", true),
  RADIOLOGIST("06", true),
  GYNAECOLOGIST("07", true),
  OPHTHALMOLOGIST("15", true),
  DENTIST("19", true),
  MIDWIFE("21", true),
  NURSE("24", true),
  PHYSIOTHERAPIST("26", true),
  LABORATORY("30", false),
  PHARMACY("50", false),
  DEVICE_SUPPLIER("60", false),
  HOSPITAL("", false);

  private final String specialty;
  private final boolean person;

  Trade(String specialty, boolean person) {
    this.specialty = specialty;
    this.person = person;
  }

  Optional<String> specialty() {
    return specialty.isEmpty() ? Optional.empty() : Optional.of(specialty);
  }

  /** Two digits that no other trade has, to number its performers with. */
  int number() {
    return specialty().map(Integer::parseInt).orElse(99);
  }

  /** A person has an RPPS, an establishment a FINESS. */
  boolean person() {
    return person;
  }
}
