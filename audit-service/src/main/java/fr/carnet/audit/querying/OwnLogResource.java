package fr.carnet.audit.querying;

import fr.carnet.events.Topic;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** The log of one dossier, for its owner. */
@Path("/dossiers/{dossierId}/log")
@RunOnVirtualThread
@Tag(name = "A patient's own log")
public class OwnLogResource {
  /** Care lines that came are in the care history; this log is about people. */
  private static final List<String> TOPICS =
      List.of(
          Topic.DOSSIER_EVENTS.wireName(),
          Topic.ACCESS_EVENTS.wireName(),
          Topic.ACCESS_TRACES.wireName());

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject OwnershipDecision ownership;

  /** Who looked or was refused, openings and closings, grants and blocks. */
  @GET
  @RolesAllowed("patient")
  @Operation(
      summary = "Who looked or was refused, when, for which purpose, by which rule, and what",
      description =
          "For the owner only; anybody else gets one and the same refusal, whether or not there is"
              + " such a dossier. after is an index; limit is 1 to 500, 100 if absent. Traced.")
  public Page<OwnFact> read(
      @RestPath String dossierId,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    UUID dossier = LogResource.id(dossierId);
    Paging paging = Paging.of(after, limit);
    AccessDecision decision =
        Refusal.unless(ownership.of(dossier, caller.get()), AuditProblem.NO_STANDING);
    if (!OwnershipDecision.isOwner(decision)) {
      traceRefusal(dossier, decision);
      throw new Refusal(AuditProblem.NO_STANDING);
    }
    Page<OwnFact> page =
        Transactions.run(
            dataSource,
            tx -> {
              List<Found> found = LogSearch.find(tx, Search.of(dossier, TOPICS), paging);
              ReadTrace.put(
                  tx,
                  Optional.of(dossier),
                  ReadTrace.byOwner(decision, paging.shown(found)),
                  caller.correlation());
              return paging.page(found, Found::ownFact);
            });
    machinery.wakeRelay();
    return page;
  }

  /** Kept for ever only where there is such a dossier: nobody fills the log with made-up ids. */
  private void traceRefusal(UUID dossier, AccessDecision decision) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          boolean known = LogSearch.knows(tx, dossier);
          if (known) {
            ReadTrace.put(
                tx, Optional.of(dossier), ReadTrace.refused(decision), caller.correlation());
          }
          return known;
        });
    machinery.wakeRelay();
  }
}
