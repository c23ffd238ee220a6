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
import java.util.stream.Stream;

/** The items of a dossier that show to a viewer. */
final class HeldItems {
  /** How many {@link #columns} there are. */
  static final int COLUMNS = 19;

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
            select(visibility)
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
      return items(select, dossierId, viewer);
    }
  }

  static Optional<HeldItem> one(Connection tx, UUID dossierId, Viewer viewer, UUID itemId)
      throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(select(visibility) + " AND i.item_id = ?")) {
      select.setObject(bind(select, dossierId, visibility), itemId);
      return items(select, dossierId, viewer).stream().findFirst();
    }
  }

  /**
   * What an item is called.
   *
   * @param acts that it names, as {@code Mask.OfAct} writes them: the code comes last
   */
  record Named(UUID itemId, String title, Optional<String> code, List<String> acts) {
    Stream<String> names() {
      return Stream.concat(
          Stream.concat(Stream.of(title), code.stream()),
          acts.stream().map(act -> act.substring(act.lastIndexOf('|') + 1)));
    }
  }

  /** The names of all items, without what they say; the newest first by the day they are about. */
  static List<Named> named(Connection tx, UUID dossierId, Viewer viewer) throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT i.item_id, i.title, i.code, i.acts FROM item i WHERE i.dossier_id = ? AND %s
            ORDER BY i.about_date DESC, i.item_id DESC
            """
                .formatted(visibility.ofItems()))) {
      bind(select, dossierId, visibility);
      List<Named> named = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          named.add(
              new Named(
                  row.getObject(1, UUID.class),
                  row.getString(2),
                  Optional.ofNullable(row.getString(3)),
                  List.of((String[]) row.getArray(4).getArray())));
        }
      }
      return named;
    }
  }

  /** Those of these that show. */
  static List<HeldItem> these(Connection tx, UUID dossierId, Viewer viewer, List<UUID> ids)
      throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(select(visibility) + " AND i.item_id = ANY (?)")) {
      select.setArray(bind(select, dossierId, visibility), tx.createArrayOf("uuid", ids.toArray()));
      return items(select, dossierId, viewer);
    }
  }

  /** Of an item that shows, the versions before that show too, the newest first. */
  static List<Version> versions(Connection tx, UUID dossierId, Viewer viewer, HeldItem item)
      throws SQLException {
    if (!viewer.seesEarlierVersionsBy(item.author())) {
      return List.of();
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT version, author_role, author_id, author_profession, author_structure, changed_at,
                   title, body
            FROM item_version v
            WHERE v.dossier_id = ? AND v.item_id = ?
              AND NOT EXISTS (SELECT 1 FROM item i
                              WHERE i.dossier_id = v.dossier_id
                                AND i.item_id = (v.body ->> 'prescriptionId')::uuid AND %s)
            ORDER BY version DESC
            """
                .formatted(new Visibility(viewer).keptFrom()))) {
      select.setObject(1, dossierId);
      select.setObject(2, item.itemId());
      List<Version> versions = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          versions.add(
              new Version(
                  row.getInt(1), author(row, 2), instant(row, 6), row.getString(7), body(row, 8)));
        }
      }
      NamedPrescriptions prescriptions =
          NamedPrescriptions.in(tx, dossierId, viewer, versions.stream().map(Version::content));
      return versions.stream()
          .map(
              said ->
                  new Version(
                      said.version(),
                      said.author(),
                      said.changedAt(),
                      said.title(),
                      prescriptions.told(said.author(), said.content())))
          .toList();
    }
  }

  private static String select(Visibility visibility) {
    return "SELECT %s FROM item i WHERE i.dossier_id = ? AND %s "
        .formatted(columns(visibility), visibility.ofItems());
  }

  /** What {@link #item} reads, of {@code item i}. */
  static String columns(Visibility visibility) {
    return """
    i.item_id, i.kind, i.class_code, i.author_role, i.author_id, i.author_profession,
    i.author_structure, i.added_at, i.changed_at, i.about_date, i.version, i.title,
    i.in_force, %s, i.invisible_until_announced, %s, %s, i.announced_at, i.body
    """
        .formatted(visibility.itemMarked(), Visibility.ANNOUNCE_BEFORE, Visibility.SHOWS_BY_ITSELF);
  }

  private static int bind(PreparedStatement select, UUID dossierId, Visibility visibility)
      throws SQLException {
    select.setObject(1, dossierId);
    return visibility.bindItems(select, 2);
  }

  private static List<HeldItem> items(PreparedStatement select, UUID dossierId, Viewer viewer)
      throws SQLException {
    List<HeldItem> items = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        items.add(item(row, 1, viewer));
      }
    }
    NamedPrescriptions prescriptions =
        NamedPrescriptions.in(
            select.getConnection(), dossierId, viewer, items.stream().map(HeldItem::content));
    return items.stream().map(prescriptions::told).toList();
  }

  /**
   * One item, from the columns that begin here; its content is for {@link NamedPrescriptions} to
   * look at before it is told.
   */
  static HeldItem item(ResultSet row, int first, Viewer viewer) throws SQLException {
    Optional<Announcement> announcement =
        viewer.isToldOfAnnouncements() && row.getBoolean(first + 14)
            ? Optional.of(
                new Announcement(
                    instant(row, first + 15),
                    instant(row, first + 16),
                    Optional.ofNullable(row.getObject(first + 17, OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant)))
            : Optional.empty();
    return new HeldItem(
        row.getObject(first, UUID.class),
        ItemKind.valueOf(row.getString(first + 1)),
        row.getString(first + 2),
        author(row, first + 3),
        instant(row, first + 7),
        instant(row, first + 8),
        row.getDate(first + 9).toLocalDate(),
        row.getInt(first + 10),
        row.getString(first + 11),
        Optional.ofNullable(row.getObject(first + 12, Boolean.class)),
        row.getBoolean(first + 13) ? Optional.of(true) : Optional.empty(),
        announcement,
        body(row, first + 18));
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
