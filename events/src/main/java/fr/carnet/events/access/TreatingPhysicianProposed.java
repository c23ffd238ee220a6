package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;
import java.util.UUID;

/**
 * The patient names this doctor as a médecin traitant. It gives no right until the doctor accepts.
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record TreatingPhysicianProposed(NationalId professional, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-proposed.v1";

  /** By the patient. */
  public TreatingPhysicianProposed(NationalId professional) {
    this(professional, Optional.empty());
  }
}
