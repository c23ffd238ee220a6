package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.HeldItem.Announcement;
import fr.carnet.dossier.querying.HeldItem.Version;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The items of a dossier that show to a viewer. */
final class HeldItems {
  private HeldItems() {}

  /**
   * Which items are asked for, the newest first: ids sort by when they were made.
   *
   * @param after the last of the page before
   */
  record Selection(Optional<ItemKind> kind, Optional<UUID> after, int limit) {}

  static List<HeldItem> select(Connection tx, UUID dossierId, Viewer viewer, Selection selection)
      throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(
            columns(visibility)
                + """
                  AND (?::text IS NULL OR i.kind = ?) AND (?::uuid IS NULL OR i.item_id < ?)
                ORDER BY i.item_id DESC LIMIT ?
                """)) {
      int next = bind(select, dossierId, visibility);
      String kind = selection.kind().map(ItemKind::name).orElse(null);
      select.setString(next++, kind);
      select.setString(next++, kind);
      select.setObject(next++, selection.after().orElse(null));
      select.setObject(next++, selection.after().orElse(null));
      select.setInt(next, selection.limit());
      return items(select, viewer);
    }
  }

  static Optional<HeldItem> one(Connection tx, UUID dossierId, Viewer viewer, UUID itemId)
      throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(columns(visibility) + " AND i.item_id = ?")) {
      select.setObject(bind(select, dossierId, visibility), itemId);
      return items(select, viewer).stream().findFirst();
    }
  }

  /** Of an item that shows, the versions before, the newest first. */
  static List<Version> versions(Connection tx, UUID dossierId, UUID itemId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT version, author_role, author_id, author_profession, author_structure, changed_at,
                   title, body
            FROM item_version WHERE dossier_id = ? AND item_id = ? ORDER BY version DESC
            """)) {
      select.setObject(1, dossierId);
      select.setObject(2, itemId);
      List<Version> versions = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          versions.add(
              new Version(
                  row.getInt(1), author(row, 2), instant(row, 6), row.getString(7), body(row, 8)));
        }
      }
      return versions;
    }
  }

  private static String columns(Visibility visibility) {
    return """
    SELECT i.item_id, i.kind, i.class_code, i.author_role, i.author_id, i.author_profession,
           i.author_structure, i.added_at, i.changed_at, i.about_date, i.version, i.title,
           i.in_force, %s, i.invisible_until_announced, %s, %s, i.announced_at, i.body
    FROM item i WHERE i.dossier_id = ? AND %s
    """
        .formatted(
            visibility.itemMarked(),
            Visibility.ANNOUNCE_BEFORE,
            Visibility.SHOWS_BY_ITSELF,
            visibility.ofItems());
  }

  private static int bind(PreparedStatement select, UUID dossierId, Visibility visibility)
      throws SQLException {
    select.setObject(1, dossierId);
    return visibility.bindItems(select, 2);
  }

  private static List<HeldItem> items(PreparedStatement select, Viewer viewer) throws SQLException {
    List<HeldItem> items = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Optional<Announcement> announcement =
            viewer.kind() == Viewer.Kind.PROFESSIONAL && row.getBoolean(15)
                ? Optional.of(
                    new Announcement(
                        instant(row, 16),
                        instant(row, 17),
                        Optional.ofNullable(row.getObject(18, OffsetDateTime.class))
                            .map(OffsetDateTime::toInstant)))
                : Optional.empty();
        items.add(
            new HeldItem(
                row.getObject(1, UUID.class),
                ItemKind.valueOf(row.getString(2)),
                row.getString(3),
                author(row, 4),
                instant(row, 8),
                instant(row, 9),
                row.getDate(10).toLocalDate(),
                row.getInt(11),
                row.getString(12),
                Optional.ofNullable(row.getObject(13, Boolean.class)),
                row.getBoolean(14) ? Optional.of(true) : Optional.empty(),
                announcement,
                body(row, 19)));
      }
    }
    return items;
  }

  private static Actor author(ResultSet row, int first) throws SQLException {
    return new Actor(
        Actor.Role.valueOf(row.getString(first)),
        Optional.ofNullable(row.getString(first + 1)),
        Optional.ofNullable(row.getString(first + 2)),
        Optional.ofNullable(row.getString(first + 3)).map(NationalId::new));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static ItemContent body(ResultSet row, int column) throws SQLException {
    return Wire.read(row.getString(column).getBytes(StandardCharsets.UTF_8), ItemContent.class);
  }
}
