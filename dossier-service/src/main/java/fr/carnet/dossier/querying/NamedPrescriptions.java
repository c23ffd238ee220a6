package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemContent.Dispensing;
import fr.carnet.events.trace.Actor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The prescriptions that dispensings name. A number is told to those to whom the prescription
 * shows, and to who wrote it down as long as the prescription was not deleted: they would learn of
 * a mask.
 */
final class NamedPrescriptions {
  private final Viewer viewer;
  private final Set<UUID> held = new HashSet<>();
  private final Set<UUID> shown = new HashSet<>();

  private NamedPrescriptions(Viewer viewer) {
    this.viewer = viewer;
  }

  /** Those that these contents name. */
  static NamedPrescriptions in(
      Connection tx, UUID dossierId, Viewer viewer, Stream<ItemContent> contents)
      throws SQLException {
    NamedPrescriptions named = new NamedPrescriptions(viewer);
    Object[] ids =
        contents
            .filter(Dispensing.class::isInstance)
            .flatMap(content -> ((Dispensing) content).prescriptionId().stream())
            .distinct()
            .toArray();
    if (ids.length > 0) {
      named.lookUp(tx, dossierId, ids);
    }
    return named;
  }

  private void lookUp(Connection tx, UUID dossierId, Object[] ids) throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT i.item_id, %s FROM item i
            WHERE NOT i.deleted AND i.dossier_id = ? AND i.item_id = ANY (?)
            """
                .formatted(visibility.ofItems()))) {
      int next = visibility.bindItems(select, 1);
      select.setObject(next, dossierId);
      select.setArray(next + 1, tx.createArrayOf("uuid", ids));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          held.add(row.getObject(1, UUID.class));
          if (row.getBoolean(2)) {
            shown.add(row.getObject(1, UUID.class));
          }
        }
      }
    }
  }

  /** What an author said, without a number that is not told. */
  ItemContent told(Actor author, ItemContent content) {
    return content instanceof Dispensing dispensing
            && dispensing
                .prescriptionId()
                .filter((viewer.wrote(author) ? held : shown)::contains)
                .isEmpty()
        ? dispensing.withoutPrescription()
        : content;
  }

  /** An item, likewise. */
  HeldItem told(HeldItem item) {
    return item.saying(told(item.author(), item.content()));
  }
}
