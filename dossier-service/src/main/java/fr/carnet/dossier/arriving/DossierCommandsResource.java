package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.Applicant;
import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RecordIns;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierCommand.RequestErasure;
import fr.carnet.dossier.deciding.DossierCommand.WithdrawErasure;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.Rollouts;
import fr.carnet.dossier.deciding.Words;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.projecting.RegistryView;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.dossier.Affiliation;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.NewIns;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RefusalLimit;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.SealingSession;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Opening, closing and reopening a dossier, and what its owner or an agent changes of its life. */
@Path("/dossiers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Dossier")
public class DossierCommandsResource {
  /** A pharmacist's profession in table G15. */
  private static final String PHARMACIST = "21";

  @Inject Dossiers dossiers;
  @Inject CurrentCaller current;
  @Inject KeyRing keys;
  @Inject DataSource dataSource;
  @Inject DatabaseClock clock;
  @Inject Rollouts rollouts;
  @Inject WhenClosedThenFeedStops whenClosed;
  @Inject RefusalLimit limit;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /**
   * Opens a dossier.
   *
   * @param consentWording the wording that the patient agreed to
   * @param ins only from an agent or a professional: whose dossier; a patient's comes with the
   *     token, as do the traits
   * @param affiliation scheme, caisse, and whether the person is a policyholder
   * @param representative only from an agent: who is there for a minor or a protected adult
   */
  public record Opening(
      Optional<String> consentWording,
      Optional<String> ins,
      Optional<String> familyName,
      Optional<String> givenName,
      Optional<LocalDate> birthDate,
      Optional<Sex> sex,
      Optional<Affiliation> affiliation,
      Optional<Representative> representative) {}

  /** The dossier that was opened. */
  public record Opened(UUID dossierId, String state) {}

  /** Closes a dossier; the reason is {@code FERMETURE_DEMANDE_PATIENT} when absent. */
  public record Closing(Optional<ClosingReason> reason) {}

  /** Opens it again. */
  public record Reopening(Optional<String> consentWording) {}

  /** The person has another INS now. */
  public record AnotherIns(Optional<String> ins, Optional<String> evidence) {}

  /**
   * Where the dossier is now. The version of its stream is told to nobody: it counts items that may
   * be hidden from who asks.
   *
   * @param feedStopped after a closing: whether the insurer's feed is known to have stopped
   */
  public record Changed(UUID dossierId, String state, Optional<Boolean> feedStopped) {}

  /** Of which version the dossier was closed, for whoever asks again. */
  private record Closed(long version) {}

  /**
   * The erasure that was asked for.
   *
   * @param carriedOutFrom until then the request may be withdrawn, UTC
   * @param deadline the last day on which it may be carried out, Europe/Paris
   */
  public record ErasureAsked(UUID dossierId, Instant carriedOutFrom, LocalDate deadline) {}

