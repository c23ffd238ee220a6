package fr.carnet.billing;

/**
 * Why a line is rejected. The names are the stable codes of the feed; a line has all its codes. The
 * last three are found only by a receiver that has loaded the list.
 */
public enum RejectionCode {
  /** The record's bytes do not parse as one JSON object. Comes alone. */
  NOT_JSON,
  /** A field that every line has is absent or null. */
  MISSING_FIELD,
  /** A field of another JSON type than the feed's. */
  INVALID_TYPE,
  /** A code or number with a character that nobody can keep, such as NUL. */
  TEXT_INVALID,
  /** A {@code lineId} that is empty or over 128 characters. */
  LINE_ID_INVALID,
  /** A beneficiary's number of wrong format or wrong key. */
  INS_INVALID,
  /** Not an ISO calendar date, {@code yyyy-MM-dd}. */
  DATE_INVALID,
  /** {@code careTo} before {@code careFrom}. */
  DATES_REVERSED,
  /** {@code careFrom} or {@code processedOn} after today in Europe/Paris. */
  DATE_IN_FUTURE,
  /** {@code careTo} more than a year after today in Europe/Paris. */
  CARE_TO_TOO_LATE,
  /** {@code processedOn} before {@code careFrom}. */
  PROCESSED_BEFORE_CARE,
  /** {@code prescribedOn} after {@code careTo}. */
  PRESCRIBED_AFTER_CARE,
  /** None of the eight categories. */
  CATEGORY_UNKNOWN,
  /** Not 1 to 5 digits. */
  NATURE_CODE_INVALID,
  /** None of the six coding systems. */
  ACT_SYSTEM_UNKNOWN,
  /** Not a code of its (known) system, or a CIP13 with a wrong check digit. */
  ACT_CODE_INVALID,
  /** A quantity of zero, at any scale. */
  QUANTITY_ZERO,
  /** A quantity with more than 9 digits before or 4 after the point. */
  QUANTITY_OUT_OF_RANGE,
  /** A performer's or prescriber's RPPS that is not 11 digits passing Luhn. */
  RPPS_INVALID,
  /** A performer's or prescriber's FINESS that is not 9 digits passing Luhn. */
  FINESS_INVALID,
  /** A performer's or prescriber's specialty that is not two digits or capitals. */
  SPECIALTY_CODE_INVALID,
  /** A performer with neither RPPS nor FINESS. */
  PERFORMER_MISSING,
  /** A number that is not a whole number of cents. */
  AMOUNT_INVALID,
  /** More reimbursed than paid, whatever their signs. */
  REIMBURSED_ABOVE_PAID,
  /** The Kafka key is not the line's beneficiary. */
  KEY_MISMATCH,
  /**
   * A {@code lineId} already kept, with other content. Comes alone: only sound lines are compared.
   */
  LINE_ID_REUSED,
  /** A record of more than 65,536 bytes, which is not parsed. Comes alone. */
  TOO_LARGE,
  /** A nature that the list IR_NAT_V does not have. */
  NATURE_CODE_UNKNOWN,
  /** An act or product that the list of its system does not have. */
  ACT_CODE_UNKNOWN,
  /** A specialty that the list IR_SPE_V does not have. */
  SPECIALTY_CODE_UNKNOWN
}
