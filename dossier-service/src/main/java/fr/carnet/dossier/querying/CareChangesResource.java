package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.After;
import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.CareHistory.Selection;
import fr.carnet.dossier.querying.Looks.Look;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What changed in a care history since a professional last looked. */
@Path("/dossiers/{dossierId}/care/changes")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Reading")
public class CareChangesResource {
  @Inject Reading reading;
  @Inject VisibleCare visible;
  @Inject CurrentCaller current;

  /** In which way an item shows otherwise than before. */
  public enum Kind {
    /** It did not show before. */
    NEW,
    /** It shows with another quantity. */
    QUANTITY_CHANGED,
    /** It showed, and was taken back. */
    REVERSED
  }

  /**
   * One item that changed.
   *
   * @param careFrom first day, Europe/Paris
   * @param item as it shows now; of one that was reversed nothing is said but that
   */
  public record Change(Kind kind, String itemId, LocalDate careFrom, Optional<ShownItem> item) {}

  /**
   * A page of what changed, by day of care, newest first.
   *
   * @param since when the visit before ended, UTC; absent at the first, when all is new
   * @param next give it as {@code cursor} for the next page; absent on the last
   */
  public record Changes(
      Optional<Instant> since, List<Change> changes, Optional<String> next, Sentence notice) {}

  private static final Sentence FIRST_LOOK =
      new Sentence(
          "You have not looked at this care history before: all of it is new. It may be"
              + " incomplete.",
          "Vous n'avez pas encore consulté cet historique : tout y est nouveau. Il peut être"
              + " incomplet.");
  private static final Sentence NOTHING_NEW =
      new Sentence(
          "Nothing new since you last looked. The care history may be incomplete.",
          "Rien de nouveau depuis votre dernière consultation. L'historique peut être"
              + " incomplet.");
  private static final Sentence SINCE =
      new Sentence(
          "What changed since you last looked. It may be incomplete.",
          "Ce qui a changé depuis votre dernière consultation. Cette liste peut être incomplète.");

  /** What changed. */
  @GET
  @Operation(
      summary = "What changed since this professional last looked",
      description =
          "For professionals. Looks less than 30 minutes apart are one visit; what changed is"
              + " reckoned from the visit before, and stays the same for all of a visit. To look"
              + " is to read the first page of /care without a category, or of this.")
  public Changes changes(
      UUID dossierId,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Caller caller = current.get();
    if (caller.actor().role() != Actor.Role.PROFESSIONAL) {
      throw new Refusal(ReadingRefusal.PROFESSIONALS_ONLY);
    }
    Optional<After> after = DossierReadsResource.after(cursor);
    int most = DossierReadsResource.limit(limit);
    return reading.read(
        DossierReadsResource.asked(dossierId, "read-care-changes", purpose, reason),
        (tx, decision) -> {
          Look before = look(tx, dossierId, decision, after, caller);
          List<Item> found =
              visible.items(tx, dossierId, decision, Selection.changes(before, after, most + 1));
          List<Item> shown = found.stream().limit(most).toList();
          Optional<String> next =
              found.size() > most
                  ? Optional.of(DossierReadsResource.cursor(shown.getLast()))
                  : Optional.empty();
          return new Released<>(
              new Changes(
                  before.at(),
                  shown.stream().map(item -> change(item, language)).toList(),
                  next,
                  notice(decision, before, shown.isEmpty() && after.isEmpty())),
              VisibleCare.ids(shown));
        });
  }

  private Look look(
      Connection tx,
      UUID dossierId,
      AccessDecision decision,
      Optional<After> after,
      Caller professional)
      throws SQLException {
    Optional<Look> first =
        after.isEmpty() ? visible.look(tx, dossierId, decision) : Optional.empty();
    return first.isPresent() ? first.get() : Looks.before(tx, dossierId, professional);
  }

  private Change change(Item item, String language) {
    Kind kind =
        !item.isShown()
            ? Kind.REVERSED
            : item.seen().signum() > 0 ? Kind.QUANTITY_CHANGED : Kind.NEW;
    return new Change(
        kind,
        item.itemId(),
        item.careFrom(),
        item.isShown() ? Optional.of(visible.shown(item, language)) : Optional.empty());
  }

  /** Only who would have been shown some is told that there is none. */
  private static Sentence notice(AccessDecision decision, Look before, boolean none) {
    if (!VisibleCare.isOpenTo(decision)) {
      return DossierReadsResource.MAY_BE_INCOMPLETE;
    }
    if (before.at().isEmpty()) {
      return FIRST_LOOK;
    }
    return none ? NOTHING_NEW : SINCE;
  }
}
