package fr.carnet.ingest.arriving.extracts;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Extracts in the warehouse's layout: asked for here, loaded beside, looked at while they load. */
@Path("/extracts")
@RolesAllowed("billing")
@RunOnVirtualThread
@Tag(name = "Extracts")
public class ExtractsResource {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject ExtractLoader loader;

  /** Which folder of the sender's own to load. */
  record Wanted(String folder) {}

  /**
   * Asks for a folder to be loaded. One whose load has not ended goes on; one that has ended is
   * loaded again, and lines that were kept count as repeated. A dry run does all of it but keep
   * lines, and its report stands beside that of the load.
   */
  @POST
  @Operation(
      summary = "Load an extract in the warehouse's layout",
      description =
          "Answers at once; GET tells how far it is, and at the end the report. With dryRun=true"
              + " the whole report is given, by GET with dryRun=true too, and no line is kept.")
  public Response load(Wanted wanted, @QueryParam("dryRun") @DefaultValue("false") String dry)
      throws SQLException {
    boolean dryRun = isDry(dry);
    if (wanted == null || wanted.folder() == null) {
      throw new Refusal(RequestProblem.FIELD_MISSING, "folder");
    }
    String sender = caller.get().client();
    String name = checked(wanted.folder());
    java.nio.file.Path folder =
        Refusal.unless(
            Optional.of(sender)
                .filter(NAME.asMatchPredicate())
                .flatMap(known -> loader.folder(known, name))
                .filter(Files::isDirectory),
            ExtractProblem.EXTRACT_UNKNOWN);
    String correlation = caller.correlation();
    ExtractReport report =
        Transactions.run(
            dataSource,
            tx -> {
              Extracts.ask(tx, sender, name, dryRun, folder, correlation);
              return Extracts.report(tx, sender, name, dryRun).orElseThrow();
            });
    loader.wake();
    return Response.accepted(report).build();
  }

  /** How far a load is, and at its end the report. */
  @GET
  @Path("/{folder}")
  @Operation(summary = "How far an extract is loaded, and the report")
  public Response report(String folder, @QueryParam("dryRun") @DefaultValue("false") String dry)
      throws SQLException {
    boolean dryRun = isDry(dry);
    String sender = caller.get().client();
    String name = checked(folder);
    Optional<ExtractReport> report =
        Transactions.run(dataSource, tx -> Extracts.report(tx, sender, name, dryRun));
    return Response.ok(Refusal.unless(report, ExtractProblem.EXTRACT_UNKNOWN)).build();
  }

  /** Anything but these two would be taken for a wish to keep it. */
  private static boolean isDry(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new Refusal(ExtractProblem.DRY_RUN_INVALID);
    };
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new Refusal(ExtractProblem.EXTRACT_FOLDER_INVALID);
    }
    return name;
  }
}
