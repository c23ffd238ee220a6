package fr.carnet.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Runs work in one database transaction: committed when it returns, undone when it throws. */
public final class Transactions {
  private Transactions() {}

  /** Work that needs a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does the work; an exception undoes it. */
    T in(Connection transaction) throws SQLException;
  }

  /** Runs the work at the isolation of the data source (read committed). */
  public static <T> T run(DataSource dataSource, Work<T> work) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (Throwable e) {
        try {
          connection.rollback();
        } catch (SQLException rollback) {
          e.addSuppressed(rollback);
        }
        throw e;
      } finally {
        restoreAutoCommit(connection);
      }
    }
  }

  /** Reads at one instant: repeatable read, and nothing is written. */
  public static <T> T inSnapshot(DataSource dataSource, Work<T> work) throws SQLException {
    return run(
        dataSource,
        tx -> {
          try (Statement snapshot = tx.createStatement()) {
            snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
          }
          return work.in(tx);
        });
  }

  private static void restoreAutoCommit(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      // The connection is broken; the pool finds that out when it gets it back.
    }
  }

  /**
   * Whether the same work may succeed later without any change: lost connections, serialization,
   * deadlocks, resources, an operator's shutdown.
   */
  public static boolean isTransient(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && isTransientState(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTransientState(String state) {
    if (state == null) {
      return true;
    }
    return switch (state.substring(0, Math.min(2, state.length()))) {
      case "08", "40", "53", "55", "57", "58" -> true;
      default -> false;
    };
  }
}
