package fr.carnet.events.dossier;

import fr.carnet.events.Wire;

/** What can happen to a dossier as a whole. */
public sealed interface DossierEvent
    permits DossierOpened, DossierClosed, DossierReopened, DossierErased {
  /** The name of this fact on the wire; explicit, so that renaming a class changes nothing. */
  default String wireName() {
    return switch (this) {
      case DossierOpened _ -> DossierOpened.WIRE_NAME;
      case DossierClosed _ -> DossierClosed.WIRE_NAME;
      case DossierReopened _ -> DossierReopened.WIRE_NAME;
      case DossierErased _ -> DossierErased.WIRE_NAME;
    };
  }

  /**
   * The fact behind a wire name and its JSON.
   *
   * @throws Wire.UnreadableFact when it is none
   */
  static DossierEvent read(String wireName, byte[] json) {
    return switch (wireName) {
      case DossierOpened.WIRE_NAME -> Wire.read(json, DossierOpened.class);
      case DossierClosed.WIRE_NAME -> Wire.read(json, DossierClosed.class);
      case DossierReopened.WIRE_NAME -> Wire.read(json, DossierReopened.class);
      case DossierErased.WIRE_NAME -> Wire.read(json, DossierErased.class);
      default -> throw new Wire.UnreadableFact("not an event of a dossier: " + wireName);
    };
  }
}
