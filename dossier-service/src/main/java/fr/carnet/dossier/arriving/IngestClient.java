package fr.carnet.dossier.arriving;

import io.quarkus.oidc.client.filter.OidcClientFilter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** Asks ingest how far it has applied the registry. */
@RegisterRestClient(configKey = "ingest")
@OidcClientFilter
interface IngestClient {
  /** What the valve goes by. */
  record AppliedState(long version, boolean open) {}

  @GET
  @Path("/registry/{dossierId}")
  AppliedState applied(UUID dossierId);
}
