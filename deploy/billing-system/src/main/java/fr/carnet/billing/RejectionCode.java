package fr.carnet.billing;

/** Why a line is rejected. The names are the stable codes of the feed; a line has all its codes. */
public enum RejectionCode {
  /** The record's bytes do not parse as one JSON object. Comes alone. */
  NOT_JSON,
  /** A field that every line has is absent or null. */
  MISSING_FIELD,
  /** A field of another JSON type than the feed's. */
  INVALID_TYPE,
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
  /** A performer's or prescriber's RPPS that is not 11 digits passing Luhn. */
  RPPS_INVALID,
  /** A performer's or prescriber's FINESS that is not 9 digits passing Luhn. */
  FINESS_INVALID,
  /** A performer with neither RPPS nor FINESS. */
  PERFORMER_MISSING,
  /** A number that is not a whole number of cents. */
  AMOUNT_INVALID,
  /** The Kafka key is not the line's beneficiary. */
  KEY_MISMATCH,
  /**
   * A {@code lineId} already kept, with other content. Comes alone: only sound lines are compared.
   */
  LINE_ID_REUSED,
  /** A record of more than 65,536 bytes, which is not parsed. Comes alone. */
  TOO_LARGE
}
