package fr.carnet.dossier.projecting;

import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.RecordedEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Optional;

/**
 * That a professional opened a dossier, when and for whom it counts. It rests on clear facts, names
 * no dossier, and is kept when the dossier is erased: an opening was work, and is paid once.
 */
final class Openings {
  private Openings() {}

  static void note(Connection tx, RecordedEvent event, DossierOpened opened) throws SQLException {
    switch (opened.channel()) {
      case PHARMACIST, PROFESSIONAL -> insert(tx, event, opened);
      case ONLINE, COUNTER -> {
        // Nobody is paid for it.
      }
    }
  }

  private static void insert(Connection tx, RecordedEvent event, DossierOpened opened)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO opening (event_id, opened_at, channel, payee) VALUES (?, ?, ?, ?)
            ON CONFLICT (event_id) DO NOTHING
            """)) {
      insert.setObject(1, event.id());
      insert.setTimestamp(2, Timestamp.from(event.time()));
      insert.setString(3, opened.channel().name());
      insert.setString(4, opened.consentTakenBy().flatMap(Openings::payee).orElse(null));
      insert.executeUpdate();
    }
  }

  /** The structure that the professional acted in; who named none is paid in person. */
  private static Optional<String> payee(Actor takenBy) {
    return takenBy.structure().map(NationalId::value).or(takenBy::id);
  }
}
