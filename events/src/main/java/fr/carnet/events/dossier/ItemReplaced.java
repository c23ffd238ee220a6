package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import fr.carnet.events.trace.Actor;
import java.util.UUID;

/**
 * An item has a new version; the earlier ones stay.
 *
 * @param author who wrote this version
 * @param body an {@link fr.carnet.events.content.ItemBody}, sealed; its kind never changes
 */
public record ItemReplaced(UUID itemId, Actor author, Sealed body) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.item-replaced.v1";
}
