package fr.carnet.dossier.querying;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierFacts;
import fr.carnet.events.dossier.DossierFacts.Item;
import fr.carnet.events.dossier.DossierFacts.Life;
import fr.carnet.events.dossier.DossierFacts.MaskFact;
import fr.carnet.events.dossier.DossierFacts.Release;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.Streams;
import fr.carnet.eventstore.Transactions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What this service holds of a dossier, without content: for a replay to be laid beside. */
@Path("/dossiers/{dossierId}/facts")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("decisions")
@RunOnVirtualThread
@Tag(name = "Content")
public class FactsResource {
  @Inject DataSource dataSource;

  /** Read in one snapshot: rows as they show, and digests of the events that are kept with them. */
  @GET
  @Operation(
      summary = "Life, authors, item ids and digests of what is sealed, for services",
      description = "NONE for an unknown dossier.")
  public DossierFacts facts(UUID dossierId) throws SQLException {
    return Transactions.inSnapshot(dataSource, tx -> facts(tx, dossierId));
  }

  private static DossierFacts facts(Connection tx, UUID dossierId) throws SQLException {
    long version = Streams.version(tx, dossierId);
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT k.destroyed_at IS NOT NULL, d.state, d.channel, d.opened_at, d.closed_at,
                   d.archive_ends_at, d.erasure_from
            FROM dossier_key k LEFT JOIN dossier d USING (dossier_id) WHERE k.dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return DossierFacts.nothing(version, Life.NONE);
        }
        if (row.getBoolean(1)) {
          return DossierFacts.nothing(version, Life.ERASED);
        }
        if (row.getString(2) == null) {
          return DossierFacts.nothing(version, Life.NONE);
        }
        Digests digests = digests(tx, dossierId);
        return new DossierFacts(
            version,
            Life.valueOf(row.getString(2)),
            Optional.of(Channel.valueOf(row.getString(3))),
            instant(row, 4),
            instant(row, 5),
            instant(row, 6),
            instant(row, 7),
            digests.identity(),
            releases(tx, dossierId),
            items(tx, dossierId, digests.bodies()),
            masks(tx, dossierId, digests.bodies()),
            care(tx, dossierId));
      }
    }
  }

  /** Of what is sealed in the events: the last body of each item and mask. */
  private record Digests(Optional<String> identity, Map<UUID, String> bodies) {}

  private static Digests digests(Connection tx, UUID dossierId) throws SQLException {
    Optional<String> identity = Optional.empty();
    Map<UUID, String> bodies = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT type, data FROM event WHERE stream_id = ? AND type = ANY (?) ORDER BY version")) {
      select.setObject(1, dossierId);
      select.setArray(
          2,
          tx.createArrayOf(
              "text",
              new String[] {
                DossierOpened.WIRE_NAME,
                ItemAdded.WIRE_NAME,
                ItemReplaced.WIRE_NAME,
                MaskSet.WIRE_NAME
              }));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          byte[] data = row.getBytes(2);
          switch (row.getString(1)) {
            case DossierOpened.WIRE_NAME ->
                identity = Optional.of(Wire.read(data, DossierOpened.class).identity().digest());
            case ItemAdded.WIRE_NAME -> {
              ItemAdded added = Wire.read(data, ItemAdded.class);
              bodies.put(added.itemId(), added.body().digest());
            }
            case ItemReplaced.WIRE_NAME -> {
              ItemReplaced replaced = Wire.read(data, ItemReplaced.class);
              bodies.put(replaced.itemId(), replaced.body().digest());
            }
            default -> {
              MaskSet set = Wire.read(data, MaskSet.class);
              bodies.put(set.maskId(), set.mask().digest());
            }
          }
        }
      }
    }
    return new Digests(identity, bodies);
  }

  private static SortedMap<UUID, Release> releases(Connection tx, UUID dossierId)
      throws SQLException {
    SortedMap<UUID, Release> releases = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT request_id, kind, state, ends_at FROM release_request WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          releases.put(
              row.getObject(1, UUID.class),
              new Release(
                  ReleaseRequested.Kind.valueOf(row.getString(2)),
                  Release.Step.valueOf(row.getString(3)),
                  instant(row, 4)));
        }
      }
    }
    return releases;
  }

  private static SortedMap<UUID, Item> items(
      Connection tx, UUID dossierId, Map<UUID, String> bodies) throws SQLException {
    SortedMap<UUID, Item> items = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT item_id, author_role, author_id, author_profession, author_structure, version,
                   added_at, changed_at, deleted, announced_at
            FROM item WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          items.put(
              id,
              new Item(
                  new Actor(
                      Actor.Role.valueOf(row.getString(2)),
                      Optional.ofNullable(row.getString(3)),
                      Optional.ofNullable(row.getString(4)),
                      Optional.ofNullable(row.getString(5)).map(NationalId::new)),
                  row.getInt(6),
                  instant(row, 7).orElseThrow(),
                  instant(row, 8).orElseThrow(),
                  row.getBoolean(9),
                  instant(row, 10),
                  bodies.getOrDefault(id, "")));
        }
      }
    }
    return items;
  }

  private static SortedMap<UUID, MaskFact> masks(
      Connection tx, UUID dossierId, Map<UUID, String> bodies) throws SQLException {
    SortedMap<UUID, MaskFact> masks = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT mask_id, set_at FROM mask WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          masks.put(id, new MaskFact(instant(row, 2).orElseThrow(), bodies.getOrDefault(id, "")));
        }
      }
    }
    return masks;
  }

  private static SortedMap<String, Boolean> care(Connection tx, UUID dossierId)
      throws SQLException {
    SortedMap<String, Boolean> care = new TreeMap<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT line_key, withdrawn FROM care_line WHERE dossier_id = ?")) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          care.put(row.getString(1), row.getBoolean(2));
        }
      }
    }
    return care;
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
