package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Paris;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The care of the last 24 months, net of reversals: the quantities of identical care are summed
 * when they are read, and what is positive is shown. A sum does not care about order or lateness.
 */
final class CareHistory {
  private static final int MONTHS = 24;

  private CareHistory() {}

  /**
   * One item of care.
   *
   * @param careFrom first day, Europe/Paris
   * @param quantity net of reversals; above zero, or it shows only as one that is no more
   * @param seen the quantity that the look showed which changes are asked since
   * @param masked whether it is, and the one who looks may know
   */
  record Item(
      String itemId,
      CareCategory category,
      String natureCode,
      Optional<Act> act,
      BigDecimal quantity,
      CareProvider performer,
      Optional<CareProvider> prescriber,
      Optional<LocalDate> prescribedOn,
      LocalDate careFrom,
      LocalDate careTo,
      boolean duringHospitalStay,
      BigDecimal seen,
      boolean masked) {
    boolean isShown() {
      return quantity.signum() > 0;
    }
  }

  /** Where a page ended. */
  record After(LocalDate careFrom, String itemId) {}

  /**
   * Which items are asked for.
   *
   * @param from first day of care, where the window does not say it
   * @param changedSince only what shows otherwise than a look showed it; items that it showed and
   *     that are no more are among them, with what is left of their quantity
   */
  record Selection(
      Optional<CareCategory> category,
      Optional<ActSystem> system,
      Optional<LocalDate> from,
      Optional<After> after,
      Optional<Looks.Look> changedSince,
      int limit) {
    static Selection page(Optional<CareCategory> category, Optional<After> after, int limit) {
      return new Selection(
          category, Optional.empty(), Optional.empty(), after, Optional.empty(), limit);
    }

    static Selection everything() {
      return page(Optional.empty(), Optional.empty(), Integer.MAX_VALUE);
    }

    static Selection changes(Looks.Look since, Optional<After> after, int limit) {
      return new Selection(
          Optional.empty(), Optional.empty(), Optional.empty(), after, Optional.of(since), limit);
    }

    static Selection doneSince(LocalDate from, ActSystem system) {
      return new Selection(
          Optional.empty(),
          Optional.of(system),
          Optional.of(from),
          Optional.empty(),
          Optional.empty(),
          Integer.MAX_VALUE);
    }
  }

  /** Today in Europe/Paris. */
  static LocalDate today() {
    return LocalDate.now(Clock.system(Paris.ZONE));
  }

  /** The first day of the window that ends on this one. */
  static LocalDate windowStart(LocalDate today) {
    return today.minusMonths(MONTHS);
  }

  /** How many {@link #columns} there are. */
  static final int COLUMNS = 19;

  /** Of the items whose lines sum up to something. */
  static final String SHOWN = "sum(quantity) > 0";

  /** What passed before first times were noted is old to whoever looked at all. */
  private static final String SEEN =
      """
      coalesce(sum(quantity) FILTER (
        WHERE ?::timestamptz IS NOT NULL
          AND coalesce(first_seen <= ?::timestamptz, true)), 0)
      """;

  /** What {@link #item} reads, of lines grouped by day and item. */
  static String columns(Visibility visibility, String seen) {
    return """
    item_id, min(category), min(nature_code), min(act_system), min(act_code),
    sum(quantity), min(performer_rpps), min(performer_finess),
    min(performer_specialty), bool_and(prescribed), min(prescriber_rpps),
    min(prescriber_finess), min(prescriber_specialty), min(prescribed_on),
    care_from, min(care_to), bool_and(during_stay), %s, bool_or(%s)
    """
        .formatted(seen, visibility.careMarked());
  }

  /** The newest first; ties in the order of their ids, so that pages neither skip nor repeat. */
  static List<Item> select(
      Connection tx, UUID dossierId, Visibility visibility, Selection selection)
      throws SQLException {
    LocalDate today = today();
    LocalDate start = windowStart(today);
    boolean changes = selection.changedSince().isPresent();
    String seen = changes ? SEEN : "0";
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT %s
            FROM care_line
            WHERE dossier_id = ? AND NOT withdrawn AND care_from BETWEEN ? AND ? AND %s
              AND (?::text IS NULL OR category = ?) AND (?::text IS NULL OR act_system = ?)
              AND (?::date IS NULL OR care_from < ? OR (care_from = ? AND item_id > ?))
            GROUP BY care_from, item_id HAVING %s
            ORDER BY care_from DESC, item_id LIMIT ?
            """
                .formatted(
                    columns(visibility, seen),
                    visibility.ofCare(),
                    changes ? "greatest(sum(quantity), 0) <> greatest(" + seen + ", 0)" : SHOWN))) {
      String seenTo = selection.changedSince().flatMap(Looks.Look::seenTo).orElse(null);
      int next = 1;
      if (changes) {
        select.setString(next++, seenTo);
        select.setString(next++, seenTo);
      }
      select.setObject(next++, dossierId);
      select.setDate(next++, Date.valueOf(selection.from().filter(start::isBefore).orElse(start)));
      select.setDate(next++, Date.valueOf(today));
      String category = selection.category().map(CareCategory::name).orElse(null);
      select.setString(next++, category);
      select.setString(next++, category);
      String system = selection.system().map(ActSystem::name).orElse(null);
      select.setString(next++, system);
      select.setString(next++, system);
      Date from = selection.after().map(a -> Date.valueOf(a.careFrom())).orElse(null);
      select.setDate(next++, from);
      select.setDate(next++, from);
      select.setDate(next++, from);
      select.setString(next++, selection.after().map(After::itemId).orElse(null));
      if (changes) {
        select.setString(next++, seenTo);
        select.setString(next++, seenTo);
      }
      select.setInt(next, selection.limit());
      List<Item> items = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          items.add(item(row, 1));
        }
      }
      return items;
    }
  }

  /** One item, from the columns that begin here. */
  static Item item(ResultSet row, int first) throws SQLException {
    Optional<String> system = Optional.ofNullable(row.getString(first + 3));
    String code = row.getString(first + 4);
    return new Item(
        row.getString(first),
        CareCategory.valueOf(row.getString(first + 1)),
        row.getString(first + 2),
        system.map(name -> new Act(ActSystem.valueOf(name), code)),
        row.getBigDecimal(first + 5).stripTrailingZeros(),
        provider(row, first + 6),
        row.getBoolean(first + 9) ? Optional.of(provider(row, first + 10)) : Optional.empty(),
        Optional.ofNullable(row.getDate(first + 13)).map(Date::toLocalDate),
        row.getDate(first + 14).toLocalDate(),
        row.getDate(first + 15).toLocalDate(),
        row.getBoolean(first + 16),
        row.getBigDecimal(first + 17),
        row.getBoolean(first + 18));
  }

  private static CareProvider provider(ResultSet row, int first) throws SQLException {
    return new CareProvider(
        Optional.ofNullable(row.getString(first)),
        Optional.ofNullable(row.getString(first + 1)),
        Optional.ofNullable(row.getString(first + 2)));
  }
}
