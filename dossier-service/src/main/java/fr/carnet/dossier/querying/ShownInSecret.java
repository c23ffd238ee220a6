package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.trace.AccessTraced.Audience;
import fr.carnet.events.trace.Actor;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    // One statement for all audiences: every look of a professional waits for it.
    String sql =
        Stream.of(Audience.values())
            .map(ShownInSecret::mayKnowOfOne)
            .collect(Collectors.joining(", ", "SELECT ", ""));
    List<Audience> keptFrom = new ArrayList<>();
    try (PreparedStatement select = tx.prepareStatement(sql)) {
      Array ids = tx.createArrayOf("text", itemIds.toArray());
      for (int i = 0; i < 2 * Audience.values().length; i++) {
        select.setObject(2 * i + 1, dossierId);
        select.setArray(2 * i + 2, ids);
      }
      try (ResultSet row = select.executeQuery()) {
        row.next();
        for (Audience audience : Audience.values()) {
          if (!row.getBoolean(audience.name())) {
            keptFrom.add(audience);
          }
        }
      }
    }
    return Optional.of(keptFrom).filter(kept -> !kept.isEmpty());
  }

  /** A column; its parameters are, twice, the dossier and the items. */
  private static String mayKnowOfOne(Audience audience) {
    Visibility visibility =
        new Visibility(
            switch (audience) {
              case OWNER -> Viewer.owner();
              case REPRESENTATIVE -> Viewer.representative();
            });
    return """
        EXISTS (SELECT 1 FROM item i
                WHERE i.dossier_id = ? AND i.item_id::text = ANY (?) AND NOT (%s))
          OR EXISTS (SELECT 1 FROM care_line
                     WHERE care_line.dossier_id = ? AND care_line.item_id = ANY (?)
                       AND NOT (%s)) AS %s
        """
        .formatted(visibility.keptFrom(), visibility.careKeptFrom(), audience.name());
  }
}
