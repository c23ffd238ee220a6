package fr.carnet.access.tracing;

import fr.carnet.events.Reason;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Outbox;
import fr.carnet.eventstore.Streams;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Puts traces into the outbox, before what they are about is answered. */
@ApplicationScoped
public class Traces {
  @Inject DataSource dataSource;
  @Inject CurrentCaller currentCaller;
  @Inject Machinery machinery;

  /** Traces that somebody was shown something about a dossier. */
  public void put(UUID dossierId, AccessTraced traced) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          put(tx, dossierId, traced);
          return true;
        });
    machinery.wakeRelay();
  }

  /**
   * Traces that somebody was refused: who reads the log finds which decisions there were then. The
   * same is done in vain where there is no dossier, and takes as long.
   */
  public void refused(Optional<UUID> dossier, Actor actor, String action, Reason reason)
      throws SQLException {
    UUID dossierId = dossier.orElseGet(() -> UuidV7.next(Clock.systemUTC()));
    Transactions.run(
        dataSource,
        tx -> {
          AccessTraced traced =
              new AccessTraced(
                  actor,
                  PurposeOfUse.NORMAL,
                  action,
                  AccessTraced.Outcome.REFUSED,
                  reason.code(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(Streams.version(tx, dossierId)),
                  List.of(),
                  Optional.empty());
          if (dossier.isPresent()) {
            put(tx, dossierId, traced);
          } else {
            Outbox.putInVain(tx, entries(dossierId, traced));
          }
          return true;
        });
    machinery.wakeRelay();
  }

  private void put(Connection tx, UUID dossierId, AccessTraced traced) throws SQLException {
    Outbox.put(tx, entries(dossierId, traced));
  }

  private List<Outbox.Entry> entries(UUID dossierId, AccessTraced traced) {
    return List.of(
        Outbox.Entry.ofTrace(
            UuidV7.next(Clock.systemUTC()),
            Optional.of(dossierId),
            traced,
            currentCaller.correlation()));
  }
}
