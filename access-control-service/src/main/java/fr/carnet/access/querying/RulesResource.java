package fr.carnet.access.querying;

import fr.carnet.resourceserver.ShippedFile;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The rules as dated data, all of them: which were in force when is said in them. */
@Path("/rules")
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Decisions")
public class RulesResource {
  @ConfigProperty(name = "carnet.policy")
  String policy;

  /** As this service was given them. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "The dated rules that decisions are made by, for services",
      description = "The file itself: what was in force at any time, with validFrom.")
  public byte[] rules() throws IOException {
    return ShippedFile.bytes(policy);
  }
}
