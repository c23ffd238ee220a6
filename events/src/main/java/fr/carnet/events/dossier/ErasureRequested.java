package fr.carnet.events.dossier;

import java.time.Instant;
import java.time.LocalDate;

/**
 * The patient asked that everything be destroyed (CSP R1111-36).
 *
 * @param requestedAt UTC
 * @param carriedOutFrom until then nothing is destroyed, and the patient may think again; UTC
 * @param deadline the last day on which it may be carried out, three months on, Europe/Paris
 */
public record ErasureRequested(Instant requestedAt, Instant carriedOutFrom, LocalDate deadline)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.erasure-requested.v1";
}
