package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.dossier.querying.CareHistory.Selection;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareProvider;
import fr.carnet.nomenclatures.CodeTable;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whether something was done recently, for whoever is about to prescribe it. */
@Path("/dossiers/{dossierId}/care/recent")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Reading")
public class RecentCareResource {
  private static final int USUAL_DAYS = 90;
  private static final int MOST_DAYS = 730;
  private static final int CCAM_FAMILY = 4;

  @Inject Reading reading;
  @Inject VisibleCare visible;

  /** In what an item is like the act that was asked about. */
  public enum Likeness {
    SAME_CODE,
    /** The first four letters of the CCAM code: organ, action and way. */
    SAME_CCAM_FAMILY,
    /** The therapeutic class of a medicine, as the list of medicines has it. */
    SAME_ATC_CLASS
  }

  /**
   * Something that was done.
   *
   * @param resultFrom who has the result
   */
  public record Done(Likeness likeness, ShownItem item, ResultFrom resultFrom) {}

  /**
   * Whom to ask for the result: the establishment where there is one, and who performed.
   *
   * @param specialtyLabel French, as the code list says
   */
  public record ResultFrom(
      Optional<String> finess,
      Optional<String> rpps,
      Optional<String> specialtyLabel,
      Sentence sentence) {}

  /** What was done, the newest first. */
  public record Recent(List<Done> done, Sentence notice) {}

  /**
   * What is asked about, in the body: it says something of the patient, and URLs are logged.
   *
   * @param days how far back, 1 to 730; 90 when absent
   */
  public record Question(Optional<String> system, Optional<String> code, Optional<Integer> days) {}

  /** What was done recently. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Whether the same or like care was done recently, by whom, where the result is",
      description =
          "system is CCAM, NGAP, NABM, CIP13, LPP or GHM. Like are acts with the first four letters"
              + " of the CCAM code, and medicines of the same ATC class. days: 1 to 730, 90 when"
              + " absent.")
  public Recent recent(
      UUID dossierId,
      Question asked,
      @HeaderParam("Accept-Language") String language,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Question question =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "system");
    Act about = Refusal.unless(act(question), ReadingRefusal.ACT_INVALID);
    int within = days(question);
    return reading.read(
        DossierReadsResource.asked(dossierId, "read-recent-care", purpose, reason),
        (tx, decision) -> {
          Selection recent =
              Selection.doneSince(CareHistory.today().minusDays(within), about.system());
          List<Item> shown = new ArrayList<>();
          List<Done> done = new ArrayList<>();
          for (Item item : visible.items(tx, dossierId, decision, recent)) {
            Optional<Likeness> likeness = item.act().flatMap(act -> likeness(about, act));
            // What is masked is not said here, not even to those who may look at it.
            if (likeness.isPresent() && !item.masked()) {
              shown.add(item);
              ShownItem seen = visible.shown(item, language);
              done.add(new Done(likeness.get(), seen, resultFrom(seen)));
            }
          }
          Sentence notice =
              done.isEmpty() && VisibleCare.isOpenTo(decision)
                  ? none(within)
                  : DossierReadsResource.MAY_BE_INCOMPLETE;
          return new Released<>(new Recent(done, notice), VisibleCare.ids(shown));
        });
  }

  private Optional<Likeness> likeness(Act about, Act done) {
    boolean same =
        switch (about.system()) {
          case CCAM, NGAP, CIP13, GHM -> done.code().equals(about.code());
          case NABM, LPP -> CodeTable.number(done.code()).equals(CodeTable.number(about.code()));
        };
    if (same) {
      return Optional.of(Likeness.SAME_CODE);
    }
    return switch (about.system()) {
      case CCAM ->
          done.code().startsWith(about.code().substring(0, CCAM_FAMILY))
              ? Optional.of(Likeness.SAME_CCAM_FAMILY)
              : Optional.empty();
      case CIP13 ->
          visible.atcClass(about).isPresent()
                  && visible.atcClass(about).equals(visible.atcClass(done))
              ? Optional.of(Likeness.SAME_ATC_CLASS)
              : Optional.empty();
      case NGAP, NABM, LPP, GHM -> Optional.empty();
    };
  }

  private static ResultFrom resultFrom(ShownItem item) {
    CareProvider performer = item.performer();
    String who =
        performer
            .finess()
            .map(finess -> "FINESS " + finess)
            .orElseGet(() -> "RPPS " + performer.rpps().orElse("?"));
    String what = item.performerSpecialtyLabel().map(label -> " (" + label + ")").orElse("");
    return new ResultFrom(
        performer.finess(),
        performer.rpps(),
        item.performerSpecialtyLabel(),
        new Sentence(
            "Ask " + who + what + " for the result.",
            "Demandez le résultat à " + who + what + "."));
  }

  /** No reimbursement is no proof that nothing was done. */
  private static Sentence none(int days) {
    return new Sentence(
        "No reimbursement of it known in the last " + days + " days. The list may be incomplete.",
        "Aucun remboursement connu de cet acte sur les "
            + days
            + " derniers jours. La liste peut être incomplète.");
  }

  private static Optional<Act> act(Question question) {
    String code = question.code().orElse("");
    return question
        .system()
        .flatMap(
            name ->
                Arrays.stream(ActSystem.values()).filter(s -> s.name().equals(name)).findFirst())
        .filter(system -> system.accepts(code))
        .map(system -> new Act(system, code));
  }

  private static int days(Question question) {
    int days = question.days().orElse(USUAL_DAYS);
    if (days < 1 || days > MOST_DAYS) {
      throw new Refusal(ReadingRefusal.DAYS_INVALID);
    }
    return days;
  }
}
