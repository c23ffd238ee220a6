package fr.carnet.access.querying;

import fr.carnet.events.access.AccessFacts;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.identity.NationalId;
import fr.carnet.eventstore.Streams;
import fr.carnet.eventstore.Transactions;
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
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a patient has decided, as it is held here: for a replay to be laid beside. */
@Path("/dossiers/{dossierId}/facts")
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Decisions")
public class AccessFactsResource {
  @Inject DataSource dataSource;

  /** Read in one snapshot. */
  @GET
  @Operation(
      summary = "Grants, blocks, doctors who see everything and wishes, for services",
      description = "Nothing for an unknown dossier.")
  public AccessFacts facts(UUID dossierId) throws SQLException {
    return Transactions.inSnapshot(
        dataSource,
        tx ->
            new AccessFacts(
                Streams.version(tx, dossierId),
                grants(tx, dossierId),
                since(tx, dossierId, "block"),
                since(tx, dossierId, "treating_physician"),
                wishes(tx, dossierId)));
  }

  private static SortedMap<UUID, AccessFacts.Grant> grants(Connection tx, UUID dossierId)
      throws SQLException {
    SortedMap<UUID, AccessFacts.Grant> grants = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT grant_id, grantee_kind, grantee, valid_from, valid_until, revoked_at
            FROM access_grant WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          grants.put(
              row.getObject(1, UUID.class),
              new AccessFacts.Grant(
                  new Grantee(
                      Grantee.Kind.valueOf(row.getString(2)), new NationalId(row.getString(3))),
                  instant(row, 4).orElseThrow(),
                  instant(row, 5),
                  instant(row, 6)));
        }
      }
    }
    return grants;
  }

  private static SortedMap<String, Instant> since(Connection tx, UUID dossierId, String table)
      throws SQLException {
    SortedMap<String, Instant> since = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT professional, min(since) FROM "
                + table
                + " WHERE dossier_id = ? GROUP BY professional")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          since.put(row.getString(1), instant(row, 2).orElseThrow());
        }
      }
    }
    return since;
  }

  private static SortedMap<EmergencyWishRecorded.Wish, AccessFacts.Wish> wishes(
      Connection tx, UUID dossierId) throws SQLException {
    SortedMap<EmergencyWishRecorded.Wish, AccessFacts.Wish> wishes = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT wish, opposed, since FROM emergency_wish WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          wishes.put(
              EmergencyWishRecorded.Wish.valueOf(row.getString(1)),
              new AccessFacts.Wish(row.getBoolean(2), instant(row, 3).orElseThrow()));
        }
      }
    }
    return wishes;
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
