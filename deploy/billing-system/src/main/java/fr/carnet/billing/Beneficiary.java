package fr.carnet.billing;

import java.time.LocalDate;

/**
 * Someone whose care is reimbursed.
 *
 * @param ins thirteen characters and the key
 * @param woman as the INS says
 * @param minor under 18 on the day, as far as year and month of the INS tell
 */
record Beneficiary(String ins, boolean woman, boolean minor) {

  /** Reads sex and age from the INS; a year after {@code today}'s is of the last century. */
  static Beneficiary of(String ins, LocalDate today) {
    if (!ins.matches("[1-478]\\d{4}(\\d{2}|2[AB])\\d{8}")
        || !CheckDigits.withInsKey(ins.substring(0, 13)).equals(ins)) {
      throw new IllegalArgumentException("a named beneficiary's INS is not valid");
    }
    int century = today.getYear() / 100 * 100;
    int year = century + Integer.parseInt(ins.substring(1, 3));
    int month = Math.clamp(Integer.parseInt(ins.substring(3, 5)), 1, 12);
    LocalDate bornFrom = LocalDate.of(year, month, 1);
    if (bornFrom.isAfter(today)) {
      bornFrom = bornFrom.minusYears(100);
    }
    int sex = ins.charAt(0) - '0';
    return new Beneficiary(ins, sex % 2 == 0, bornFrom.plusMonths(1).plusYears(18).isAfter(today));
  }
}
