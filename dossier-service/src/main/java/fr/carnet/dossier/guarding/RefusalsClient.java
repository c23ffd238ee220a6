package fr.carnet.dossier.guarding;

import fr.carnet.events.access.RefusedCaller;
import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** Tells the access-control-service of a refusal. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
interface RefusalsClient {
  @POST
  @Path("/refusals")
  RefusedCaller.Standing refused(RefusedCaller refused);
}
