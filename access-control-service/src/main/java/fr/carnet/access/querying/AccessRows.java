package fr.carnet.access.querying;

import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.access.querying.WhoHasAccessResource.GrantRow;
import fr.carnet.access.querying.WhoHasAccessResource.Grants;
import fr.carnet.events.access.Grantee;
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

/** Reads, in one statement, what the owner is told. */
@ApplicationScoped
class AccessRows {
  /** The first row has no grant: it says when, and on which version, there may be none. */
  private static final String ALL =
      """
      WITH now AS (SELECT clock_timestamp() AS at)
      SELECT now.at, coalesce((SELECT version FROM stream WHERE id = asked.dossier_id), 0) AS version,
             g.grant_id, g.grantee_kind, g.grantee, g.valid_from, g.valid_until, g.revoked_at,
             g.grantee_kind = 'PROFESSIONAL' AND EXISTS (
               SELECT 1 FROM block b
               WHERE b.dossier_id = g.dossier_id AND b.professional = g.grantee) AS blocked,
             g.valid_from <= now.at AS begun, g.valid_until <= now.at AS over
      FROM now, (SELECT ?::uuid AS dossier_id, ?::timestamptz AS since) asked
      LEFT JOIN access_grant g ON g.dossier_id = asked.dossier_id
        AND (asked.since IS NULL
             OR coalesce(least(g.revoked_at, g.valid_until), 'infinity') > asked.since)
      ORDER BY g.grant_id DESC
      """;

  /** The same as who acts for a minor knows it. */
  private static final String OF_REPRESENTATIVES =
      """
      WITH now AS (SELECT clock_timestamp() AS at)
      SELECT now.at, 0 AS version,
             g.grant_id, g.grantee_kind, g.grantee, g.valid_from, g.valid_until, g.revoked_at,
             g.blocked, g.valid_from <= now.at AS begun, g.valid_until <= now.at AS over
      FROM now LEFT JOIN grant_of_representatives g ON g.dossier_id = ?
      ORDER BY g.grant_id DESC
      """;

  @Inject DataSource dataSource;

  /**
   * All grants; for who acts for a minor those that any of them gave, and what they know became of
   * them; for an adult's guardian those that held when they began, or were given since.
   */
  Grants grants(Decided asked) throws SQLException {
    boolean all = asked.onlyBy().isEmpty();
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(all ? ALL : OF_REPRESENTATIVES)) {
      select.setObject(1, asked.dossier().dossierId());
      if (all) {
        select.setObject(
            2, asked.since().map(since -> since.atOffset(ZoneOffset.UTC)).orElse(null));
      }
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
    Optional<Instant> revokedAt = instant(row, "revoked_at");
    boolean ended = revokedAt.isPresent() || row.getBoolean("over");
    boolean blocked = row.getBoolean("blocked");
    return new GrantRow(
        grantId,
        Grantee.Kind.valueOf(row.getString("grantee_kind")),
        row.getString("grantee"),
        instant(row, "valid_from").orElseThrow(),
        instant(row, "valid_until"),
        revokedAt,
        ended ? GrantRow.State.EXPIRE : blocked ? GrantRow.State.INTERDIT : GrantRow.State.VALIDE,
        !ended && !blocked && row.getBoolean("begun"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
