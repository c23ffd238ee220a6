package fr.carnet.dossier.programme;

import fr.carnet.events.dossier.Channel;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Statements of openings to pay: each pharmacy's own, and the payer's. */
@Path("/statements")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Programme")
public class StatementsResource {
  /** Of table G15. */
  private static final String PHARMACIST = "21";

  @Inject Statements statements;
  @Inject CurrentCaller current;
  @Inject DatabaseClock clock;

  /** The months, the newest first. */
  public record Own(List<Statements.Statement> months) {}

  /** What the caller's pharmacy is to be paid. */
  @GET
  @Path("/mine")
  @RolesAllowed("professional")
  @Operation(
      summary = "What your pharmacy is to be paid for openings, month by month",
      description =
          "Of the structure that you act in, and of yourself where you opened in none. Months of"
              + " Europe/Paris, from a day after their end.")
  public Own mine() throws SQLException {
    Actor caller = current.get().actor();
    if (!caller.profession().equals(Optional.of(PHARMACIST))) {
      throw new Refusal(ProgrammeRefusal.PHARMACISTS_ONLY);
    }
    List<String> payees =
        Stream.of(caller.structure().map(NationalId::value), caller.id())
            .flatMap(Optional::stream)
            .toList();
    return new Own(statements.of(payees, Channel.PHARMACIST, clock.now()));
  }

  /** What everyone is to be paid. */
  @GET
  @Path("/{month}")
  @RolesAllowed("payer")
  @Operation(
      summary = "What each structure is to be paid for the openings of a month",
      description =
          "For the payer, and not for the programme, to whom no group under 10 is shown. month is yyyy-mm, Europe/Paris, from a day after its end.")
  public Statements.Statement month(String month) throws SQLException {
    return statements.of(Months.parse(month), clock.now());
  }
}
