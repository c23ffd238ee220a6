package fr.carnet.audit.querying;

import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RefusalLimit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * The one way in which a patient, or who acts for them, reads what the log says: a decision of
 * access-control, the filter of the dossier-service, and the trace in the transaction that reads.
 * Where one of them does not answer nothing is shown.
 */
@ApplicationScoped
class OwnReading {
  private static final Logger LOG = Logger.getLogger(OwnReading.class);

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject OwnershipDecision ownership;
  @Inject RefusalLimit limit;
  @Inject @RestClient DossierService dossierService;

  /** An answer, and the entries that it shows. */
  record Shown<T>(T answer, List<Found> entries) {
    Shown {
      entries = List.copyOf(entries);
    }
  }

  /** Reads what a patient may know. */
  @FunctionalInterface
  interface Query<T> {
    Shown<T> in(Connection tx, PatientsSight sight) throws SQLException;
  }

  /** As the dossier-service answers. */
  record KeptFrom(Set<String> itemIds) {
    KeptFrom {
      itemIds = Set.copyOf(itemIds);
    }
  }

  <T> T read(UUID dossier, String action, Query<T> query) throws SQLException {
    Caller who = caller.get();
    Optional<AccessDecision> asked = ownership.of(dossier, who);
    if (asked.filter(OwnershipDecision::mayReadLog).isEmpty()) {
      throw refuse(who, dossier, action, asked);
    }
    AccessDecision decision = asked.get();
    long size = Transactions.run(dataSource, LogSearch::size);
    PatientsSight sight =
        new PatientsSight(
            keptFrom(dossier, decision),
            size,
            OwnershipDecision.theirs(decision),
            OwnershipDecision.since(decision));
    T answer =
        Transactions.run(
            dataSource,
            tx -> {
              Shown<T> shown = query.in(tx, sight);
              ReadTrace.put(
                  tx,
                  Optional.of(dossier),
                  ReadTrace.byOwner(decision, action, shown.entries()),
                  caller.correlation());
              return shown.answer();
            });
    machinery.wakeRelay();
    return answer;
  }

  private Set<String> keptFrom(UUID dossier, AccessDecision decision) {
    try {
      String answer =
          OwnershipDecision.actsForOwner(decision)
              ? dossierService.keptFromRepresentative(dossier)
              : dossierService.keptFromOwner(dossier);
      return Wire.read(answer.getBytes(StandardCharsets.UTF_8), KeptFrom.class).itemIds();
    } catch (RuntimeException e) {
      // Whatever fails, the filter that fetches this service's own token included.
      LOG.warnf("the dossier-service gave no filter: %s", e.getClass().getName());
      throw new Refusal(AuditProblem.DECISION_UNAVAILABLE);
    }
  }

  /** Counts a refusal and records it; one and the same, whether or not there is such a dossier. */
  private Refusal refuse(Caller who, UUID dossier, String action, Optional<AccessDecision> decision)
      throws SQLException {
    limit.count(who, RefusedCaller.Kind.DOSSIER);
    traceRefusal(dossier, action, decision);
    return new Refusal(AuditProblem.NO_STANDING);
  }

  /**
   * Kept for ever only where there is such a dossier: nobody fills the log with made-up ids. The
   * same is done elsewhere, in vain, and takes as long.
   */
  private void traceRefusal(UUID dossier, String action, Optional<AccessDecision> decision)
      throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          boolean known = LogSearch.knows(tx, dossier) && decision.isPresent();
          AccessTraced refused =
              ReadTrace.refused(decision.orElseGet(OwnershipDecision::ofNoDossier), action);
          if (known) {
            ReadTrace.put(tx, Optional.of(dossier), refused, caller.correlation());
          } else {
            ReadTrace.putInVain(tx, dossier, refused, caller.correlation());
          }
          return known;
        });
    machinery.wakeRelay();
  }
}
