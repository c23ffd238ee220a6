package fr.carnet.access.querying;

import fr.carnet.access.paging.Place;
import fr.carnet.events.access.Grantee;
import fr.carnet.resourceserver.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a professional is told of their own authorisations, and of nobody else's. */
@Path("/authorisations")
@RolesAllowed("professional")
@RunOnVirtualThread
@Tag(name = "A professional's authorisations")
public class AuthorisationsResource {
  @Inject CurrentCaller currentCaller;
  @Inject AuthorisationRows rows;

  /** The state of an authorisation, as professionals' software knows it. */
  public enum State {
    /** In force, or to begin later. */
    VALIDE,
    /** Revoked, past its end, or of a dossier that is closed. */
    EXPIRE,
    /** It has not ended, but the patient blocked the professional. */
    INTERDIT,
    /** There is none; neither is it told whether there is such a dossier. */
    NON_EXISTE
  }

  /** Authorisations, the newest first. */
  public record Authorisations(List<Authorisation> authorisations, Optional<String> next) {
    public Authorisations {
      authorisations = List.copyOf(authorisations);
    }
  }

  /**
   * One authorisation.
   *
   * @param dossierId absent of a request: whether there is a dossier is for the patient to tell
   * @param grantId of a grant
   * @param requestId of a request, as {@code POST /access-requests} answered it
   * @param granteeKind whether it is the caller's own, or that of the structure they act in
   * @param since from when on it holds, inclusive, or when it was asked for; UTC
   * @param until exclusive; absent: until it is taken back
   */
  public record Authorisation(
      Optional<UUID> dossierId,
      Kind kind,
      Optional<UUID> grantId,
      Optional<UUID> requestId,
      Grantee.Kind granteeKind,
      Instant since,
      Optional<Instant> until,
      State state) {
    /** What gives the right. */
    public enum Kind {
      GRANT,
      TREATING_PHYSICIAN,
      /** Asked for and not granted: declined, not answered yet, or nobody is there to answer. */
      REQUEST
    }

    private Place place() {
      return new Place(since, grantId.or(() -> requestId).or(() -> dossierId).orElseThrow());
    }
  }

  /** The state of one. */
  public record StateOfDossier(State state) {}

  /** Everything that the caller holds, or held. */
  @GET
  @Operation(
      summary =
          "What the caller asked for or holds, and what the structure holds in which they act",
      description = "The newest first; cursor is the next of the page before; limit 1 to 200.")
  public Authorisations all(
      @QueryParam("cursor") String cursor, @QueryParam("limit") @DefaultValue("50") String limit)
      throws SQLException {
    int most = Place.limit(limit);
    Place.Page<Authorisation> page =
        Place.Page.of(
            rows.of(currentCaller.get().actor(), Place.parse(cursor), most + 1),
            most,
            Authorisation::place);
    return new Authorisations(page.rows(), page.next());
  }

  /** What the caller holds of one dossier. */
  @GET
  @Path("/{dossierId}")
  @Operation(
      summary = "The state of the caller's authorisation for one dossier",
      description = "NON_EXISTE also when there is no such dossier.")
  public StateOfDossier of(String dossierId) throws SQLException {
    Optional<UUID> id = parse(dossierId);
    return new StateOfDossier(
        id.isPresent() ? rows.stateOf(currentCaller.get().actor(), id.get()) : State.NON_EXISTE);
  }

  /** No dossier has another form of id. */
  private static Optional<UUID> parse(String dossierId) {
    try {
      return Optional.of(UUID.fromString(dossierId));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
