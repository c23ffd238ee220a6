package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.Rollouts;
import fr.carnet.resourceserver.ShippedFile;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The rollout's file: the service's own, or where the operator says. */
@ApplicationScoped
class ShippedRollouts {
  private static final Logger LOG = Logger.getLogger(ShippedRollouts.class);

  @Produces
  @Singleton
  Rollouts rollouts(@ConfigProperty(name = "carnet.rollout") String rollout) throws IOException {
    return Rollouts.read(ShippedFile.bytes(rollout));
  }

  /** Read at the start, so that a file that is wrong ends it. */
  void check(@Observes StartupEvent started, Rollouts rollouts) {
    if (rollouts.at(Clock.systemUTC().instant()).isEmpty()) {
      LOG.warn("no step of the rollout has begun: nobody can open a dossier");
    }
  }
}
