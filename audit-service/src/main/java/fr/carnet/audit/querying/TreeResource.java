package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.transparency.EntryBundle;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/**
 * The log as C2SP tlog-tiles serves it. Not to everybody: the size of the log moves with every line
 * that passes the valve, so whoever sends lines would see in it who has a dossier.
 */
@Path("/")
@RunOnVirtualThread
@RolesAllowed({"auditor", "operator", "privacy-officer"})
@Tag(name = "Proofs")
public class TreeResource {
  private static final String NOTE = "text/plain; charset=utf-8";

  /** What a path names never changes; what is cached is its reader's own. */
  private static final String IMMUTABLE = "private, max-age=31536000, immutable";

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;

  /** The newest signed checkpoint. */
  @GET
  @Path("checkpoint")
  @Produces(NOTE)
  @Operation(
      summary = "The newest signed checkpoint",
      description = "C2SP tlog-checkpoint: origin, size and root of the tree, as a signed note.")
  public Response checkpoint() throws SQLException {
    SignedNote note =
        Refusal.unless(
            Transactions.run(dataSource, Checkpoints::newest), AuditProblem.NO_CHECKPOINT);
    return Response.ok(note.format(), NOTE)
        .header(HttpHeaders.CACHE_CONTROL, "private, max-age=1")
        .build();
  }

  /** Hashes of the tree. */
  @GET
  @Path("tile/{level:[0-9]+}/{tile:.+}")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(
      summary = "A tile of the tree: consecutive hashes of one level",
      description = "C2SP tlog-tiles: <N>[.p/<W>] behind the level; 32 bytes a hash.")
  public Response tile(@RestPath String level, @RestPath String tile) throws SQLException {
    Tile wanted = Refusal.unless(parse(tile, span -> tile(level, span)), AuditProblem.NO_SUCH_TILE);
    byte[] hashes =
        Refusal.unless(
            Transactions.run(dataSource, tx -> new StoredTree(tx).read(wanted)),
            AuditProblem.NO_SUCH_TILE);
    return immutable(hashes);
  }

  /** Entries, whose exact bytes say facts in clear: for auditors, and traced. */
  @GET
  @Path("tile/entries/{tile:.+}")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  @RolesAllowed("auditor")
  @Operation(
      summary = "An entry bundle: the exact bytes of entries side by side",
      description =
          "C2SP tlog-tiles: <N>[.p/<W>]; two bytes of length before each entry. A part of more than"
              + " 20,480 bytes stands as its length and SHA-256. Traced.")
  public Response entries(@RestPath String tile) throws SQLException {
    Span span = Refusal.unless(parse(tile, Function.identity()), AuditProblem.NO_SUCH_TILE);
    Optional<byte[]> bundle =
        Transactions.run(
            dataSource,
            tx -> {
              Map<Long, byte[]> entries =
                  span.end() <= new StoredTree(tx).size()
                      ? StoredEntries.leaves(tx, span.first(), span.end())
                      : Map.of();
              if (entries.size() < span.width()) {
                return Optional.empty();
              }
              ReadTrace.put(
                  tx,
                  Optional.empty(),
                  ReadTrace.byAuditor(
                      caller.get().actor(), "audit-bundle", span.first(), span.end() - 1),
                  caller.correlation());
              return Optional.of(EntryBundle.write(List.copyOf(entries.values())));
            });
    byte[] bytes = Refusal.unless(bundle, AuditProblem.NO_SUCH_TILE);
    machinery.wakeRelay();
    return immutable(bytes);
  }

  private static Response immutable(byte[] bytes) {
    return Response.ok(bytes, MediaType.APPLICATION_OCTET_STREAM)
        .header(HttpHeaders.CACHE_CONTROL, IMMUTABLE)
        .build();
  }

  private static Tile tile(String level, Span span) {
    if (!level.matches("0|[1-9][0-9]?")) {
      throw new Malformed("no tile level");
    }
    return new Tile(Integer.parseInt(level), span);
  }

  private static <T> Optional<T> parse(String path, Function<Span, T> of) {
    try {
      return Optional.of(of.apply(Span.parse(path)));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }
}
