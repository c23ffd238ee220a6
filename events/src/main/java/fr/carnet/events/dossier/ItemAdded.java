package fr.carnet.events.dossier;

import fr.carnet.events.Sealed;
import fr.carnet.events.trace.Actor;
import java.util.UUID;

/**
 * Something was put into the dossier.
 *
 * @param author who wrote it
 * @param body an {@link fr.carnet.events.content.ItemBody}, sealed: of what kind it is, too
 */
public record ItemAdded(UUID itemId, Actor author, Sealed body) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.item-added.v1";
}
