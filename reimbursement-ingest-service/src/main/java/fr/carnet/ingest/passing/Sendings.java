package fr.carnet.ingest.passing;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.KafkaSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.jboss.logging.Logger;

/**
 * The batches that Kafka is being asked to commit. A valve that loses its database in that moment
 * loses its buckets too, while Kafka may still commit: whoever then takes the buckets sees the
 * batch here, and has Kafka end it, before applying a closing.
 */
@ApplicationScoped
public class Sendings {
  private static final Logger LOG = Logger.getLogger(Sendings.class);
  private static final int SETTLE_MILLIS = 5_000;

  /** SQLSTATE lock_not_available: what could not be settled now is tried again. */
  private static final String TRY_AGAIN = "55P03";

  private final DataSource dataSource;
  private final KafkaSettings kafka;

  @Inject
  Sendings(DataSource dataSource, KafkaSettings kafka) {
    this.dataSource = dataSource;
    this.kafka = kafka;
  }

  /** Says, durably, that a batch of these buckets is about to be sent. The buckets are held. */
  void begin(String transactionalId, Collection<Integer> buckets) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement upsert =
              tx.prepareStatement(
                  """
                  INSERT INTO sending (transactional_id, buckets) VALUES (?, ?)
                  ON CONFLICT (transactional_id) DO UPDATE SET buckets = excluded.buckets
                  """)) {
            upsert.setString(1, transactionalId);
            upsert.setArray(2, tx.createArrayOf("smallint", buckets.toArray()));
            return upsert.executeUpdate();
          }
        });
  }

  /** It was sent, and this transaction marks its lines. */
  static void end(Connection tx, String transactionalId) throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement("DELETE FROM sending WHERE transactional_id = ?")) {
      delete.setString(1, transactionalId);
      delete.executeUpdate();
    }
  }

  /**
   * Ends, one way or the other, what was left in the middle of being sent. These buckets are held
   * alone, so no valve at work can be meant.
   *
   * @throws SQLException transient when Kafka does not say that it is ended
   */
  public void settle(Connection tx, Collection<Integer> buckets) throws SQLException {
    List<String> left = left(tx, buckets);
    if (left.isEmpty()) {
      return;
    }
    LOG.warnf("%d valves lost their database in the middle of a batch; Kafka ends it", left.size());
    try (Admin admin = Admin.create(kafka.client())) {
      admin.fenceProducers(left, new FenceProducersOptions().timeoutMs(SETTLE_MILLIS)).all().get();
    } catch (ExecutionException e) {
      throw new SQLException("Kafka did not end a batch", TRY_AGAIN, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while Kafka ended a batch", TRY_AGAIN, e);
    }
    for (String transactionalId : left) {
      end(tx, transactionalId);
    }
  }

  private static List<String> left(Connection tx, Collection<Integer> buckets) throws SQLException {
    List<String> left = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT transactional_id FROM sending WHERE buckets && ?")) {
      select.setArray(1, tx.createArrayOf("smallint", buckets.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          left.add(row.getString(1));
        }
      }
    }
    return left;
  }
}
