package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.events.Wire;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.WholeOrBroken;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Extract;
import fr.carnet.transparency.SignedNote;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** Facts as a file, signed together with the checkpoint that covers them. */
@Path("/log/facts")
@RunOnVirtualThread
@Tag(name = "Log")
public class FactsResource {
  private static final int PAGE = 500;

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject Checkpoints checkpoints;
  @Inject RoutingContext request;

  /** The same conditions as the search. */
  @GET
  @Produces("application/zip")
  @RolesAllowed("auditor")
  @Operation(
      summary =
          "Facts as NDJSON, CSV or IHE BALP AuditEvents, with the checkpoint that covers them",
      description =
          "A ZIP of the facts, the checkpoint and a manifest that the log's key signed, for"
              + " carnet-verify, with what was asked for in conditions.json. format is ndjson, csv or"
              + " balp; the conditions are those of the search. Traced before anything leaves.")
  public StreamingOutput facts(@RestQuery Optional<String> format, @BeanParam Conditions conditions)
      throws SQLException {
    FactsFormat as = FactsFormat.of(format);
    SignedNote note = Transactions.run(dataSource, LogSearch::checkpoint);
    long size = Checkpoint.parse(note.text()).size();
    Search search = conditions.search(Optional.of(size));
    Transactions.run(
        dataSource,
        tx -> {
          ReadTrace.put(
              tx,
              LogResource.known(tx, search.dossier()),
              ReadTrace.byAuditor(caller.get().actor(), "audit-facts", 0, size - 1),
              caller.correlation());
          return true;
        });
    machinery.wakeRelay();
    return WholeOrBroken.written(
        request.request(),
        out -> {
          Extract.Writer extract = new Extract.Writer(out, note);
          // Part of what is signed: what was left out is no sign that there is nothing.
          extract.add("conditions.json", file -> file.write(Wire.write(conditions.asked(as))));
          extract.add(as.fileName(), file -> write(search, as, file));
          extract.sign(text -> checkpoints.signExtract(text, Instant.now()));
          out.flush();
        });
  }

  private void write(Search search, FactsFormat as, OutputStream out) throws IOException {
    if (as.header().isPresent()) {
      out.write(as.header().get().getBytes(StandardCharsets.UTF_8));
    }
    long after = -1;
    Part<Found> found;
    do {
      found = find(search, new Paging(after, PAGE));
      for (Found each : found.entries()) {
        Optional<String> line = as.line(each);
        if (line.isPresent()) {
          out.write(line.get().getBytes(StandardCharsets.UTF_8));
        }
        after = each.index();
      }
    } while (found.more());
  }

  /** A transaction for each page, so that a slow reader holds no connection. */
  private Part<Found> find(Search search, Paging paging) throws IOException {
    try {
      return Transactions.run(dataSource, tx -> LogSearch.find(tx, search, paging));
    } catch (SQLException e) {
      throw new IOException("the log cannot be read", e);
    }
  }
}
