package fr.carnet.dossier.querying;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the insurer said of one item of care, line by line. */
final class LineHistory {
  private LineHistory() {}

  /** What an entry is. */
  public enum Kind {
    FIRST("The insurer reported this care.", "L'assurance a signalé ce soin."),
    ADDED(
        "The insurer reported the same care once more, as a line of its own.",
        "L'assurance a signalé le même soin une fois de plus, par une autre ligne."),
    REVERSAL(
        "The insurer took this care back, in whole or in part.",
        "L'assurance a annulé ce soin, en tout ou en partie."),
    REPEATED(
        "The insurer sent the same line again; it counts once.",
        "L'assurance a renvoyé la même ligne ; elle ne compte qu'une fois."),
    /**
     * No feed says what a line replaces. It is taken to be replaced when it was reversed as a whole
     * and other care stands of the same category and first day, by the same performer or of the
     * same act, that the insurer processed on the day of the last reversal or later: what was
     * billed together with the reversed line is no replacement of it. Of several it is the one that
     * was processed first. Where a line does not say when it was processed, nothing is taken to be
     * replaced.
     */
    REPLACED(
        "Other care of the same day seems to have taken its place.",
        "Un autre soin du même jour semble l'avoir remplacé.");

    private final Sentence sentence;

    Kind(String english, String french) {
      this.sentence = new Sentence(english, french);
    }
  }

  /**
   * One thing that the insurer said.
   *
   * @param firstSeen when the line first reached the dossier, UTC; absent when that was not noted
   *     yet
   * @param quantity of the line; negative in a reversal
   * @param times how often the line was sent again, only of repeats
   * @param replacedBy the item that took the place, only of replacements
   */
  public record Entry(
      Kind kind,
      Optional<Instant> firstSeen,
      BigDecimal quantity,
      Optional<Integer> times,
      Optional<String> replacedBy,
      Sentence sentence) {
    static Entry of(
        Kind kind,
        Optional<Instant> firstSeen,
        BigDecimal quantity,
        Optional<Integer> times,
        Optional<String> replacedBy) {
      return new Entry(
          kind, firstSeen, quantity.stripTrailingZeros(), times, replacedBy, kind.sentence);
    }
  }

  /** The entries of an item, in the order in which its lines were first seen. */
  static List<Entry> of(Connection tx, UUID dossierId, String itemId) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    LocalDate today = CareHistory.today();
    boolean first = true;
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT first_seen, quantity, coalesce(repeats, 0) FROM care_line
            WHERE dossier_id = ? AND item_id = ? AND NOT withdrawn AND care_from BETWEEN ? AND ?
            ORDER BY first_seen, quantity < 0, line_key
            """)) {
      select.setObject(1, dossierId);
      select.setString(2, itemId);
      select.setDate(3, Date.valueOf(CareHistory.windowStart(today)));
      select.setDate(4, Date.valueOf(today));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Optional<Instant> seen = instant(row, 1);
          BigDecimal quantity = row.getBigDecimal(2);
          boolean reversal = quantity.signum() < 0;
          Kind kind = reversal ? Kind.REVERSAL : first ? Kind.FIRST : Kind.ADDED;
          first &= reversal;
          entries.add(Entry.of(kind, seen, quantity, Optional.empty(), Optional.empty()));
          int times = row.getInt(3);
          if (times > 0) {
            entries.add(
                Entry.of(Kind.REPEATED, seen, quantity, Optional.of(times), Optional.empty()));
          }
        }
      }
    }
    if (!entries.isEmpty()) {
      replacement(tx, dossierId, itemId).ifPresent(entries::add);
    }
    return entries;
  }

  private static Optional<Entry> replacement(Connection tx, UUID dossierId, String itemId)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            WITH items AS (
              SELECT item_id, care_from, min(category) AS category, min(nature_code) AS nature,
                     concat_ws('|', min(act_system), min(act_code)) AS act,
                     concat_ws('|', min(performer_rpps), min(performer_finess)) AS performer,
                     sum(quantity) AS quantity, min(first_seen) AS first_seen,
                     min(processed_on) FILTER (WHERE quantity > 0) AS processed_on,
                     max(processed_on) FILTER (WHERE quantity < 0) AS reversed_on,
                     bool_and(processed_on IS NOT NULL) AS dated
              FROM care_line
              WHERE dossier_id = ? AND NOT withdrawn
                AND care_from = (SELECT min(care_from) FROM care_line
                                 WHERE dossier_id = ? AND item_id = ?)
              GROUP BY item_id, care_from)
            SELECT other.item_id, other.first_seen, other.quantity
            FROM items reversed JOIN items other
              ON other.category = reversed.category AND other.item_id <> reversed.item_id
            WHERE reversed.item_id = ? AND reversed.quantity <= 0 AND other.quantity > 0
              AND (other.performer = reversed.performer
                   OR (other.act = reversed.act AND other.nature = reversed.nature))
              AND reversed.dated AND other.dated AND other.processed_on >= reversed.reversed_on
            ORDER BY other.processed_on, other.item_id LIMIT 1
            """)) {
      select.setObject(1, dossierId);
      select.setObject(2, dossierId);
      select.setString(3, itemId);
      select.setString(4, itemId);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                Entry.of(
                    Kind.REPLACED,
                    instant(row, 2),
                    row.getBigDecimal(3),
                    Optional.empty(),
                    Optional.of(row.getString(1))))
            : Optional.empty();
      }
    }
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
