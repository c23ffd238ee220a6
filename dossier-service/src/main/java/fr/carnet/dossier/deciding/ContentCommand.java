package fr.carnet.dossier.deciding;

import fr.carnet.events.Sealed;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.trace.Actor;
import java.util.Optional;
import java.util.UUID;

/**
 * What can be asked of what a dossier holds. What an item says is looked at beforehand ({@link
 * ItemRules}) and comes sealed; what the decider has to know of it comes in clear beside.
 */
public sealed interface ContentCommand {
  /** Who asks. */
  Actor by();

  /** Put something in. */
  record AddItem(UUID itemId, Actor by, ItemKind kind, boolean invisibleUntilAnnounced, Sealed body)
      implements ContentCommand {}

  /**
   * Put a new version in the place of an item.
   *
   * @param was the kind of the item, if there is such an item
   */
  record ReplaceItem(UUID itemId, Actor by, Optional<ItemKind> was, ItemKind kind, Sealed body)
      implements ContentCommand {}

  /** Take an item back; revoke a directive. */
  record DeleteItem(UUID itemId, Actor by) implements ContentCommand {}

  /**
   * Say that the patient was told.
   *
   * @param invisible whether the item was added as invisible until announced
   */
  record AnnounceItem(UUID itemId, Actor by, boolean invisible) implements ContentCommand {}

  /** Hide something from professionals. */
  record SetMask(UUID maskId, Actor by, Sealed mask) implements ContentCommand {}

  /** Show it again. */
  record LiftMask(UUID maskId, Actor by) implements ContentCommand {}
}
