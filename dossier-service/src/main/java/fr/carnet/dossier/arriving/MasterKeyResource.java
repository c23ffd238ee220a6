package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.keys.MasterKeyRotation;
import fr.carnet.dossier.keys.MasterKeyRotation.Rewrapped;
import fr.carnet.dossier.keys.MasterKeyRotation.Versions;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Rotating the master key, in three steps that an operator takes. */
@Path("/operations/master-key")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("operator")
@RunOnVirtualThread
@Tag(name = "Operations")
public class MasterKeyResource {
  @Inject MasterKeyRotation rotation;

  /** The versions that there are. */
  @GET
  @Operation(summary = "The versions of the master key, and what older ones still wrap")
  public Versions versions() throws SQLException {
    return rotation.versions();
  }

  /** First. */
  @POST
  @Path("/versions")
  @Operation(summary = "1. Add a version, with which everything is wrapped from now on")
  public Versions add() throws SQLException {
    return rotation.add();
  }

  /** Second; it may be stopped and asked for again. */
  @POST
  @Path("/rewrapping")
  @Operation(summary = "2. Wrap anew what older versions wrapped; safely repeatable")
  public Rewrapped rewrap() throws SQLException {
    return rotation.rewrap();
  }

  /** Third; a backup from before needs the older versions to be restored. */
  @DELETE
  @Path("/versions/older")
  @Operation(summary = "3. Drop the older versions, once nothing is wrapped by them")
  public Versions dropOlder() throws SQLException {
    Versions left = rotation.dropOlder();
    if (left.wrapsOfOlder() > 0) {
      throw new Refusal(DossierRefusal.MASTER_KEY_IN_USE);
    }
    return left;
  }
}
