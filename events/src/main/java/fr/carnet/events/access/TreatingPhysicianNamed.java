package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;
import java.util.UUID;

/**
 * This doctor sees everything, masked items included: as a médecin traitant of the patient, who
 * accepted it, or because the patient gave the same right.
 *
 * @param title absent: a médecin traitant
 * @param representationId who acts for a minor, and said it beside the patient (ADR 21); absent:
 *     the patient
 */
public record TreatingPhysicianNamed(
    NationalId professional, Optional<Title> title, Optional<UUID> representationId)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-named.v1";

  /** A médecin traitant. */
  public TreatingPhysicianNamed(NationalId professional) {
    this(professional, Optional.empty());
  }

  /** By the patient. */
  public TreatingPhysicianNamed(NationalId professional, Optional<Title> title) {
    this(professional, title, Optional.empty());
  }

  /** As what a doctor sees everything. */
  public enum Title {
    MEDECIN_TRAITANT,
    /** Not a médecin traitant, but with the same right. */
    SAME_RIGHT
  }
}
