package fr.carnet.ingest.passing;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * A valve that passes nobody's lines is as quiet as one that has nothing to pass: what tells them
 * apart is the oldest place of its queue, which moves on within a second.
 *
 * <p>Only operators are told, by a metric and the log, and health is not: while Kafka is away the
 * queue stands still only if somebody who has a dossier has a line in it.
 */
@ApplicationScoped
class WhenValveStandsThenAlarm {
  private static final Logger LOG = Logger.getLogger(WhenValveStandsThenAlarm.class);
  private static final Duration STANDSTILL = Duration.ofMinutes(1);

  private final DataSource dataSource;
  private final AtomicInteger stands;

  private Optional<Long> oldest = Optional.empty();
  private long since = System.nanoTime();

  @Inject
  WhenValveStandsThenAlarm(DataSource dataSource, MeterRegistry metrics) {
    this.dataSource = dataSource;
    this.stands = metrics.gauge("carnet.valve.stands", new AtomicInteger());
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
    boolean still = now - since > STANDSTILL.toNanos();
    stands.set(still ? 1 : 0);
    if (still) {
      LOG.error("THE VALVE STANDS: no line has passed for a minute, although lines wait");
    }
  }
}
