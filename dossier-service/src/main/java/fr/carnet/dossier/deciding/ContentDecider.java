package fr.carnet.dossier.deciding;

import fr.carnet.dossier.deciding.ContentCommand.AddItem;
import fr.carnet.dossier.deciding.ContentCommand.AnnounceItem;
import fr.carnet.dossier.deciding.ContentCommand.DeleteItem;
import fr.carnet.dossier.deciding.ContentCommand.LiftMask;
import fr.carnet.dossier.deciding.ContentCommand.ReplaceItem;
import fr.carnet.dossier.deciding.ContentCommand.SetMask;
import fr.carnet.dossier.deciding.ContentState.Item;
import fr.carnet.dossier.deciding.DossierState.Closed;
import fr.carnet.dossier.deciding.DossierState.Erased;
import fr.carnet.dossier.deciding.DossierState.NotOpened;
import fr.carnet.dossier.deciding.DossierState.Open;
import fr.carnet.events.Decision;
import fr.carnet.events.Reason;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import java.util.Optional;
import java.util.UUID;

/**
 * What a dossier holds: who may put what in, and take it back, and hide it. To feed needs no grant.
 * Who is not an item's author is told the same whether there is such an item or not.
 */
public final class ContentDecider {
  private static final String PHARMACIST = "21";

  private ContentDecider() {}

  /** Before anything happened, about this item or mask. */
  public static ContentState initial(UUID subject) {
    return new ContentState(subject, DossierDecider.initial(), Optional.empty(), false);
  }

  /** What follows from a command. */
  public static Decision<DossierEvent> decide(ContentCommand command, ContentState state) {
    return noStanding(command.by(), state.life())
        .map(Decision::<DossierEvent>refused)
        .orElseGet(() -> decideInOpen(command, state));
  }

  /** The owner is told that it is closed; to everyone else it is as if there were none. */
  private static Optional<Reason> noStanding(Actor by, DossierState life) {
    boolean writes = by.role() == Role.OWNER || by.role() == Role.PROFESSIONAL;
    return switch (life) {
      case NotOpened _, Erased _ -> Optional.of(DossierRefusal.NO_STANDING);
      case Closed _ ->
          Optional.of(
              by.role() == Role.OWNER ? ContentRefusal.DOSSIER_CLOSED : DossierRefusal.NO_STANDING);
      case Open _ -> writes ? Optional.empty() : Optional.of(DossierRefusal.NO_STANDING);
    };
  }

  private static Decision<DossierEvent> decideInOpen(ContentCommand command, ContentState state) {
    Optional<Item> own = state.item().filter(item -> isAuthor(command.by(), item));
    Optional<Item> held = own.filter(item -> !item.deleted());
    return switch (command) {
      case AddItem add -> add(add, state);
      case ReplaceItem replace -> {
        if (held.isEmpty()) {
          yield Decision.refused(ContentRefusal.ITEM_NOT_FOUND);
        }
        yield replace.was().equals(Optional.of(replace.kind()))
            ? Decision.accepted(new ItemReplaced(replace.itemId(), replace.by(), replace.body()))
            : Decision.refused(ContentRefusal.KIND_CHANGED);
      }
      case DeleteItem delete -> {
        if (own.isEmpty()) {
          yield Decision.refused(ContentRefusal.ITEM_NOT_FOUND);
        }
        yield held.isEmpty()
            ? Decision.accepted()
            : Decision.accepted(new ItemDeleted(delete.itemId()));
      }
      case AnnounceItem announce -> {
        if (held.isEmpty()) {
          yield Decision.refused(ContentRefusal.ITEM_NOT_FOUND);
        }
        if (!announce.invisible()) {
          yield Decision.refused(ContentRefusal.NOTHING_TO_ANNOUNCE);
        }
        yield held.get().announced()
            ? Decision.accepted()
            : Decision.accepted(new ItemAnnounced(announce.itemId()));
      }
      case SetMask set ->
          set.by().role() == Role.OWNER
              ? Decision.accepted(new MaskSet(set.maskId(), set.mask()))
              : Decision.refused(DossierRefusal.NO_STANDING);
      case LiftMask lift -> {
        if (lift.by().role() != Role.OWNER) {
          yield Decision.refused(DossierRefusal.NO_STANDING);
        }
        yield state.maskSet()
            ? Decision.accepted(new MaskLifted(lift.maskId()))
            : Decision.refused(ContentRefusal.MASK_NOT_FOUND);
      }
    };
  }

  /** Why somebody puts in nothing of a kind, whatever it says. */
  public static Optional<Reason> notTheirs(Actor by, ItemKind kind) {
    if (!kind.mayBeWrittenBy(by.role())) {
      return Optional.of(ContentRefusal.KIND_NOT_YOURS);
    }
    return kind == ItemKind.DISPENSING && !by.profession().equals(Optional.of(PHARMACIST))
        ? Optional.of(ContentRefusal.PHARMACISTS_ONLY)
        : Optional.empty();
  }

  private static Decision<DossierEvent> add(AddItem add, ContentState state) {
    Optional<Reason> notTheirs = notTheirs(add.by(), add.kind());
    if (notTheirs.isPresent()) {
      return Decision.refused(notTheirs.get());
    }
    if (add.invisibleUntilAnnounced() && add.by().role() != Role.PROFESSIONAL) {
      return Decision.refused(ContentRefusal.NOTHING_TO_ANNOUNCE);
    }
    return state.item().isPresent()
        ? Decision.refused(ContentRefusal.ITEM_EXISTS)
        : Decision.accepted(new ItemAdded(add.itemId(), add.by(), add.body()));
  }

  private static boolean isAuthor(Actor by, Item item) {
    return by.role() == item.author().role() && by.id().equals(item.author().id());
  }

  /** The state after one more event; of other items and masks nothing is kept. */
  public static ContentState evolve(ContentState state, DossierEvent event) {
    DossierState life = DossierDecider.evolve(state.life(), event);
    UUID subject = state.subject();
    return switch (event) {
      case ItemAdded added when added.itemId().equals(subject) ->
          of(state, life, new Item(added.author(), false, false));
      case ItemDeleted deleted when deleted.itemId().equals(subject) ->
          of(state, life, new Item(state.item().orElseThrow().author(), true, false));
      case ItemAnnounced announced when announced.itemId().equals(subject) ->
          of(state, life, new Item(state.item().orElseThrow().author(), false, true));
      case MaskSet set when set.maskId().equals(subject) ->
          new ContentState(subject, life, state.item(), true);
      case MaskLifted lifted when lifted.maskId().equals(subject) ->
          new ContentState(subject, life, state.item(), false);
      case DossierEvent _ -> new ContentState(subject, life, state.item(), state.maskSet());
    };
  }

  private static ContentState of(ContentState state, DossierState life, Item item) {
    return new ContentState(state.subject(), life, Optional.of(item), state.maskSet());
  }
}
