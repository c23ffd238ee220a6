package fr.carnet.ingest.passing;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jboss.logging.Logger;

/**
 * A valve that passes nobody's lines is as quiet as one that has nothing to pass: what tells them
 * apart is the oldest place of its queue, which moves on within a second.
 */
@ApplicationScoped
class WhenValveStandsThenAlarm {
  private static final Logger LOG = Logger.getLogger(WhenValveStandsThenAlarm.class);
  private static final Duration STANDSTILL = Duration.ofMinutes(1);

  @Inject DataSource dataSource;

  private Optional<Long> oldest = Optional.empty();
  private long since = System.nanoTime();
  private volatile boolean stands;

  /** Apart from readiness: what comes is taken all the same, and waits. */
  @Wellness
  HealthCheck valveMoves() {
    return () -> HealthCheckResponse.named("valve-moves").status(!stands).build();
  }

  @Scheduled(every = "10s", delayed = "10s")
  void look() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT id FROM unpassed ORDER BY id LIMIT 1")) {
      note(row.next() ? Optional.of(row.getLong(1)) : Optional.empty(), System.nanoTime());
    }
  }

  /**
   * Takes note of what was seen.
   *
   * @param first the oldest place of the queue
   * @param now as System.nanoTime counts
   */
  synchronized void note(Optional<Long> first, long now) {
    if (first.isEmpty() || !first.equals(oldest)) {
      oldest = first;
      since = now;
    }
    stands = now - since > STANDSTILL.toNanos();
    if (stands) {
      LOG.error("THE VALVE STANDS: no line has passed for a minute, although lines wait");
    }
  }
}
