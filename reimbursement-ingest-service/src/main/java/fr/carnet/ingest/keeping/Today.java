package fr.carnet.ingest.keeping;

import fr.carnet.events.Paris;
import java.time.Clock;
import java.time.LocalDate;

/** The calendar day that dates of care and the window are compared with. */
public final class Today {
  private Today() {}

  /** Today in Europe/Paris. */
  public static LocalDate inParis() {
    return LocalDate.now(Clock.system(Paris.ZONE));
  }
}
