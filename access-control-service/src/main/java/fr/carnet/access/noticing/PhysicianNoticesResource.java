package fr.carnet.access.noticing;

import fr.carnet.access.noticing.Notices.Reader;
import fr.carnet.access.paging.Place;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a doctor is told of emergencies of their patients. */
@Path("/notices")
@RolesAllowed("professional")
@RunOnVirtualThread
@Tag(name = "Notices")
public class PhysicianNoticesResource {
  /** A doctor's profession in table G15; nobody else is a médecin traitant. */
  private static final String DOCTOR = "10";

  @Inject CurrentCaller currentCaller;
  @Inject Notices notices;

  /** Of every dossier of which the caller is a médecin traitant. */
  @GET
  @Operation(
      summary = "Emergency accesses to the dossiers of which the caller is a médecin traitant",
      description = "From when they became one. cursor is the next of the page before.")
  public ShownNotices all(
      @QueryParam("cursor") String cursor, @QueryParam("limit") @DefaultValue("50") String limit)
      throws SQLException {
    return notices.read(physician(), Place.parse(cursor), Place.limit(limit));
  }

  /** Marks one of them. */
  @PUT
  @Path("/{noticeId}/read")
  @Operation(summary = "Mark a notice as read; once is enough")
  public void mark(String noticeId) throws SQLException {
    notices.mark(physician(), noticeId);
  }

  /** Whoever is no doctor is told of nobody: no national id is empty. */
  private Reader physician() {
    Actor actor = currentCaller.get().actor();
    return new Reader.TreatingPhysician(
        actor.id().filter(_ -> actor.profession().equals(Optional.of(DOCTOR))).orElse(""));
  }
}
