package fr.carnet.dossier.projecting;

import fr.carnet.dossier.forgetting.Forgetting;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * {@code dossier.events} → whose dossier it is, and whether it is open. Of an erased one nothing.
 */
@ApplicationScoped
public class DossierProjection implements Projection {
  @Inject KeyRing keys;
  @Inject Forgetting forgetting;

  @Override
  public String name() {
    return "dossier";
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.DOSSIER_EVENTS);
  }

  @Override
  public Order order() {
    return Order.CONTIGUOUS;
  }

  @Override
  public List<String> tables() {
    return List.of("dossier", "dossier_patient");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    Set<UUID> erased =
        keys.destroyed(tx, events.stream().map(RecordedEvent::streamId).distinct().toList());
    for (RecordedEvent event : events) {
      if (erased.contains(event.streamId()) && !event.type().equals(DossierErased.WIRE_NAME)) {
        // The log holds it for ever, and nobody can read it.
        continue;
      }
      switch (event.type()) {
        case DossierOpened.WIRE_NAME,
            DossierClosed.WIRE_NAME,
            DossierReopened.WIRE_NAME,
            DossierErased.WIRE_NAME -> {
          switch (DossierEvent.read(event.type(), event.data())) {
            case DossierOpened opened -> opened(tx, event, opened);
            case DossierClosed _ -> state(tx, event, "CLOSED");
            case DossierReopened _ -> state(tx, event, "OPEN");
            case DossierErased gone ->
                forgetting.forget(tx, event.streamId(), gone.cause(), event.actor());
          }
        }
        default -> {
          // A type of a later version: the stream goes on, this view does not need it.
        }
      }
    }
  }

  private void opened(Connection tx, RecordedEvent event, DossierOpened opened)
      throws SQLException {
    keys.requireKept(tx, event.streamId());
    Binding binding = new Binding(event.streamId(), event.id().toString(), DossierOpened.WIRE_NAME);
    PatientIdentity patient =
        Wire.read(
            keys.open(tx, new KeyRing.SealedBody(opened.identity(), binding)),
            PatientIdentity.class);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO dossier (dossier_id, state, channel, public_key, family_name, given_name,
                                 birth_date, opened_at, version)
            VALUES (?, 'OPEN', ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setString(2, opened.channel().name());
      insert.setString(3, opened.publicKey());
      insert.setString(4, patient.familyName().orElse(null));
      insert.setString(5, patient.givenName().orElse(null));
      insert.setDate(6, patient.birthDate().map(Date::valueOf).orElse(null));
      insert.setTimestamp(7, Timestamp.from(event.time()));
      insert.setLong(8, event.version().orElseThrow());
      insert.executeUpdate();
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO dossier_patient (patient_ref, dossier_id) VALUES (?, ?)")) {
      insert.setString(1, patient.patientRef().value());
      insert.setObject(2, event.streamId());
      insert.executeUpdate();
    }
  }

  private static void state(Connection tx, RecordedEvent event, String state) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE dossier SET state = ?, version = ?, closed_at = ? WHERE dossier_id = ?
            """)) {
      update.setString(1, state);
      update.setLong(2, event.version().orElseThrow());
      update.setTimestamp(3, state.equals("CLOSED") ? Timestamp.from(event.time()) : null);
      update.setObject(4, event.streamId());
      update.executeUpdate();
    }
  }
}
