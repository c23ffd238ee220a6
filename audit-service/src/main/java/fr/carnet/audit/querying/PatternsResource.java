package fr.carnet.audit.querying;

import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** What is unusual in the traces. */
@Path("/log/patterns")
@RunOnVirtualThread
@Tag(name = "Log")
public class PatternsResource {
  private static final Instant FIRST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject Machinery machinery;

  /** What was looked for, with thresholds, and what was found. */
  record Patterns(List<LookedFor> lookedFor, List<Unusual> found) {
    Patterns {
      lookedFor = List.copyOf(lookedFor);
      found = List.copyOf(found);
    }
  }

  /** A pattern, its threshold, and both in a sentence. */
  record LookedFor(UnusualPattern pattern, int threshold, String english, String french) {}

  /**
   * Something unusual: it accuses nobody, and says where to look.
   *
   * @param actor as in search
   * @param traces that make it up; of refusals, the most within one hour
   * @param firstIndex of the first of them in the log
   */
  record Unusual(
      UnusualPattern pattern,
      String actor,
      Instant since,
      Instant until,
      long traces,
      long dossiers,
      long firstIndex,
      long lastIndex) {}

  /** Looks for every pattern. */
  @GET
  @RolesAllowed({"auditor", "privacy-officer"})
  @Operation(
      summary = "What is unusual in the traces, with the thresholds that make it so",
      description =
          "Many dossiers by one person, break-glass by night, reads without a care relation,"
              + " refusals in series. from is inclusive, to exclusive; days and nights are those of"
              + " Europe/Paris; at most 1,000 of each. Traced.")
  public Patterns patterns(@RestQuery Optional<String> from, @RestQuery Optional<String> to)
      throws SQLException {
    Instant first = from.map(LogResource::time).orElse(FIRST);
    Instant last = to.map(LogResource::time).orElse(LAST);
    List<Unusual> found =
        Transactions.run(
            dataSource,
            tx -> {
              List<Unusual> all = new ArrayList<>();
              for (UnusualPattern pattern : UnusualPattern.values()) {
                all.addAll(find(tx, pattern, first, last));
              }
              ReadTrace.put(
                  tx,
                  Optional.empty(),
                  ReadTrace.byAuditor(caller.get().actor(), "audit-patterns", List.of()),
                  caller.correlation());
              return all;
            });
    machinery.wakeRelay();
    return new Patterns(
        Arrays.stream(UnusualPattern.values())
            .map(
                pattern ->
                    new LookedFor(
                        pattern,
                        pattern.threshold(),
                        pattern.words().english(),
                        pattern.words().french()))
            .toList(),
        found);
  }

  private static List<Unusual> find(Connection tx, UnusualPattern pattern, Instant from, Instant to)
      throws SQLException {
    try (PreparedStatement select = tx.prepareStatement(pattern.sql())) {
      select.setObject(1, from.atOffset(ZoneOffset.UTC));
      select.setObject(2, to.atOffset(ZoneOffset.UTC));
      select.setInt(3, pattern.threshold());
      List<Unusual> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new Unusual(
                  pattern,
                  row.getString(1),
                  row.getObject(2, OffsetDateTime.class).toInstant(),
                  row.getObject(3, OffsetDateTime.class).toInstant(),
                  row.getLong(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getLong(7)));
        }
      }
      return found;
    }
  }
}
