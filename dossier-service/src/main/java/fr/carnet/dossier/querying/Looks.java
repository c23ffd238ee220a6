package fr.carnet.dossier.querying;

import fr.carnet.resourceserver.Caller;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/**
 * How far a professional has seen a care history. To look is to be given the first page of all care
 * or of what changed; a further page, a category or the summary is none. Looks less than half an
 * hour apart are one visit, and what changed is reckoned from the last look of the visit before: so
 * a second page, or a second glance, does not make the news disappear.
 */
final class Looks {
  private Looks() {}

  /**
   * What a professional had seen by the visit before.
   *
   * @param at when that visit ended, UTC; absent when there was none
   * @param seenTo the time of the newest line that was there, as the database writes it
   */
  record Look(Optional<Instant> at, Optional<String> seenTo) {}

  /** Looks now, in the transaction of the trace, and gives what was seen by the visit before. */
  static Look now(Connection tx, UUID dossierId, Caller professional) throws SQLException {
    // What was seen is read before the lines are: one that comes between shows now, and is told
    // again as news, rather than never.
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO care_look AS look (dossier_id, professional, looked_at, seen_to)
            VALUES (?, ?, clock_timestamp(),
                    coalesce((SELECT max(first_seen) FROM care_line WHERE dossier_id = ?),
                             '-infinity'))
            ON CONFLICT (dossier_id, professional) DO UPDATE
              SET previous_looked_at = CASE WHEN look.looked_at < clock_timestamp() - interval '30 minutes'
                                            THEN look.looked_at ELSE look.previous_looked_at END,
                  previous_seen_to = CASE WHEN look.looked_at < clock_timestamp() - interval '30 minutes'
                                          THEN look.seen_to ELSE look.previous_seen_to END,
                  looked_at = excluded.looked_at,
                  seen_to = excluded.seen_to
            RETURNING previous_looked_at, previous_seen_to::text
            """)) {
      upsert.setObject(1, dossierId);
      upsert.setString(2, professional.actor().id().orElseThrow());
      upsert.setObject(3, dossierId);
      return one(upsert);
    }
  }

  /** What was seen by the visit before, without looking: for the further pages of a look. */
  static Look before(Connection tx, UUID dossierId, Caller professional) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT previous_looked_at, previous_seen_to::text FROM care_look
            WHERE dossier_id = ? AND professional = ?
            """)) {
      select.setObject(1, dossierId);
      select.setString(2, professional.actor().id().orElseThrow());
      return one(select);
    }
  }

  private static Look one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next()
          ? new Look(
              Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
                  .map(OffsetDateTime::toInstant),
              Optional.ofNullable(row.getString(2)))
          : new Look(Optional.empty(), Optional.empty());
    }
  }
}
