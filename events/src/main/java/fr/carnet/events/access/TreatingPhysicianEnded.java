package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;
import java.util.UUID;

/**
 * This doctor is no longer a médecin traitant of the patient, has the same right no longer, or is
 * no longer asked to be one.
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record TreatingPhysicianEnded(
    NationalId professional, Cause cause, Optional<UUID> representationId) implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-ended.v1";

  /** By the patient. */
  public TreatingPhysicianEnded(NationalId professional, Cause cause) {
    this(professional, cause, Optional.empty());
  }

  /** Why the status ended. */
  public enum Cause {
    BY_PATIENT,
    /** A block ends the status. */
    BLOCKED
  }
}
