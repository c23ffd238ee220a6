package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;
import java.util.UUID;

/**
 * The patient bars this professional, in break-glass too (ANS TD02).
 *
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record ProfessionalBlocked(NationalId professional, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.blocked.v1";

  /** By the patient. */
  public ProfessionalBlocked(NationalId professional) {
    this(professional, Optional.empty());
  }
}
