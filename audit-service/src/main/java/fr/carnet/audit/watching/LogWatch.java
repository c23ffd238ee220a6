package fr.carnet.audit.watching;

import fr.carnet.audit.noticing.LogNotice;
import fr.carnet.audit.noticing.Notices;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Machinery;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jboss.logging.Logger;

/**
 * Looks all the time whether the log is up to date and verifies, in every replica: who leads may be
 * the one that is gone. It asks whether the log was known to be complete, never whether records
 * wait: so a log that stands still says the same whether or not a line has passed the valve.
 */
@ApplicationScoped
class LogWatch {
  private static final Logger LOG = Logger.getLogger(LogWatch.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** Some 2,500 entries a second: a small share of one core. */
  private static final int SPANS = 20;

  @Inject DataSource dataSource;
  @Inject Checkpoints checkpoints;
  @Inject MeterRegistry metrics;

  @Inject
  @ConfigProperty(name = "carnet.log-behind", defaultValue = "60S")
  Duration behind;

  private final Semaphore stop = new Semaphore(0);
  private volatile long secondsBehind;
  private volatile long checked;

  void start(@Observes Machinery.Starting starting) {
    metrics.gauge("carnet.audit.behind.seconds", this, watch -> watch.secondsBehind);
    metrics.gauge("carnet.audit.notices", this, LogWatch::open);
    metrics.gauge("carnet.audit.checked.entries", this, watch -> watch.checked);
    Thread thread = Thread.ofPlatform().name("log-watch").daemon().start(this::watch);
    starting.worker(
        () -> {
          stop.release();
          thread.join(Duration.ofSeconds(10));
        });
  }

  private void watch() {
    SelfCheck check = new SelfCheck(dataSource, checkpoints);
    try {
      while (!stop.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          look();
          check(check);
        } catch (SQLException | RuntimeException e) {
          LOG.warnf("the log cannot be looked at: %s", e.getClass().getName());
          LOG.debug("the log cannot be looked at", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws SQLException {
    long seconds = Transactions.run(dataSource, LogWatch::behind);
    secondsBehind = seconds;
    if (seconds > behind.toSeconds()) {
      Notices.raise(dataSource, LogNotice.LOG_BEHIND, "", seconds + " s");
    } else {
      Notices.end(dataSource, LogNotice.LOG_BEHIND, "");
    }
  }

  private void check(SelfCheck check) throws SQLException {
    Optional<String> tree = check.tree();
    SelfCheck.Result result = check.next(SPANS);
    checked = check.checked();
    Optional<String> wrong = tree.or(result::wrong);
    if (wrong.isPresent()) {
      Notices.raise(dataSource, LogNotice.LOG_NOT_VERIFIED, "", wrong.get());
    } else if (result.roundEnded()) {
      Notices.end(dataSource, LogNotice.LOG_NOT_VERIFIED, "");
    }
  }

  /** Seconds since the log was last known to hold all that Kafka had. */
  static long behind(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT greatest(0, extract(epoch FROM now() - whole_at))::bigint
                FROM log_head WHERE name = 'carnet'
                """)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** No notice is open, and it is not long ago that the log held all that Kafka had. */
  boolean isWhole(Connection tx) throws SQLException {
    return Notices.open(tx) == 0 && behind(tx) <= behind.toSeconds();
  }

  private double open() {
    try {
      return Transactions.run(dataSource, Notices::open);
    } catch (SQLException e) {
      return Double.NaN;
    }
  }

  /**
   * Apart from readiness: an audit-service that says what is wrong must stay within reach. Down too
   * when the database cannot be asked.
   */
  @Wellness
  HealthCheck logIsWhole() {
    return () -> {
      boolean whole;
      try {
        whole = Transactions.run(dataSource, this::isWhole);
      } catch (SQLException e) {
        whole = false;
      }
      return HealthCheckResponse.named("log-is-whole").status(whole).build();
    };
  }
}
