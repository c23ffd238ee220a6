package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.querying.Looks.Cursor;
import fr.carnet.audit.querying.Looks.Placed;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.SignedNote;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Who looked at a dossier, for its owner: refusals and emergencies first. */
@Path("/dossiers/{dossierId}/looks")
@RunOnVirtualThread
@Tag(name = "A patient's own log")
public class LooksResource {
  private static final String ACTION = "read-own-looks";

  @Inject OwnReading reading;

  /**
   * A page of looks.
   *
   * @param checkpoint that the proofs are of, as a signed note; absent before the first
   * @param next what to send as {@code after} for the page that follows
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record LooksPage(List<Look> looks, Optional<String> checkpoint, Optional<String> next) {
    LooksPage {
      looks = List.copyOf(looks);
    }
  }

  /** For programs. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RolesAllowed("patient")
  @Operation(
      summary =
          "Who looked at what, when, for which purpose, by which rule and which decision of yours",
      description =
          "Refusals and emergencies first, then what others looked at, then your own; the newest"
              + " first. Each with its proof, in English and French. Looks at nothing but what you"
              + " may not know of yet are absent. Who acts for the owner sees of others only looks"
              + " at items of which they may know, and no decision but their own. limit is 1 to 500."
              + " Traced.")
  public LooksPage looks(
      @RestPath String dossierId,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    return read(dossierId, after, limit);
  }

  /** For a person, to be printed. */
  @GET
  @Path("/page")
  @Produces("text/html; charset=utf-8")
  @RolesAllowed("patient")
  @Operation(
      summary = "The same as a page to be printed, in French or with language=en in English",
      description = "One file without scripts, that loads nothing. Traced.")
  public Response page(
      @RestPath String dossierId,
      @RestQuery Optional<String> language,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    Language in = Language.of(language);
    LooksPage page = read(dossierId, after, limit);
    return Html.response(new PrintedLooks(in, LogResource.id(dossierId)).of(page));
  }

  private LooksPage read(String dossierId, Optional<String> after, Optional<String> limit)
      throws SQLException {
    UUID dossier = LogResource.id(dossierId);
    Cursor cursor = after.map(Cursor::parse).orElse(Cursor.START);
    int most = Paging.of(Optional.empty(), limit).limit();
    return reading.read(dossier, ACTION, (tx, sight) -> page(tx, dossier, cursor, most, sight));
  }

  private static OwnReading.Shown<LooksPage> page(
      Connection tx, UUID dossier, Cursor after, int limit, PatientsSight sight)
      throws SQLException {
    Optional<SignedNote> note = Checkpoints.newest(tx);
    EntryProof.Prover prover =
        new EntryProof.Prover(
            tx, note.map(newest -> Checkpoint.parse(newest.text()).size()).orElse(0L));
    OwnDecisions decisions = OwnDecisions.of(tx, dossier, sight.below(), sight::shows);
    List<Placed> found = Looks.find(tx, dossier, after, sight.below(), limit + 1, sight::shows);
    List<Found> shown = found.stream().limit(limit).map(Placed::found).toList();
    List<Look> looks = new ArrayList<>();
    for (Found entry : shown) {
      if (entry.clear().orElse(new ClearFacts.Nothing()) instanceof ClearFacts.Read read) {
        looks.add(Look.of(entry, sight.read(read), decisions.behind(read), prover));
      }
    }
    return new OwnReading.Shown<>(
        new LooksPage(
            looks, note.map(SignedNote::format), Looks.next(found, limit).map(Cursor::text)),
        shown);
  }
}
