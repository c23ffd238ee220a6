package fr.carnet.access.noticing;

import fr.carnet.access.noticing.Notices.Noted;
import fr.carnet.access.noticing.Notices.Reader;
import fr.carnet.access.paging.Place;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.resourceserver.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the owner of a dossier, or who decides for them, is told of access to it. */
@Path("/dossiers/{dossierId}/notices")
@RolesAllowed("patient")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Notices")
public class NoticesResource {
  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject ContentFilter filter;
  @Inject Notices notices;

  /** A patient's. */
  @GET
  @Operation(
      summary = "What the owner is told of access to the dossier, the newest first",
      description =
          "First access of a professional, every emergency access, refusals that repeat, grants"
              + " that end within seven days. Nothing of an access that showed only what is not yet"
              + " announced to the owner, unless it was in an emergency. An adult's guardian is told the"
              + " same from when they began; who acts for a minor, of the end of grants that they or"
              + " others gave who do. cursor is the next of the page before; limit 1 to 200.")
  public ShownNotices ofDossier(
      String dossierId,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit)
      throws SQLException {
    return notices.read(reader(dossierId), Place.parse(cursor), Place.limit(limit));
  }

  /** Marks one of them. */
  @PUT
  @Path("/{noticeId}/read")
  @Operation(summary = "Mark a notice as read; once is enough")
  public void mark(String dossierId, String noticeId) throws SQLException {
    notices.mark(reader(dossierId), noticeId);
  }

  /** To be printed. */
  @GET
  @Path("/printable")
  @Produces(MediaType.TEXT_HTML)
  @Operation(
      summary = "The newest 200 notices as a page to print",
      description = "In the language of Accept-Language (fr, en), French otherwise. No scripts.")
  public Response printable(String dossierId, @HeaderParam("Accept-Language") String language)
      throws SQLException {
    ShownNotices told = notices.read(reader(dossierId), Optional.empty(), Place.MOST);
    return Response.ok(new PrintedNotices(PrintedNotices.Language.of(language)).page(told))
        .type(MediaType.TEXT_HTML + ";charset=UTF-8")
        .header("Cache-Control", "no-store")
        .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  private Reader reader(String dossierId) throws SQLException {
    Decided asked = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    UUID id = asked.dossier().dossierId();
    if (asked.onlyBy().isPresent()) {
      return new Reader.OfTheirGrants(id, asked.actor());
    }
    List<Noted> noted = notices.noted(id);
    Set<String> keptFrom = filter.keptFrom(asked);
    return new Reader.OfDossier(
        id, asked.actor(), Noted.told(noted, keptFrom, asked.since()), asked.since());
  }
}
