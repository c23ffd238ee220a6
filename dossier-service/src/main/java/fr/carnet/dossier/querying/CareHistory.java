package fr.carnet.dossier.querying;

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
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The care of the last 24 months, net of reversals: the quantities of identical care are summed
 * when they are read, and what is positive is shown. A sum does not care about order or lateness.
 */
final class CareHistory {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
  private static final int MONTHS = 24;

  private CareHistory() {}

  /**
   * One item of care.
   *
   * @param careFrom first day, Europe/Paris
   * @param quantity net of reversals, above zero
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
      boolean duringHospitalStay) {}

  /** Where a page ended. */
  record After(LocalDate careFrom, String itemId) {}

  /** The newest first; ties in the order of their ids, so that pages neither skip nor repeat. */
  static List<Item> page(
      Connection tx,
      UUID dossierId,
      Optional<CareCategory> category,
      Optional<After> after,
      int limit)
      throws SQLException {
    LocalDate today = LocalDate.now(Clock.system(PARIS));
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT item_id, min(category), min(nature_code), min(act_system), min(act_code),
                   sum(quantity), min(performer_rpps), min(performer_finess),
                   min(performer_specialty), bool_and(prescribed), min(prescriber_rpps),
                   min(prescriber_finess), min(prescriber_specialty), min(prescribed_on),
                   care_from, min(care_to), bool_and(during_stay)
            FROM care_line
            WHERE dossier_id = ? AND NOT withdrawn AND care_from BETWEEN ? AND ?
              AND (?::text IS NULL OR category = ?)
              AND (?::date IS NULL OR care_from < ? OR (care_from = ? AND item_id > ?))
            GROUP BY care_from, item_id HAVING sum(quantity) > 0
            ORDER BY care_from DESC, item_id LIMIT ?
            """)) {
      select.setObject(1, dossierId);
      select.setDate(2, Date.valueOf(today.minusMonths(MONTHS)));
      select.setDate(3, Date.valueOf(today));
      select.setString(4, category.map(CareCategory::name).orElse(null));
      select.setString(5, category.map(CareCategory::name).orElse(null));
      Date from = after.map(a -> Date.valueOf(a.careFrom())).orElse(null);
      select.setDate(6, from);
      select.setDate(7, from);
      select.setDate(8, from);
      select.setString(9, after.map(After::itemId).orElse(null));
      select.setInt(10, limit);
      List<Item> items = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          items.add(item(row));
        }
      }
      return items;
    }
  }

  private static Item item(ResultSet row) throws SQLException {
    Optional<String> system = Optional.ofNullable(row.getString(4));
    String code = row.getString(5);
    return new Item(
        row.getString(1),
        CareCategory.valueOf(row.getString(2)),
        row.getString(3),
        system.map(name -> new Act(ActSystem.valueOf(name), code)),
        row.getBigDecimal(6).stripTrailingZeros(),
        provider(row, 7),
        row.getBoolean(10) ? Optional.of(provider(row, 11)) : Optional.empty(),
        Optional.ofNullable(row.getDate(14)).map(Date::toLocalDate),
        row.getDate(15).toLocalDate(),
        row.getDate(16).toLocalDate(),
        row.getBoolean(17));
  }

  private static CareProvider provider(ResultSet row, int first) throws SQLException {
    return new CareProvider(
        Optional.ofNullable(row.getString(first)),
        Optional.ofNullable(row.getString(first + 1)),
        Optional.ofNullable(row.getString(first + 2)));
  }
}
