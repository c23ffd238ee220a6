package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierCommand.EndRepresentation;
import fr.carnet.dossier.deciding.DossierCommand.RecordRepresentative;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.Represented;
import fr.carnet.dossier.deciding.Words;
import fr.carnet.dossier.projecting.RegistryView;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.EndOfRepresentation;
import fr.carnet.events.dossier.EndOfRepresentation.Cause;
import fr.carnet.events.dossier.Representation;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.Binding;
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
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who acts for a patient, recorded on evidence. */
@Path("/dossiers/{dossierId}/representatives")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed("counter-agent")
@RunOnVirtualThread
@Tag(name = "Dossier")
public class RepresentativesResource {
  @Inject Dossiers dossiers;
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;
  @Inject DatabaseClock clock;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /**
   * Who is to act for the patient.
   *
   * @param ins of the representative, who signs in with an account of their own
   * @param evidence what the agent was shown
   * @param until exclusive; for adults only
   */
  public record ToRecord(
      Optional<Representative.Kind> kind,
      Optional<String> ins,
      Optional<String> familyName,
      Optional<String> givenName,
      Optional<String> evidence,
      Optional<Instant> until) {}

  /** The representation that was recorded, and when it ends by itself. */
  public record Recorded(UUID representationId, Optional<Instant> until) {}

  /** Why it ends, and what the agent was shown. */
  public record ToEnd(Optional<Cause> cause, Optional<String> evidence) {}

  /** Records who acts for the patient. */
  @POST
  @Operation(
      summary = "Record who acts for the patient, on evidence",
      description =
          "For a minor until majority, 00:00 Europe/Paris: PARENT (two at most) or"
              + " GUARDIAN_OF_MINOR. For an adult: GUARDIAN_OF_ADULT, or PERSON_OF_TRUST, who reads"
              + " and decides nothing, for a year at most.")
  @APIResponse(responseCode = "201", description = "Recorded")
  public Response record(UUID dossierId, ToRecord asked) throws SQLException {
    ToRecord body =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "kind");
    Representative.Kind kind = Refusal.unless(body.kind(), RequestProblem.FIELD_MISSING, "kind");
    Ins ins =
        Refusal.unless(
            Ins.parse(Refusal.unless(body.ins(), RequestProblem.FIELD_MISSING, "ins")),
            RequestProblem.IDENTIFIER_INVALID,
            "ins");
    String familyName = words(body.familyName(), "familyName");
    String givenName = words(body.givenName(), "givenName");
    String evidence = evidence(body.evidence());
    Represented.Wanted wanted =
        new Represented.Wanted(PatientRef.of(ins, patientRefSecret), kind, body.until());
    Instant now = clock.now();
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(body));
    Optional<Instant> until = patient(dossierId).end(wanted);
    Sealed sealed =
        sealed(
            envelope,
            RepresentativeRecorded.WIRE_NAME,
            new Representation(wanted.by(), kind, familyName, givenName, evidence, now, until));
    UUID representationId = envelope.commandId();
    byte[] answer =
        dossiers
            .carryOut(
                envelope,
                tx -> {
                  Optional<DossierRefusal> fault = held(tx, dossierId).fault(wanted, now);
                  if (fault.isPresent()) {
                    throw new Refusal(fault.get(), fault.get().field());
                  }
                },
                new RecordRepresentative(new RepresentativeRecorded(representationId, sealed)),
                _ -> Wire.write(new Recorded(representationId, until)))
            .answer();
    return Response.status(Response.Status.CREATED).entity(answer).build();
  }

  /** Ends it: because it is over, or because a court excluded the person. */
  @POST
  @Path("/{representationId}/end")
  @Operation(
      summary = "Record that somebody acts for the patient no longer, on evidence",
      description =
          "EXCLUDED keeps the person from being recorded again, until that is ENDED on evidence.")
  public void end(UUID dossierId, UUID representationId, ToEnd asked) throws SQLException {
    ToEnd body = Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "cause");
    Cause cause = Refusal.unless(body.cause(), RequestProblem.FIELD_MISSING, "cause");
    String evidence = evidence(body.evidence());
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(body));
    Sealed sealed =
        sealed(envelope, RepresentationEnded.WIRE_NAME, new EndOfRepresentation(cause, evidence));
    dossiers.carryOut(
        envelope,
        tx -> requireNotEnded(tx, dossierId, representationId, cause),
        new EndRepresentation(new RepresentationEnded(representationId, sealed)),
        _ -> new byte[0]);
  }

  private static String words(Optional<String> text, String field) {
    return Refusal.unless(text.filter(Words::are), RequestProblem.FIELD_MISSING, field);
  }

  private static String evidence(Optional<String> text) {
    return Refusal.unless(text.filter(Words::are), DossierRefusal.EVIDENCE_MISSING, "evidence");
  }

  private Sealed sealed(CommandEnvelope envelope, String type, Object personal)
      throws SQLException {
    UUID dossierId = envelope.streamId();
    String publicKey;
    try (Connection connection = dataSource.getConnection()) {
      publicKey =
          Refusal.unless(
              RegistryView.of(connection, dossierId).map(DossierRegistered::publicKey),
              DossierRefusal.NO_STANDING);
    }
    return SealingSession.towards(dossierId, publicKey)
        .seal(Wire.write(personal), new Binding(dossierId, envelope.commandId().toString(), type));
  }

  private Represented patient(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return represented(connection, dossierId, "");
    }
  }

  /** The same, held: two records at once are judged one after the other. */
  private static Represented held(Connection tx, UUID dossierId) throws SQLException {
    return represented(tx, dossierId, " FOR UPDATE");
  }

  private static Represented represented(Connection connection, UUID dossierId, String hold)
      throws SQLException {
    Optional<LocalDate> birthDate;
    try (PreparedStatement select =
        connection.prepareStatement("SELECT birth_date FROM dossier WHERE dossier_id = ?" + hold)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Refusal(DossierRefusal.NO_STANDING);
        }
        birthDate = Optional.ofNullable(row.getDate(1)).map(Date::toLocalDate);
      }
    }
    Set<PatientRef> own =
        RegistryView.of(connection, dossierId)
            .map(registered -> Set.copyOf(registered.patientRefs()))
            .orElse(Set.of());
    return new Represented(own, birthDate, known(connection, dossierId));
  }

  private static List<Represented.Known> known(Connection connection, UUID dossierId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT patient_ref, kind, valid_until, ended FROM representation WHERE dossier_id"
                + " = ?")) {
      select.setObject(1, dossierId);
      List<Represented.Known> known = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          known.add(
              new Represented.Known(
                  new PatientRef(row.getString(1)),
                  Representative.Kind.valueOf(row.getString(2)),
                  Optional.ofNullable(row.getTimestamp(3)).map(Timestamp::toInstant),
                  Optional.ofNullable(row.getString(4)).map(Cause::valueOf)));
        }
      }
      return known;
    }
  }

  private static void requireNotEnded(
      Connection tx, UUID dossierId, UUID representationId, Cause cause) throws SQLException {
    held(tx, dossierId);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT ended = ? FROM representation WHERE dossier_id = ? AND representation_id = ?
            """)) {
      select.setString(1, cause.name());
      select.setObject(2, dossierId);
      select.setObject(3, representationId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Refusal(DossierRefusal.NO_SUCH_REPRESENTATION);
        }
        if (row.getBoolean(1)) {
          throw new Refusal(DossierRefusal.REPRESENTATION_ENDED);
        }
      }
    }
  }
}
