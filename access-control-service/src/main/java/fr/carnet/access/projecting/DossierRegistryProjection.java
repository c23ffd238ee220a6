package fr.carnet.access.projecting;

import fr.carnet.access.deciding.Who.Represents;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Whose each dossier is, who acts for them, towards which key to seal, and whether it is open. */
public final class DossierRegistryProjection implements Projection {
  /** The name of the projection. */
  public static final String NAME = "dossier-registry";

  private static final List<String> ENDING =
      List.of(
          "INSERT INTO erased_dossier (dossier_id) VALUES (?) ON CONFLICT DO NOTHING",
          // The dossier's row first: a command on it in flight holds it.
          "DELETE FROM dossier WHERE dossier_id = ?",
          "DELETE FROM dossier_state WHERE dossier_id = ?",
          "DELETE FROM representation WHERE dossier_id = ?",
          "DELETE FROM access_grant WHERE dossier_id = ?",
          "DELETE FROM block WHERE dossier_id = ?",
          "DELETE FROM treating_physician WHERE dossier_id = ?",
          "DELETE FROM proposed_physician WHERE dossier_id = ?",
          "DELETE FROM visit_code WHERE dossier_id = ?",
          "DELETE FROM access_request WHERE dossier_id = ?",
          "DELETE FROM emergency_wish WHERE dossier_id = ?",
          "DELETE FROM notice WHERE dossier_id = ?",
          "DELETE FROM refused_access WHERE dossier_id = ?",
          "DELETE FROM grant_notice WHERE dossier_id = ?",
          "DELETE FROM notice_read WHERE dossier_id = ?",
          // The answers to commands tie an account to a dossier.
          "DELETE FROM command_receipt WHERE stream_id = ?");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.DOSSIER_REGISTRY);
  }

  @Override
  public Order order() {
    return Order.LATEST;
  }

  @Override
  public List<String> tables() {
    return List.of("dossier", "representation");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    for (RecordedEvent event : events) {
      if (event.type().equals(DossierRegistered.WIRE_NAME)) {
        DossierRegistered registered = Wire.read(event.data(), DossierRegistered.class);
        if (!registered.dossierId().equals(event.streamId())) {
          throw new Wire.UnreadableFact("the registration of another dossier");
        }
        store(tx, registered);
      }
    }
  }

  /**
   * Erased: whose it was goes, and who could see it. To everyone it is a dossier that never was.
   */
  @Override
  public void ended(Connection tx, Set<UUID> streams) throws SQLException {
    for (UUID dossierId : streams) {
      waitForOthers(tx, dossierId);
      for (String sql : ENDING) {
        try (PreparedStatement statement = tx.prepareStatement(sql)) {
          statement.setObject(1, dossierId);
          statement.executeUpdate();
        }
      }
    }
  }

  /** What is heard of a dossier by the other way is kept before an erasure, or not at all. */
  private static void waitForOthers(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement lock =
        tx.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
      lock.setString(1, "carnet-known-dossier/" + dossierId);
      lock.execute();
    }
  }

  /** Stores what the dossier-service answered, unless the dossier was erased since. */
  static void storeAnswer(Connection tx, DossierRegistered registered) throws SQLException {
    waitForOthers(tx, registered.dossierId());
    if (AccessGrantsProjection.erased(tx, Set.of(registered.dossierId())).isEmpty()) {
      store(tx, registered);
    }
  }

  /** Stores what is known of a dossier, unless something newer is: it may come by two ways. */
  static void store(Connection tx, DossierRegistered registered) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO dossier AS known (dossier_id, patient_refs, public_key, state, version,
                                          reopenings)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (dossier_id) DO UPDATE
            SET patient_refs = excluded.patient_refs, public_key = excluded.public_key,
                state = excluded.state, version = excluded.version,
                reopenings = excluded.reopenings
            WHERE known.version < excluded.version
            """)) {
      upsert.setObject(1, registered.dossierId());
      upsert.setArray(
          2,
          tx.createArrayOf(
              "text", registered.patientRefs().stream().map(PatientRef::value).toArray()));
      upsert.setString(3, registered.publicKey());
      upsert.setString(4, registered.state().name());
      upsert.setLong(5, registered.version());
      upsert.setInt(6, registered.reopenings());
      if (upsert.executeUpdate() > 0) {
        storeRepresentatives(tx, registered);
      }
    }
    remember(tx, registered);
  }

  private static void storeRepresentatives(Connection tx, DossierRegistered registered)
      throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement("DELETE FROM representation WHERE dossier_id = ?")) {
      delete.setObject(1, registered.dossierId());
      delete.executeUpdate();
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO representation
              (dossier_id, representation_id, patient_ref, kind, valid_from, valid_until)
            VALUES (?, ?, ?, ?, ?, ?)
            """)) {
      for (ActsFor representative : registered.representatives()) {
        insert.setObject(1, registered.dossierId());
        insert.setObject(2, representative.representationId());
        insert.setString(3, representative.patientRef().value());
        insert.setString(4, representative.kind().name());
        insert.setObject(5, representative.from().atOffset(ZoneOffset.UTC));
        insert.setObject(
            6, representative.until().map(until -> until.atOffset(ZoneOffset.UTC)).orElse(null));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** From when on decisions went by it; what is heard again, or late, was not news then. */
  private static void remember(Connection tx, DossierRegistered registered) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO dossier_state (dossier_id, version, state, representatives)
            SELECT asked.dossier_id, asked.version, asked.state, asked.representatives
            FROM (VALUES (?::uuid, ?::bigint, ?, ?::jsonb))
                   AS asked (dossier_id, version, state, representatives)
            WHERE NOT EXISTS (SELECT 1 FROM erased_dossier e WHERE e.dossier_id = asked.dossier_id)
              AND NOT EXISTS (SELECT 1 FROM dossier_state s
                              WHERE s.dossier_id = asked.dossier_id AND s.version >= asked.version)
            ON CONFLICT DO NOTHING
            """)) {
      insert.setObject(1, registered.dossierId());
      insert.setLong(2, registered.version());
      insert.setString(3, registered.state().name());
      insert.setString(
          4,
          new String(
              Wire.write(
                  registered.representatives().stream()
                      .map(
                          acts ->
                              new Represents(
                                  acts.representationId(),
                                  acts.from(),
                                  acts.until(),
                                  Optional.of(acts.kind())))
                      .toList()),
              StandardCharsets.UTF_8));
      insert.executeUpdate();
    }
  }
}