  /** Opens the caller's own dossier, or that of a patient who is present. */
  @POST
  @RolesAllowed({"patient", "counter-agent", "professional"})
  @Operation(
      summary = "Open a dossier",
      description =
          "A patient's token needs the scope ins. Agents and professionals send the INS and, where"
              + " known, the traits; the birth date in any case where the INS leaves it open that the"
              + " person is a minor. For a minor or a protected adult a counter agent sends the"
              + " representative who is there.")
  @APIResponse(responseCode = "201", description = "Opened")
  public Response open(Opening asked) throws SQLException {
    Caller caller = current.get();
    Opening opening =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "consentWording");
    String wording = wording(opening.consentWording());
    Channel channel = channel(caller.actor());
    Applicant applicant = channel == Channel.ONLINE ? online(caller, opening) : present(opening);
    UUID dossierId = UuidV7.next(Clock.systemUTC());
    DossierKeySet keySet = DossierKeySet.generate(dossierId);
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(opening));
    DossierOpened opened =
        new DossierOpened(
            keySet.publicKey(),
            channel,
            wording,
            sealed(envelope, keySet.publicKey(), DossierOpened.WIRE_NAME, applicant.identity()),
            Optional.of(caller.actor()));
    Instant now = clock.now();
    try {
      byte[] answer =
          dossiers
              .carryOut(
                  envelope,
                  tx -> {
                    requireAllRecovered(tx);
                    keys.keep(tx, dossierId, keySet);
                  },
                  new OpenDossier(opened, applicant, rollouts.at(now), now),
                  _ -> Wire.write(new Opened(dossierId, "OPEN")))
              .answer();
      return Response.status(Response.Status.CREATED).entity(answer).build();
    } catch (Refusal refusal) {
      if (refusal.reason() == DossierRefusal.DOSSIER_EXISTS) {
        countTelling(caller, channel);
      }
      throw refusal;
    }
  }

  /** To open is a way of asking whether somebody has a dossier. */
  private void countTelling(Caller caller, Channel channel) {
    switch (channel) {
      case ONLINE -> {}
      case COUNTER -> limit.count(caller, RefusedCaller.Kind.AT_COUNTER);
      case PHARMACIST, PROFESSIONAL -> limit.count(caller, RefusedCaller.Kind.DOSSIER);
    }
  }

  private static Channel channel(Actor actor) {
    if (actor.role() == Actor.Role.COUNTER_AGENT) {
      return Channel.COUNTER;
    }
    if (actor.role() != Actor.Role.PROFESSIONAL) {
      return Channel.ONLINE;
    }
    return actor.profession().equals(Optional.of(PHARMACIST))
        ? Channel.PHARMACIST
        : Channel.PROFESSIONAL;
  }

  /** Sealed for the first event of this command. */
  private static Sealed sealed(
      CommandEnvelope envelope, String publicKey, String type, Object personal) {
    UUID dossierId = envelope.streamId();
    return SealingSession.towards(dossierId, publicKey)
        .seal(Wire.write(personal), new Binding(dossierId, envelope.commandId().toString(), type));
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
  private static String wording(Optional<String> given) {
    return Refusal.unless(
        given.filter(text -> !text.isBlank() && text.length() <= 500),
        DossierRefusal.CONSENT_MISSING);
  }

  private Applicant online(Caller caller, Opening opening) {
    Ins ins = Refusal.unless(caller.ins(), RequestProblem.CLAIM_MISSING);
    PatientRef patientRef = PatientRef.of(ins, patientRefSecret);
    if (!caller.patientRef().equals(Optional.of(patientRef))) {
      throw new Refusal(DossierRefusal.INS_NOT_YOURS);
    }
    return new Applicant(
        ins, caller.identity(patientRef).with(opening.affiliation(), opening.representative()));
  }

  private Applicant present(Opening opening) {
    Ins ins = ins(opening.ins());
    return new Applicant(
        ins,
        new PatientIdentity(
            PatientRef.of(ins, patientRefSecret),
            opening.familyName(),
            opening.givenName(),
            opening.birthDate(),
            opening.sex(),
            opening.affiliation(),
            opening.representative()));
  }

  private static Ins ins(Optional<String> text) {
    return Refusal.unless(
        Ins.parse(Refusal.unless(text, RequestProblem.FIELD_MISSING, "ins")),
        RequestProblem.IDENTIFIER_INVALID,
        "ins");
  }

  /** Closes a dossier; answers once the insurer's feed is known to have stopped. */
  @POST
  @Path("/{dossierId}/closing")
  @RolesAllowed({"patient", "counter-agent", "privacy-officer"})
  @Operation(
      summary = "Close a dossier",
      description =
          "Its owner closes it at will; an agent or the privacy officer, on evidence, for a death"
              + " or an error. 200: closed, and the feed has stopped. 202: closed, and nobody but"
              + " its owner sees it; that the feed has stopped is not confirmed yet.")
  public Response close(UUID dossierId, Closing asked) throws SQLException {
    ClosingReason reason =
        Optional.ofNullable(asked)
            .flatMap(Closing::reason)
            .orElse(ClosingReason.FERMETURE_DEMANDE_PATIENT);
    Actor.Role by = requireOwnerUnlessAgent(dossierId);
    byte[] answer =
        dossiers
            .carryOut(
                current.envelope(dossierId, Wire.write(new Closing(Optional.of(reason)))),
                new CloseDossier(reason, by, clock.now()),
                events -> Wire.write(new Closed(events.getLast().version().orElseThrow())))
            .answer();
    Closed closed = Wire.read(answer, Closed.class);
    boolean stopped = whenClosed.confirmed(dossierId, closed.version());
    return Response.status(stopped ? Response.Status.OK : Response.Status.ACCEPTED)
        .entity(new Changed(dossierId, "CLOSED", Optional.of(stopped)))
        .build();
  }

  /** Reopens a dossier; its archive is back, and the feed resumes. */
  @POST
  @Path("/{dossierId}/reopening")
  @RolesAllowed({"patient", "counter-agent"})
  @Operation(
      summary = "Reopen a dossier, within the ten years of its archive",
      description = "By its owner, or at a counter with its owner's consent.")
  public Response reopen(UUID dossierId, Reopening asked) throws SQLException {
    Optional<Reopening> reopening = Optional.ofNullable(asked);
    String wording = wording(reopening.flatMap(Reopening::consentWording));
    requireOwnerUnlessAgent(dossierId);
    Actor actor = current.get().actor();
    return Response.ok(
            dossiers
                .carryOut(
                    current.envelope(dossierId, Wire.write(reopening)),
                    new ReopenDossier(channel(actor), wording, actor, clock.now()),
                    _ -> Wire.write(new Changed(dossierId, "OPEN", Optional.empty())))
                .answer())
        .build();
  }

  /** Records that the person has another INS now; they keep the dossier. */
  @POST
  @Path("/{dossierId}/ins")
  @RolesAllowed("counter-agent")
  @Operation(
      summary = "Record a person's new INS, on evidence",
      description = "The dossier is then found under each INS, and fed under each.")
  public Response recordIns(UUID dossierId, AnotherIns asked) throws SQLException {
    AnotherIns another =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "ins");
    Ins ins = ins(another.ins());
    String evidence =
        Refusal.unless(
            another.evidence().filter(Words::are), DossierRefusal.EVIDENCE_MISSING, "evidence");
    PatientRef patientRef = PatientRef.of(ins, patientRefSecret);
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(another));
    Sealed sealed =
        sealed(
            envelope,
            publicKey(dossierId),
            InsRecorded.WIRE_NAME,
            new NewIns(patientRef, evidence));
    return Response.ok(
            dossiers
                .carryOut(
                    envelope,
                    tx -> requireSamePerson(tx, dossierId, ins, patientRef),
                    new RecordIns(new InsRecorded(sealed)),
                    _ -> Wire.write(new InsAdded(dossierId)))
                .answer())
        .build();
  }

  /** The dossier has one INS more. */
  public record InsAdded(UUID dossierId) {}

  private String publicKey(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Refusal.unless(
          RegistryView.of(connection, dossierId).map(DossierRegistered::publicKey),
          DossierRefusal.NO_STANDING);
    }
  }

  /** The new INS fits the traits that are known, and is not among those that the dossier has. */
  private static void requireSamePerson(
      Connection tx, UUID dossierId, Ins ins, PatientRef patientRef) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT sex, birth_date,
                   EXISTS (SELECT 1 FROM dossier_patient p
                           WHERE p.dossier_id = d.dossier_id AND p.patient_ref = ?)
            FROM dossier d WHERE dossier_id = ?
            """)) {
      select.setString(1, patientRef.value());
      select.setObject(2, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Refusal(DossierRefusal.NO_STANDING);
        }
        if (row.getBoolean(3)) {
          throw new Refusal(DossierRefusal.INS_ALREADY_RECORDED);
        }
        Optional<DossierRefusal> mismatch =
            Applicant.mismatch(
                ins,
                Optional.ofNullable(row.getString(1)).map(Sex::valueOf),
                Optional.ofNullable(row.getDate(2)).map(Date::toLocalDate));
        if (mismatch.isPresent()) {
          throw new Refusal(mismatch.get(), mismatch.get().field());
        }
      }
    }
  }

  /** Asks that everything be destroyed. */
  @POST
  @Path("/{dossierId}/erasure-request")
  @RolesAllowed("patient")
  @Operation(
      summary = "Ask that one's dossier be erased",
      description =
          "Carried out after seven days in which the request can be withdrawn, and within three"
              + " months. What is erased cannot be brought back.")
  public Response requestErasure(UUID dossierId) throws SQLException {
    requireOwner(dossierId);
    return Response.status(Response.Status.CREATED)
        .entity(
            dossiers
                .carryOut(
                    current.envelope(dossierId, new byte[0]),
                    new RequestErasure(clock.now()),
                    events -> erasureAsked(dossierId, events))
                .answer())
        .build();
  }

  private static byte[] erasureAsked(UUID dossierId, List<RecordedEvent> events) {
    ErasureRequested requested = Wire.read(events.getLast().data(), ErasureRequested.class);
    return Wire.write(
        new ErasureAsked(dossierId, requested.carriedOutFrom(), requested.deadline()));
  }

  /** Takes that back, within the days to think again. */
  @DELETE
  @Path("/{dossierId}/erasure-request")
  @RolesAllowed("patient")
  @Operation(summary = "Withdraw the request to erase one's dossier")
  public void withdrawErasure(UUID dossierId) throws SQLException {
    requireOwner(dossierId);
    dossiers.carryOutAlone(
        current.envelope(dossierId, new byte[0]), WithdrawErasure::new, _ -> new byte[0]);
  }

  /** What the caller is: an agent or officer, or the owner. */
  private Actor.Role requireOwnerUnlessAgent(UUID dossierId) throws SQLException {
    Actor.Role role = current.get().actor().role();
    if (role == Actor.Role.OWNER) {
      requireOwner(dossierId);
    }
    return role;
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
}
