package fr.carnet.access.projecting;

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

/** Whose each dossier is, towards which key to seal, and whether it is open. */
public final class DossierRegistryProjection implements Projection {
  /** The name of the projection. */
  public static final String NAME = "dossier-registry";

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
    return List.of("dossier");
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

  /** Stores what is known of a dossier, unless something newer is: it may come by two ways. */
  static void store(Connection tx, DossierRegistered registered) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO dossier AS known (dossier_id, patient_refs, public_key, state, version)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (dossier_id) DO UPDATE
            SET patient_refs = excluded.patient_refs, public_key = excluded.public_key,
                state = excluded.state, version = excluded.version
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
      upsert.executeUpdate();
    }
  }
}
