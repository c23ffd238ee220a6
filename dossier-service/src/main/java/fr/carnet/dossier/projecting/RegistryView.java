package fr.carnet.dossier.projecting;

import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.PatientRef;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the other services are told of a dossier, from the rows as they are. */
public final class RegistryView {
  private RegistryView() {}

  /** The registry's record of a person's dossier, if they have one. */
  public static Optional<DossierRegistered> of(Connection connection, PatientRef person)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT dossier_id FROM dossier_patient WHERE patient_ref = ?")) {
      select.setString(1, person.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? of(connection, row.getObject(1, UUID.class)) : Optional.empty();
      }
    }
  }

  /** The registry's record of a dossier, if there is such a dossier. */
  public static Optional<DossierRegistered> of(Connection connection, UUID dossierId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT d.public_key, d.state, d.version,
                   ARRAY(SELECT patient_ref FROM dossier_patient p
                         WHERE p.dossier_id = d.dossier_id ORDER BY patient_ref),
                   d.reopenings
            FROM dossier d WHERE d.dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Array refs = row.getArray(4);
        List<PatientRef> patientRefs =
            Arrays.stream((String[]) refs.getArray()).map(PatientRef::new).toList();
        return Optional.of(
            new DossierRegistered(
                dossierId,
                patientRefs,
                row.getString(1),
                DossierRegistered.State.valueOf(row.getString(2)),
                row.getLong(3),
                row.getInt(5),
                representatives(connection, dossierId)));
      }
    }
  }

  private static List<ActsFor> representatives(Connection connection, UUID dossierId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT representation_id, patient_ref, kind, valid_from, valid_until
            FROM representation WHERE dossier_id = ? AND ended IS NULL
            ORDER BY representation_id
            """)) {
      select.setObject(1, dossierId);
      List<ActsFor> representatives = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          representatives.add(
              new ActsFor(
                  row.getObject(1, UUID.class),
                  new PatientRef(row.getString(2)),
                  Representative.Kind.valueOf(row.getString(3)),
                  row.getTimestamp(4).toInstant(),
                  Optional.ofNullable(row.getTimestamp(5)).map(Timestamp::toInstant)));
        }
      }
      return representatives;
    }
  }
}
