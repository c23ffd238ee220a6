package fr.carnet.dossier.querying;

import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** Asks the access-control-service, on each request anew. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
interface AccessControlClient {
  @POST
  @Path("/decisions")
  AccessDecision decide(DecisionRequest request);
}
