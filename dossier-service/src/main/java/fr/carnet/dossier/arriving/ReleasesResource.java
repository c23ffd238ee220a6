package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.DossierCommand.DecideRelease;
import fr.carnet.dossier.deciding.DossierCommand.RequestRelease;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.Words;
import fr.carnet.dossier.keys.ReleaseSecret;
import fr.carnet.dossier.projecting.RegistryView;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequest;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandResult;
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
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What heirs and courts ask for, recorded and decided by the privacy officer (CSP L1111-18). */
@Path("/dossiers/{dossierId}/release-requests")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed("privacy-officer")
@RunOnVirtualThread
@Tag(name = "Releases")
public class ReleasesResource {
  @Inject Dossiers dossiers;
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;
  @Inject DatabaseClock clock;

  /** Who asks, and for what, in words. */
  public record Asked(
      Optional<ReleaseRequested.Kind> kind,
      Optional<String> familyName,
      Optional<String> givenName,
      Optional<String> words) {}

  /** The request that was recorded. */
  public record Recorded(UUID dossierId, UUID requestId) {}

  /**
   * The decision.
   *
   * @param endsAt until when the release may be used, UTC; absent to decline
   */
  public record Deciding(Optional<ReleaseDecided.Reason> reason, Optional<Instant> endsAt) {}

  /**
   * What was decided.
   *
   * @param secret what its bearer must show; said once, in the first answer, and kept nowhere
   */
  public record Decided(
      UUID dossierId,
      UUID requestId,
      boolean granted,
      Optional<Instant> endsAt,
      Optional<String> secret) {}

  /** Records a request. */
  @POST
  @Operation(summary = "Record what heirs or a court ask for")
  public Response request(UUID dossierId, Asked asked) throws SQLException {
    Asked request =
        Refusal.unless(
            Optional.ofNullable(asked)
                .filter(
                    a ->
                        a.kind().isPresent()
                            && a.familyName().filter(Words::are).isPresent()
                            && a.givenName().filter(Words::are).isPresent()
                            && a.words().filter(Words::are).isPresent()),
            DossierRefusal.RELEASE_REQUEST_INVALID);
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(request));
    UUID requestId = UuidV7.next(Clock.systemUTC());
    Sealed sealed =
        SealingSession.towards(dossierId, publicKey(dossierId))
            .seal(
                Wire.write(
                    new ReleaseRequest(
                        request.familyName().orElseThrow(),
                        request.givenName().orElseThrow(),
                        request.words().orElseThrow())),
                new Binding(
                    dossierId, envelope.commandId().toString(), ReleaseRequested.WIRE_NAME));
    CommandResult.Done done =
        dossiers.carryOut(
            envelope,
            new RequestRelease(
                new ReleaseRequested(requestId, request.kind().orElseThrow(), sealed)),
            _ -> Wire.write(new Recorded(dossierId, requestId)));
    return Response.status(Response.Status.CREATED).entity(done.answer()).build();
  }

  private String publicKey(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Refusal.unless(
          RegistryView.of(connection, dossierId).map(DossierRegistered::publicKey),
          DossierRefusal.NO_STANDING);
    }
  }

  /** Decides on it. */
  @POST
  @Path("/{requestId}/decision")
  @Operation(
      summary = "Grant or decline a request",
      description =
          "To grant, name endsAt. The answer then has the secret with which its bearer reads the"
              + " archive once; it is not said again, not to the same Idempotency-Key either.")
  public Decided decide(UUID dossierId, UUID requestId, Deciding asked) throws SQLException {
    Deciding deciding =
        Refusal.unless(Optional.ofNullable(asked), RequestProblem.FIELD_MISSING, "reason");
    ReleaseDecided.Reason reason =
        Refusal.unless(deciding.reason(), RequestProblem.FIELD_MISSING, "reason");
    ReleaseSecret secret = ReleaseSecret.random();
    CommandResult.Done done =
        dossiers.carryOut(
            current.envelope(dossierId, Wire.write(deciding)),
            new DecideRelease(
                new ReleaseDecided(
                    requestId,
                    reason,
                    deciding.endsAt().map(end -> new ReleaseDecided.Release(end, secret.hash()))),
                clock.now()),
            _ ->
                Wire.write(
                    new Decided(
                        dossierId,
                        requestId,
                        deciding.endsAt().isPresent(),
                        deciding.endsAt(),
                        Optional.empty())));
    Decided decided = Wire.read(done.answer(), Decided.class);
    return decided.granted() && !done.repeated()
        ? new Decided(dossierId, requestId, true, decided.endsAt(), Optional.of(secret.value()))
        : decided;
  }
}
