package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import java.util.UUID;

/**
 * A counter agent recorded, on evidence, that somebody acts for the patient no longer.
 *
 * @param end an {@link EndOfRepresentation}, sealed
 */
public record RepresentationEnded(UUID representationId, Sealed end) implements DossierEvent {
  public static final String WIRE_NAME = "dossier.representation-ended.v1";
}
