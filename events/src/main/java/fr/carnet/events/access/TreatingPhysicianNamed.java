package fr.carnet.events.access;

import fr.carnet.events.identity.NationalId;
import java.util.Optional;

/**
 * This doctor sees everything, masked items included: as a médecin traitant of the patient, who
 * accepted it, or because the patient gave the same right.
 *
 * @param title absent: a médecin traitant
 */
public record TreatingPhysicianNamed(NationalId professional, Optional<Title> title)
    implements AccessEvent {
  public static final String WIRE_NAME = "access.treating-physician-named.v1";

  /** A médecin traitant. */
  public TreatingPhysicianNamed(NationalId professional) {
    this(professional, Optional.empty());
  }

  /** As what a doctor sees everything. */
  public enum Title {
    MEDECIN_TRAITANT,
    /** Not a médecin traitant, but with the same right. */
    SAME_RIGHT
  }
}
