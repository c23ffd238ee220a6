package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One's own dossier, as a professional would see it. */
@Path("/dossiers/{dossierId}/preview")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "One's own")
public class PreviewResource {
  @Inject Reading reading;
  @Inject VisibleCare visible;

  /**
   * As whom to look.
   *
   * @param nationalId 8 and the RPPS
   * @param profession code of table G15, {@code 10} for a doctor
   * @param structure that the professional acts in: 3 and the FINESS
   * @param asIfGranted as if the owner had granted it; false when absent
   */
  public record Eyes(
      Optional<String> nationalId,
      Optional<String> profession,
      Optional<String> structure,
      Optional<Boolean> asIfGranted) {}

  /**
   * What the professional would be shown.
   *
   * @param allowed whether anything; where not, there is neither summary nor timeline
   * @param rule by which it is decided
   */
  public record Preview(
      boolean allowed, String rule, Optional<Summary> summary, Optional<Timeline> timeline) {}

  /** The preview. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "The summary and the timeline as this professional sees them, or would if granted",
      description =
          "For the owner. The query is that of /timeline. What is not yet shown to the owner does"
              + " not show here either.")
  public Preview preview(
      UUID dossierId,
      Eyes asked,
      @QueryParam("kind") String kind,
      @QueryParam("category") String category,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit,
      @HeaderParam("Accept-Language") String language)
      throws SQLException {
    Timeline.Selection selection = Timeline.Selection.of(kind, category, from, to, cursor, limit);
    Eyes eyes =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "nationalId");
    Actor professional = professional(eyes);
    return reading.readAs(
        DossierReadsResource.asked(dossierId, "preview", null, null),
        professional,
        eyes.asIfGranted().orElse(false),
        (tx, decision) -> {
          if (!decision.allowed()) {
            return new Released<>(
                new Preview(false, decision.rule(), Optional.empty(), Optional.empty()), List.of());
          }
          Viewer viewer = Viewer.preview(decision, professional);
          Summary summary = Summary.of(tx, dossierId, viewer, visible, language);
          Timeline page = Timeline.of(tx, dossierId, viewer, selection, visible, language);
          return new Released<>(
              new Preview(true, decision.rule(), Optional.of(summary), Optional.of(page)),
              Stream.concat(summary.itemIds().stream(), Timeline.ids(page.entries()).stream())
                  .distinct()
                  .toList());
        });
  }

  private static Actor professional(Eyes eyes) {
    NationalId id =
        Refusal.unless(
            NationalId.parse(
                    Refusal.unless(eyes.nationalId(), RequestProblem.FIELD_MISSING, "nationalId"))
                .filter(NationalId::isOfPerson),
            RequestProblem.IDENTIFIER_INVALID,
            "nationalId");
    String profession =
        Refusal.unless(eyes.profession(), RequestProblem.FIELD_MISSING, "profession");
    Optional<NationalId> structure =
        eyes.structure()
            .map(
                text ->
                    Refusal.unless(
                        NationalId.parse(text).filter(NationalId::isOfStructure),
                        RequestProblem.IDENTIFIER_INVALID,
                        "structure"));
    return new Actor(
        Actor.Role.PROFESSIONAL, Optional.of(id.value()), Optional.of(profession), structure);
  }
}
