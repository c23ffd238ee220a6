package fr.carnet.audit.querying;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** The rules that decisions are made by, as the access-control-service has them. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
@Path("/rules")
interface RulesService {
  /** Dated data, past rules included. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  String rules();
}
