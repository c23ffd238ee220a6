package fr.carnet.access.noticing;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.RestPath;

/** The dossier-service, over HTTP. The JSON is that of {@link fr.carnet.events.Wire}. */
@RegisterRestClient(configKey = "dossier")
@OidcClientFilter
@Path("/dossiers/{dossierId}")
interface DossierService {
  /** The items of which the owner may not know now. */
  @GET
  @Path("/kept-from/OWNER")
  @Produces(MediaType.APPLICATION_JSON)
  String keptFromOwner(@RestPath UUID dossierId);

  /** The items of which somebody who acts for the owner may not know. */
  @GET
  @Path("/kept-from/REPRESENTATIVE")
  @Produces(MediaType.APPLICATION_JSON)
  String keptFromRepresentative(@RestPath UUID dossierId);
}
