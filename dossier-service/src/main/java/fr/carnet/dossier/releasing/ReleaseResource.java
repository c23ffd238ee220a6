package fr.carnet.dossier.releasing;

import fr.carnet.dossier.arriving.Dossiers;
import fr.carnet.dossier.deciding.DossierCommand.UseRelease;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.keys.ReleaseSecret;
import fr.carnet.dossier.querying.ExportedFiles;
import fr.carnet.dossier.querying.ReleasedArchive;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The one look that a release gives. It is used up first and read then: a crash between the two
 * costs its bearer the look, and never gives two. So it is one answer, files and all.
 */
@Path("/dossiers/{dossierId}/releases/{requestId}")
@Produces(ExportedFiles.ZIP)
@Consumes(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Releases")
public class ReleaseResource {
  @Inject Dossiers dossiers;
  @Inject CurrentCaller current;
  @Inject DatabaseClock clock;
  @Inject ReleasedArchive archive;
  @Inject ExportedFiles files;

  /** What the privacy officer handed over. */
  public record Shown(Optional<String> secret) {}

  /** Reads the archive, once. */
  @POST
  @Operation(
      summary = "Read a closed dossier once, with the secret of a release",
      description =
          "dossier.json and the documents' files. For patients and professionals; the trace says"
              + " who, and for which purpose. To others, and in occupational medicine, the secret is"
              + " worth nothing. A second use is refused.")
  public Response read(UUID dossierId, UUID requestId, Shown shown) throws SQLException {
    // Before the one use is used up, as all that is known not to end in a look.
    archive.refuseWhileLogIsNotWhole();
    if (!mayBear(current.get())) {
      throw archive.refused(dossierId, requestId, new Refusal(DossierRefusal.NO_STANDING));
    }
    ReleaseSecret secret =
        new ReleaseSecret(
            Refusal.unless(
                Optional.ofNullable(shown).flatMap(Shown::secret),
                RequestProblem.FIELD_MISSING,
                "secret"));
    // Without Idempotency-Key: to ask again is to look again.
    CommandEnvelope envelope =
        new CommandEnvelope(
            dossierId,
            UuidV7.next(Clock.systemUTC()),
            bearer(current.get()).label(),
            current.correlation(),
            Optional.empty());
    try {
      dossiers.carryOut(
          envelope, new UseRelease(requestId, secret.hash(), clock.now()), _ -> new byte[0]);
    } catch (Refusal refusal) {
      throw archive.refused(dossierId, requestId, refusal);
    }
    return files.zip(archive.read(dossierId, requestId));
  }

  /** A patient who bears a release is not the owner. */
  private static Actor bearer(Caller caller) {
    return caller.actor().role() == Actor.Role.OWNER
        ? Actor.anonymous(Actor.Role.OTHER_PATIENT)
        : caller.actor();
  }

  /**
   * Whoever hands a secret on to an insurer or an employer gives it nothing: they are barred even
   * with consent (CSP L1111-18), and occupational medicine needs that of the patient.
   */
  private static boolean mayBear(Caller caller) {
    return switch (caller.actor().role()) {
      case OWNER -> true;
      case PROFESSIONAL -> !caller.occupational();
      case OTHER_PATIENT,
          REPRESENTATIVE,
          COUNTER_AGENT,
          BILLING,
          AUDITOR,
          PRIVACY_OFFICER,
          PROGRAMME,
          PAYER,
          OPERATOR,
          SERVICE,
          BARRED ->
          false;
    };
  }
}
