package fr.carnet.audit.querying;

import fr.carnet.resourceserver.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The traces of one dossier: refusals and emergencies first, then what others looked at, then the
 * patient's own looks; in each the newest first. What comes later comes before what a cursor stands
 * at, so a cursor stays.
 */
final class Looks {
  private Looks() {}

  /** How far somebody has read: the place and the index of the last look seen. */
  record Cursor(int place, long index) {
    private static final Pattern TEXT = Pattern.compile("([0-2])-([0-9]{1,18})");
    static final Cursor START = new Cursor(0, Long.MAX_VALUE);

    static Cursor parse(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches()) {
        throw new Refusal(AuditProblem.LOOKS_CURSOR_INVALID);
      }
      return new Cursor(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    String text() {
      return place + "-" + index;
    }
  }

  /** An entry, and where it stands. */
  record Placed(Cursor at, Found found) {}

  /** Those that show behind a cursor, up to so many. */
  static List<Placed> find(
      Connection tx, UUID dossier, Cursor after, long below, int most, Predicate<Found> shows)
      throws SQLException {
    List<Placed> shown = new ArrayList<>();
    Cursor next = after;
    while (true) {
      List<Placed> found = page(tx, dossier, next, below, most);
      found.stream()
          .filter(placed -> shows.test(placed.found()))
          .limit((long) most - shown.size())
          .forEach(shown::add);
      if (found.size() < most || shown.size() == most) {
        return shown;
      }
      next = found.getLast().at();
    }
  }

  private static List<Placed> page(Connection tx, UUID dossier, Cursor after, long below, int most)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT f.place, %s
            FROM trace_fact f JOIN log_entry USING (index) JOIN log_facts USING (index)
            WHERE f.dossier_id = ? AND index < ? AND (f.place > ? OR f.place = ? AND index < ?)
            ORDER BY f.place, index DESC LIMIT ?
            """
                .formatted(Found.COLUMNS))) {
      select.setObject(1, dossier);
      select.setLong(2, below);
      select.setInt(3, after.place());
      select.setInt(4, after.place());
      select.setLong(5, after.index());
      select.setInt(6, most);
      List<Placed> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Found entry = Found.read(row);
          found.add(new Placed(new Cursor(row.getInt("place"), entry.index()), entry));
        }
      }
      return found;
    }
  }

  /** The cursor behind a page, where there is more. */
  static Optional<Cursor> next(List<Placed> found, int limit) {
    return found.size() > limit ? Optional.of(found.get(limit - 1).at()) : Optional.empty();
  }
}
