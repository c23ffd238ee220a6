package fr.carnet.audit.querying;

import fr.carnet.resourceserver.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

  /** Those that show behind a cursor. */
  static Part<Placed> find(
      Connection tx, UUID dossier, Cursor after, long below, int limit, Predicate<Found> shows)
      throws SQLException {
    Part.Filling<Placed> shown = new Part.Filling<>(limit);
    Cursor next = after;
    while (true) {
      int rows = 0;
      try (PreparedStatement select = select(tx, dossier, next, below, limit + 1);
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Found found = Found.read(row);
          next = new Cursor(row.getInt("place"), found.index());
          if (shows.test(found)) {
            if (shown.isFull()) {
              return shown.part(true);
            }
            shown.add(new Placed(next, found), found.size());
          }
          rows++;
        }
      }
      if (rows <= limit) {
        return shown.part(false);
      }
    }
  }

  private static PreparedStatement select(
      Connection tx, UUID dossier, Cursor after, long below, int most) throws SQLException {
    PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT f.place, %s
            FROM trace_fact f JOIN log_entry USING (index) JOIN log_facts USING (index)
            WHERE f.dossier_id = ? AND index < ? AND (f.place > ? OR f.place = ? AND index < ?)
            ORDER BY f.place, index DESC LIMIT ?
            """
                .formatted(Found.COLUMNS));
    select.setFetchSize(LogSearch.AT_ONCE);
    select.setObject(1, dossier);
    select.setLong(2, below);
    select.setInt(3, after.place());
    select.setInt(4, after.place());
    select.setLong(5, after.index());
    select.setInt(6, most);
    return select;
  }
}
