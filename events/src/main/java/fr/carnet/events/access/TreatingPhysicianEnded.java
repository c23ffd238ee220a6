package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/**
 * This doctor is no longer a médecin traitant of the patient, has the same right no longer, or is
 * no longer asked to be one.
 */
public record TreatingPhysicianEnded(NationalId professional, Cause cause) implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-ended.v1";

  /** Why the status ended. */
  public enum Cause {
    BY_PATIENT,
    /** A block ends the status. */
    BLOCKED
  }
}
