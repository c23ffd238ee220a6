package fr.carnet.dossier.arriving;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * A closing is acknowledged only once the valve goes by it, so that nothing passes after the
 * patient was told "closed". An ingest that is down reads the registry to its end before it passes
 * anything, but that nobody can say for it: then the answer is "closed, the feed's stop not
 * confirmed yet".
 */
@ApplicationScoped
class WhenClosedThenFeedStops {
  private static final Logger LOG = Logger.getLogger(WhenClosedThenFeedStops.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration BETWEEN = Duration.ofMillis(15);

  @Inject @RestClient IngestClient ingest;

  /** Waits, at most five seconds, until ingest has applied this version; whether it has. */
  boolean confirmed(UUID dossierId, long version) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      try {
        if (ingest.applied(dossierId).version() >= version) {
          return true;
        }
      } catch (RuntimeException e) {
        LOG.debugf("ingest does not confirm: %s", e.getClass().getSimpleName());
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    return false;
  }
}
