package fr.carnet.events.dossier;

import java.time.Instant;
import java.util.Optional;

/**
 * The dossier was closed; it is archived for ten years (CSP L1111-18).
 *
 * @param archiveEndsAt when the archive is destroyed by itself, UTC; absent in closings that were
 *     recorded before it was noted, whose ten years run from the event's time
 */
public record DossierClosed(ClosingReason reason, Optional<Instant> archiveEndsAt)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.closed.v1";
}
