package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.After;
import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.CareHistory.Selection;
import fr.carnet.dossier.querying.Reading.Asked;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.trace.PurposeOfUse;
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
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a dossier shows, to its owner and to those whom the decision allows. */
@Path("/dossiers/{dossierId}")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Reading")
public class DossierReadsResource {
  private static final int MOST = 200;

  @Inject Reading reading;
  @Inject VisibleCare visible;

  /**
   * A page of the care history.
   *
   * @param next give it as {@code cursor} for the next page; absent on the last
   */
  public record CarePage(List<ShownItem> items, Optional<String> next, Sentence notice) {}

  static final Sentence MAY_BE_INCOMPLETE =
      new Sentence(
          "Care reimbursed in the last 24 months. It may be incomplete.",
          "Soins remboursés au cours des 24 derniers mois. Cette liste peut être incomplète.");
  static final Sentence NONE =
      new Sentence(
          "No reimbursement known in the period.", "Aucun remboursement connu sur la période.");

  /** The care history, newest first. */
  @GET
  @Path("/care")
  @Operation(
      summary = "Care of the last 24 months, net of reversals",
      description =
          "category is one of the eight; cursor is the next of the page before; limit 1 to 200."
              + " Categories are named in the language of Accept-Language (fr, en); acts in"
              + " French, as the code lists do, and not at all where no list knows the code.")
  public CarePage care(
      UUID dossierId,
      @QueryParam("category") String category,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Optional<CareCategory> only = category(category);
    Optional<After> after = after(cursor);
    int most = limit(limit);
    return reading.read(
        asked(dossierId, "read-care-history", purpose, reason),
        (tx, decision) -> {
          if (only.isEmpty() && after.isEmpty()) {
            visible.look(tx, dossierId, decision);
          }
          List<Item> found =
              visible.items(tx, dossierId, decision, Selection.page(only, after, most + 1));
          List<Item> shown = found.stream().limit(most).toList();
          Optional<String> next =
              found.size() > most ? Optional.of(cursor(shown.getLast())) : Optional.empty();
          Sentence notice =
              shown.isEmpty() && VisibleCare.isOpenTo(decision) && only.isEmpty() && after.isEmpty()
                  ? NONE
                  : MAY_BE_INCOMPLETE;
          return new Released<>(
              new CarePage(visible.shown(shown, language), next, notice), VisibleCare.ids(shown));
        });
  }

  /** The summary, for someone with three minutes. */
  @GET
  @Path("/summary")
  @Operation(
      summary = "What matters at a glance, in the order in which it matters in an emergency",
      description =
          "Allergies, current treatments, conditions, advance directives, emergency contacts, the"
              + " newest care; then how much there is of everything else, and the newest of it.")
  public Summary summary(
      UUID dossierId,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    return reading.read(
        asked(dossierId, "read-summary", purpose, reason),
        (tx, decision) -> {
          Summary summary = Summary.of(tx, dossierId, visible.viewer(decision), visible, language);
          return new Released<>(summary, summary.itemIds());
        });
  }

  static Asked asked(UUID dossierId, String action, String purpose, String reason) {
    PurposeOfUse use =
        purpose == null
            ? PurposeOfUse.NORMAL
            : Refusal.unless(PurposeOfUse.parse(purpose), ReadingRefusal.PURPOSE_UNKNOWN);
    // Percent-encoded, because a header is ASCII and words are not; in no URL, because URLs are
    // logged.
    Optional<String> words =
        Optional.ofNullable(reason)
            .map(DossierReadsResource::decoded)
            .filter(text -> !text.isBlank());
    if (use == PurposeOfUse.BREAK_GLASS && words.isEmpty()) {
      // The same whatever dossier is asked for, so it tells nothing.
      throw new Refusal(ReadingRefusal.REASON_MISSING);
    }
    return new Asked(dossierId, action, use, words);
  }

  /** Somebody in an emergency who writes "100 %" has given a reason all the same. */
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  static Optional<CareCategory> category(String name) {
    if (name == null) {
      return Optional.empty();
    }
    return Optional.of(
        Refusal.unless(
            Arrays.stream(CareCategory.values()).filter(c -> c.name().equals(name)).findFirst(),
            ReadingRefusal.CATEGORY_UNKNOWN));
  }

  static int limit(String text) {
    if (!text.matches("[0-9]{1,3}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw new Refusal(ReadingRefusal.LIMIT_INVALID);
    }
    return Integer.parseInt(text);
  }

  static String cursor(Item last) {
    return cursor(last.careFrom(), last.itemId());
  }

  static String cursor(LocalDate day, String itemId) {
    String place = day + "|" + itemId;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.UTF_8));
  }

  /** A day that a request names: of a year with four digits, as PostgreSQL has it too. */
  static LocalDate day(String text) {
    LocalDate day = LocalDate.parse(text);
    if (day.getYear() < 1 || day.getYear() > 9_999) {
      throw new DateTimeException("a year has four digits");
    }
    return day;
  }

  static Optional<After> after(String cursor) {
    if (cursor == null) {
      return Optional.empty();
    }
    try {
      String[] place =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|", 2);
      if (place.length == 2 && place[1].matches("[A-Za-z0-9_-]{1,64}")) {
        return Optional.of(new After(day(place[0]), place[1]));
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new Refusal(ReadingRefusal.CURSOR_INVALID);
    }
    throw new Refusal(ReadingRefusal.CURSOR_INVALID);
  }
}
