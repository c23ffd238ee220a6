package fr.carnet.ingest.projecting;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.SealingSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** {@code dossier.registry} → who has a dossier, whether it is open, and its public key. */
public final class RegistryProjection implements Projection {
  @Override
  public String name() {
    return "dossier-registry";
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
    return List.of("dossier", "dossier_patient");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    // Each is the whole state, so only the last of each dossier counts: a topic that was compacted
    // gives the same rows.
    Map<UUID, DossierRegistered> last = new LinkedHashMap<>();
    for (RecordedEvent event : events) {
      if (event.type().equals(DossierRegistered.WIRE_NAME)) {
        last.put(event.streamId(), registered(event));
      }
    }
    try (PreparedStatement dossier =
            tx.prepareStatement(
                """
                INSERT INTO dossier (dossier_id, public_key, open, version) VALUES (?, ?, ?, ?)
                ON CONFLICT (dossier_id) DO UPDATE
                  SET public_key = excluded.public_key, open = excluded.open,
                      version = excluded.version
                """);
        PreparedStatement nobody =
            tx.prepareStatement("DELETE FROM dossier_patient WHERE dossier_id = ANY (?)");
        PreparedStatement patient =
            tx.prepareStatement(
                "INSERT INTO dossier_patient (patient_ref, dossier_id) VALUES (?, ?)")) {
      for (DossierRegistered registered : last.values()) {
        dossier.setObject(1, registered.dossierId());
        dossier.setString(2, registered.publicKey());
        dossier.setBoolean(3, registered.state() == DossierRegistered.State.OPEN);
        dossier.setLong(4, registered.version());
        dossier.addBatch();
        for (PatientRef ref : Set.copyOf(registered.patientRefs())) {
          patient.setString(1, ref.value());
          patient.setObject(2, registered.dossierId());
          patient.addBatch();
        }
      }
      dossier.executeBatch();
      nobody.setArray(1, tx.createArrayOf("uuid", last.keySet().toArray()));
      nobody.executeUpdate();
      patient.executeBatch();
    }
  }

  /**
   * The tie to a person goes, and with it what was kept to seal; the lines of the last 24 months
   * are the insurer's, and of older ones only their keys stay.
   */
  @Override
  public void ended(Connection tx, Set<UUID> streams) throws SQLException {
    try (PreparedStatement untie =
        tx.prepareStatement(
            """
            UPDATE line SET patient_ref = NULL
            FROM dossier_patient AS ended
            WHERE ended.dossier_id = ANY (?) AND line.patient_ref = ended.patient_ref
              AND line.care IS NULL
              AND NOT EXISTS (SELECT FROM dossier_patient AS other
                              WHERE other.patient_ref = line.patient_ref
                                AND other.dossier_id <> ALL (?))
            """)) {
      untie.setArray(1, tx.createArrayOf("uuid", streams.toArray()));
      untie.setArray(2, tx.createArrayOf("uuid", streams.toArray()));
      untie.executeUpdate();
    }
    for (String table : List.of("dossier_patient", "dossier", "sealing_session", "backfilled")) {
      try (PreparedStatement delete =
          tx.prepareStatement("DELETE FROM " + table + " WHERE dossier_id = ANY (?)")) {
        delete.setArray(1, tx.createArrayOf("uuid", streams.toArray()));
        delete.executeUpdate();
      }
    }
  }

  /** Refused here, so that it is parked and stops this dossier only, and not the valve for all. */
  private static DossierRegistered registered(RecordedEvent event) {
    DossierRegistered registered = Wire.read(event.data(), DossierRegistered.class);
    if (!registered.dossierId().equals(event.streamId())
        || registered.version() != event.version().orElseThrow()) {
      throw new Wire.UnreadableFact("the body is not of the dossier and version of its headers");
    }
    SealingSession.requirePublicKey(registered.publicKey());
    return registered;
  }
}
