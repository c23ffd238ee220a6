package fr.carnet.resourceserver;

import fr.carnet.events.Sha256;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.CommandEnvelope;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** The caller of this request, and what comes with each of the caller's commands. */
@RequestScoped
public class CurrentCaller {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  @Inject JsonWebToken token;
  @Inject SecurityIdentity identity;
  @Inject RoutingContext request;

  /** Who calls. */
  public Caller get() {
    Optional<Integer> exercise =
        Optional.ofNullable(request.request().getHeader("Carnet-Exercise"))
            .filter(text -> text.matches("\\d"))
            .map(Integer::valueOf);
    Optional<String> structure =
        Optional.ofNullable(request.request().getHeader("Carnet-Structure"));
    return Caller.of(
        token,
        identity.getRoles(),
        new Caller.Choice(
            exercise,
            structure.map(
                text ->
                    Refusal.unless(NationalId.parse(text), RequestProblem.STRUCTURE_NOT_CHOSEN))));
  }

  /** The id that follows this request through logs and events. */
  public String correlation() {
    return Correlation.of(request);
  }

  /** Says that a body has come that is not read for the resource, but by it. */
  public void bodyHasCome() {
    EvenTime.begins(request);
  }

  /**
   * Waits until the time at which refusals are answered too: for what is answered alike whether or
   * not there is a dossier.
   */
  public void awaitEvenTime() {
    EvenTime.awaitFullStep(request);
  }

  /**
   * The envelope of a command on a stream.
   *
   * @param body what was asked, as bytes: the same Idempotency-Key for other bytes is refused
   */
  public CommandEnvelope envelope(UUID streamId, byte[] body) {
    Caller caller = get();
    Optional<String> key = Optional.ofNullable(request.request().getHeader("Idempotency-Key"));
    if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
      throw new Refusal(RequestProblem.IDEMPOTENCY_KEY_INVALID);
    }
    return new CommandEnvelope(
        streamId,
        UuidV7.next(Clock.systemUTC()),
        caller.actor().label(),
        correlation(),
        key.map(
            given ->
                new CommandEnvelope.Idempotency(
                    HexFormat.of()
                        .formatHex(Sha256.of(caller.subject().getBytes(StandardCharsets.UTF_8))),
                    given,
                    digest(body))));
  }

  private byte[] digest(byte[] body) {
    String line = request.request().method().name() + " " + request.request().path() + "\n";
    byte[] head = line.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return Sha256.of(all);
  }
}
