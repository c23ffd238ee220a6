package fr.carnet.ingest.keeping;

import fr.carnet.ingest.deciding.Window;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * Deletes what has been kept long enough: rejections after 30 days, as on their topic, what lines
 * say once their care is 24 months old, receipts after a year, how much was rejected in a day once
 * it is over, and what a dry run that was cut left behind. A few thousand rows at a time, so that
 * nobody waits for it.
 */
@ApplicationScoped
public class Retention {
  private static final String REJECTIONS =
      """
      DELETE FROM rejection WHERE id IN
        (SELECT id FROM rejection WHERE received_at < clock_timestamp() - interval '30 days'
         LIMIT 5000)
      """;
  private static final String RECEIPTS =
      """
      WITH counts AS (
        DELETE FROM delivery_count USING delivery
        WHERE delivery.delivery_id = delivery_count.delivery_id
          AND began_at < now() - interval '1 year')
      DELETE FROM delivery WHERE began_at < now() - interval '1 year'
      """;
  private static final String DRY_RUNS =
      "DELETE FROM dry_run_line WHERE met_at < clock_timestamp() - interval '1 day'";

  private static final String REJECTION_DAYS =
      "DELETE FROM rejection_day WHERE day < clock_timestamp() - interval '3 days'";

  /** None are parked any more; what was before has the INS as its key. */
  private static final String PARKED_LINES =
      """
      DELETE FROM parked WHERE consumer = 'billing-reimbursements'
        AND parked_at < clock_timestamp() - interval '30 days'
      """;

  /**
   * Nothing passes a line that has left the window, so what it says goes and its key stays: an
   * empty digest is no line's, so the id cannot be used again. Its patient stays only where a
   * dossier may hold it, for a late flag of secret care to find.
   */
  private static final String BEYOND_THE_WINDOW =
      """
      WITH beyond AS (
        SELECT line_key FROM line WHERE care IS NOT NULL AND care_from < ?
        LIMIT 5000 FOR UPDATE SKIP LOCKED)
      UPDATE line SET care = NULL, digest = '',
        patient_ref = (SELECT min(known.patient_ref) FROM dossier_patient AS known
                       WHERE known.patient_ref = line.patient_ref)
      FROM beyond WHERE line.line_key = beyond.line_key
      """;

  @Inject DataSource dataSource;

  /** Once an hour, and whenever asked. */
  @Scheduled(every = "1h", delayed = "1m")
  public void run() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement delete = connection.createStatement()) {
      while (delete.executeUpdate(REJECTIONS) > 0) {
        // The next few thousand.
      }
      delete.executeUpdate(RECEIPTS);
      delete.executeUpdate(DRY_RUNS);
      delete.executeUpdate(REJECTION_DAYS);
      delete.executeUpdate(PARKED_LINES);
    }
    forgetBeyondTheWindow();
  }

  private void forgetBeyondTheWindow() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement forget = connection.prepareStatement(BEYOND_THE_WINDOW)) {
      forget.setDate(1, Date.valueOf(Window.endingOn(Today.inParis()).first()));
      while (forget.executeUpdate() > 0) {
        // The next few thousand.
      }
    }
  }
}
