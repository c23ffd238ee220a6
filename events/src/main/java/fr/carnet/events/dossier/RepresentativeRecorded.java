package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import java.util.UUID;

/**
 * A counter agent recorded, on evidence, who acts for the patient.
 *
 * @param representation a {@link Representation}, sealed
 */
public record RepresentativeRecorded(UUID representationId, Sealed representation)
    implements DossierEvent {
  public static final String WIRE_NAME = "dossier.representative-recorded.v1";
}
