package fr.carnet.access.arriving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessRules;
import fr.carnet.access.deciding.DecisionFacts;
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
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
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
  @Inject ObjectMapper json;

  /** How many can be asked for at once. */
  private static final int MOST = 100;

  /** Decides anew each time; refused is an answer too, and comes with 200. */
  @POST
  @Operation(
      summary = "May this person, now, for this purpose, see what? 200 also when the answer is no",
      description =
          "A request, answered with a decision; or a list of 1 to 100 requests, answered with the"
              + " list of decisions in the same order, all of one instant.")
  @RequestBody(
      content =
          @Content(
              schema =
                  @Schema(
                      oneOf = {DecisionRequest.class, DecisionRequest[].class},
                      type = SchemaType.OBJECT)))
  @APIResponse(
      responseCode = "200",
      content =
          @Content(
              schema =
                  @Schema(
                      oneOf = {AccessDecision.class, AccessDecision[].class},
                      type = SchemaType.OBJECT)))
  public Response decide(JsonNode body) throws SQLException, JsonProcessingException {
    if (body == null) {
      throw new Refusal(RequestProblem.FIELD_MISSING);
    }
    if (!body.isArray()) {
      return Response.ok(decide(List.of(request(body))).getFirst()).build();
    }
    if (body.isEmpty() || body.size() > MOST) {
      throw new Refusal(AccessRefusal.TOO_MANY_DECISIONS);
    }
    List<DecisionRequest> requests = new ArrayList<>();
    for (JsonNode each : body) {
      requests.add(request(each));
    }
    return Response.ok(decide(requests)).build();
  }

  private DecisionRequest request(JsonNode body) throws JsonProcessingException {
    DecisionRequest request = json.treeToValue(body, DecisionRequest.class);
    if (!isComplete(request)) {
      throw new Refusal(RequestProblem.FIELD_MISSING);
    }
    return request;
  }

  private List<AccessDecision> decide(List<DecisionRequest> requests) throws SQLException {
    if (!caughtUp.reached()) {
      throw new Refusal(AccessRefusal.NOT_READY);
    }
    List<AccessDecision> decisions = decideNow(requests);
    boolean learned = false;
    for (int i = 0; i < requests.size(); i++) {
      learned |=
          mayRestOnMore(requests.get(i), decisions.get(i))
              && knownDossiers.learn(requests.get(i).dossierId());
    }
    return learned ? decideNow(requests) : decisions;
  }

  /**
   * A refusal may rest on what has not arrived yet, and so may a representation: one that was ended
   * must not let anybody in for a moment more.
   */
  private static boolean mayRestOnMore(DecisionRequest request, AccessDecision decision) {
    return decision.allowed()
        ? decision.rule().equals(AccessDecision.REPRESENTATIVE)
        : AccessRules.mayEverSeeContent(request.actor().role());
  }

  private List<AccessDecision> decideNow(List<DecisionRequest> requests) throws SQLException {
    List<DecisionFacts> facts = standingFacts.read(requests);
    List<AccessDecision> decisions = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      decisions.add(AccessRules.decide(requests.get(i), facts.get(i), policies));
    }
    return decisions;
  }

  private static boolean isComplete(DecisionRequest request) {
    return request != null
        && Stream.of(request.dossierId(), request.actor(), request.purpose())
            .allMatch(Objects::nonNull)
        && request.actor().role() != null;
  }
}
