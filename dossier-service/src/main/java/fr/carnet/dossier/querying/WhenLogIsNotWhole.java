package fr.carnet.dossier.querying;

import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Stops reading, where the operator has so decided, while the audit log is not whole: it asks the
 * audit-service every few seconds, and takes no answer for a minute for a no. Owners read on: it is
 * for them that the log is kept, their traces are recorded all the same, and no failure of another
 * service keeps anybody from their own dossier.
 */
@ApplicationScoped
class WhenLogIsNotWhole {
  private static final Logger LOG = Logger.getLogger(WhenLogIsNotWhole.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  @Inject
  @ConfigProperty(name = "carnet.reading-needs-log", defaultValue = "false")
  boolean needed;

  @Inject
  @ConfigProperty(name = "carnet.audit-url")
  Optional<URI> audit;

  private volatile boolean stops;
  private volatile Duration silence = SILENCE;
  private volatile boolean whole = true;
  private volatile long answeredAt = System.nanoTime();

  void start(@Observes Machinery.Starting starting) {
    if (needed) {
      starting.worker(
          watching(
              audit.orElseThrow(() -> new IllegalStateException("carnet.audit-url is not set")),
              SILENCE));
    }
  }

  /**
   * From now on, and until it is closed, nobody but owners reads while the log is not whole.
   *
   * @param auditService which says whether it is
   * @param mostSilence for so long it may say nothing
   */
  AutoCloseable watching(URI auditService, Duration mostSilence) {
    URI asked = auditService.resolve("/q/health/well");
    Semaphore stop = new Semaphore(0);
    silence = mostSilence;
    answeredAt = System.nanoTime();
    stops = true;
    Thread thread =
        Thread.ofPlatform().name("log-is-whole").daemon().start(() -> watch(asked, stop));
    return () -> {
      stop.release();
      thread.join(PATIENCE.plusSeconds(1));
      stops = false;
    };
  }

  private void watch(URI asked, Semaphore stop) {
    HttpRequest request = HttpRequest.newBuilder(asked).timeout(PATIENCE).build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build()) {
      do {
        try {
          int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
          hear(status == 200);
        } catch (IOException e) {
          LOG.debug("the audit-service does not say whether the log is whole", e);
        }
      } while (!stop.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hear(boolean said) {
    if (said != whole) {
      if (said) {
        LOG.info("the audit log is whole: reading goes on");
      } else {
        LOG.error("THE AUDIT LOG IS NOT WHOLE: nobody but owners reads until it is");
      }
    }
    whole = said;
    answeredAt = System.nanoTime();
  }

  /** Refuses whoever is not the owner, whether or not there is such a dossier. */
  void refuseOthers() {
    if (stops && (!whole || System.nanoTime() - answeredAt > silence.toNanos())) {
      throw new Refusal(ReadingRefusal.LOG_NOT_WHOLE);
    }
  }
}
