package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;

/**
 * The bar is lifted. Grants that have not ended hold again; the status of médecin traitant, which
 * the block ended, does not come back by itself.
 */
public record ProfessionalUnblocked(NationalId professional) implements AccessEvent {
  public static final String WIRE_NAME = "access.unblocked.v1";
}
