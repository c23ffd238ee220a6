package fr.carnet.audit.querying;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** The access-control-service, over HTTP. The JSON is that of {@link fr.carnet.events.Wire}. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
@Path("/decisions")
interface AccessControl {
  /** Asks for a decision: a DecisionRequest, answered with an AccessDecision. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  String decide(String decisionRequest);
}
