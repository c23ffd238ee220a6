package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.LineHistory.Entry;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.identity.NationalId;
import fr.carnet.resourceserver.Refusal;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What only the owner of a dossier is shown of the care in it. */
@Path("/dossiers/{dossierId}")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "One's own")
public class OwnCareResource {
  @Inject Reading reading;

  /** What the insurer said of one item of care, in the order in which it was first seen. */
  public record ItemHistory(String itemId, List<Entry> entries) {}

  /**
   * A doctor whom reimbursements name as médecin traitant. Nothing is set: the patient confirms
   * with the access-control-service's {@code PUT /dossiers/{id}/treating-physicians/{nationalId}}.
   *
   * @param since first day of care of the reimbursements that name this doctor and no other since,
   *     within the last 24 months, Europe/Paris
   * @param lastNamed the last of those days
   */
  public record Proposal(
      NationalId nationalId,
      String rpps,
      LocalDate since,
      LocalDate lastNamed,
      Sentence sentence) {}

  /** None or one. */
  public record Proposals(List<Proposal> proposals) {}

  /** The history of an item. */
  @GET
  @Path("/care/{itemId}/history")
  @Operation(
      summary = "What the insurer said of one item: first seen, reversed, repeated, replaced",
      description =
          "For the owner. An item that was reversed as a whole shows here and not in /care.")
  public ItemHistory history(UUID dossierId, String itemId) throws SQLException {
    Optional<ItemHistory> history =
        reading.readOwn(
            DossierReadsResource.asked(dossierId, "read-care-line-history", null, null),
            (tx, _) -> {
              List<Entry> entries = LineHistory.of(tx, dossierId, itemId);
              return entries.isEmpty()
                  ? new Released<>(Optional.empty(), List.of())
                  : new Released<>(Optional.of(new ItemHistory(itemId, entries)), List.of(itemId));
            });
    return Refusal.unless(history, ReadingRefusal.ITEM_NOT_FOUND);
  }

  /** The médecin traitant whom the reimbursements name. */
  @GET
  @Path("/treating-physician-proposals")
  @Operation(
      summary = "The médecin traitant whom the reimbursements name, for the patient to confirm",
      description =
          "For the owner. Confirm with PUT /dossiers/{id}/treating-physicians/{nationalId} of the"
              + " access-control-service, and the doctor accepts; without that nothing is set.")
  public Proposals proposals(UUID dossierId) throws SQLException {
    return reading.readOwn(
        DossierReadsResource.asked(dossierId, "read-treating-physician-proposals", null, null),
        (tx, _) ->
            new Released<>(
                new Proposals(
                    NamedTreatingPhysician.in(tx, dossierId).map(OwnCareResource::proposal).stream()
                        .toList()),
                List.of()));
  }

  private static Proposal proposal(NamedTreatingPhysician named) {
    return new Proposal(
        new NationalId("8" + named.rpps()),
        named.rpps(),
        named.since(),
        named.lastNamed(),
        new Sentence(
            "Your reimbursements name this doctor as your médecin traitant. If that is right,"
                + " confirm it, and this doctor sees all of your dossier.",
            "Vos remboursements indiquent ce médecin comme votre médecin traitant. Si c'est exact,"
                + " confirmez-le, et ce médecin verra tout votre dossier."));
  }
}
