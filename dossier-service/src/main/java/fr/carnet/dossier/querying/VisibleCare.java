package fr.carnet.dossier.querying;

import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.CareHistory.Selection;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.care.Act;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The care history behind the one filter: what a decision lets somebody see. */
@ApplicationScoped
class VisibleCare {
  @Inject CurrentCaller current;
  @Inject CodeLists lists;

  /** Whether this decision opens the care history at all: "none" is a statement about a patient. */
  static boolean isOpenTo(AccessDecision decision) {
    return decision.classes().contains(AccessDecision.REIMBURSEMENTS)
        || decision.types().contains(AccessDecision.REIMBURSEMENT_HISTORY);
  }

  /** The same, of somebody who looks. */
  static boolean isOpenTo(Viewer viewer) {
    return viewer.opens(AccessDecision.REIMBURSEMENTS, AccessDecision.REIMBURSEMENT_HISTORY);
  }

  List<Item> items(Connection tx, UUID dossierId, AccessDecision decision, Selection selection)
      throws SQLException {
    return items(tx, dossierId, viewer(decision), selection);
  }

  static List<Item> items(Connection tx, UUID dossierId, Viewer viewer, Selection selection)
      throws SQLException {
    return isOpenTo(viewer)
        ? CareHistory.select(tx, dossierId, new Visibility(viewer), selection)
        : List.of();
  }

  /** The caller, as far as this decision lets them see. */
  Viewer viewer(AccessDecision decision) {
    return Viewer.of(decision, current.get().actor());
  }

  /** A professional looks, now; nothing when it is somebody else, or nothing would show. */
  Optional<Looks.Look> look(Connection tx, UUID dossierId, AccessDecision decision)
      throws SQLException {
    Caller caller = current.get();
    return caller.actor().role() == Actor.Role.PROFESSIONAL && isOpenTo(decision)
        ? Optional.of(Looks.now(tx, dossierId, caller))
        : Optional.empty();
  }

  List<ShownItem> shown(List<Item> items, String language) {
    return items.stream().map(item -> shown(item, language)).toList();
  }

  ShownItem shown(Item item, String language) {
    return ShownItem.of(item, lists, Language.of(language));
  }

  /** All that an item is called, in words and codes, for who looks for it. */
  Stream<String> names(Item item) {
    ShownItem shown = shown(item, "fr");
    return Stream.of(
            Optional.of(shown.categoryLabel()),
            shown.label(),
            shown.natureLabel(),
            Optional.of(shown.natureCode()),
            shown.act().map(Act::code))
        .flatMap(Optional::stream);
  }

  /** The therapeutic class of a medicine. */
  Optional<String> atcClass(Act medicine) {
    return lists.atcClass(medicine.code());
  }

  static List<String> ids(List<Item> items) {
    return items.stream().map(Item::itemId).toList();
  }
}
