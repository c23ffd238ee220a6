package fr.carnet.resourceserver;

import fr.carnet.events.Sha256;
import fr.carnet.events.access.RefusedCaller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * Refusals are counted by the access-control-service, for all services that release data.
 *
 * <p>Asked only when it is a refusal anyway, or when it is told that there is a dossier: who may
 * read is never kept from it by others.
 */
@ApplicationScoped
public class RefusalLimit {
  private static final Logger LOG = Logger.getLogger(RefusalLimit.class);

  @Inject @RestClient RefusalsClient refusals;

  /** Counts a refusal before it is said. */
  public void count(Caller caller, RefusedCaller.Kind kind) {
    if (tooMany(new RefusedCaller(Sha256.hex(caller.subject()), caller.actor(), kind))) {
      throw new Refusal(GuardRefusal.TOO_MANY_REFUSALS);
    }
  }

  /** What is not counted is not said: otherwise an outage would be the time to try. */
  private boolean tooMany(RefusedCaller refused) {
    try {
      return refusals.refused(refused).tooMany();
    } catch (RuntimeException e) {
      // Whatever fails, the filter that fetches this service's own token included.
      LOG.warnf("a refusal was not counted: %s", e.getClass().getSimpleName());
      throw new Refusal(GuardRefusal.DECISION_UNAVAILABLE);
    }
  }
}
