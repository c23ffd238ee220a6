package fr.carnet.ingest.keeping;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * Deletes what has been kept long enough: rejections after 30 days, as on their topic, and what a
 * dry run that was cut left behind. A few thousand rows at a time, so that nobody waits for it.
 */
@ApplicationScoped
public class Retention {
  private static final String REJECTIONS =
      """
      DELETE FROM rejection WHERE id IN
        (SELECT id FROM rejection WHERE received_at < clock_timestamp() - interval '30 days'
         LIMIT 5000)
      """;
  private static final String DRY_RUNS =
      "DELETE FROM dry_run_line WHERE met_at < clock_timestamp() - interval '1 day'";

  /** None are parked any more; what was before has the INS as its key. */
  private static final String PARKED_LINES =
      """
      DELETE FROM parked WHERE consumer = 'billing-reimbursements'
        AND parked_at < clock_timestamp() - interval '30 days'
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
      delete.executeUpdate(DRY_RUNS);
      delete.executeUpdate(PARKED_LINES);
    }
  }
}
