package fr.carnet.access.querying;

import fr.carnet.access.paging.Place;
import fr.carnet.access.projecting.AccessGrantsProjection;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.access.querying.AuthorisationsResource.Authorisation;
import fr.carnet.access.querying.AuthorisationsResource.State;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.StreamRecovery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
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

/**
 * Reads what a professional holds. It begins at the ties of the one who asks and never at a
 * dossier: one without a tie is touched no more than one that does not exist.
 */
@ApplicationScoped
class AuthorisationRows {
  /**
   * What a closed dossier gave has ended. Of a dossier of which something is parked it is not known
   * what holds, and so nothing is said, as no decision lets anybody in.
   */
  private static final String HELD =
      """
      WITH asking AS (SELECT clock_timestamp() AS at, ?::text AS professional, ?::text AS structure),
      tie AS (
        SELECT g.dossier_id, 'GRANT' AS kind, g.grant_id AS id, g.grantee_kind, g.valid_from AS since,
               g.valid_until AS until, g.revoked_at IS NOT NULL OR g.valid_until <= asking.at AS ended
        FROM asking JOIN access_grant g ON g.grantee IN (asking.professional, asking.structure)
        UNION ALL
        SELECT t.dossier_id, 'TREATING_PHYSICIAN', t.dossier_id, 'PROFESSIONAL', min(t.since), NULL,
               false
        FROM asking JOIN treating_physician t ON t.professional = asking.professional
        GROUP BY t.dossier_id),
      held AS (
        SELECT tie.*,
               CASE WHEN tie.ended OR d.state <> 'OPEN' THEN 'EXPIRE'
                    WHEN EXISTS (SELECT 1 FROM block b
                                 WHERE b.dossier_id = tie.dossier_id
                                   AND b.professional = asking.professional) THEN 'INTERDIT'
                    ELSE 'VALIDE' END AS state
        FROM asking, tie
        JOIN dossier d ON d.dossier_id = tie.dossier_id
        WHERE NOT EXISTS (SELECT 1 FROM parked p
                          WHERE p.consumer IN (?, ?) AND p.stream_key = tie.dossier_id::text
                            AND p.discarded_at IS NULL))
      """;

  /** What was asked for and not granted since: nobody is told whether there is anybody to grant. */
  private static final String ASKED =
      """
      , asked AS (
        SELECT a.request_id, a.asked_at
        FROM asking JOIN asked_access a ON a.professional = asking.professional
        WHERE NOT EXISTS (SELECT 1 FROM access_grant g
                          WHERE g.grantee = asking.professional AND g.origin_kind = 'REQUEST'
                            AND g.origin_id = a.request_id AND g.valid_from >= a.asked_at))
      SELECT * FROM (
        SELECT dossier_id, kind, id, grantee_kind, since, until, state FROM held
        UNION ALL
        SELECT NULL, 'REQUEST', request_id, 'PROFESSIONAL', asked_at, NULL, 'NON_EXISTE'
        FROM asked) listed
      WHERE ?::timestamptz IS NULL OR (since, id) < (?, ?)
      ORDER BY since DESC, id DESC LIMIT ?
      """;

  private static final String RECOVERY = StreamRecovery.consumer(new AccessGrantsProjection());

  /** No national id is empty, so that it matches nothing. */
  private static final String NOBODY = "";

  @Inject DataSource dataSource;

  /** Some of what this professional holds, the newest first. */
  List<Authorisation> of(Actor professional, Optional<Place> after, int most) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(HELD + ASKED)) {
      select.setInt(Place.bind(select, bind(select, professional), after), most);
      List<Authorisation> held = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          held.add(authorisation(row));
        }
      }
      return held;
    }
  }

  /** What holds of one dossier: the best of all ties. */
  State stateOf(Actor professional, UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                HELD
                    + """
                    SELECT state FROM held WHERE dossier_id = ?
                    ORDER BY array_position(ARRAY['VALIDE', 'INTERDIT', 'EXPIRE'], state) LIMIT 1
                    """)) {
      select.setObject(bind(select, professional), dossierId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? State.valueOf(row.getString(1)) : State.NON_EXISTE;
      }
    }
  }

  private static int bind(PreparedStatement select, Actor professional) throws SQLException {
    select.setString(1, professional.id().orElse(NOBODY));
    select.setString(2, professional.structure().map(NationalId::value).orElse(NOBODY));
    select.setString(3, DossierRegistryProjection.NAME);
    select.setString(4, RECOVERY);
    return 5;
  }

  private static Authorisation authorisation(ResultSet row) throws SQLException {
    Authorisation.Kind kind = Authorisation.Kind.valueOf(row.getString("kind"));
    UUID id = row.getObject("id", UUID.class);
    return new Authorisation(
        Optional.ofNullable(row.getObject("dossier_id", UUID.class)),
        kind,
        switch (kind) {
          case GRANT -> Optional.of(id);
          case TREATING_PHYSICIAN, REQUEST -> Optional.empty();
        },
        switch (kind) {
          case REQUEST -> Optional.of(id);
          case GRANT, TREATING_PHYSICIAN -> Optional.empty();
        },
        Grantee.Kind.valueOf(row.getString("grantee_kind")),
        instant(row, "since").orElseThrow(),
        instant(row, "until"),
        State.valueOf(row.getString("state")));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
