package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierCommand;
import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.SealingSession;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Opening, closing and reopening a dossier. */
@Path("/dossiers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Dossier")
public class DossierCommandsResource {
  @Inject Dossiers dossiers;
  @Inject CurrentCaller current;
  @Inject KeyRing keys;
  @Inject DataSource dataSource;
  @Inject WhenClosedThenFeedStops whenClosed;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /**
   * Opens a dossier.
   *
   * @param consentWording the wording that the patient agreed to
   * @param ins only from a counter agent: whose dossier; a patient's comes with the token
   */
  public record Opening(
      Optional<String> consentWording,
      Optional<String> ins,
      Optional<String> familyName,
      Optional<String> givenName,
      Optional<LocalDate> birthDate) {}

  /** The dossier that was opened. */
  public record Opened(UUID dossierId, String state) {}

  /** Closes a dossier; the reason is {@code FERMETURE_DEMANDE_PATIENT} when absent. */
  public record Closing(Optional<ClosingReason> reason) {}

  /** Opens it again. */
  public record Reopening(Optional<String> consentWording) {}

  /**
   * Where the dossier is now.
   *
   * @param version of the dossier's stream
   * @param feedStopped after a closing: whether the insurer's feed is known to have stopped
   */
  public record Changed(
      UUID dossierId, String state, long version, Optional<Boolean> feedStopped) {}

  /** Opens the caller's own dossier, or at the counter that of a patient who is present. */
  @POST
  @RolesAllowed({"patient", "counter-agent"})
  @Operation(
      summary = "Open a dossier",
      description =
          "A patient's token needs the scope ins. A counter agent sends the INS and, where known,"
              + " the traits.")
  @APIResponse(responseCode = "201", description = "Opened")
  public Response open(Opening asked) throws SQLException {
    Caller caller = current.get();
    Opening opening =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "consentWording");
    String wording =
        Refusal.unless(
            opening.consentWording().filter(DossierCommandsResource::isWording),
            DossierRefusal.CONSENT_MISSING);
    boolean counter = caller.roles().contains("counter-agent");
    PatientIdentity patient = counter ? atCounter(opening) : online(caller);
    UUID dossierId = UuidV7.next(Clock.systemUTC());
    DossierKeySet keySet = DossierKeySet.generate(dossierId);
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(opening));
    Binding binding =
        new Binding(dossierId, envelope.commandId().toString(), DossierOpened.WIRE_NAME);
    DossierOpened opened =
        new DossierOpened(
            keySet.publicKey(),
            counter ? Channel.COUNTER : Channel.ONLINE,
            wording,
            SealingSession.towards(dossierId, keySet.publicKey())
                .seal(Wire.write(patient), binding));
    byte[] answer =
        done(
            dossiers
                .handler()
                .handle(
                    envelope,
                    tx -> {
                      requireAllRecovered(tx);
                      keys.keep(tx, dossierId, keySet);
                    },
                    state -> DossierDecider.decide(new OpenDossier(opened), state),
                    _ -> Wire.write(new Opened(dossierId, "OPEN"))));
    return Response.status(Response.Status.CREATED).entity(answer).build();
  }

  /**
   * Whose dossier it is, only its first event says: while one of those cannot be recovered, a
   * person could open a second dossier beside a lost one.
   */
  private static void requireAllRecovered(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT 1 FROM parked p
                WHERE p.consumer = 'dossier-recovery' AND p.discarded_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM dossier d WHERE d.dossier_id::text = p.stream_key)
                LIMIT 1
                """);
        ResultSet row = select.executeQuery()) {
      if (row.next()) {
        throw new Refusal(DossierRefusal.RECOVERY_UNFINISHED);
      }
    }
  }

  /** Which wording was agreed to, by its code or its text; it stands in clear in the event. */
  private static boolean isWording(String text) {
    return !text.isBlank() && text.length() <= 500;
  }

  private PatientIdentity online(Caller caller) {
    Ins ins = Refusal.unless(caller.ins(), RequestProblem.CLAIM_MISSING);
    PatientRef patientRef = PatientRef.of(ins, patientRefSecret);
    if (!caller.patientRef().equals(Optional.of(patientRef))) {
      throw new Refusal(DossierRefusal.INS_NOT_YOURS);
    }
    return caller.identity(patientRef);
  }

  private PatientIdentity atCounter(Opening opening) {
    Ins ins =
        Refusal.unless(
            opening
                .ins()
                .map(Ins::parse)
                .orElseThrow(() -> new Refusal(RequestProblem.FIELD_MISSING, "ins")),
            RequestProblem.IDENTIFIER_INVALID,
            "ins");
    return new PatientIdentity(
        PatientRef.of(ins, patientRefSecret),
        opening.familyName(),
        opening.givenName(),
        opening.birthDate());
  }

  /** Closes the caller's own dossier; answers once the insurer's feed is known to have stopped. */
  @POST
  @Path("/{dossierId}/closing")
  @RolesAllowed("patient")
  @Operation(
      summary = "Close one's dossier",
      description =
          "200: closed, and the feed has stopped. 202: closed, and nobody but its owner sees it; that"
              + " the feed has stopped is not confirmed yet.")
  public Response close(UUID dossierId, Closing asked) throws SQLException {
    ClosingReason reason =
        Optional.ofNullable(asked)
            .flatMap(Closing::reason)
            .orElse(ClosingReason.FERMETURE_DEMANDE_PATIENT);
    Changed closed =
        Wire.read(change(dossierId, new CloseDossier(reason), "CLOSED"), Changed.class);
    boolean stopped = whenClosed.confirmed(dossierId, closed.version());
    return Response.status(stopped ? Response.Status.OK : Response.Status.ACCEPTED)
        .entity(new Changed(dossierId, "CLOSED", closed.version(), Optional.of(stopped)))
        .build();
  }

  /** Reopens the caller's own dossier; its archive is back, and the feed resumes. */
  @POST
  @Path("/{dossierId}/reopening")
  @RolesAllowed("patient")
  @Operation(summary = "Reopen one's dossier")
  public Response reopen(UUID dossierId, Reopening asked) throws SQLException {
    String wording =
        Refusal.unless(
            Optional.ofNullable(asked)
                .flatMap(Reopening::consentWording)
                .filter(DossierCommandsResource::isWording),
            DossierRefusal.CONSENT_MISSING);
    return Response.ok(change(dossierId, new ReopenDossier(Channel.ONLINE, wording), "OPEN"))
        .build();
  }

  private byte[] change(UUID dossierId, DossierCommand command, String state) throws SQLException {
    requireOwner(dossierId);
    return done(
        dossiers
            .handler()
            .handle(
                current.envelope(dossierId, Wire.write(command)),
                before -> DossierDecider.decide(command, before),
                events -> Wire.write(changed(dossierId, state, events))));
  }

  private static Changed changed(UUID dossierId, String state, List<RecordedEvent> events) {
    return new Changed(
        dossierId, state, events.getLast().version().orElseThrow(), Optional.empty());
  }

  private void requireOwner(UUID dossierId) throws SQLException {
    PatientRef patientRef =
        Refusal.unless(current.get().patientRef(), RequestProblem.CLAIM_MISSING);
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT 1 FROM dossier_patient WHERE patient_ref = ? AND dossier_id = ?")) {
      select.setString(1, patientRef.value());
      select.setObject(2, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Refusal(DossierRefusal.NO_STANDING);
        }
      }
    }
  }

  private static byte[] done(CommandResult result) {
    return switch (result) {
      case CommandResult.Done done -> done.answer();
      case CommandResult.Refused refused -> throw new Refusal(refused.reason());
    };
  }
}
