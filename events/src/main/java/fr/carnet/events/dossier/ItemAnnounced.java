package fr.carnet.events.dossier;

import java.util.UUID;

/** Its author told the patient of an item that was invisible to them until then (CSP R1111-53). */
public record ItemAnnounced(UUID itemId) implements ContentEvent {
  public static final String WIRE_NAME = "dossier.item-announced.v1";
}
