package fr.carnet.audit.querying;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.RestPath;

/** What the access-control-service holds of a dossier, for a replay to be laid beside. */
@RegisterRestClient(configKey = "access-control")
@OidcClientFilter
@Path("/dossiers/{dossierId}")
interface AccessFactsService {
  /** {@link fr.carnet.events.access.AccessFacts}. */
  @GET
  @Path("/facts")
  @Produces(MediaType.APPLICATION_JSON)
  String facts(@RestPath UUID dossierId);
}
