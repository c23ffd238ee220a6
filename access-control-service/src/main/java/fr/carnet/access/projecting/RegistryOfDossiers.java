package fr.carnet.access.projecting;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** The dossier-service, asked for what has not arrived on {@code dossier.registry} yet. */
@Path("/registry")
@RegisterRestClient(configKey = "dossier")
@OidcClientFilter
interface RegistryOfDossiers {
  /** A {@code DossierRegistered} as JSON; 404 when there is no such dossier. */
  @GET
  @Path("/{dossierId}")
  @Produces(MediaType.APPLICATION_JSON)
  byte[] registered(UUID dossierId);

  /** Whose dossier. */
  record Whose(String ins) {}

  /** The same, by the INS in the body; 404 when that person has none. */
  @POST
  @Path("/search")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  byte[] find(Whose whose);
}
