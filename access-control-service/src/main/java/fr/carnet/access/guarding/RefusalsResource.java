package fr.carnet.access.guarding;

import fr.carnet.access.counting.Refusals;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.access.RefusedCaller.Standing;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One count of refusals for all services that release data. */
@Path("/refusals")
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Decisions")
public class RefusalsResource {
  private static final Pattern ACCOUNT = Pattern.compile("[0-9a-f]{64}");

  @Inject Refusals refusals;

  /** Counts, and says whether it was too often. */
  @POST
  @Operation(
      summary = "Somebody is being refused: count it, and say whether it was too often",
      description = "20 within an hour, and 200 of an agent who looks for people at a counter.")
  public Standing refused(RefusedCaller refused) throws SQLException {
    if (refused == null
        || refused.account() == null
        || refused.actor() == null
        || refused.actor().role() == null
        || refused.kind() == null) {
      throw new Refusal(RequestProblem.FIELD_MISSING);
    }
    if (!ACCOUNT.matcher(refused.account()).matches()) {
      throw new Refusal(RequestProblem.IDENTIFIER_INVALID, "account");
    }
    return new Standing(refusals.tooMany(refused));
  }
}
