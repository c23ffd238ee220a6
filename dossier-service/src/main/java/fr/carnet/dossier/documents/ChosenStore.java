package fr.carnet.dossier.documents;

import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The store that the settings name, and the sweep of what nobody kept. */
@ApplicationScoped
class ChosenStore {
  private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);

  @Inject DataSource dataSource;

  @Inject
  @ConfigProperty(name = "carnet.documents.store")
  String kind;

  @Inject
  @ConfigProperty(name = "carnet.documents.s3.endpoint")
  Optional<URI> endpoint;

  @Inject
  @ConfigProperty(name = "carnet.documents.s3.region")
  Optional<String> region;

  @Inject
  @ConfigProperty(name = "carnet.documents.s3.bucket")
  Optional<String> bucket;

  @Inject
  @ConfigProperty(name = "carnet.documents.s3.access-key")
  Optional<String> accessKey;

  @Inject
  @ConfigProperty(name = "carnet.documents.s3.secret-key")
  Optional<String> secretKey;

  @Produces
  @Singleton
  KeptDocuments documents() {
    return new KeptDocuments(dataSource, store());
  }

  private DocumentStore store() {
    return switch (kind) {
      case "database" -> new DatabaseDocumentStore(dataSource);
      case "s3" ->
          new S3DocumentStore(
              set(endpoint, "endpoint"),
              set(region, "region"),
              set(bucket, "bucket"),
              set(accessKey, "access-key"),
              set(secretKey, "secret-key"));
      default -> throw new IllegalStateException("carnet.documents.store is database or s3");
    };
  }

  private static <T> T set(Optional<T> setting, String name) {
    return setting.orElseThrow(
        () -> new IllegalStateException("carnet.documents.s3." + name + " is not set"));
  }

  void start(@Observes Machinery.Starting starting, KeptDocuments documents) {
    ScheduledExecutorService sweeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("documents-sweep").factory());
    var _ =
        sweeper.scheduleWithFixedDelay(
            documents::sweepAll,
            BETWEEN_SWEEPS.toSeconds(),
            BETWEEN_SWEEPS.toSeconds(),
            TimeUnit.SECONDS);
    starting.worker(sweeper::shutdownNow);
  }
}
