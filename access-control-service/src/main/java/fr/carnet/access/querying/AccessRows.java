package fr.carnet.access.querying;

import fr.carnet.access.querying.WhoHasAccessResource.GrantRow;
import fr.carnet.access.querying.WhoHasAccessResource.Grants;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.Grantee;
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

/** Reads, in one statement, what the owner is told. */
@ApplicationScoped
class AccessRows {
  /** The first row has no grant: it says when, and on which version, there may be none. */
  private static final String GRANTS =
      """
      WITH now AS (SELECT clock_timestamp() AS at)
      SELECT now.at,
             coalesce((SELECT version FROM stream WHERE id = ? AND ?::text IS NULL), 0) AS version,
             g.grant_id, g.grantee_kind, g.grantee, g.valid_from, g.valid_until, g.revoked_at,
             CASE WHEN g.revoked_at IS NOT NULL OR g.valid_until <= now.at THEN 'EXPIRE'
                  WHEN b.professional IS NOT NULL THEN 'INTERDIT'
                  ELSE 'VALIDE' END AS state,
             g.revoked_at IS NULL AND b.professional IS NULL AND g.valid_from <= now.at
               AND (g.valid_until IS NULL OR g.valid_until > now.at) AS in_force
      FROM now LEFT JOIN access_grant g
        ON g.dossier_id = ?
           AND (?::text IS NULL OR g.grant_id IN (
             SELECT (convert_from(e.data, 'UTF8')::jsonb ->> 'grantId')::uuid FROM event e
             WHERE e.stream_id = g.dossier_id AND e.type = ? AND e.actor = ?))
      LEFT JOIN block b
        ON b.dossier_id = g.dossier_id AND b.professional = g.grantee
           AND g.grantee_kind = 'PROFESSIONAL'
      ORDER BY g.grant_id DESC
      """;

  @Inject DataSource dataSource;

  /**
   * @param onlyBy whose grants, as they were recorded; absent: all
   */
  Grants grants(UUID dossierId, Optional<String> onlyBy) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(GRANTS)) {
      select.setObject(1, dossierId);
      select.setString(2, onlyBy.orElse(null));
      select.setObject(3, dossierId);
      select.setString(4, onlyBy.orElse(null));
      select.setString(5, AccessGranted.WIRE_NAME);
      select.setString(6, onlyBy.orElse(null));
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

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
