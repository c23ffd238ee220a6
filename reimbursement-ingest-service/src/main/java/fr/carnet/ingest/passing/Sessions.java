package fr.carnet.ingest.passing;

import fr.carnet.sealing.SealingSession;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The session keys with which lines are sealed: one for each dossier and month, drawn when the
 * first line passes. They are kept beside the registry, so that a line costs one AES-GCM and not a
 * key exchange. Used by the valve's one thread.
 */
final class Sessions {
  private static final int CACHED = 100_000;

  private record Of(UUID dossierId, LocalDate month) {}

  private final Map<Of, SealingSession> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Of, SealingSession> eldest) {
          return size() > CACHED;
        }
      };

  /**
   * The sessions of these dossiers for the month of this day.
   *
   * @param publicKeys by dossier
   */
  Map<UUID, SealingSession> of(Connection tx, Map<UUID, String> publicKeys, LocalDate today)
      throws SQLException {
    LocalDate month = today.withDayOfMonth(1);
    Map<UUID, SealingSession> found = new HashMap<>();
    List<UUID> missing = new ArrayList<>();
    for (UUID dossierId : publicKeys.keySet()) {
      SealingSession cached = cache.get(new Of(dossierId, month));
      if (cached == null) {
        missing.add(dossierId);
      } else {
        found.put(dossierId, cached);
      }
    }
    if (!missing.isEmpty()) {
      load(tx, missing, month, found);
      List<UUID> unknown = missing.stream().filter(id -> !found.containsKey(id)).toList();
      if (!unknown.isEmpty()) {
        draw(tx, unknown, publicKeys, month);
        load(tx, unknown, month, found);
      }
    }
    return found;
  }

  /** What was remembered of a transaction that did not commit must be read again. */
  void forget() {
    cache.clear();
  }

  private void load(
      Connection tx, List<UUID> dossiers, LocalDate month, Map<UUID, SealingSession> into)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id, session, wrapped_key, session_key FROM sealing_session
            WHERE dossier_id = ANY (?) AND month = ?
            """)) {
      select.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      select.setDate(2, Date.valueOf(month));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          UUID dossierId = row.getObject(1, UUID.class);
          SealingSession session =
              SealingSession.kept(dossierId, row.getString(2), row.getString(3), row.getBytes(4));
          cache.put(new Of(dossierId, month), session);
          into.put(dossierId, session);
        }
      }
    }
  }

  private static void draw(
      Connection tx, List<UUID> dossiers, Map<UUID, String> publicKeys, LocalDate month)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO sealing_session (dossier_id, month, session, wrapped_key, session_key)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)) {
      for (UUID dossierId : dossiers) {
        SealingSession session = SealingSession.towards(dossierId, publicKeys.get(dossierId));
        insert.setObject(1, dossierId);
        insert.setDate(2, Date.valueOf(month));
        insert.setString(3, session.id());
        insert.setString(4, session.wrappedKey());
        insert.setBytes(5, session.key());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
