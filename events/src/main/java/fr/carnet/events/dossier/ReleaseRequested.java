package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import java.util.UUID;

/**
 * Heirs, or a court, asked to see what a dossier holds (CSP L1111-18, L1110-4).
 *
 * @param request a {@link ReleaseRequest}, sealed
 */
public record ReleaseRequested(UUID requestId, Kind kind, Sealed request) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.release-requested.v1";

  /** Who asks. */
  public enum Kind {
    HEIRS,
    FORENSIC
  }
}
