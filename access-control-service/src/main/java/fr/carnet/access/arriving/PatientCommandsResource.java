package fr.carnet.access.arriving;

import fr.carnet.access.deciding.AccessCommand;
import fr.carnet.access.deciding.AccessCommand.AcceptRequest;
import fr.carnet.access.deciding.AccessCommand.BlockProfessional;
import fr.carnet.access.deciding.AccessCommand.DeclineRequest;
import fr.carnet.access.deciding.AccessCommand.EndTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.GiveSameRight;
import fr.carnet.access.deciding.AccessCommand.GrantAccess;
import fr.carnet.access.deciding.AccessCommand.IssueVisitCode;
import fr.carnet.access.deciding.AccessCommand.NameTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.RecordEmergencyWish;
import fr.carnet.access.deciding.AccessCommand.RenewGrant;
import fr.carnet.access.deciding.AccessCommand.RevokeGrant;
import fr.carnet.access.deciding.AccessCommand.UnblockProfessional;
import fr.carnet.access.deciding.AccessDecider;
import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessState;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.Finess;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.Rpps;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.SealingSession;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What a patient decides about their own dossier, or a parent or guardian in the patient's stead;
 * each command binds the very next decision.
 */
@Path("/dossiers/{dossierId}")
@RolesAllowed("patient")
@RunOnVirtualThread
@Tag(name = "The patient decides")
public class PatientCommandsResource {
  private static final int NOTE_CHARACTERS = 1_000;
  private static final byte[] NOTHING_TO_TELL = {};

  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject DatabaseClock databaseClock;
  @Inject CommandHandler<AccessState, AccessEvent> commands;
  @Inject VisitSecret visitSecret;

  @Inject
  @ConfigProperty(name = "carnet.identifiers.strict")
  boolean strictIdentifiers;

  /**
   * Whom to let in, and for how long.
   *
   * @param granteeId national id: 8 and the RPPS of a professional, 3 and the FINESS of a structure
   * @param from inclusive; absent: from now
   * @param until exclusive; absent: until revoked
   * @param note the patient's own words, at most 1,000 characters; sealed
   */
  public record GrantToGive(
      Optional<Grantee.Kind> granteeKind,
      Optional<String> granteeId,
      Optional<Instant> from,
      Optional<Instant> until,
      Optional<String> note) {}

  /**
   * How long a right is to last, or to last on.
   *
   * @param until exclusive; absent: until revoked
   */
  public record Renewal(Optional<Instant> until) {}

  /**
   * What to say in the consulting room.
   *
   * @param code eight digits
   * @param expiresAt exclusive, UTC
   */
  public record CodeToSay(String code, Instant expiresAt) {}

  /** The grant that was given. */
  public record GrantGiven(UUID grantId, Instant from, Optional<Instant> until) {}

  /**
   * A wish about emergencies.
   *
   * @param opposed true: not even then
   */
  public record WishToRecord(Optional<Boolean> opposed) {}

