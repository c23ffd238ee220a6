package fr.carnet.dossier.programme;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
    try (InputStream resource =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(programme)) {
      return Terms.read(
          resource == null ? Files.readAllBytes(Path.of(programme)) : resource.readAllBytes());
    }
  }

  /** Read at the start, so that a file that is wrong ends it. */
  void check(@Observes StartupEvent started, Terms terms) {
    if (terms.goal(Months.day(Clock.systemUTC().instant())).isEmpty()) {
      LOG.info("the programme has no goal yet");
    }
  }
}
