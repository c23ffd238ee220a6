package fr.carnet.ingest.keeping;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;

/** The calendar day that dates of care and the window are compared with. */
public final class Today {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

  private Today() {}

  /** Today in Europe/Paris. */
  public static LocalDate inParis() {
    return LocalDate.now(Clock.system(PARIS));
  }
}
