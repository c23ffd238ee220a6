package fr.carnet.local.probing;

import fr.carnet.events.Paris;
import java.time.LocalDate;
import java.time.YearMonth;

/** When made-up beneficiaries were born: in the year and month of the INS, on its first day. */
final class Births {
  private static final int MAJORITY = 18;

  private Births() {}

  /** A year and month that are still to come are of the last century. */
  static LocalDate of(String ins) {
    YearMonth now = YearMonth.now(Paris.ZONE);
    YearMonth born =
        YearMonth.of(
            now.getYear() / 100 * 100 + Integer.parseInt(ins.substring(1, 3)),
            Integer.parseInt(ins.substring(3, 5)));
    return (born.isAfter(now) ? born.minusYears(100) : born).atDay(1);
  }

  /** Who is no adult opens no dossier without a parent. */
  static boolean ofAdult(String ins) {
    return !LocalDate.now(Paris.ZONE).isBefore(of(ins).plusYears(MAJORITY));
  }
}
