package fr.carnet.access.querying;

import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
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

/** What the owner of a dossier, or who decides for them, has decided, and what is left to. */
@Path("/dossiers/{dossierId}")
@RolesAllowed("patient")
@RunOnVirtualThread
@Tag(name = "The patient looks")
public class PatientChoicesResource {
  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject ChoiceRows rows;

  /**
   * A wish about emergencies.
   *
   * @param opposed what holds now: an opposition stands until somebody says otherwise; without one,
   *     the law allows it (CSP L1111-17). Absent where none said it who act for a minor, and one of
   *     them asks
   * @param toBeAsked whether nothing was said since the dossier was last opened: then it is to be
   *     asked, anew after a reopening
   * @param since when it was said last, UTC
   */
  public record WishRow(
      Wish wish, Optional<Boolean> opposed, boolean toBeAsked, Optional<Instant> since) {}

  /** Both wishes. */
  public record Wishes(List<WishRow> wishes) {
    public Wishes {
      wishes = List.copyOf(wishes);
    }
  }

  /**
   * A doctor who sees everything, or was asked to be a médecin traitant.
   *
   * @param since UTC
   */
  public record Physician(String professionalId, State state, Instant since) {
    /** What the doctor is. */
    public enum State {
      /** Asked, and has not accepted: no right yet. */
      PROPOSED,
      MEDECIN_TRAITANT,
      /** Not a médecin traitant, but with the same right. */
      SAME_RIGHT
    }
  }

  /** All of them. */
  public record Physicians(List<Physician> physicians) {
    public Physicians {
      physicians = List.copyOf(physicians);
    }
  }

  /**
   * A professional's request that waits for an answer.
   *
   * @param askedAt UTC
   */
  public record AccessRequest(UUID requestId, String professionalId, Instant askedAt) {}

  /** All of them. */
  public record AccessRequests(List<AccessRequest> requests) {
    public AccessRequests {
      requests = List.copyOf(requests);
    }
  }

  /** Professionals who ask for access. */
  @GET
  @Path("/access-requests")
  @Operation(
      summary = "Professionals' requests that wait for an answer, the oldest first",
      description =
          "Who acts for a minor is shown those that the professional asks them too, until one of"
              + " them answers. An adult's guardian is shown those made since they began.")
  public AccessRequests requests(String dossierId) throws SQLException {
    return rows.requests(decided(dossierId));
  }

  /** The wishes, and whether they have to be asked. */
  @GET
  @Path("/emergency-wishes")
  @Operation(
      summary = "What is wanted in an emergency, and whether it has to be asked (anew)",
      description =
          "After a reopening each wish is to be asked anew. Until it is, an opposition stands, and"
              + " an allowance is no more than what the law allows anyway. Who acts for a minor sees"
              + " what they or others said who do: where none of them did, it is to be asked, and"
              + " opposed is absent.")
  public Wishes wishes(String dossierId) throws SQLException {
    return rows.wishes(decided(dossierId));
  }

  /** Doctors who see everything, or were asked to. */
  @GET
  @Path("/treating-physicians")
  @Operation(
      summary = "Médecins traitants, those who were asked, and who has the same right",
      description = "Who acts for a minor sees those whom they or others named who do.")
  public Physicians physicians(String dossierId) throws SQLException {
    return rows.physicians(decided(dossierId));
  }

  private Decided decided(String dossierId) throws SQLException {
    return knownDossiers.decidedBy(currentCaller.get(), dossierId);
  }
}
