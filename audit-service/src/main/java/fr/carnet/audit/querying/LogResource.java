package fr.carnet.audit.querying;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** The log as an auditor reads it: facts in order, never content. */
@Path("/log")
@RunOnVirtualThread
@Tag(name = "Log")
public class LogResource {
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,18}");
  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;

  /** How many entries the log has. */
  record Size(long size) {}

  /** The size of the log. */
  @GET
  @Path("/size")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Operation(summary = "How many entries the log has; their indexes run from 0, without a gap")
  public Size size() throws SQLException {
    return Transactions.run(dataSource, tx -> new Size(LogSearch.size(tx)));
  }

  /** Entries that meet every condition given, in the order of the log. */
  @GET
  @RolesAllowed("auditor")
  @Operation(
      summary =
          "Entries by dossier, actor, structure, type, rule, purpose and time, in the order of the"
              + " log",
      description =
          "Facts and never content. from is inclusive, to exclusive; after is an index; limit is"
              + " 1 to 500, 100 if absent. Entries are found a moment after they are in the log:"
              + " completeUpTo is there where some from that index on may be missing. Each search is"
              + " traced, at its dossier where it names one.")
  public Page<Fact> search(
      @BeanParam Conditions conditions,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    Paging paging = Paging.of(after, limit);
    Search search = conditions.search(Optional.empty());
    Page<Fact> page =
        Transactions.run(
            dataSource,
            tx -> {
              Optional<Long> completeUpTo = LogSearch.completeUpTo(tx, LogSearch.size(tx));
              Part<Found> found = LogSearch.find(tx, search, paging);
              ReadTrace.put(
                  tx,
                  known(tx, search.dossier()),
                  ReadTrace.byAuditor(caller.get().actor(), "audit-search", found.entries()),
                  caller.correlation());
              return Page.of(found, Found::fact, completeUpTo);
            });
    machinery.wakeRelay();
    return page;
  }

  /** A record byte for byte. */
  @GET
  @Path("/{index}/record")
  @RolesAllowed("auditor")
  @Operation(
      summary = "A record byte for byte: key, headers and value in base64",
      description = "What is sealed in it stays sealed. Traced.")
  public ExactRecord record(@RestPath String index) throws SQLException {
    if (!INDEX.matcher(index).matches()) {
      throw new Refusal(AuditProblem.NO_SUCH_ENTRY);
    }
    ExactRecord exact =
        Transactions.run(
            dataSource,
            tx -> {
              Found found =
                  Refusal.unless(
                      LogSearch.at(tx, Long.parseLong(index)), AuditProblem.NO_SUCH_ENTRY);
              ReadTrace.put(
                  tx,
                  found.fact().dossierId(),
                  ReadTrace.byAuditor(caller.get().actor(), "audit-record", List.of(found)),
                  caller.correlation());
              return found.exact();
            });
    machinery.wakeRelay();
    return exact;
  }

  static Optional<UUID> known(Connection tx, Optional<UUID> dossier) throws SQLException {
    return dossier.isPresent() && LogSearch.knows(tx, dossier.get()) ? dossier : Optional.empty();
  }

  static UUID id(String text) {
    if (!ID.matcher(text).matches()) {
      throw new Refusal(RequestProblem.IDENTIFIER_INVALID);
    }
    return UUID.fromString(text);
  }

  static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new Refusal(AuditProblem.TIME_INVALID);
    }
  }
}
