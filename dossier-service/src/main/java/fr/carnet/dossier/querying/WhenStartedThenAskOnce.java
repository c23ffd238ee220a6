package fr.carnet.dossier.querying;

import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * Asks for one decision that nobody needs, so that the first one that somebody needs does not spend
 * its half second on a token, a connection and cold code.
 */
@ApplicationScoped
class WhenStartedThenAskOnce {
  private static final Logger LOG = Logger.getLogger(WhenStartedThenAskOnce.class);

  @Inject @RestClient AccessControlClient accessControl;

  void start(@Observes StartupEvent event) {
    Thread.ofVirtual().name("first-decision").start(this::ask);
  }

  private void ask() {
    try {
      accessControl.decide(
          new DecisionRequest(
              UuidV7.next(Clock.systemUTC()),
              Actor.anonymous(Actor.Role.SERVICE),
              Optional.empty(),
              PurposeOfUse.NORMAL,
              false,
              false));
    } catch (RuntimeException e) {
      LOG.debugf("no first decision: %s", e.getClass().getSimpleName());
    }
  }
}
