package fr.carnet.events.dossier;

import fr.carnet.events.Wire;
import java.util.Optional;

/** What can happen to a dossier: its life, and what it holds. */
public sealed interface DossierEvent
    permits DossierOpened,
        DossierClosed,
        DossierReopened,
        DossierErased,
        InsRecorded,
        RepresentativeRecorded,
        RepresentationEnded,
        ErasureRequested,
        ErasureWithdrawn,
        ReleaseRequested,
        ReleaseDecided,
        ReleaseUsed,
        ContentEvent {
  /** The name of this fact on the wire; explicit, so that renaming a class changes nothing. */
  default String wireName() {
    return switch (this) {
      case DossierOpened _ -> DossierOpened.WIRE_NAME;
      case DossierClosed _ -> DossierClosed.WIRE_NAME;
      case DossierReopened _ -> DossierReopened.WIRE_NAME;
      case DossierErased _ -> DossierErased.WIRE_NAME;
      case InsRecorded _ -> InsRecorded.WIRE_NAME;
      case RepresentativeRecorded _ -> RepresentativeRecorded.WIRE_NAME;
      case RepresentationEnded _ -> RepresentationEnded.WIRE_NAME;
      case ErasureRequested _ -> ErasureRequested.WIRE_NAME;
      case ErasureWithdrawn _ -> ErasureWithdrawn.WIRE_NAME;
      case ReleaseRequested _ -> ReleaseRequested.WIRE_NAME;
      case ReleaseDecided _ -> ReleaseDecided.WIRE_NAME;
      case ReleaseUsed _ -> ReleaseUsed.WIRE_NAME;
      case ItemAdded _ -> ItemAdded.WIRE_NAME;
      case ItemReplaced _ -> ItemReplaced.WIRE_NAME;
      case ItemDeleted _ -> ItemDeleted.WIRE_NAME;
      case ItemAnnounced _ -> ItemAnnounced.WIRE_NAME;
      case MaskSet _ -> MaskSet.WIRE_NAME;
      case MaskLifted _ -> MaskLifted.WIRE_NAME;
    };
  }

  /**
   * The fact behind a wire name and its JSON.
   *
   * @throws Wire.UnreadableFact when it is none
   */
  static DossierEvent read(String wireName, byte[] json) {
    return ifKnown(wireName, json)
        .orElseThrow(() -> new Wire.UnreadableFact("not an event of a dossier: " + wireName));
  }

  /**
   * The same for whoever goes on where a later version has told something that this one does not
   * know.
   *
   * @throws Wire.UnreadableFact when the name is known and the JSON is not such a fact
   */
  static Optional<DossierEvent> ifKnown(String wireName, byte[] json) {
    return switch (wireName) {
      case DossierOpened.WIRE_NAME -> Optional.of(Wire.read(json, DossierOpened.class));
      case DossierClosed.WIRE_NAME -> Optional.of(Wire.read(json, DossierClosed.class));
      case DossierReopened.WIRE_NAME -> Optional.of(Wire.read(json, DossierReopened.class));
      case DossierErased.WIRE_NAME -> Optional.of(Wire.read(json, DossierErased.class));
      case InsRecorded.WIRE_NAME -> Optional.of(Wire.read(json, InsRecorded.class));
      case RepresentativeRecorded.WIRE_NAME ->
          Optional.of(Wire.read(json, RepresentativeRecorded.class));
      case RepresentationEnded.WIRE_NAME -> Optional.of(Wire.read(json, RepresentationEnded.class));
      case ErasureRequested.WIRE_NAME -> Optional.of(Wire.read(json, ErasureRequested.class));
      case ErasureWithdrawn.WIRE_NAME -> Optional.of(Wire.read(json, ErasureWithdrawn.class));
      case ReleaseRequested.WIRE_NAME -> Optional.of(Wire.read(json, ReleaseRequested.class));
      case ReleaseDecided.WIRE_NAME -> Optional.of(Wire.read(json, ReleaseDecided.class));
      case ReleaseUsed.WIRE_NAME -> Optional.of(Wire.read(json, ReleaseUsed.class));
      case ItemAdded.WIRE_NAME -> Optional.of(Wire.read(json, ItemAdded.class));
      case ItemReplaced.WIRE_NAME -> Optional.of(Wire.read(json, ItemReplaced.class));
      case ItemDeleted.WIRE_NAME -> Optional.of(Wire.read(json, ItemDeleted.class));
      case ItemAnnounced.WIRE_NAME -> Optional.of(Wire.read(json, ItemAnnounced.class));
      case MaskSet.WIRE_NAME -> Optional.of(Wire.read(json, MaskSet.class));
      case MaskLifted.WIRE_NAME -> Optional.of(Wire.read(json, MaskLifted.class));
      default -> Optional.empty();
    };
  }
}
