package fr.carnet.events.dossier;

import java.util.UUID;

/** Its author took an item back, with all of its versions; a directive was revoked. */
public record ItemDeleted(UUID itemId) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.item-deleted.v1";
}
