package fr.carnet.access.querying;

import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.access.querying.PatientChoicesResource.AccessRequest;
import fr.carnet.access.querying.PatientChoicesResource.AccessRequests;
import fr.carnet.access.querying.PatientChoicesResource.Physician;
import fr.carnet.access.querying.PatientChoicesResource.Physicians;
import fr.carnet.access.querying.PatientChoicesResource.WishRow;
import fr.carnet.access.querying.PatientChoicesResource.Wishes;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads what a patient decided, and what is left to decide. */
@ApplicationScoped
class ChoiceRows {
  private static final String WISHES =
      """
      SELECT asked.wish, coalesce(w.opposed, false), w.reopenings IS NULL OR w.reopenings < ?,
             w.since
      FROM unnest(?) AS asked (wish)
      LEFT JOIN emergency_wish w ON w.wish = asked.wish AND w.dossier_id = ?
      ORDER BY asked.wish
      """;

  /** As who acts for a minor said them last; what they did not say holds nothing that is theirs. */
  private static final String WISHES_OF_REPRESENTATIVES =
      """
      SELECT DISTINCT ON (asked.wish) asked.wish, (said.fact ->> 'opposed')::boolean,
             said.version IS NULL OR coalesce((said.fact ->> 'reopenings')::int, 0) < ?, said.time
      FROM unnest(?) AS asked (wish)
      LEFT JOIN said_by_representative said
        ON said.fact ->> 'wish' = asked.wish AND said.dossier_id = ?
      ORDER BY asked.wish, said.version DESC
      """;

  private static final String PHYSICIANS =
      """
      SELECT professional, title, min(since) AS since FROM (
        SELECT dossier_id, professional, title, since FROM treating_physician
        UNION ALL
        SELECT dossier_id, professional, 'PROPOSED', since FROM proposed_physician p
        WHERE NOT EXISTS (SELECT 1 FROM treating_physician t
                          WHERE (t.dossier_id, t.professional, t.part)
                                  = (p.dossier_id, p.professional, p.part)
                            AND t.title = 'MEDECIN_TRAITANT')) said
      WHERE dossier_id = ?
      GROUP BY professional, title
      ORDER BY since, professional, title
      """;

  private static final String PHYSICIANS_OF_REPRESENTATIVES =
      """
      SELECT professional, title, since FROM physician_of_representatives
      WHERE dossier_id = ? ORDER BY since, professional, title
      """;

  @Inject DataSource dataSource;

  /** The wishes that hold, or those of who acts for a minor; those not said too. */
  Wishes wishes(Decided asked) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                asked.onlyBy().isPresent() ? WISHES_OF_REPRESENTATIVES : WISHES)) {
      select.setInt(1, asked.dossier().reopenings());
      select.setArray(2, connection.createArrayOf("text", Wish.values()));
      select.setObject(3, asked.dossier().dossierId());
      List<WishRow> wishes = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          wishes.add(
              new WishRow(
                  Wish.valueOf(row.getString(1)),
                  Optional.ofNullable(row.getObject(2, Boolean.class)),
                  row.getBoolean(3),
                  Optional.ofNullable(row.getObject(4, OffsetDateTime.class))
                      .map(OffsetDateTime::toInstant)));
        }
      }
      return new Wishes(wishes);
    }
  }

  /** Doctors who see everything, or were asked to; of who acts for a minor, as they know it. */
  Physicians physicians(Decided asked) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                asked.onlyBy().isPresent() ? PHYSICIANS_OF_REPRESENTATIVES : PHYSICIANS)) {
      select.setObject(1, asked.dossier().dossierId());
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

  /**
   * Requests that wait: of who acts for a minor those that they are asked too, of an adult's
   * guardian those made since they began.
   */
  AccessRequests requests(Decided asked) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT request_id, professional, asked_at FROM %s
                WHERE dossier_id = ? AND asked_at >= coalesce(?::timestamptz, '-infinity')
                ORDER BY asked_at, request_id
                """
                    .formatted(
                        asked.onlyBy().isPresent()
                            ? "request_to_representatives"
                            : "access_request"))) {
      select.setObject(1, asked.dossier().dossierId());
      select.setObject(2, asked.since().map(since -> since.atOffset(ZoneOffset.UTC)).orElse(null));
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
