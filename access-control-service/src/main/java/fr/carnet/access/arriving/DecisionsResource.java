package fr.carnet.access.arriving;

import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessRules;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.projecting.StandingFacts;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** May this person, now, for this purpose, see what? For the services that release data. */
@Path("/decisions")
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Decisions")
public class DecisionsResource {
  @Inject CaughtUp caughtUp;
  @Inject StandingFacts standingFacts;
  @Inject KnownDossiers knownDossiers;
  @Inject Policies policies;

  /** Decides anew each time; refused is an answer too, and comes with 200. */
  @POST
  @Operation(
      summary = "May this person, now, for this purpose, see what? 200 also when the answer is no")
  public AccessDecision decide(DecisionRequest request) throws SQLException {
    if (!isComplete(request)) {
      throw new Refusal(RequestProblem.FIELD_MISSING);
    }
    if (!caughtUp.reached()) {
      throw new Refusal(AccessRefusal.NOT_READY);
    }
    AccessDecision decision = decideNow(request);
    // A refusal may rest on what has not arrived yet.
    return !decision.allowed()
            && AccessRules.mayEverSeeContent(request.actor().role())
            && knownDossiers.learn(request.dossierId())
        ? decideNow(request)
        : decision;
  }

  private AccessDecision decideNow(DecisionRequest request) throws SQLException {
    return AccessRules.decide(request, standingFacts.read(request), policies);
  }

  private static boolean isComplete(DecisionRequest request) {
    return request != null
        && Stream.of(request.dossierId(), request.actor(), request.purpose())
            .allMatch(Objects::nonNull)
        && request.actor().role() != null;
  }
}
