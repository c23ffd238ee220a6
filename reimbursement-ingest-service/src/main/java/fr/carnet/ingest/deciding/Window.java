package fr.carnet.ingest.deciding;

import java.time.LocalDate;

/** The 24 months of care that a dossier is fed, by first day of care, both ends included. */
public record Window(LocalDate first, LocalDate last) {
  private static final int MONTHS = 24;

  /** The window as of this day in Europe/Paris. */
  public static Window endingOn(LocalDate today) {
    return new Window(today.minusMonths(MONTHS), today);
  }

  /** Whether care that began on this day is within. */
  public boolean holds(LocalDate careFrom) {
    return !careFrom.isBefore(first) && !careFrom.isAfter(last);
  }
}
