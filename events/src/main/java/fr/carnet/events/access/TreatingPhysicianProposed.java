package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/**
 * The patient names this doctor as a médecin traitant. It gives no right until the doctor accepts.
 */
public record TreatingPhysicianProposed(NationalId professional) implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-proposed.v1";
}
