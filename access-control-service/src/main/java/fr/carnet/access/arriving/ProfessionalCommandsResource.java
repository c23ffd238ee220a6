package fr.carnet.access.arriving;

import fr.carnet.access.counting.Refusals;
import fr.carnet.access.deciding.AccessCommand;
import fr.carnet.access.deciding.AccessCommand.AcceptTreatingPhysician;
import fr.carnet.access.deciding.AccessCommand.AskForAccess;
import fr.carnet.access.deciding.AccessCommand.UseVisitCode;
import fr.carnet.access.deciding.AccessDecider;
import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessState;
import fr.carnet.access.deciding.Part;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.tracing.Traces;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What a professional does about a patient's dossier before having any right to it. The patient is
 * named by INS, in the body: whoever has no right is not told a dossier's id. No answer tells
 * whether there is one, by its bytes or by its time.
 */
@Path("/")
@RolesAllowed("professional")
@RunOnVirtualThread
@Tag(name = "Professionals")
public class ProfessionalCommandsResource {
  private static final String DOCTOR = "10";

  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject DatabaseClock databaseClock;
  @Inject DataSource dataSource;
  @Inject CommandHandler<AccessState, AccessEvent> commands;
  @Inject VisitSecret visitSecret;
  @Inject Refusals refusals;
  @Inject Traces traces;

  /** Which patient. */
  public record OfPatient(Optional<String> ins) {}

  /**
   * Whom to ask.
   *
   * @param toRepresentatives whether who acts for a minor is asked too; absent: the patient alone
   */
  public record ToAsk(Optional<String> ins, Optional<Boolean> toRepresentatives) {}

  /**
   * What the patient said in the consulting room.
   *
   * @param code eight digits; spaces do not matter
   */
  public record Said(Optional<String> ins, Optional<String> code) {}

  /** The dossier that the code opened, and until when it may be read. */
  public record Visit(UUID dossierId, UUID grantId, Instant until) {}

  /**
   * The request, whether or not there was anybody to be asked.
   *
   * @param requestId the same whenever this professional asks this patient
   */
  public record Asked(UUID requestId) {}

  /** Accepts to be a patient's médecin traitant. */
  @POST
  @Path("/treating-physician-acceptances")
  @Operation(
      summary = "Accept to be the médecin traitant of a patient who asks for it",
      description = "NO_STANDING when this patient does not ask, or there is no dossier.")
  public void accept(OfPatient body) throws SQLException {
    NationalId doctor = caller();
    if (!currentCaller.get().actor().profession().equals(Optional.of(DOCTOR))) {
      throw refusals.counted(currentCaller.get(), AccessRefusal.DOCTORS_ONLY);
    }
    Ins ins = ins(Optional.ofNullable(body).flatMap(OfPatient::ins));
    Optional<DossierRegistered> dossier = knownDossiers.of(ins);
    Set<UUID> inForce = representationsInForce(dossier);
    if (dossier.isEmpty()
        || !done(
            dossier.get(),
            new AcceptTreatingPhysician(doctor, dossier.get().state(), inForce),
            _ -> {})) {
      throw refused(AccessRefusal.NO_STANDING, dossier, "accept-treating-physician");
    }
  }

  /** Looked for where there is no dossier, too. */
  private Set<UUID> representationsInForce(Optional<DossierRegistered> dossier)
      throws SQLException {
    return knownDossiers.representationsInForce(
        dossier.map(DossierRegistered::dossierId).orElse(new UUID(0, 0)));
  }

  private Refusal refused(AccessRefusal why, Optional<DossierRegistered> dossier, String action)
      throws SQLException {
    Caller caller = currentCaller.get();
    return refusals.counted(
        caller,
        why,
        new Refusals.Refused(dossier.map(DossierRegistered::dossierId), caller.actor(), action));
  }

  /** Asks a patient for access. */
  @POST
  @Path("/access-requests")
  @Operation(
      summary =
          "Ask a patient for access; the answer is the same whether or not there is a dossier",
      description =
          "To ask again while the patient has not answered changes nothing. Of a minor nobody but"
              + " the minor is asked, since that may tell of secret care, unless"
              + " `toRepresentatives` says that parents and guardians are too.")
  @APIResponse(
      responseCode = "202",
      content = @Content(schema = @Schema(implementation = Asked.class)))
  public Response ask(ToAsk body) throws SQLException {
    NationalId professional = caller();
    Optional<ToAsk> asked = Optional.ofNullable(body);
    Ins ins = ins(asked.flatMap(ToAsk::ins));
    boolean toRepresentatives = asked.flatMap(ToAsk::toRepresentatives).orElse(false);
    UUID requestId = visitSecret.request(professional, ins);
    Optional<DossierRegistered> dossier = knownDossiers.of(ins);
    note(professional, requestId);
    AtomicBoolean recorded = new AtomicBoolean();
    if (dossier.isPresent()) {
      done(
          dossier.get(),
          new AskForAccess(requestId, professional, toRepresentatives, dossier.get().state()),
          events -> recorded.set(!events.isEmpty()));
    }
    if (!recorded.get()) {
      // In vain, and as long as what is recorded takes: the disk tells nobody which it was.
      traces.refused(
          Optional.empty(),
          currentCaller.get().actor(),
          "ask-for-access",
          AccessRefusal.NO_STANDING);
    }
    currentCaller.awaitEvenTime();
    return Response.accepted(Wire.write(new Asked(requestId)))
        .type(MediaType.APPLICATION_JSON)
        .build();
  }

