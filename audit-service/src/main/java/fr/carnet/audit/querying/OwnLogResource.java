package fr.carnet.audit.querying;

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

  /** Who looked or was refused, openings and closings, grants and blocks. */
  @GET
  @RolesAllowed("patient")
  @Operation(
      summary = "Who looked or was refused, when, for which purpose, by which rule, and what",
      description =
          "Entries of what the owner may not know of yet are absent. Who acts for the owner sees"
              + " what they did themselves, and of others only looks at items of which they may know"
              + " and what has nothing to do with care. Anybody else gets one and the same refusal,"
              + " whether or not there is such a dossier. after is an index; limit is 1 to 500, 100 if absent. Traced.")
  public Page<OwnFact> read(
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
          List<Found> found =
              LogSearch.findShown(
                  tx, Search.of(dossier, TOPICS, sight.below()), paging, sight::shows);
          return new OwnReading.Shown<>(
              paging.page(found, entry -> ownFact(entry, sight)), paging.shown(found));
        });
  }

  private static OwnFact ownFact(Found found, PatientsSight sight) {
    ReadableHeaders readable = found.readable();
    return new OwnFact(
        found.index(), readable.time(), readable.type(), readable.actor(), sight.of(found));
  }
}
