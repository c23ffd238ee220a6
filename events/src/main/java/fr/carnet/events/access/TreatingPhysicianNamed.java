package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/** This doctor is a médecin traitant of the patient and sees everything, masked items included. */
public record TreatingPhysicianNamed(NationalId professional) implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-named.v1";
}
