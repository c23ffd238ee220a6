package fr.carnet.access.querying;

import fr.carnet.access.querying.PatientChoicesResource.AccessRequest;
import fr.carnet.access.querying.PatientChoicesResource.AccessRequests;
import fr.carnet.access.querying.PatientChoicesResource.Physician;
import fr.carnet.access.querying.PatientChoicesResource.Physicians;
import fr.carnet.access.querying.PatientChoicesResource.WishRow;
import fr.carnet.access.querying.PatientChoicesResource.Wishes;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.dossier.DossierRegistered;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads what a patient decided, and what is left to decide. */
@ApplicationScoped
class ChoiceRows {
  @Inject DataSource dataSource;

  /**
   * @param onlyBy whose wishes, as they were recorded; absent: all, those not said too
   */
  Wishes wishes(DossierRegistered dossier, Optional<String> onlyBy) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT asked.wish, coalesce(w.opposed, false),
                       w.reopenings IS NULL OR w.reopenings < ?, w.since
                FROM unnest(?) AS asked (wish)
                LEFT JOIN emergency_wish w ON w.wish = asked.wish AND w.dossier_id = ?
                LEFT JOIN event e ON e.stream_id = w.dossier_id AND e.version = w.version
                WHERE ?::text IS NULL OR e.actor = ?
                ORDER BY asked.wish
                """)) {
      select.setInt(1, dossier.reopenings());
      select.setArray(2, connection.createArrayOf("text", Wish.values()));
      select.setObject(3, dossier.dossierId());
      select.setString(4, onlyBy.orElse(null));
      select.setString(5, onlyBy.orElse(null));
      List<WishRow> wishes = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          wishes.add(
              new WishRow(
                  Wish.valueOf(row.getString(1)),
                  row.getBoolean(2),
                  row.getBoolean(3),
                  Optional.ofNullable(row.getObject(4, OffsetDateTime.class))
                      .map(OffsetDateTime::toInstant)));
        }
      }
      return new Wishes(wishes);
    }
  }

  Physicians physicians(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT professional, title, since FROM treating_physician WHERE dossier_id = ?
                UNION ALL
                SELECT professional, 'PROPOSED', since FROM proposed_physician WHERE dossier_id = ?
                ORDER BY since, professional
                """)) {
      select.setObject(1, dossierId);
      select.setObject(2, dossierId);
      List<Physician> physicians = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Instant since = row.getObject(3, OffsetDateTime.class).toInstant();
          physicians.add(
              new Physician(row.getString(1), Physician.State.valueOf(row.getString(2)), since));
        }
      }
      return new Physicians(physicians);
    }
  }

  AccessRequests requests(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT request_id, professional, asked_at FROM access_request
                WHERE dossier_id = ? ORDER BY asked_at, request_id
                """)) {
      select.setObject(1, dossierId);
      List<AccessRequest> requests = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Instant askedAt = row.getObject(3, OffsetDateTime.class).toInstant();
          requests.add(new AccessRequest(row.getObject(1, UUID.class), row.getString(2), askedAt));
        }
      }
      return new AccessRequests(requests);
    }
  }
}
