package fr.carnet.dossier.querying;

import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RefusalLimit;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * A pharmacist or a counter agent helps a patient who is present, with the patient's own account.
 * It is traced as assistance; the helper is shown nothing, not even whether there is a dossier.
 */
@Path("/dossiers/assistances")
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed({"counter-agent", "professional"})
@RunOnVirtualThread
@Tag(name = "Dossier")
public class AssistanceResource {
  /** A pharmacist's profession in table G15. */
  private static final String PHARMACIST = "21";

  @Inject Reading reading;
  @Inject RefusalLimit limit;
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /** Whom. */
  public record Assisted(Optional<String> ins) {}

  /** Notes that the caller helps this patient now. */
  @POST
  @Operation(
      summary = "Trace that one assists a patient who is present; reads nothing",
      description = "The same answer whether or not there is a dossier.")
  public void assist(Assisted assisted) throws SQLException {
    Actor actor = current.get().actor();
    if (actor.role() == Actor.Role.PROFESSIONAL
        && !actor.profession().equals(Optional.of(PHARMACIST))) {
      limit.count(current.get(), RefusedCaller.Kind.DOSSIER);
      throw new Refusal(ReadingRefusal.ASSISTANTS_ONLY);
    }
    Ins ins =
        Refusal.unless(
            Ins.parse(
                Refusal.unless(
                    Optional.ofNullable(assisted).flatMap(Assisted::ins),
                    RequestProblem.FIELD_MISSING,
                    "ins")),
            RequestProblem.IDENTIFIER_INVALID,
            "ins");
    UUID dossierId =
        dossierOf(PatientRef.of(ins, patientRefSecret))
            .orElseGet(() -> UuidV7.next(Clock.systemUTC()));
    reading.noteAssistance(DossierReadsResource.asked(dossierId, "assist", null, null));
    current.awaitEvenTime();
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
