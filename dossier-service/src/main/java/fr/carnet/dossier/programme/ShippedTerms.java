package fr.carnet.dossier.programme;

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

/** The programme's file: the service's own, or where the operator says. */
@ApplicationScoped
class ShippedTerms {
  private static final Logger LOG = Logger.getLogger(ShippedTerms.class);

  @Produces
  @Singleton
  Terms terms(@ConfigProperty(name = "carnet.programme") String programme) throws IOException {
    return Terms.read(ShippedFile.bytes(programme));
  }

  /** Read at the start, so that a file that is wrong ends it. */
  void check(@Observes StartupEvent started, Terms terms) {
    if (terms.goal(Months.day(Clock.systemUTC().instant())).isEmpty()) {
      LOG.info("the programme has no goal yet");
    }
  }
}
