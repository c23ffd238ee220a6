package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.CareHistory.Selection;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.content.ItemContent.Allergy;
import fr.carnet.events.content.ItemContent.Condition;
import fr.carnet.events.content.ItemContent.Severity;
import fr.carnet.events.content.ItemKind;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What matters at a glance, in the order in which it matters in an emergency. Of what does not show
 * to the one who looks there is nothing in it, not even in a count.
 *
 * @param allergies the worst first
 * @param currentTreatments that are not over and do not begin later, the newest first
 * @param conditions those that last first, then antecedents, the newest first
 * @param advanceDirectives the one in force
 * @param recentCare the ten newest items
 * @param rest of every other item, by kind
 * @param archiveEndsAt told to the owner of a closed dossier: when it is destroyed by itself
 * @param erasure told to the owner who asked for it
 */
public record Summary(
    UUID dossierId,
    String state,
    Instant openedAt,
    Patient patient,
    List<HeldItem> allergies,
    List<HeldItem> currentTreatments,
    List<HeldItem> conditions,
    List<HeldItem> advanceDirectives,
    List<HeldItem> emergencyContacts,
    List<ShownItem> recentCare,
    Sentence notice,
    List<Rest> rest,
    Optional<Instant> archiveEndsAt,
    Optional<LifeDates.Erasure> erasure) {
  private static final int RECENT = 10;

  /** Who the patient is. */
  record Patient(
      Optional<String> familyName, Optional<String> givenName, Optional<LocalDate> birthDate) {}

  /** How much there is of a kind beside what is listed, and the newest of it. */
  record Rest(ItemKind kind, long count, Newest newest) {}

  /**
   * An item in short.
   *
   * @param masked only when it is, to those who see it in spite of that
   */
  record Newest(UUID itemId, LocalDate aboutDate, String title, Optional<Boolean> masked) {}

  /** All ids of items that are in it. */
  List<String> itemIds() {
    return Stream.concat(
            Stream.concat(
                    Stream.of(
                            allergies,
                            currentTreatments,
                            conditions,
                            advanceDirectives,
                            emergencyContacts)
                        .flatMap(List::stream)
                        .map(HeldItem::itemId),
                    rest.stream().map(kind -> kind.newest().itemId()))
                .map(UUID::toString),
            recentCare.stream().map(ShownItem::itemId))
        .toList();
  }

  static Summary of(Connection tx, UUID dossierId, Viewer viewer, VisibleCare care, String language)
      throws SQLException {
    Items items = items(tx, dossierId, viewer);
    List<Item> recent =
        VisibleCare.items(
            tx, dossierId, viewer, Selection.page(Optional.empty(), Optional.empty(), RECENT));
    LifeDates dates =
        viewer.kind() == Viewer.Kind.OWNER ? LifeDates.of(tx, dossierId) : LifeDates.NONE;
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT state, opened_at, family_name, given_name, birth_date FROM dossier
            WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Summary(
            dossierId,
            row.getString(1),
            row.getObject(2, OffsetDateTime.class).toInstant(),
            new Patient(
                Optional.ofNullable(row.getString(3)),
                Optional.ofNullable(row.getString(4)),
                Optional.ofNullable(row.getDate(5)).map(Date::toLocalDate)),
            items.of(ItemKind.ALLERGY, Comparator.comparing(Summary::severity)),
            items.of(ItemKind.TREATMENT),
            items.of(ItemKind.CONDITION, Comparator.comparing(Summary::isOver)),
            items.listed(item -> item.inForce().isPresent()),
            items.of(ItemKind.EMERGENCY_CONTACT),
            care.shown(recent, language),
            recent.isEmpty() && VisibleCare.isOpenTo(viewer)
                ? DossierReadsResource.NONE
                : DossierReadsResource.MAY_BE_INCOMPLETE,
            items.rest(),
            dates.archiveEndsAt(),
            dates.erasure());
      }
    }
  }

  private static Severity severity(HeldItem item) {
    return item.content() instanceof Allergy allergy ? allergy.severity() : Severity.UNKNOWN;
  }

  private static boolean isOver(HeldItem item) {
    return item.content() instanceof Condition condition
        && condition.until().filter(CareHistory.today()::isAfter).isPresent();
  }

  /** The listed ones, the newest first, and the rest. */
  private record Items(List<HeldItem> listed, List<Rest> rest) {
    List<HeldItem> listed(Predicate<HeldItem> which) {
      return listed.stream().filter(which).toList();
    }

    List<HeldItem> of(ItemKind kind) {
      return listed(item -> item.kind() == kind);
    }

    List<HeldItem> of(ItemKind kind, Comparator<HeldItem> first) {
      return of(kind).stream().sorted(first).toList();
    }
  }

  /** In one statement: what is listed, and of every other kind how many and the newest. */
  private static Items items(Connection tx, UUID dossierId, Viewer viewer) throws SQLException {
    Visibility visibility = new Visibility(viewer);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT %s, i.listed, i.of_kind
            FROM (
              SELECT i.*, count(*) OVER (PARTITION BY i.listed, i.kind) AS of_kind,
                     row_number() OVER (PARTITION BY i.listed, i.kind
                                        ORDER BY i.about_date DESC, i.item_id DESC) AS nth
              FROM (
                SELECT i.*,
                       i.kind IN ('ALLERGY', 'CONDITION', 'EMERGENCY_CONTACT')
                         OR i.in_force IS TRUE
                         OR (i.kind = 'TREATMENT' AND i.about_date <= ?
                             AND coalesce((i.body ->> 'until') COLLATE "C" NOT BETWEEN '0' AND ?,
                                          true)) AS listed
                FROM item i WHERE i.dossier_id = ? AND %s) i) i
            WHERE i.listed OR i.nth = 1
            ORDER BY i.about_date DESC, i.item_id DESC
            """
                .formatted(HeldItems.columns(visibility), visibility.ofItems()))) {
      LocalDate today = CareHistory.today();
      select.setObject(1, today);
      // As text, because a day that PostgreSQL cannot read would take the summary from everybody.
      select.setString(2, today.minusDays(1).toString());
      select.setObject(3, dossierId);
      visibility.bindItems(select, 4);
      List<HeldItem> listed = new ArrayList<>();
      List<Rest> rest = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          HeldItem item = HeldItems.item(row, 1, viewer);
          if (row.getBoolean(HeldItems.COLUMNS + 1)) {
            listed.add(item);
          } else {
            rest.add(
                new Rest(
                    item.kind(),
                    row.getLong(HeldItems.COLUMNS + 2),
                    new Newest(item.itemId(), item.aboutDate(), item.title(), item.masked())));
          }
        }
      }
      rest.sort(Comparator.comparing(Rest::kind));
      return new Items(listed, rest);
    }
  }
}
