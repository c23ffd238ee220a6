package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.trace.AccessTraced.Audience;
import fr.carnet.events.trace.Actor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who may not know of anything that a professional was shown. A trace states it, so that whoever
 * tells them of accesses finds the first of which they may know (ADR 23).
 */
final class ShownInSecret {
  private ShownInSecret() {}

  /** As a trace states it: absent where something may be known to all. */
  static Optional<List<Audience>> stated(
      Connection tx, UUID dossierId, Actor actor, List<String> itemIds) throws SQLException {
    if (actor.role() != Actor.Role.PROFESSIONAL || itemIds.isEmpty()) {
      return Optional.empty();
    }
    List<Audience> keptFrom = new ArrayList<>();
    for (Audience audience : Audience.values()) {
      if (!mayKnow(tx, dossierId, audience, itemIds)) {
        keptFrom.add(audience);
      }
    }
    return Optional.of(keptFrom).filter(kept -> !kept.isEmpty());
  }

  /** Of one of these items at least. */
  private static boolean mayKnow(
      Connection tx, UUID dossierId, Audience audience, List<String> itemIds) throws SQLException {
    Visibility visibility =
        new Visibility(
            switch (audience) {
              case OWNER -> Viewer.owner();
              case REPRESENTATIVE -> Viewer.representative();
            });
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT EXISTS (SELECT 1 FROM item i
                           WHERE i.dossier_id = ? AND i.item_id::text = ANY (?) AND NOT (%s))
              OR EXISTS (SELECT 1 FROM care_line
                         WHERE care_line.dossier_id = ? AND care_line.item_id = ANY (?)
                           AND NOT (%s))
            """
                .formatted(visibility.keptFrom(), visibility.careKeptFrom()))) {
      select.setObject(1, dossierId);
      select.setArray(2, tx.createArrayOf("text", itemIds.toArray()));
      select.setObject(3, dossierId);
      select.setArray(4, tx.createArrayOf("text", itemIds.toArray()));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