  /** Lets a professional or a structure read. */
  @POST
  @Path("/grants")
  @Operation(summary = "Let a professional or a structure read the dossier")
  @APIResponse(
      responseCode = "201",
      content = @Content(schema = @Schema(implementation = GrantGiven.class)))
  public Response grant(String dossierId, GrantToGive body) throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    GrantToGive asked =
        Refusal.unless(Optional.ofNullable(body), RequestProblem.FIELD_MISSING, "granteeKind");
    Grantee grantee = grantee(asked);
    CommandEnvelope envelope = envelope(decided, Wire.write(asked));
    UUID grantId = envelope.commandId();
    GrantAccess command =
        new GrantAccess(
            grantId,
            grantee,
            dossier.state(),
            databaseClock.now(),
            asked.from().map(PatientCommandsResource::asStored),
            asked.until().map(PatientCommandsResource::asStored),
            asked.note().map(note -> sealed(note, dossier, envelope)));
    return created(handle(decided, envelope, command, PatientCommandsResource::given));
  }

  /** Lets the same one read on; the old grant stays as it was. */
  @POST
  @Path("/grants/{grantId}/renewal")
  @Operation(
      summary = "Renew a grant: a new one, from the end of the last one on, or from now",
      description = "The old grant stays in the list as it was.")
  @APIResponse(
      responseCode = "201",
      content = @Content(schema = @Schema(implementation = GrantGiven.class)))
  public Response renew(String dossierId, String grantId, Renewal body) throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    Optional<Instant> until = Optional.ofNullable(body).flatMap(Renewal::until);
    CommandEnvelope envelope = envelope(decided, Wire.write(new Renewal(until)));
    RenewGrant command =
        new RenewGrant(
            envelope.commandId(),
            parsed(grantId, AccessRefusal.NO_SUCH_GRANT),
            dossier.state(),
            databaseClock.now(),
            until.map(PatientCommandsResource::asStored));
    return created(handle(decided, envelope, command, PatientCommandsResource::given));
  }

  private static Response created(byte[] told) {
    return Response.status(Response.Status.CREATED)
        .type(MediaType.APPLICATION_JSON)
        .entity(told)
        .build();
  }

  /** Ends a grant; one that had ended already stays as it is. */
  @DELETE
  @Path("/grants/{grantId}")
  @Operation(
      summary = "End a grant before its time",
      description = "And every other grant to the same one, so that the right ends with it.")
  public void revoke(String dossierId, String grantId) throws SQLException {
    Instant at = databaseClock.now();
    handle(dossierId, _ -> new RevokeGrant(parsed(grantId, AccessRefusal.NO_SUCH_GRANT), at));
  }

  /** Gives a one-time code to say in the consulting room. */
  @POST
  @Path("/visit-codes")
  @Operation(
      summary = "Have a one-time code to say in the consulting room; it lasts 15 minutes",
      description =
          "The professional who repeats it reads for four hours. It voids the one before.")
  @APIResponse(
      responseCode = "201",
      content = @Content(schema = @Schema(implementation = CodeToSay.class)))
  public Response issueCode(String dossierId) throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    CommandEnvelope envelope = envelope(decided, NOTHING_TO_TELL);
    // What is kept for a repeat of this is the event, which does not have the digits.
    byte[] kept =
        handle(
            decided,
            envelope,
            new IssueVisitCode(envelope.commandId(), dossier.state(), databaseClock.now()),
            events -> events.getFirst().data());
    VisitCodeIssued issued = Wire.read(kept, VisitCodeIssued.class);
    return created(
        Wire.write(new CodeToSay(visitSecret.digitsOf(issued.codeId()), issued.expiresAt())));
  }

  /** Says yes to a professional's request. */
  @POST
  @Path("/access-requests/{requestId}/acceptance")
  @Operation(summary = "Accept a professional's request; until as in a grant")
  @APIResponse(
      responseCode = "201",
      content = @Content(schema = @Schema(implementation = GrantGiven.class)))
  public Response acceptRequest(String dossierId, String requestId, Renewal body)
      throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    Optional<Instant> until = Optional.ofNullable(body).flatMap(Renewal::until);
    CommandEnvelope envelope = envelope(decided, Wire.write(new Renewal(until)));
    AcceptRequest command =
        new AcceptRequest(
            envelope.commandId(),
            parsed(requestId, AccessRefusal.NO_SUCH_REQUEST),
            dossier.state(),
            databaseClock.now(),
            until.map(PatientCommandsResource::asStored));
    return created(handle(decided, envelope, command, PatientCommandsResource::given));
  }

  /** Says no to it. */
  @DELETE
  @Path("/access-requests/{requestId}")
  @Operation(summary = "Decline a professional's request")
  public void declineRequest(String dossierId, String requestId) throws SQLException {
    handle(dossierId, _ -> new DeclineRequest(parsed(requestId, AccessRefusal.NO_SUCH_REQUEST)));
  }

  /** Bars a professional, whatever else was granted. */
  @PUT
  @Path("/blocks/{professionalId}")
  @Operation(summary = "Bar a professional, in an emergency too")
  public void block(String dossierId, String professionalId) throws SQLException {
    handle(dossierId, _ -> new BlockProfessional(professional(professionalId)));
  }

  /** Lifts the bar. */
  @DELETE
  @Path("/blocks/{professionalId}")
  @Operation(summary = "Lift the bar of a professional")
  public void unblock(String dossierId, String professionalId) throws SQLException {
    handle(dossierId, _ -> new UnblockProfessional(professional(professionalId)));
  }

  /** Names a médecin traitant; there may be several. */
  @PUT
  @Path("/treating-physicians/{professionalId}")
  @Operation(
      summary = "Name a médecin traitant, who sees everything, masked items included",
      description = "From when on the doctor has accepted; until then it gives no right.")
  public void name(String dossierId, String professionalId) throws SQLException {
    handle(
        dossierId,
        dossier -> new NameTreatingPhysician(professional(professionalId), dossier.state()));
  }

  /** Gives a doctor the right of a médecin traitant, without the status. */
  @PUT
  @Path("/same-right/{professionalId}")
  @Operation(
      summary = "Let another doctor see everything, as a médecin traitant does",
      description = "At once; DELETE …/treating-physicians/{professionalId} ends it.")
  public void giveSameRight(String dossierId, String professionalId) throws SQLException {
    handle(dossierId, dossier -> new GiveSameRight(professional(professionalId), dossier.state()));
  }

  /** Ends that status or right. */
  @DELETE
  @Path("/treating-physicians/{professionalId}")
  @Operation(summary = "End the status of médecin traitant, the asking for it, or the same right")
  public void end(String dossierId, String professionalId) throws SQLException {
    handle(dossierId, _ -> new EndTreatingPhysician(professional(professionalId)));
  }

  /** Opposes, or allows, what is done in an emergency. */
  @PUT
  @Path("/emergency-wishes/{wish}")
  @Operation(summary = "Oppose, or allow, break-glass or medical regulation")
  public void wish(String dossierId, Wish wish, WishToRecord body) throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    boolean opposed =
        Refusal.unless(
            Optional.ofNullable(body).flatMap(WishToRecord::opposed),
            RequestProblem.FIELD_MISSING,
            "opposed");
    CommandEnvelope envelope = envelope(decided, Wire.write(body));
    handle(
        decided,
        envelope,
        new RecordEmergencyWish(wish, opposed, dossier.reopenings()),
        _ -> NOTHING_TO_TELL);
  }

  private void handle(String dossierId, Function<DossierRegistered, AccessCommand> command)
      throws SQLException {
    Decided decided = knownDossiers.decidedBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = decided.dossier();
    handle(
        decided, envelope(decided, NOTHING_TO_TELL), command.apply(dossier), _ -> NOTHING_TO_TELL);
  }

  /** Who decides in the owner's stead is named by the representation, not by who they are. */
  private CommandEnvelope envelope(Decided decided, byte[] body) {
    CommandEnvelope own = currentCaller.envelope(decided.dossier().dossierId(), body);
    return new CommandEnvelope(
        own.streamId(),
        own.commandId(),
        decided.actor().label(),
        own.correlation(),
        own.idempotency());
  }

  private byte[] handle(
      Decided decided,
      CommandEnvelope envelope,
      AccessCommand command,
      Function<List<RecordedEvent>, byte[]> answer)
      throws SQLException {
    return switch (commands.handle(
        envelope, state -> AccessDecider.decide(command, decided.onlyBy(), state), answer)) {
      case CommandResult.Done done -> done.answer();
      case CommandResult.Refused refused -> throw new Refusal(refused.reason());
    };
  }

  private static byte[] given(List<RecordedEvent> events) {
    AccessGranted granted = Wire.read(events.getFirst().data(), AccessGranted.class);
    return Wire.write(new GrantGiven(granted.grantId(), granted.from(), granted.until()));
  }

  private static Sealed sealed(String note, DossierRegistered dossier, CommandEnvelope envelope) {
    if (note.length() > NOTE_CHARACTERS) {
      throw new Refusal(AccessRefusal.NOTE_TOO_LONG);
    }
    return SealingSession.towards(dossier.dossierId(), dossier.publicKey())
        .seal(
            note.getBytes(StandardCharsets.UTF_8),
            new Binding(
                dossier.dossierId(),
                CommandHandler.eventId(envelope.commandId(), 0).toString(),
                AccessGranted.WIRE_NAME));
  }

  private Grantee grantee(GrantToGive asked) {
    Grantee.Kind kind =
        Refusal.unless(asked.granteeKind(), RequestProblem.FIELD_MISSING, "granteeKind");
    String text = Refusal.unless(asked.granteeId(), RequestProblem.FIELD_MISSING, "granteeId");
    Optional<NationalId> id =
        switch (kind) {
          case PROFESSIONAL -> person(text);
          case STRUCTURE -> structure(text);
        };
    return new Grantee(kind, Refusal.unless(id, RequestProblem.IDENTIFIER_INVALID, "granteeId"));
  }

  private NationalId professional(String text) {
    return Refusal.unless(person(text), RequestProblem.IDENTIFIER_INVALID, "professionalId");
  }

  /** A slip in an RPPS number would let another doctor in; without its type digit, bar nobody. */
  private Optional<NationalId> person(String text) {
    return NationalId.parse(text)
        .filter(NationalId::isOfPerson)
        .filter(
            id ->
                !strictIdentifiers
                    || !id.value().startsWith("8")
                    || Rpps.isValid(id.value().substring(1)));
  }

  private Optional<NationalId> structure(String text) {
    return NationalId.parse(text)
        .filter(NationalId::isOfStructure)
        .filter(
            id ->
                !strictIdentifiers
                    || !id.value().startsWith("3")
                    || Finess.isValid(id.value().substring(1)));
  }

  private static UUID parsed(String text, AccessRefusal unless) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(unless);
    }
  }

  /** The database keeps microseconds; an event must not say more than its row. */
  private static Instant asStored(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }
}
