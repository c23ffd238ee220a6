package fr.carnet.dossier.querying;

import fr.carnet.dossier.feeding.FeedingRefused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.SQLException;

/**
 * Whoever tries to write where they may not is counted, and traced where there is a dossier, like
 * whoever tries to read: otherwise writing would be the way to find out who has one.
 */
@ApplicationScoped
class WhenFeedingRefusedThenTrace {
  @Inject Reading reading;

  /** In the request that is refused; fails with the refusal of those who try too often. */
  void refused(@Observes FeedingRefused refused) {
    try {
      reading.refuseFeeding(refused.dossierId());
    } catch (SQLException e) {
      throw new IllegalStateException("a refusal that is not traced is not answered", e);
    }
  }
}
