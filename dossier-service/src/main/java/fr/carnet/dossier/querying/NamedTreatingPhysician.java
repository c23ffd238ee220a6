package fr.carnet.dossier.querying;

import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/**
 * The médecin traitant whom the newest care names, of care that was not reversed.
 *
 * @param since first day of care that names this doctor, after all that names another
 */
record NamedTreatingPhysician(String rpps, LocalDate since, LocalDate lastNamed) {
  static Optional<NamedTreatingPhysician> in(Connection tx, UUID dossierId) throws SQLException {
    LocalDate today = CareHistory.today();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            WITH shown AS (
              SELECT care_from, item_id FROM care_line
              WHERE dossier_id = ? AND NOT withdrawn AND care_from BETWEEN ? AND ?
              GROUP BY care_from, item_id HAVING sum(quantity) > 0)
            SELECT care_from, treating_physician FROM care_line JOIN shown USING (care_from, item_id)
            WHERE dossier_id = ? AND quantity > 0 AND treating_physician IS NOT NULL
            GROUP BY care_from, treating_physician
            ORDER BY care_from DESC, max(processed_on) DESC NULLS LAST, treating_physician
            """)) {
      select.setObject(1, dossierId);
      select.setDate(2, Date.valueOf(CareHistory.windowStart(today)));
      select.setDate(3, Date.valueOf(today));
      select.setObject(4, dossierId);
      Optional<NamedTreatingPhysician> newest = Optional.empty();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          LocalDate day = row.getDate(1).toLocalDate();
          String rpps = row.getString(2);
          if (newest.isEmpty()) {
            newest = Optional.of(new NamedTreatingPhysician(rpps, day, day));
          } else if (rpps.equals(newest.get().rpps())) {
            newest = Optional.of(new NamedTreatingPhysician(rpps, day, newest.get().lastNamed()));
          } else {
            return newest;
          }
        }
      }
      return newest;
    }
  }
}
