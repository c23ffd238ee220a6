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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * Looks all the time whether the log is up to date, is found by searches and verifies, in every
 * replica: who leads may be the one that is gone. It asks whether the log was known to be complete,
 * never whether records wait: so a log that stands still says the same whether or not a line has
 * passed the valve.
 */
@ApplicationScoped
class LogWatch {
  private static final Logger LOG = Logger.getLogger(LogWatch.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Some 2,500 entries a second: a small share of one core. */
  private static final int STRETCHES = 5;

  private final DataSource dataSource;
  private final Checkpoints checkpoints;
  private final Duration behind;
  private final Semaphore stop = new Semaphore(0);
  private volatile long secondsBehind;
  private volatile long searchSecondsBehind;
  private volatile long checked;

  /** When the log could be checked last; in nanoseconds of this process. */
  private long checkedAt = System.nanoTime();

  /** Where the log ended when it was seen so, and has to be signed up to. */
  private Optional<Seen> toSign = Optional.empty();

  private record Seen(long size, long at) {}

  LogWatch(
      DataSource dataSource,
      Checkpoints checkpoints,
      @ConfigProperty(name = "carnet.log-behind", defaultValue = "60S") Duration behind) {
    this.dataSource = dataSource;
    this.checkpoints = checkpoints;
    this.behind = behind;
  }

  void start(@Observes Machinery.Starting starting, MeterRegistry metrics) {
    metrics.gauge("carnet.audit.behind.seconds", this, watch -> watch.secondsBehind);
    metrics.gauge("carnet.audit.search.behind.seconds", this, watch -> watch.searchSecondsBehind);
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
        lookAndCheck(check);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What of it fails keeps nothing else from being done. */
  void lookAndCheck(SelfCheck check) {
    attempt(this::look);
    attempt(() -> check(check));
  }

  private interface Attempt {
    void done() throws SQLException;
  }

  private static void attempt(Attempt attempt) {
    try {
      attempt.done();
    } catch (SQLException | RuntimeException e) {
      LOG.warnf("the log cannot be looked at: %s", e.getClass().getName());
      LOG.debug("the log cannot be looked at", e);
    }
  }

  void look() throws SQLException {
    secondsBehind = Transactions.run(dataSource, LogWatch::behind);
    tell(LogNotice.LOG_BEHIND, secondsBehind);
    searchSecondsBehind = Transactions.run(dataSource, LogWatch::searchBehind);
    tell(LogNotice.SEARCH_BEHIND, searchSecondsBehind);
    lookWhetherItIsSigned();
  }

  private record Sizes(long log, long signed) {}

  /**
   * What no checkpoint covers nobody can prove, and this does not check it. How long it has been so
   * is kept here and not in the database, where somebody could take checkpoints away. While the log
   * is behind, nothing has to be signed: it may be made anew.
   */
  private void lookWhetherItIsSigned() throws SQLException {
    Sizes now = Transactions.run(dataSource, LogWatch::sizes);
    Seen here = new Seen(now.log(), System.nanoTime());
    if (toSign.isEmpty() || secondsBehind > behind.toSeconds()) {
      toSign = Optional.of(here);
    } else if (now.signed() >= toSign.get().size()) {
      toSign = Optional.of(here);
      Notices.end(dataSource, LogNotice.LOG_NOT_SIGNED, "");
    } else if (here.at() - toSign.get().at() > behind.toNanos()) {
      Notices.raise(
          dataSource, LogNotice.LOG_NOT_SIGNED, "", "from index %d on".formatted(now.signed()));
    }
  }

  private static Sizes sizes(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT size, coalesce((SELECT max(size) FROM log_checkpoint), 0)
                FROM log_head WHERE name = 'carnet'
                """);
        ResultSet row = select.executeQuery()) {
      // Without a head it is behind.
      return row.next() ? new Sizes(row.getLong(1), row.getLong(2)) : new Sizes(0, 0);
    }
  }

  private void tell(LogNotice notice, long seconds) throws SQLException {
    if (seconds > behind.toSeconds()) {
      Notices.raise(dataSource, notice, "", seconds + " s");
    } else {
      Notices.end(dataSource, notice, "");
    }
  }

  /**
   * Checks some of the log. What cannot be checked is told as what is wrong, unless the database
   * fails, and not for long: or else whoever changes a row so that nobody can read it, or takes it
   * away, would silence this.
   */
  void check(SelfCheck check) throws SQLException {
    try {
      checkNext(check);
      checkedAt = System.nanoTime();
    } catch (SQLException | RuntimeException e) {
      if (!Transactions.isTransient(e) || System.nanoTime() - checkedAt > behind.toNanos()) {
        Notices.raise(
            dataSource,
            LogNotice.LOG_NOT_VERIFIED,
            "",
            "index %d: nothing can be checked from here on: %s"
                .formatted(check.checked(), e.getClass().getName()));
      }
      throw e;
    }
  }

  private void checkNext(SelfCheck check) throws SQLException {
    Optional<String> tree = check.tree();
    SelfCheck.Result result = check.next(STRETCHES);
    checked = check.checked();
    Optional<String> wrong = tree.or(result::wrong);
    if (wrong.isPresent()) {
      Notices.raise(dataSource, LogNotice.LOG_NOT_VERIFIED, "", wrong.get());
    } else if (result.began().isPresent()) {
      // Another replica may have found something where this one had been already.
      Notices.endUnlessToldSince(dataSource, LogNotice.LOG_NOT_VERIFIED, result.began().get());
    }
  }

  /** Seconds since the log was last known to hold all that Kafka had. */
  static long behind(Connection tx) throws SQLException {
    return seconds(tx, "log_head WHERE name = 'carnet'");
  }

  /** Seconds since a search was last known to find all that the log held. */
  static long searchBehind(Connection tx) throws SQLException {
    return seconds(tx, "log_facts_head");
  }

  private static long seconds(Connection tx, String head) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                "SELECT greatest(0, extract(epoch FROM now() - whole_at))::bigint FROM " + head);
        ResultSet row = select.executeQuery()) {
      // Who takes away the row that says so hides nothing by it.
      return row.next() ? row.getLong(1) : Long.MAX_VALUE;
    }
  }

  /** No notice is against it, and it is not long ago that the log held all that Kafka had. */
  boolean isWhole(Connection tx) throws SQLException {
    return !Notices.againstLog(tx) && behind(tx) <= behind.toSeconds();
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
