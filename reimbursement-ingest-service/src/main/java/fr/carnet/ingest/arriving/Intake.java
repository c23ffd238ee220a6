package fr.carnet.ingest.arriving;

import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Today;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** Lines that come by HTTP, a batch in one transaction: read, kept or refused, counted. */
@ApplicationScoped
class Intake {
  private static final int ATTEMPTS = 5;
  private static final int ONE_LANE = 0;

  private final DataSource dataSource;
  private final LineStore store;
  private final Deliveries deliveries;
  private final Valve valve;
  private final Machinery machinery;
  private final LinePolicy policy;

  @Inject
  Intake(
      DataSource dataSource,
      LineStore store,
      Deliveries deliveries,
      Valve valve,
      Machinery machinery,
      LinePolicy policy) {
    this.dataSource = dataSource;
    this.store = store;
    this.deliveries = deliveries;
    this.valve = valve;
    this.machinery = machinery;
    this.policy = policy;
  }

  /** Where the lines of a batch come from, within its transaction. */
  @FunctionalInterface
  interface Source {
    List<Received> lines(Connection tx, LocalDate today) throws SQLException;
  }

  /** Something else that belongs to the same transaction. */
  @FunctionalInterface
  interface Also {
    void in(Connection tx, List<Received> lines, List<Outcome> outcomes) throws SQLException;
  }

  List<Received> read(List<byte[]> lines, LocalDate today) {
    return lines.stream()
        .map(line -> new Received(line, LineBytes.read(line, Optional.empty(), today, policy)))
        .toList();
  }

  /**
   * Keeps a batch of a delivery, and says what became of each line.
   *
   * @param batch counts the batches of a delivery from 1: where nobody knows whether one was
   *     committed, the delivery says so, and no line is counted twice
   */
  List<Outcome> take(
      String sender, String deliveryId, int batch, String correlation, Source source, Also also)
      throws SQLException {
    LocalDate today = Today.inParis();
    AtomicReference<List<Outcome>> before = new AtomicReference<>();
    List<Outcome> outcomes =
        again(
            () ->
                Transactions.run(
                    dataSource,
                    tx -> {
                      if (!deliveries.begin(tx, deliveryId, sender, batch)
                          && before.get() != null) {
                        return before.get();
                      }
                      List<Received> received = source.lines(tx, today);
                      List<Outcome> kept =
                          store.keep(tx, sender, received, Window.endingOn(today), correlation);
                      deliveries.count(tx, deliveryId, ONE_LANE, received, kept);
                      also.in(tx, received, kept);
                      before.set(kept);
                      return kept;
                    }));
    store.count(sender, outcomes);
    valve.wake();
    machinery.wakeRelay();
    return outcomes;
  }

  private interface Attempt {
    List<Outcome> make() throws SQLException;
  }

  /**
   * Two writers of the same lines may come to wait for each other: one is told, and tries again.
   */
  private static List<Outcome> again(Attempt attempt) throws SQLException {
    for (int count = 1; true; count++) {
      try {
        return attempt.make();
      } catch (SQLException e) {
        if (count == ATTEMPTS || !Transactions.isTransient(e)) {
          throw e;
        }
      }
    }
  }
}
