package fr.carnet.audit.sequencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * The right to lead: an advisory lock on a connection of its own. PostgreSQL ends that session when
 * it was silent for three seconds, so a process that is stopped, or a machine that is gone while
 * its connection looks alive, loses the lock by itself. A thread speaks on it twice a second, so
 * that a slow start or a long commit does not.
 */
final class Leadership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Leadership.class);
  private static final long BEAT_MILLIS = 500;

  private final Connection connection;
  private final Semaphore end = new Semaphore(0);
  private final Thread heart;
  private volatile boolean held = true;

  private Leadership(Connection connection) {
    this.connection = connection;
    this.heart = Thread.ofPlatform().name("sequencer-lock").daemon().start(this::beat);
  }

  /** The leadership of this log, unless somebody has it. */
  static Optional<Leadership> tryTake(DataSource dataSource, String log) throws SQLException {
    Connection connection = dataSource.getConnection();
    try {
      connection.setAutoCommit(true);
      if (tryLock(connection, log)) {
        try (Statement silence = connection.createStatement()) {
          silence.execute("SET idle_session_timeout = '3s'");
        }
        return Optional.of(new Leadership(connection));
      }
      connection.close();
      return Optional.empty();
    } catch (SQLException e) {
      giveBack(connection);
      throw e;
    }
  }

  private static boolean tryLock(Connection connection, String log) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended(?, 0))")) {
      lock.setString(1, "carnet-sequencer/" + log);
      try (ResultSet row = lock.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /**
   * Fails when the lock is known to be lost. It saves work that could not be written anyway: what
   * keeps the log from forking is Kafka's fencing and the compare-and-set, never this.
   */
  void confirm() throws SQLException {
    if (!held) {
      throw new SQLException("the sequencer's lock is lost", "08006");
    }
  }

  private void beat() {
    try (Statement alive = connection.createStatement()) {
      while (!end.tryAcquire(BEAT_MILLIS, TimeUnit.MILLISECONDS)) {
        alive.execute("SELECT 1");
      }
    } catch (SQLException | InterruptedException e) {
      held = false;
      LOG.debug("the sequencer's lock is lost", e);
    }
  }

  @Override
  public void close() {
    end.release();
    try {
      heart.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    giveBack(connection);
  }

  /** The connection goes back to its pool: without this it would keep the lock. */
  private static void giveBack(Connection connection) {
    try (connection;
        Statement unlock = connection.createStatement()) {
      unlock.execute("SELECT pg_advisory_unlock_all()");
      unlock.execute("RESET idle_session_timeout");
    } catch (SQLException e) {
      LOG.debug("the sequencer's connection is gone, and its lock with it");
    }
  }
}
