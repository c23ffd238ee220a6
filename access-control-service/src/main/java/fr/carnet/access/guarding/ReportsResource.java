package fr.carnet.access.guarding;

import fr.carnet.access.noticing.Sentence;
import fr.carnet.access.paging.Place;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Unusual access, for the privacy officer. */
@Path("/reports")
@RolesAllowed("privacy-officer")
@RunOnVirtualThread
@Tag(name = "Unusual access")
public class ReportsResource {
  @Inject CurrentCaller currentCaller;
  @Inject Reports reports;

  /**
   * Reports, the newest first.
   *
   * @param unread how many nobody has marked as read, on all pages
   * @param next give it as {@code cursor} for the next page; absent on the last
   */
  public record ShownReports(long unread, List<Report> reports, Optional<String> next) {
    public ShownReports {
      reports = List.copyOf(reports);
    }
  }

  /**
   * One account, or one professional, on one day.
   *
   * @param at when it became too often; UTC
   * @param actor role and, of professionals and agents, the id: as in the audit log
   * @param account SHA-256 of the account's id at the identity provider, hexadecimal
   * @param day of Europe/Paris
   * @param times refusals, or visits by break-glass, of that day until now
   * @param readBy account of the officer who marked it first
   */
  public record Report(
      UUID reportId,
      ReportCode code,
      Sentence sentence,
      Instant at,
      String actor,
      Optional<String> account,
      LocalDate day,
      long times,
      Optional<Instant> readAt,
      Optional<String> readBy) {}

  /** All of them. */
  @GET
  @Operation(
      summary = "Accounts that look for dossiers, and frequent break-glass, the newest first",
      description = "cursor is the next of the page before; limit 1 to 200.")
  public ShownReports all(
      @QueryParam("cursor") String cursor, @QueryParam("limit") @DefaultValue("50") String limit)
      throws SQLException {
    return reports.read(Place.parse(cursor), Place.limit(limit));
  }

  /** Marks one. */
  @PUT
  @Path("/{reportId}/read")
  @Operation(summary = "Mark a report as read; once is enough")
  public void mark(String reportId) throws SQLException {
    if (!reports.mark(parse(reportId), currentCaller.get().subject())) {
      throw new Refusal(ReportRefusal.NO_SUCH_REPORT);
    }
  }

  private static UUID parse(String reportId) {
    try {
      return UUID.fromString(reportId);
    } catch (IllegalArgumentException e) {
      throw new Refusal(ReportRefusal.NO_SUCH_REPORT);
    }
  }
}
