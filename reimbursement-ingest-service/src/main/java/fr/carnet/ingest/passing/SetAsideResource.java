package fr.carnet.ingest.passing;

import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What an operator does about lines that the valve failed to pass. */
@Path("/operations/set-aside")
@RolesAllowed("operator")
@RunOnVirtualThread
@Tag(name = "Operations")
public class SetAsideResource {
  @Inject SetAside setAside;
  @Inject Valve valve;

  /** Lines that the valve failed to pass. */
  @GET
  @Operation(summary = "Lines that the valve failed to pass, with the failure and never the line")
  public List<SetAside.Listed> listed() throws SQLException {
    return setAside.list();
  }

  /** Has one tried again. */
  @POST
  @Path("/{id}/release")
  @Operation(summary = "Have a line that was set aside tried again")
  public void release(long id) throws SQLException {
    if (!setAside.release(id)) {
      throw new Refusal(RequestProblem.NO_SUCH_RESOURCE);
    }
    valve.wake();
  }

  /** Gives one up. */
  @DELETE
  @Path("/{id}")
  @Operation(summary = "Give a line up that was set aside: it is kept, and does not pass")
  public void discard(long id) throws SQLException {
    if (!setAside.discard(id)) {
      throw new Refusal(RequestProblem.NO_SUCH_RESOURCE);
    }
  }
}
