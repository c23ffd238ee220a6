package fr.carnet.access.querying;

import fr.carnet.access.projecting.AccessGrantsProjection;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.access.querying.WhoHasAccessResource.GrantRow;
import fr.carnet.access.querying.WhoHasAccessResource.Grants;
import fr.carnet.access.querying.WhoHasAccessResource.Who;
import fr.carnet.access.querying.WhoHasAccessResource.WhoCanSee;
import fr.carnet.events.access.Grantee;
import fr.carnet.eventstore.StreamRecovery;
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

/** Reads, in one statement each, what the owner is told. */
@ApplicationScoped
class AccessRows {
  /** The first row has no grant: it says when, and on which version, there may be none. */
  private static final String GRANTS =
      """
      WITH now AS (SELECT clock_timestamp() AS at)
      SELECT now.at, coalesce((SELECT version FROM stream WHERE id = ?), 0) AS version,
             g.grant_id, g.grantee_kind, g.grantee, g.valid_from, g.valid_until, g.revoked_at,
             CASE WHEN g.revoked_at IS NOT NULL OR g.valid_until <= now.at THEN 'EXPIRE'
                  WHEN b.professional IS NOT NULL THEN 'INTERDIT'
                  ELSE 'VALIDE' END AS state,
             g.revoked_at IS NULL AND b.professional IS NULL AND g.valid_from <= now.at
               AND (g.valid_until IS NULL OR g.valid_until > now.at) AS in_force
      FROM now LEFT JOIN access_grant g ON g.dossier_id = ?
      LEFT JOIN block b
        ON b.dossier_id = g.dossier_id AND b.professional = g.grantee
           AND g.grantee_kind = 'PROFESSIONAL'
      ORDER BY g.grant_id DESC
      """;

  /** The same rules as a decision's, over everyone at once: a test holds the two together. */
  private static final String WHO =
      """
      WITH now AS (SELECT clock_timestamp() AS at, ?::uuid AS dossier_id),
      closed AS (
        SELECT NOT EXISTS (SELECT 1 FROM dossier d, now
                           WHERE d.dossier_id = now.dossier_id AND d.state = 'OPEN')
               OR EXISTS (SELECT 1 FROM parked p, now
                          WHERE p.consumer IN (?, ?) AND p.stream_key = now.dossier_id::text
                            AND p.discarded_at IS NULL)
               AS to_others),
      blocked AS (SELECT b.professional FROM block b, now WHERE b.dossier_id = now.dossier_id),
      who AS (
        SELECT 1 AS place, 'OWNER' AS rule, NULL AS kind, NULL AS id, true AS masked_too,
               NULL::uuid AS grant_id, NULL::timestamptz AS until
        UNION ALL
        SELECT 2, 'TREATING_PHYSICIAN', 'PROFESSIONAL', t.professional, true, NULL, NULL
        FROM treating_physician t, now, closed
        WHERE t.dossier_id = now.dossier_id AND NOT closed.to_others
          AND t.professional NOT IN (SELECT professional FROM blocked)
        UNION ALL
        SELECT 3, 'GRANT', g.grantee_kind, g.grantee, false, g.grant_id, g.valid_until
        FROM access_grant g, now, closed
        WHERE g.dossier_id = now.dossier_id AND NOT closed.to_others
          AND g.revoked_at IS NULL AND g.valid_from <= now.at
          AND (g.valid_until IS NULL OR g.valid_until > now.at)
          AND (g.grantee_kind = 'STRUCTURE'
               OR g.grantee NOT IN (SELECT professional FROM blocked))
        UNION ALL
        SELECT 4, wish.rule, NULL, NULL, false, NULL, NULL
        FROM (VALUES ('BREAK_GLASS'), ('MEDICAL_REGULATION')) AS wish (rule), now, closed
        WHERE NOT closed.to_others
          AND NOT EXISTS (SELECT 1 FROM emergency_wish w
                          WHERE w.dossier_id = now.dossier_id AND w.wish = wish.rule
                            AND w.opposed))
      SELECT now.at, coalesce((SELECT version FROM stream WHERE id = now.dossier_id), 0) AS version,
             (SELECT coalesce(array_agg(professional ORDER BY professional), '{}') FROM blocked)
               AS blocked,
             who.*
      FROM now, who ORDER BY place, rule, id, until NULLS LAST, grant_id
      """;

  @Inject DataSource dataSource;

  Grants grants(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(GRANTS)) {
      select.setObject(1, dossierId);
      select.setObject(2, dossierId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Instant at = instant(row, "at").orElseThrow();
        long version = row.getLong("version");
        List<GrantRow> grants = new ArrayList<>();
        do {
          Optional<UUID> grantId = Optional.ofNullable(row.getObject("grant_id", UUID.class));
          if (grantId.isPresent()) {
            grants.add(grant(row, grantId.get()));
          }
        } while (row.next());
        return new Grants(at, version, grants);
      }
    }
  }

  private static GrantRow grant(ResultSet row, UUID grantId) throws SQLException {
    return new GrantRow(
        grantId,
        Grantee.Kind.valueOf(row.getString("grantee_kind")),
        row.getString("grantee"),
        instant(row, "valid_from").orElseThrow(),
        instant(row, "valid_until"),
        instant(row, "revoked_at"),
        GrantRow.State.valueOf(row.getString("state")),
        row.getBoolean("in_force"));
  }

  WhoCanSee whoCanSee(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(WHO)) {
      select.setObject(1, dossierId);
      select.setString(2, DossierRegistryProjection.NAME);
      select.setString(3, StreamRecovery.consumer(new AccessGrantsProjection()));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Instant at = instant(row, "at").orElseThrow();
        long version = row.getLong("version");
        List<String> blocked = List.of((String[]) row.getArray("blocked").getArray());
        List<Who> who = new ArrayList<>();
        do {
          who.add(
              new Who(
                  row.getString("rule"),
                  Optional.ofNullable(row.getString("kind")).map(Grantee.Kind::valueOf),
                  Optional.ofNullable(row.getString("id")),
                  row.getBoolean("masked_too"),
                  Optional.ofNullable(row.getObject("grant_id", UUID.class)),
                  instant(row, "until")));
        } while (row.next());
        return new WhoCanSee(at, version, who, blocked);
      }
    }
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
