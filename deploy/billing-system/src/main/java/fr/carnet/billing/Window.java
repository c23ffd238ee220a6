package fr.carnet.billing;

import java.time.LocalDate;

/** The 24 months up to today by first day of care, both ends included, Europe/Paris. */
record Window(LocalDate today) {
  private static final int MONTHS = 24;

  LocalDate first() {
    return today.minusMonths(MONTHS);
  }

  boolean holds(LocalDate careFrom) {
    return !careFrom.isBefore(first()) && !careFrom.isAfter(today);
  }
}
