package fr.carnet.audit.querying;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.events.Topic;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Extract;
import fr.carnet.transparency.Extract.ProvenEntry;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TiledTree;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;

/** All that bears on one complaint, in one file that can be checked offline. */
@Path("/log/case-file")
@RunOnVirtualThread
@Tag(name = "Log")
public class CaseFileResource {
  private static final Logger LOG = Logger.getLogger(CaseFileResource.class);

  /** More would be no case but an export. */
  private static final int MOST = 5_000;

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;
  @Inject Checkpoints checkpoints;
  @Inject @RestClient RulesService rulesService;

  /** What the log said when the case was put together. */
  private record Gathered(
      SignedNote checkpoint, List<Found> found, List<ProvenEntry> proven, OwnDecisions decisions) {}

  /** Of one dossier, and within it of one actor or one time. */
  @GET
  @Produces("application/zip")
  @RolesAllowed({"auditor", "privacy-officer"})
  @Operation(
      summary = "A case file: facts, the rules in force then, proofs and a page in plain French",
      description =
          "A ZIP for carnet-verify: plainte.html, facts.ndjson, rules.json, the exact entries each"
              + " with its proof, the checkpoint and a signed manifest. What is sealed stays sealed."
              + " from is inclusive, to exclusive; what the patient decided is part of it from the"
              + " beginning on, because looks rest on it, and of an actor the traces of that actor."
              + " Care lines are no part of it. At most 5,000 entries, and 8 MB of them. Traced.")
  public byte[] caseFile(
      @RestQuery Optional<String> dossier,
      @RestQuery Optional<String> actor,
      @RestQuery Optional<String> from,
      @RestQuery Optional<String> to)
      throws SQLException, IOException {
    UUID of = LogResource.id(Refusal.unless(dossier, AuditProblem.CASE_DOSSIER_MISSING));
    DatedRules rules = new DatedRules(rules());
    PrintedCase.Asked asked =
        new PrintedCase.Asked(of, actor, from.map(LogResource::time), to.map(LogResource::time));
    Gathered gathered =
        Transactions.run(
            dataSource,
            tx -> {
              Gathered all = gather(tx, asked);
              ReadTrace.put(
                  tx,
                  LogResource.known(tx, Optional.of(of)),
                  ReadTrace.byAuditor(caller.get().actor(), "audit-case", all.found()),
                  caller.correlation());
              return all;
            });
    machinery.wakeRelay();
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    Extract.Writer extract = new Extract.Writer(zip, gathered.checkpoint());
    String page =
        new PrintedCase(asked, rules, gathered.decisions(), gathered.checkpoint())
            .of(gathered.found());
    extract.add("plainte.html", out -> write(out, page));
    extract.add(
        FactsFormat.NDJSON.fileName(),
        out -> {
          for (Found each : gathered.found()) {
            write(out, FactsFormat.NDJSON.line(each).orElseThrow());
          }
        });
    extract.add("rules.json", out -> write(out, rules.file()));
    extract.addEntries(gathered.proven());
    extract.sign(text -> checkpoints.signExtract(text, Instant.now()));
    return zip.toByteArray();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A case without the rules would say less than it seems to. */
  private String rules() {
    try {
      return rulesService.rules();
    } catch (RuntimeException e) {
      LOG.warnf("access-control gave no rules: %s", e.getClass().getName());
      throw new Refusal(AuditProblem.RULES_UNAVAILABLE);
    }
  }

  private static Gathered gather(Connection tx, PrintedCase.Asked asked) throws SQLException {
    SignedNote note = LogSearch.checkpoint(tx);
    long size = Checkpoint.parse(note.text()).size();
    Search search =
        new Search(
            Optional.of(asked.dossier()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            asked.to(),
            OwnLogResource.TOPICS,
            Search.OfTrace.ANY,
            Optional.of(size));
    Part<Found> part =
        LogSearch.find(tx, search, new Paging(-1, MOST), each -> isPart(each, asked));
    if (part.more()) {
      throw new Refusal(AuditProblem.CASE_TOO_LARGE);
    }
    List<Found> found = part.entries();
    TiledTree tree = new StoredTree(tx).of(size);
    List<ProvenEntry> proven = new ArrayList<>();
    for (Found each : found) {
      Entry entry = StoredEntries.at(tx, each.index()).orElseThrow();
      proven.add(new ProvenEntry(entry, InclusionProof.of(each.index(), size, tree)));
    }
    return new Gathered(
        note,
        found,
        proven,
        OwnDecisions.of(
            tx, asked.dossier(), size, each -> isPart(each, asked), OwnDecisions::toOthers));
  }

  /**
   * What the patient decided is part of the case whenever it was before its end: a look rests on
   * decisions that may be years older. All else is of the time in question, and no trace of others
   * than the actor in question.
   */
  private static boolean isPart(Found found, PrintedCase.Asked asked) {
    if (asked.to().isPresent()
        && !found.readable().time().filter(asked.to().get()::isAfter).isPresent()) {
      return false;
    }
    if (found.topic().equals(Topic.ACCESS_EVENTS.wireName())) {
      return true;
    }
    boolean inTime =
        asked.from().isEmpty()
            || found
                .readable()
                .time()
                .filter(time -> !time.isBefore(asked.from().get()))
                .isPresent();
    return inTime
        && (asked.actor().isEmpty()
            || !(found.clear().orElse(new ClearFacts.Nothing()) instanceof ClearFacts.Read)
            || found.readable().actor().equals(asked.actor()));
  }
}
