package fr.carnet.ingest.projecting;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

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
    try (PreparedStatement dossier =
            tx.prepareStatement(
                """
                INSERT INTO dossier (dossier_id, public_key, open, version) VALUES (?, ?, ?, ?)
                ON CONFLICT (dossier_id) DO UPDATE
                  SET public_key = excluded.public_key, open = excluded.open,
                      version = excluded.version
                """);
        PreparedStatement patient =
            tx.prepareStatement(
                """
                INSERT INTO dossier_patient (patient_ref, dossier_id) VALUES (?, ?)
                ON CONFLICT DO NOTHING
                """)) {
      for (RecordedEvent event : events) {
        if (!event.type().equals(DossierRegistered.WIRE_NAME)) {
          continue;
        }
        DossierRegistered registered = Wire.read(event.data(), DossierRegistered.class);
        dossier.setObject(1, event.streamId());
        dossier.setString(2, registered.publicKey());
        dossier.setBoolean(3, registered.state() == DossierRegistered.State.OPEN);
        dossier.setLong(4, registered.version());
        dossier.addBatch();
        for (PatientRef ref : registered.patientRefs()) {
          patient.setString(1, ref.value());
          patient.setObject(2, event.streamId());
          patient.addBatch();
        }
      }
      dossier.executeBatch();
      patient.executeBatch();
    }
  }
}
