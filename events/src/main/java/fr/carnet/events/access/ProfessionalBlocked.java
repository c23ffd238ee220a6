package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/** The patient bars this professional, in break-glass too (ANS TD02). */
public record ProfessionalBlocked(NationalId professional) implements AccessEvent {
  public static final String WIRE_NAME = "access.blocked.v1";
}
