package fr.carnet.access.noticing;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Tells of grants that end within seven days, by the database's clock. It goes by the rows, and a
 * grant is told of once: so it may run twice, on two replicas at once, or be killed at any point. A
 * grant that another one outlasts is not told of, nor is one of a day or less: it ends as it was
 * meant to.
 */
@ApplicationScoped
public class GrantsThatEnd {
  private static final String TELL =
      """
      WITH now AS (SELECT clock_timestamp() AS at)
      INSERT INTO grant_notice (grant_id, dossier_id, at, grantee_kind, grantee, ends_at)
      SELECT g.grant_id, g.dossier_id, now.at, g.grantee_kind, g.grantee, g.valid_until
      FROM now, access_grant g JOIN dossier d ON d.dossier_id = g.dossier_id
      WHERE g.revoked_at IS NULL AND d.state = 'OPEN'
        AND g.valid_until > now.at AND g.valid_until <= now.at + interval '7 days'
        AND g.valid_until - g.valid_from > interval '1 day'
        AND NOT EXISTS (SELECT 1 FROM block b
                        WHERE b.dossier_id = g.dossier_id AND b.professional = g.grantee
                          AND g.grantee_kind = 'PROFESSIONAL')
        AND NOT EXISTS (SELECT 1 FROM access_grant l
                        WHERE l.dossier_id = g.dossier_id AND l.grantee = g.grantee
                          AND l.grantee_kind = g.grantee_kind AND l.revoked_at IS NULL
                          AND l.valid_from <= g.valid_until
                          AND (l.valid_until IS NULL OR l.valid_until > g.valid_until))
        AND NOT EXISTS (SELECT 1 FROM grant_notice told WHERE told.grant_id = g.grant_id)
      ORDER BY g.grant_id
      -- An erasure deletes the dossier's row first: before this, or once this has ended.
      FOR KEY SHARE OF d
      ON CONFLICT DO NOTHING
      """;

  @Inject DataSource dataSource;

  /** Once an hour. */
  @Scheduled(every = "1h", delayed = "1m")
  void onTheHour() throws SQLException {
    tell();
  }

  /** Tells of what is due and was not told; gives how many this run told of. */
  public int tell() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert = connection.prepareStatement(TELL)) {
      return insert.executeUpdate();
    }
  }
}
