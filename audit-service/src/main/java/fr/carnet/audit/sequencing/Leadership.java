package fr.carnet.audit.sequencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * The right to lead: an advisory lock on a connection of its own. PostgreSQL ends that session when
 * it was silent for six seconds, so a process that is stopped, or a machine that is gone while its
 * connection looks alive, loses the lock by itself.
 */
final class Leadership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Leadership.class);
  private static final Duration CONFIRM = Duration.ofSeconds(1);

  private final Connection connection;
  private long confirmed = System.nanoTime();

  private Leadership(Connection connection) {
    this.connection = connection;
  }

  /** The leadership of this log, unless somebody has it. */
  static Optional<Leadership> tryTake(DataSource dataSource, String log) throws SQLException {
    Connection connection = dataSource.getConnection();
    try {
      connection.setAutoCommit(true);
      if (tryLock(connection, log)) {
        try (Statement silence = connection.createStatement()) {
          silence.execute("SET idle_session_timeout = '6s'");
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

  /** Speaks on the lock's connection, at most once a second; fails when the lock is lost. */
  void confirm() throws SQLException {
    long now = System.nanoTime();
    if (now - confirmed < CONFIRM.toNanos()) {
      return;
    }
    try (Statement alive = connection.createStatement()) {
      alive.execute("SELECT 1");
    }
    confirmed = now;
  }

  @Override
  public void close() {
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