  private void note(NationalId professional, UUID requestId) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          Attempts.request(tx, professional.value());
          try (PreparedStatement upsert =
              tx.prepareStatement(
                  """
                  INSERT INTO asked_access (professional, request_id, asked_at)
                  VALUES (?, ?, clock_timestamp())
                  ON CONFLICT (professional, request_id) DO UPDATE SET asked_at = excluded.asked_at
                  """)) {
            upsert.setString(1, professional.value());
            upsert.setObject(2, requestId);
            return upsert.executeUpdate();
          }
        });
  }

  /**
   * Whether it is recorded, or was already. Without Idempotency-Key, because the same command twice
   * is one here; a key that was used for another patient would tell that there is a dossier, and so
   * would a reason.
   */
  private boolean done(
      DossierRegistered dossier, AccessCommand command, Consumer<List<RecordedEvent>> recorded)
      throws SQLException {
    CommandEnvelope envelope =
        new CommandEnvelope(
            dossier.dossierId(),
            UuidV7.next(Clock.systemUTC()),
            currentCaller.get().actor().label(),
            currentCaller.correlation(),
            Optional.empty());
    return switch (commands.handle(
        envelope,
        state -> AccessDecider.decide(command, state),
        events -> {
          recorded.accept(events);
          return new byte[0];
        })) {
      case CommandResult.Done _ -> true;
      case CommandResult.Refused _ -> false;
    };
  }

  /** Begins a visit with the code that the patient said. */
  @POST
  @Path("/visits")
  @Operation(
      summary = "Read for the visit, with the one-time code that the patient said",
      description =
          "CODE_NOT_VALID when it is wrong, used or too old, when there is no dossier, or when"
              + " there were five wrong ones for this patient within the hour. Ten wrong ones of a"
              + " professional within the hour are TOO_MANY_ATTEMPTS.")
  @APIResponse(
      responseCode = "201",
      content = @Content(schema = @Schema(implementation = Visit.class)))
  public Response visit(Said body) throws SQLException {
    NationalId professional = caller();
    Optional<Said> said = Optional.ofNullable(body);
    Ins ins = ins(said.flatMap(Said::ins));
    String code = Refusal.unless(said.flatMap(Said::code), RequestProblem.FIELD_MISSING, "code");
    return Response.status(Response.Status.CREATED)
        .type(MediaType.APPLICATION_JSON)
        .entity(begun(professional, ins, code))
        .build();
  }

  private byte[] begun(NationalId professional, Ins ins, String code) throws SQLException {
    Optional<DossierRegistered> dossier = knownDossiers.of(ins);
    Attempts.Attempt attempt =
        new Attempts(dataSource).withCode(professional.value(), visitSecret.attemptsOn(ins));
    Optional<UUID> said = said(code, dossier);
    if (said.isEmpty() || dossier.isEmpty() || attempt.exhausted()) {
      throw refused(AccessRefusal.CODE_NOT_VALID, dossier, "begin-visit");
    }
    UUID dossierId = dossier.get().dossierId();
    CommandEnvelope envelope = currentCaller.envelope(dossierId, visitSecret.bodyOf(ins, code));
    UseVisitCode use =
        new UseVisitCode(
            envelope.commandId(),
            said.get(),
            professional,
            dossier.get().state(),
            databaseClock.now(),
            representationsInForce(dossier));
    return switch (commands.handle(
        envelope,
        attempt::takeBack,
        state -> AccessDecider.decide(use, state),
        events -> begun(dossierId, events))) {
      case CommandResult.Done done -> done.answer();
      case CommandResult.Refused refused ->
          throw refused.reason() == AccessRefusal.CODE_NOT_VALID
              ? refused(AccessRefusal.CODE_NOT_VALID, dossier, "begin-visit")
              : new Refusal(refused.reason());
    };
  }

  private static byte[] begun(UUID dossierId, List<RecordedEvent> events) {
    AccessGranted granted = Wire.read(events.getFirst().data(), AccessGranted.class);
    return Wire.write(new Visit(dossierId, granted.grantId(), granted.until().orElseThrow()));
  }

  /**
   * Which code it was, of the last of each part. Where there is no dossier or no code, one that
   * nobody has stands in for it, so that as many are compared.
   */
  private Optional<UUID> said(String code, Optional<DossierRegistered> dossier)
      throws SQLException {
    UUID nobodys = UuidV7.next(Clock.systemUTC());
    List<UUID> codes =
        new ArrayList<>(lastCodes(dossier.map(DossierRegistered::dossierId).orElse(nobodys)));
    while (codes.size() < Part.values().length) {
      codes.add(nobodys);
    }
    List<UUID> same = codes.stream().filter(each -> visitSecret.isCode(code, each)).toList();
    return same.stream().findFirst();
  }

  private List<UUID> lastCodes(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT code_id FROM visit_code WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      List<UUID> codes = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          codes.add(row.getObject(1, UUID.class));
        }
      }
      return codes;
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
