package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.querying.Replay.Live;
import fr.carnet.audit.querying.Replay.Scope;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessFacts;
import fr.carnet.events.dossier.DossierFacts;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.WholeOrBroken;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;

/** The log, gone through again. */
@Path("/log/replay")
@RunOnVirtualThread
@Tag(name = "Replay")
public class ReplayResource {
  private static final Logger LOG = Logger.getLogger(ReplayResource.class);
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,17}");

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject RoutingContext request;
  @Inject @RestClient DossierService dossierService;
  @Inject @RestClient AccessFactsService accessService;

  /** Events, and what they yield beside what the services hold. */
  @GET
  @Produces("application/x-ndjson; charset=utf-8")
  @RolesAllowed("auditor")
  @Operation(
      summary = "Replays a dossier, what an actor touched or everything, beside the live state",
      description =
          "Lines of JSON: event in the order of the log, a state for each dossier (replayed, live"
              + " and what differs), progress between either, and end; without end it was cut off."
              + " Up to an index (with it), a checkpoint of that size, or an instant (with it) to"
              + " which log and search have come; at most one of them."
              + " Facts and digests, never content. Traced before anything leaves.")
  public StreamingOutput replay(
      @RestQuery Optional<String> dossier,
      @RestQuery Optional<String> actor,
      @RestQuery Optional<String> index,
      @RestQuery Optional<String> checkpoint,
      @RestQuery Optional<String> instant)
      throws SQLException {
    long bounds = Stream.of(index, checkpoint, instant).filter(Optional::isPresent).count();
    if (bounds > 1 || (dossier.isPresent() && actor.isPresent())) {
      throw new Refusal(AuditProblem.REPLAY_SCOPE_INVALID);
    }
    Optional<UUID> of = dossier.map(LogResource::id);
    Scope scope =
        Transactions.run(
            dataSource,
            tx -> {
              Optional<Instant> upTo = instant.map(LogResource::time);
              Scope asked = new Scope(of, actor, below(tx, index, checkpoint, upTo), upTo);
              ReadTrace.put(
                  tx,
                  LogResource.known(tx, of),
                  ReadTrace.byAuditor(
                      caller.get().actor(), "audit-replay", 0, Math.max(0, asked.below() - 1)),
                  caller.correlation());
              return asked;
            });
    machinery.wakeRelay();
    return WholeOrBroken.written(
        request.request(), out -> new Replay(dataSource, this::live).write(scope, out));
  }

  /** Only as far as everything can be found: a replay leaves nothing out. */
  private static long below(
      Connection tx, Optional<String> index, Optional<String> checkpoint, Optional<Instant> upTo)
      throws SQLException {
    if (upTo.isPresent() && !LogSearch.findsAllOf(tx, upTo.get())) {
      throw new Refusal(AuditProblem.SEARCH_BEHIND);
    }
    long searchable = LogSearch.searchable(tx);
    if (checkpoint.isPresent() && !Checkpoints.isSigned(tx, number(checkpoint.get()))) {
      throw new Refusal(AuditProblem.NO_CHECKPOINT);
    }
    if (index.isPresent() && number(index.get()) >= LogSearch.size(tx)) {
      throw new Refusal(AuditProblem.NO_SUCH_ENTRY);
    }
    long below =
        checkpoint
            .map(ReplayResource::number)
            .or(() -> index.map(text -> number(text) + 1))
            .orElse(searchable);
    if (below > searchable) {
      throw new Refusal(AuditProblem.SEARCH_BEHIND);
    }
    return below;
  }

  private static long number(String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new Refusal(AuditProblem.SIZE_INVALID);
    }
    return Long.parseLong(text);
  }

  private Live live(UUID dossier) {
    return new Live(
        facts(() -> dossierService.facts(dossier), DossierFacts.class),
        facts(() -> accessService.facts(dossier), AccessFacts.class));
  }

  /** Nothing where the service does not answer: a replay needs none of it. */
  private static <T> Optional<T> facts(Supplier<String> ask, Class<T> as) {
    try {
      return Optional.of(Wire.read(ask.get().getBytes(StandardCharsets.UTF_8), as));
    } catch (RuntimeException e) {
      LOG.warnf("no live facts: %s", e.getClass().getSimpleName());
      return Optional.empty();
    }
  }
}
