package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.sequencing.ReadableHeaders;
import fr.carnet.events.Topic;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** The log of one dossier, for its owner. */
@Path("/dossiers/{dossierId}/log")
@RunOnVirtualThread
@Tag(name = "A patient's own log")
public class OwnLogResource {
  /** Care lines that came are in the care history; this log is about people. */
  static final List<String> TOPICS =
      List.of(
          Topic.DOSSIER_EVENTS.wireName(),
          Topic.ACCESS_EVENTS.wireName(),
          Topic.ACCESS_TRACES.wireName());

  @Inject OwnReading reading;

  /**
   * A page of the log, in its order.
   *
   * @param completeUpTo the index before which no entry is missing, where some from it on cannot be
   *     found yet
   * @param checkpoint that the proofs are of, as a signed note; absent before the first
   * @param next what to send as {@code after} for the page that follows; absent when there is none
   *     yet
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record LogPage(
      List<OwnFact> entries,
      Optional<Long> completeUpTo,
      Optional<String> checkpoint,
      Optional<Long> next) {
    LogPage {
      entries = List.copyOf(entries);
    }
  }

  /** Who looked or was refused, openings and closings, grants and blocks. */
  @GET
  @RolesAllowed("patient")
  @Operation(
      summary =
          "Who looked or was refused, when, for which purpose, by which rule, and what; each with"
              + " its proof",
      description =
          "Entries of what the owner may not know of yet are absent. Who acts for the owner sees"
              + " what they did themselves, and of others only looks at items of which they may know"
              + " and what has nothing to do with care. Anybody else gets one and the same refusal,"
              + " whether or not there is such a dossier. after is an index; limit is 1 to 500, 100 if absent."
              + " completeUpTo is there where entries from that index on may be missing yet. Traced.")
  public LogPage read(
      @RestPath String dossierId,
      @RestQuery Optional<String> after,
      @RestQuery Optional<String> limit)
      throws SQLException {
    UUID dossier = LogResource.id(dossierId);
    Paging paging = Paging.of(after, limit);
    return reading.read(
        dossier,
        "read-own-log",
        (tx, sight) -> {
          Optional<Long> completeUpTo = LogSearch.completeUpTo(tx, sight.below());
          EntryProof.Prover prover = new EntryProof.Prover(tx, Checkpoints.newest(tx));
          Part<Found> found =
              LogSearch.find(tx, Search.of(dossier, TOPICS, sight.below()), paging, sight::shows);
          Page<OwnFact> page = Page.of(found, entry -> ownFact(entry, sight, prover), completeUpTo);
          return new OwnReading.Shown<>(
              new LogPage(page.entries(), completeUpTo, prover.checkpoint(), page.next()),
              found.entries());
        });
  }

  private static OwnFact ownFact(Found found, PatientsSight sight, EntryProof.Prover prover) {
    ReadableHeaders readable = found.readable();
    return new OwnFact(
        found.index(),
        readable.time(),
        readable.type(),
        readable.actor(),
        sight.of(found),
        prover.of(found.index()));
  }
}
