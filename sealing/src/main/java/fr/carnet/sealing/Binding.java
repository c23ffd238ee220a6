package fr.carnet.sealing;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What a sealed body belongs to. It is the associated data of the encryption, so a body that is
 * moved to another dossier, event or type does not open.
 *
 * @param identity the event's id, or the line's key
 * @param type the wire name, which ends in the schema version
 */
public record Binding(UUID dossierId, String identity, String type) {
  byte[] associatedData() {
    // Length-prefixed, so that no two bindings give the same bytes.
    return (dossierId + "|" + identity.length() + "|" + identity + "|" + type)
        .getBytes(StandardCharsets.UTF_8);
  }
}
