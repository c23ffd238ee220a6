package fr.carnet.dossier.programme;

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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How many dossiers are open and used; of no group under ten. */
@Path("/figures")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("programme")
@RunOnVirtualThread
@Tag(name = "Programme")
public class FiguresResource {
  @Inject FigureMonths months;
  @Inject Terms terms;

  /** The months, the newest first. */
  public record Fixed(List<Figures.Total> months) {}

  /** Every month against the goal. */
  @GET
  @Operation(summary = "Dossiers open at each month's end against the goal, and how far they came")
  public Fixed all() throws SQLException {
    return new Fixed(months.totals(terms));
  }

  /** One month, by group. */
  @GET
  @Path("/{month}")
  @Operation(
      summary = "Dossiers open at a month's end by channel, caisse, age and stage",
      description =
          "Groups under 10 are not shown, the others in full tens; sums are of what is shown. Fixed a"
              + " day after the month's end (Europe/Paris), and never changed again.")
  public Figures month(String month) throws SQLException {
    var asked = Months.parse(month);
    return Figures.of(
        asked, Refusal.unless(months.shown(asked), ProgrammeRefusal.MONTH_NOT_FIXED), terms);
  }
}
