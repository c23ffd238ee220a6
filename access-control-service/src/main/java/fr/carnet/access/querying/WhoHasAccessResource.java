package fr.carnet.access.querying;

import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.events.access.Grantee;
import fr.carnet.resourceserver.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the owner of a dossier, or who decides for them, is told about grants. */
@Path("/dossiers/{dossierId}")
@RolesAllowed("patient")
@RunOnVirtualThread
@Tag(name = "The patient looks")
public class WhoHasAccessResource {
  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject AccessRows rows;

  /**
   * Every grant ever given, the newest first.
   *
   * @param at the database's clock when it was read; UTC
   * @param accessVersion version of the dossier's access stream that this stands on; 0 for who acts
   *     for a minor, since it tells how much more there is
   */
  public record Grants(Instant at, long accessVersion, List<GrantRow> grants) {
    public Grants {
      grants = List.copyOf(grants);
    }
  }

  /**
   * One grant.
   *
   * @param state as professionals' software knows it
   * @param inForce whether it lets somebody in now; a VALIDE one may begin later
   */
  public record GrantRow(
      UUID grantId,
      Grantee.Kind granteeKind,
      String granteeId,
      Instant from,
      Optional<Instant> until,
      Optional<Instant> revokedAt,
      State state,
      boolean inForce) {
    /** The state of an authorisation. */
    public enum State {
      /** In force, or to begin later. */
      VALIDE,
      /** Revoked, or past its end. */
      EXPIRE,
      /** It has not ended, but the patient blocked the professional. */
      INTERDIT
    }
  }

  /** Current and past grants. */
  @GET
  @Path("/grants")
  @Operation(
      summary = "Every grant that was ever given, the newest first",
      description =
          "Who acts for a minor sees the grants that they or others gave who do. An adult's guardian"
              + " sees those that held when they began, and those given since.")
  public Grants grants(String dossierId) throws SQLException {
    return rows.grants(knownDossiers.decidedBy(currentCaller.get(), dossierId));
  }
}
