package fr.carnet.resourceserver;

import fr.carnet.events.access.RefusedCaller;
import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** Tells the access-control-service of a refusal. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
public interface RefusalsClient {
  /** Counts a refusal, and says how the account stands. */
  @POST
  @Path("/refusals")
  RefusedCaller.Standing refused(RefusedCaller refused);
}
