package fr.carnet.dossier.deciding;

import fr.carnet.events.trace.Actor;
import java.util.Optional;
import java.util.UUID;

/**
 * What has to be known of a dossier to decide about one thing in it.
 *
 * @param subject the item or the mask that is decided about
 * @param item the subject, where it is an item that was put in
 * @param maskSet whether the subject is a mask that is set
 */
public record ContentState(UUID subject, DossierState life, Optional<Item> item, boolean maskSet) {
  /** An item, as far as it stands in clear. */
  public record Item(Actor author, boolean deleted, boolean announced) {}
}
