package fr.carnet.audit.watching;

import fr.carnet.audit.noticing.Notices;
import fr.carnet.eventstore.Transactions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What people must know of the log. */
@Path("/notices")
@RunOnVirtualThread
@Tag(name = "The state of the log")
public class NoticesResource {
  @Inject DataSource dataSource;

  /** The newest 200. */
  @GET
  @RolesAllowed({"operator", "privacy-officer"})
  @Operation(summary = "Notices about the log, open ones first: code, sentence, since when")
  public List<Notices.Notice> notices() throws SQLException {
    return Transactions.run(dataSource, Notices::list);
  }
}
