package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.After;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.content.ItemKind;
import fr.carnet.resourceserver.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A page of everything that a dossier shows, items, documents and care together, by the day that it
 * is about, the newest first. A page begins after an entry and not at a number, so that what is
 * added meanwhile moves nothing.
 *
 * @param next give it as {@code cursor} for the next page; absent on the last
 */
public record Timeline(List<Entry> entries, Optional<String> next, Sentence notice) {
  private static final String CARE = "CARE";

  /**
   * An item or care; one of the two.
   *
   * @param day that it is about, Europe/Paris
   */
  record Entry(LocalDate day, Optional<HeldItem> item, Optional<ShownItem> care) {
    /** The newest first; of one day in the order of ids. */
    static final Comparator<Entry> NEWEST_FIRST =
        Comparator.comparing(Entry::day).thenComparing(Entry::itemId).reversed();

    static Entry of(HeldItem item) {
      return new Entry(item.aboutDate(), Optional.of(item), Optional.empty());
    }

    static Entry of(ShownItem care) {
      return new Entry(care.careFrom(), Optional.empty(), Optional.of(care));
    }

    String itemId() {
      return item.map(held -> held.itemId().toString())
          .or(() -> care.map(ShownItem::itemId))
          .orElseThrow();
    }
  }

  /**
   * Which entries are asked for; all of it must hold.
   *
   * @param kind of an item; {@code CARE} is care alone
   * @param from first day, inclusive
   * @param to last day, inclusive
   */
  record Selection(
      Optional<String> kind,
      Optional<CareCategory> category,
      LocalDate from,
      LocalDate to,
      Optional<After> after,
      int limit) {

    /** What a request says, or a refusal that names what it cannot be. */
    static Selection of(
        String kind, String category, String from, String to, String cursor, String limit) {
      return new Selection(
          CARE.equals(kind) ? Optional.of(CARE) : ItemReadsResource.kind(kind).map(ItemKind::name),
          DossierReadsResource.category(category),
          day(from).orElse(LocalDate.MIN),
          day(to).orElse(LocalDate.MAX),
          DossierReadsResource.after(cursor),
          DossierReadsResource.limit(limit));
    }

    private static Optional<LocalDate> day(String text) {
      try {
        return Optional.ofNullable(text).map(DossierReadsResource::day);
      } catch (DateTimeException e) {
        throw new Refusal(ReadingRefusal.DAY_INVALID);
      }
    }

    boolean withItems() {
      return category.isEmpty() && !kind.equals(Optional.of(CARE));
    }

    boolean withCare() {
      return kind.isEmpty() || kind.equals(Optional.of(CARE));
    }
  }

  static List<String> ids(List<Entry> entries) {
    return entries.stream().map(Entry::itemId).toList();
  }

  static Timeline of(
      Connection tx,
      UUID dossierId,
      Viewer viewer,
      Selection selection,
      VisibleCare care,
      String language)
      throws SQLException {
    List<Entry> found = select(tx, dossierId, viewer, selection, care, language);
    List<Entry> shown = found.stream().limit(selection.limit()).toList();
    return new Timeline(
        shown,
        found.size() > shown.size()
            ? Optional.of(
                DossierReadsResource.cursor(shown.getLast().day(), shown.getLast().itemId()))
            : Optional.empty(),
        DossierReadsResource.MAY_BE_INCOMPLETE);
  }

  /** One more than the page has, where there is one. */
  private static List<Entry> select(
      Connection tx,
      UUID dossierId,
      Viewer viewer,
      Selection selection,
      VisibleCare care,
      String language)
      throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT * FROM (
              (SELECT i.about_date AS day, i.item_id::text COLLATE "C" AS id, %s%s
               FROM item i
               WHERE %s AND i.dossier_id = ? AND %s AND (?::text IS NULL OR i.kind = ?)
                 AND i.about_date BETWEEN ? AND ?
                 AND (i.about_date, i.item_id::text COLLATE "C") < (?::date, ?::text)
               ORDER BY day DESC, id DESC LIMIT ?)
              UNION ALL
              (SELECT care_from, item_id%s, %s
               FROM care_line
               WHERE %s AND dossier_id = ? AND NOT withdrawn AND %s
                 AND (?::text IS NULL OR category = ?)
                 AND care_from BETWEEN ? AND ?
                 AND (care_from, item_id) < (?::date, ?::text)
               GROUP BY care_from, item_id HAVING %s
               ORDER BY care_from DESC, item_id DESC LIMIT ?)) shown
            ORDER BY day DESC, id DESC LIMIT ?
            """
                .formatted(
                    HeldItems.columns(visibility),
                    ", NULL".repeat(CareHistory.COLUMNS),
                    selection.withItems(),
                    visibility.ofItems(),
                    ", NULL".repeat(HeldItems.COLUMNS),
                    CareHistory.columns(visibility, "0"),
                    selection.withCare() && VisibleCare.isOpenTo(viewer),
                    visibility.ofCare(),
                    CareHistory.SHOWN))) {
      LocalDate afterDay = selection.after().map(After::careFrom).orElse(LocalDate.MAX);
      String afterId = selection.after().map(After::itemId).orElse("");
      int most = selection.limit() + 1;
      select.setObject(1, dossierId);
      int next = visibility.bindItems(select, 2);
      select.setString(next++, selection.kind().orElse(null));
      select.setString(next++, selection.kind().orElse(null));
      select.setObject(next++, selection.from());
      select.setObject(next++, selection.to());
      select.setObject(next++, afterDay);
      select.setString(next++, afterId);
      select.setInt(next++, most);
      LocalDate today = CareHistory.today();
      LocalDate window = CareHistory.windowStart(today);
      String category = selection.category().map(CareCategory::name).orElse(null);
      select.setObject(next++, dossierId);
      select.setString(next++, category);
      select.setString(next++, category);
      select.setObject(next++, selection.from().isAfter(window) ? selection.from() : window);
      select.setObject(next++, selection.to().isBefore(today) ? selection.to() : today);
      select.setObject(next++, afterDay);
      select.setString(next++, afterId);
      select.setInt(next++, most);
      select.setInt(next, most);
      List<Entry> entries = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(
              row.getObject(FIRST_OF_ITEM) == null
                  ? Entry.of(care.shown(CareHistory.item(row, FIRST_OF_CARE), language))
                  : Entry.of(HeldItems.item(row, FIRST_OF_ITEM, viewer)));
        }
      }
      NamedPrescriptions prescriptions =
          NamedPrescriptions.in(
              tx,
              dossierId,
              viewer,
              entries.stream().flatMap(entry -> entry.item().stream()).map(HeldItem::content));
      return entries.stream()
          .map(entry -> new Entry(entry.day(), entry.item().map(prescriptions::told), entry.care()))
          .toList();
    }
  }

  /** After the day and the id. */
  private static final int FIRST_OF_ITEM = 3;

  private static final int FIRST_OF_CARE = FIRST_OF_ITEM + HeldItems.COLUMNS;
}
