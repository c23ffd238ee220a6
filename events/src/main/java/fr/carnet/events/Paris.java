package fr.carnet.events;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The zone in which the law and the insurer count days: the window of 24 months, majority, months
 * of figures, what a person reads. Instants stay instants; only days are of a place.
 */
public final class Paris {
  /** Europe/Paris, with its summer time. */
  public static final ZoneId ZONE = ZoneId.of("Europe/Paris");

  private Paris() {}

  /** The day that it is there at an instant. */
  public static LocalDate dayOf(Instant instant) {
    return instant.atZone(ZONE).toLocalDate();
  }
}
