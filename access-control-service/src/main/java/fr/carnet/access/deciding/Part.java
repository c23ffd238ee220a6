package fr.carnet.access.deciding;

import java.util.Optional;
import java.util.UUID;

/** By whom something stands in a dossier: what the one said hides nothing of the other (ADR 21). */
public enum Part {
  /** The patient, or who decides for an adult: they know all, and take back what anybody said. */
  PATIENT,
  /** All who act for a minor, or did: they know of this part alone, and take back any of it. */
  REPRESENTATIVES;

  /**
   * Of somebody who says something.
   *
   * @param representationId by which they act for a minor
   */
  public static Part of(Optional<UUID> representationId) {
    return representationId.isPresent() ? REPRESENTATIVES : PATIENT;
  }
}
