package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import java.util.UUID;

/**
 * The patient hid something from professionals.
 *
 * @param mask a {@link fr.carnet.events.content.Mask}, sealed
 */
public record MaskSet(UUID maskId, Sealed mask) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.mask-set.v1";
}
