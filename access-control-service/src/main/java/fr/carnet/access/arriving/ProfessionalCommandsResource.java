package fr.carnet.access.arriving;

import fr.carnet.access.deciding.AccessCommand.AcceptTreatingPhysician;
import fr.carnet.access.deciding.AccessDecider;
import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessState;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.NationalId;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What a professional does about a patient's dossier before having any right to it. The patient is
 * named by INS, in the body: whoever has no right is not told a dossier's id, and no answer tells
 * whether there is one.
 */
@Path("/")
@RolesAllowed("professional")
@RunOnVirtualThread
@Tag(name = "Professionals")
public class ProfessionalCommandsResource {
  private static final String DOCTOR = "10";

  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject CommandHandler<AccessState, AccessEvent> commands;

  /** Which patient. */
  public record OfPatient(Optional<String> ins) {}

  /** Accepts to be a patient's médecin traitant. */
  @POST
  @Path("/treating-physician-acceptances")
  @Operation(
      summary = "Accept to be the médecin traitant of a patient who asks for it",
      description = "NO_STANDING when this patient does not ask, or there is no dossier.")
  public void accept(OfPatient body) throws SQLException {
    NationalId doctor = caller();
    if (!currentCaller.get().actor().profession().equals(Optional.of(DOCTOR))) {
      throw new Refusal(AccessRefusal.DOCTORS_ONLY);
    }
    DossierRegistered dossier =
        Refusal.unless(
            knownDossiers.of(ins(Optional.ofNullable(body).flatMap(OfPatient::ins))),
            AccessRefusal.NO_STANDING);
    CommandResult result =
        commands.handle(
            // The dossier's id stands in for the INS, of which nothing is kept, not even a digest.
            currentCaller.envelope(
                dossier.dossierId(),
                dossier.dossierId().toString().getBytes(StandardCharsets.UTF_8)),
            state ->
                AccessDecider.decide(new AcceptTreatingPhysician(doctor, dossier.state()), state),
            _ -> new byte[0]);
    if (result instanceof CommandResult.Refused refused) {
      throw new Refusal(refused.reason());
    }
  }

  private NationalId caller() {
    return Refusal.unless(
        currentCaller.get().actor().id().flatMap(NationalId::parse), RequestProblem.CLAIM_MISSING);
  }

  private static Ins ins(Optional<String> text) {
    return Refusal.unless(
        Ins.parse(Refusal.unless(text, RequestProblem.FIELD_MISSING, "ins")),
        RequestProblem.IDENTIFIER_INVALID,
        "ins");
  }
}
