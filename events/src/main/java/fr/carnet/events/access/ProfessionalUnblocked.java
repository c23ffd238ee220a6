package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;
import java.util.UUID;

/**
 * The bar is lifted. Grants that have not ended hold again; the status of médecin traitant, which
 * the block ended, does not come back by itself.
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record ProfessionalUnblocked(NationalId professional, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.unblocked.v1";

  /** By the patient. */
  public ProfessionalUnblocked(NationalId professional) {
    this(professional, Optional.empty());
  }
}
