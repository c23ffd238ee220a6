package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.Reading.Asked;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Finding a dossier: one's own, or by the INS in the body, never in a URL. */
@Path("/dossiers")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Reading")
public class SearchResource {
  @Inject Reading reading;
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /** Whose dossier. */
  public record Search(Optional<String> ins) {}

  /** A dossier that was found; its owner is told its dates too. */
  public record Found(
      UUID dossierId,
      String state,
      Optional<Instant> archiveEndsAt,
      Optional<LifeDates.Erasure> erasure) {}

  /** The caller's own dossier. */
  @GET
  @Path("/mine")
  @Operation(summary = "One's own dossier")
  public Found mine() throws SQLException {
    PatientRef own = Refusal.unless(current.get().patientRef(), RequestProblem.CLAIM_MISSING);
    UUID dossierId = Refusal.unless(dossierOf(own), ReadingRefusal.DOSSIER_NOT_FOUND);
    return found(DossierReadsResource.asked(dossierId, "find-own", null, null));
  }

  /**
   * Finds a dossier by INS. Who may not see it gets the answer that also means that there is none;
   * a counter agent is told, because opening one is that agent's work, and the privacy officer.
   */
  @POST
  @Path("/search")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Find a dossier by INS, in the body; traced and limited")
  public Found search(
      Search asked,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Ins ins =
        Refusal.unless(
            Ins.parse(
                Refusal.unless(
                    Optional.ofNullable(asked).flatMap(Search::ins),
                    RequestProblem.FIELD_MISSING,
                    "ins")),
            RequestProblem.IDENTIFIER_INVALID,
            "ins");
    Optional<UUID> dossierId = dossierOf(PatientRef.of(ins, patientRefSecret));
    Caller caller = current.get();
    boolean counter =
        Set.of("counter-agent", "privacy-officer").stream().anyMatch(caller.roles()::contains);
    // Somebody without a dossier is asked about as if under an id that nobody has.
    Asked of =
        DossierReadsResource.asked(
            dossierId.orElseGet(() -> UuidV7.next(Clock.systemUTC())),
            "find-by-ins",
            purpose,
            reason);
    if (counter) {
      return reading.readAtCounter(
          of, dossierId.isPresent(), (tx, at) -> found(tx, at, LifeDates.NONE));
    }
    return found(of);
  }

  private Found found(Asked asked) throws SQLException {
    return reading.read(
        asked,
        (tx, decision) -> found(tx, asked, LifeDates.shownTo(decision, tx, asked.dossierId())));
  }

  private static Released<Found> found(Connection tx, Asked asked, LifeDates dates)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement("SELECT state FROM dossier WHERE dossier_id = ?")) {
      select.setObject(1, asked.dossierId());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Released<>(
            new Found(asked.dossierId(), row.getString(1), dates.archiveEndsAt(), dates.erasure()),
            List.of());
      }
    }
  }

  private Optional<UUID> dossierOf(PatientRef patient) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT dossier_id FROM dossier_patient WHERE patient_ref = ?")) {
      select.setString(1, patient.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
      }
    }
  }
}
