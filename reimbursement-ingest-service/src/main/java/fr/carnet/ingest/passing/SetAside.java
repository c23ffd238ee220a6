package fr.carnet.ingest.passing;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Machinery;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Lines that the valve failed to pass, out of its queue and otherwise where they were. Whatever
 * queues such a line again, a late flag of secret care above all, has it tried again.
 *
 * <p>Only operators are told of them, by a metric and a list, and health is not: only lines of
 * people who have a dossier can fail so.
 */
@ApplicationScoped
public class SetAside {
  private static final int MOST = 1_000;

  @Inject DataSource dataSource;
  @Inject MeterRegistry metrics;

  /** A line that was set aside: when and why, never what. */
  public record Listed(long id, String failure, Instant setAsideAt) {}

  void measure(@Observes Machinery.Starting starting) {
    metrics.gauge("carnet.lines.set.aside", this, SetAside::count);
  }

  /** Takes a place out of the queue. */
  void put(long place, String lineKey, int bucket, String failure) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement move =
              tx.prepareStatement(
                  """
                  WITH taken AS (DELETE FROM unpassed WHERE id = ? RETURNING id)
                  INSERT INTO set_aside (line_key, bucket, failure)
                  SELECT ?, ?, ? FROM taken
                  ON CONFLICT (line_key) DO UPDATE SET failure = excluded.failure
                  """)) {
            move.setLong(1, place);
            move.setString(2, lineKey);
            move.setInt(3, bucket);
            move.setString(4, failure);
            return move.executeUpdate();
          }
        });
  }

  /** All of them, the oldest first, at most 1,000. */
  List<Listed> list() throws SQLException {
    List<Listed> listed = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT id, failure, set_aside_at FROM set_aside ORDER BY id LIMIT ?")) {
      select.setInt(1, MOST);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          listed.add(
              new Listed(
                  row.getLong(1),
                  row.getString(2),
                  row.getObject(3, OffsetDateTime.class).toInstant()));
        }
      }
    }
    return listed;
  }

  /** Queues a line again; tells whether there was one. */
  boolean release(long id) throws SQLException {
    return changed(
        """
        WITH released AS (DELETE FROM set_aside WHERE id = ? RETURNING line_key, bucket)
        INSERT INTO unpassed (line_key, bucket) SELECT line_key, bucket FROM released
        """,
        id);
  }

  /** Gives a line up: it is kept and does not pass. Tells whether there was one. */
  boolean discard(long id) throws SQLException {
    return changed("DELETE FROM set_aside WHERE id = ?", id);
  }

  private boolean changed(String sql, long id) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement change = connection.prepareStatement(sql)) {
      change.setLong(1, id);
      return change.executeUpdate() == 1;
    }
  }

  private double count() {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM set_aside");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      return Double.NaN;
    }
  }
}
