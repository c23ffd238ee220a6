package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.HeldItems.Named;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.querying.Timeline.Entry;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Everything in a dossier by day, and by what it is called. */
@Path("/dossiers/{dossierId}")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Reading")
public class TimelineResource {
  private static final int MOST_FOUND = 100;

  @Inject Reading reading;
  @Inject VisibleCare visible;

  /**
   * What is looked for, in the body: medical words stand in no URL.
   *
   * @param text 2 to 100 characters; every word of it must be in what a thing is called
   */
  public record Question(Optional<String> text) {}

  /**
   * What was found, the newest first.
   *
   * @param more whether there is more than the hundred that are shown
   */
  public record Found(List<Entry> entries, boolean more) {}

  /** Everything, by day. */
  @GET
  @Path("/timeline")
  @Operation(
      summary = "Items, documents and care together, by the day that they are about",
      description =
          "The newest first. kind is a kind of items, or CARE; category one of care's eight; from"
              + " and to are days, both inclusive; cursor is the next of the page before; limit 1"
              + " to 200.")
  public Timeline timeline(
      UUID dossierId,
      @QueryParam("kind") String kind,
      @QueryParam("category") String category,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Timeline.Selection selection = Timeline.Selection.of(kind, category, from, to, cursor, limit);
    return reading.read(
        DossierReadsResource.asked(dossierId, "read-timeline", purpose, reason),
        (tx, decision) -> {
          Timeline page =
              Timeline.of(tx, dossierId, visible.viewer(decision), selection, visible, language);
          return new Released<>(page, Timeline.ids(page.entries()));
        });
  }

  /** Looks for words in titles, labels and codes. */
  @POST
  @Path("/search")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Find words in titles, labels and codes of items and care, in the body",
      description =
          "Case and accents do not matter. At most the hundred newest; more says that there are"
              + " others.")
  public Found search(
      UUID dossierId,
      Question asked,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    SoughtText sought =
        Refusal.unless(
            SoughtText.parse(
                Refusal.unless(
                    Optional.ofNullable(asked).flatMap(Question::text),
                    RequestProblem.FIELD_MISSING,
                    "text")),
            ReadingRefusal.TEXT_INVALID,
            "text");
    return reading.read(
        DossierReadsResource.asked(dossierId, "search-dossier", purpose, reason),
        (tx, decision) -> {
          List<Entry> found = found(tx, dossierId, visible.viewer(decision), sought, language);
          List<Entry> shown = found.stream().limit(MOST_FOUND).toList();
          return new Released<>(new Found(shown, found.size() > shown.size()), Timeline.ids(shown));
        });
  }

  /** A dossier has some thousand rows at most, and what codes are called is not in the database. */
  private List<Entry> found(
      Connection tx, UUID dossierId, Viewer viewer, SoughtText sought, String language)
      throws SQLException {
    List<Entry> found = new ArrayList<>();
    List<UUID> items =
        HeldItems.named(tx, dossierId, viewer).stream()
            .filter(item -> sought.isIn(item.names()))
            .map(Named::itemId)
            .limit(MOST_FOUND + 1)
            .toList();
    HeldItems.these(tx, dossierId, viewer, items).stream().map(Entry::of).forEach(found::add);
    for (Item item : VisibleCare.items(tx, dossierId, viewer, CareHistory.Selection.everything())) {
      if (sought.isIn(visible.names(item))) {
        found.add(Entry.of(visible.shown(item, language)));
      }
    }
    found.sort(Entry.NEWEST_FIRST);
    return found;
  }
}
