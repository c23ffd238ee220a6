package fr.carnet.dossier.programme;

import fr.carnet.events.Paris;
import fr.carnet.resourceserver.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;

/** Months in which the programme is reckoned: Europe/Paris, and over for a day. */
final class Months {
  private Months() {}

  /** The last month of which all that happened in it has been recorded and read. */
  static YearMonth lastOver(Instant now) {
    return YearMonth.from(day(now).minusDays(1)).minusMonths(1);
  }

  /** The month that a request names. */
  static YearMonth parse(String text) {
    try {
      return YearMonth.parse(text);
    } catch (DateTimeException e) {
      throw new Refusal(ProgrammeRefusal.MONTH_INVALID);
    }
  }

  /** The first instant of a month. */
  static Instant start(YearMonth month) {
    return month.atDay(1).atStartOfDay(Paris.ZONE).toInstant();
  }

  /** The first instant after a month. */
  static Instant end(YearMonth month) {
    return start(month.plusMonths(1));
  }

  /** The day of an instant. */
  static LocalDate day(Instant instant) {
    return Paris.dayOf(instant);
  }
}
