package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.WholeOrBroken;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.ConsistencyProof;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Subtrees;
import fr.carnet.transparency.VerifierKey;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** Proofs about the log, and the log itself for whoever checks it elsewhere. */
@Path("/log")
@RunOnVirtualThread
@Tag(name = "Proofs")
public class ProofResource {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject RoutingContext request;
  @Inject Checkpoints checkpoints;

  /**
   * That an entry stands at its index; hashes are base64.
   *
   * @param leaf of the entry
   * @param root of the tree of this size
   * @param path from the leaf up
   */
  record Inclusion(long index, long size, String leaf, String root, List<String> path) {}

  /** That the tree of one size is the beginning of another; hashes are base64. */
  record Consistency(long from, long to, String fromRoot, String toRoot, List<String> path) {}

  /** The keys that sign checkpoints. */
  @GET
  @Path("/keys")
  @PermitAll
  @Produces("text/plain; charset=utf-8")
  @Operation(
      summary = "The public keys that sign checkpoints, one a line",
      description = "C2SP signed-note verifier keys: <name>+<id>+<base64(algorithm || key)>.")
  public String keys() {
    return checkpoints.keys().stream()
        .map(VerifierKey::format)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** That an entry is in the log. */
  @GET
  @Path("/proofs/inclusion")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Operation(
      summary = "That the entry of an index is in the tree of a size",
      description = "RFC 6962, section 2.1.1. size is that of the newest checkpoint if absent.")
  public Inclusion inclusion(@RestQuery Optional<String> index, @RestQuery Optional<String> size)
      throws SQLException {
    long at = number(index);
    return Transactions.run(
        dataSource,
        tx -> {
          StoredTree stored = new StoredTree(tx);
          long of = size.isPresent() ? number(size) : newest(tx).size();
          if (at >= of || of > stored.size()) {
            throw new Refusal(AuditProblem.NO_SUCH_TREE);
          }
          return stored
              .of(of)
              .answer(
                  tree ->
                      new Inclusion(
                          at,
                          of,
                          tree.at(0, at).base64(),
                          Subtrees.root(tree, 0, of).base64(),
                          base64(InclusionProof.of(at, of, tree).path())));
        });
  }

  /** That nothing that was in the log has changed since. */
  @GET
  @Path("/proofs/consistency")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Operation(
      summary = "That the tree of one size is the beginning of the tree of another",
      description = "RFC 6962, section 2.1.2. to is the size of the newest checkpoint if absent.")
  public Consistency consistency(@RestQuery Optional<String> from, @RestQuery Optional<String> to)
      throws SQLException {
    long first = number(from);
    return Transactions.run(
        dataSource,
        tx -> {
          StoredTree stored = new StoredTree(tx);
          long then = to.isPresent() ? number(to) : newest(tx).size();
          if (first > then || then > stored.size()) {
            throw new Refusal(AuditProblem.NO_SUCH_TREE);
          }
          // What the smaller tree is made of stands in the larger one too.
          return stored
              .of(then)
              .answer(
                  tree ->
                      new Consistency(
                          first,
                          then,
                          Subtrees.root(tree, 0, first).base64(),
                          Subtrees.root(tree, 0, then).base64(),
                          base64(ConsistencyProof.of(first, then, tree).path())));
        });
  }

  /** The whole log, to be checked elsewhere. */
  @GET
  @Path("/export")
  @RolesAllowed("auditor")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(
      summary = "The log up to its newest checkpoint, as one file",
      description =
          "Exact bytes and origins, in order, for carnet-verify; what is sealed stays sealed. Traced"
              + " before anything leaves.")
  public StreamingOutput export() throws SQLException {
    SignedNote note =
        Transactions.run(
            dataSource,
            tx -> {
              SignedNote newest =
                  Refusal.unless(Checkpoints.newest(tx), AuditProblem.NO_CHECKPOINT);
              long size = Checkpoint.parse(newest.text()).size();
              ReadTrace.put(
                  tx,
                  Optional.empty(),
                  ReadTrace.byAuditor(caller.get().actor(), "audit-export", 0, size - 1),
                  caller.correlation());
              return newest;
            });
    machinery.wakeRelay();
    long size = Checkpoint.parse(note.text()).size();
    return WholeOrBroken.written(
        request.request(),
        out -> {
          Export.Writer export = new Export.Writer(out, note);
          for (long at = 0; at < size; ) {
            List<Export.Line> lines = lines(at, size);
            for (Export.Line line : lines) {
              export.write(line);
            }
            at += lines.size();
          }
          out.flush();
        });
  }

  /** A transaction for each stretch, so that a slow reader holds no connection. */
  private List<Export.Line> lines(long from, long size) throws IOException {
    try {
      return Transactions.run(dataSource, tx -> StoredEntries.lines(tx, from, size));
    } catch (SQLException e) {
      throw new IOException("the log cannot be read", e);
    }
  }

  private static Checkpoint newest(Connection tx) throws SQLException {
    return Checkpoint.parse(
        Refusal.unless(Checkpoints.newest(tx), AuditProblem.NO_CHECKPOINT).text());
  }

  private static long number(Optional<String> text) {
    return Long.parseLong(
        Refusal.unless(text.filter(NUMBER.asMatchPredicate()), AuditProblem.SIZE_INVALID));
  }

  private static List<String> base64(List<Hash> hashes) {
    return hashes.stream().map(Hash::base64).toList();
  }
}
