package fr.carnet.access;

import fr.carnet.access.deciding.AccessState;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.noticing.NoticesProjection;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.eventstore.TopicReader;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.ShippedFile;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Puts the service's parts together; the only class that knows them all. */
@Singleton
public final class AccessControl {
  private final DataSource dataSource;
  private final KafkaSettings kafka;
  private final AccessStreams streams = new AccessStreams();
  private final CaughtUp caughtUp;

  @Inject
  AccessControl(DataSource dataSource, KafkaSettings kafka) {
    this.dataSource = dataSource;
    this.kafka = kafka;
    this.caughtUp =
        new CaughtUp(
            dataSource,
            kafka.client(),
            StreamRecovery.consumer(streams.readModel()),
            List.of(streams.topic()));
  }

  void declare(@Observes Machinery.Starting starting, Policies policies) {
    policies.at(Instant.now());
    for (Projection read : List.of(new DossierRegistryProjection(), new NoticesProjection())) {
      starting.reader(
          new TopicReader(
              read.name(), read.topics(), dataSource, kafka.client(), new ProjectionApplier(read)));
      starting.rebuild(
          read.name(), new Rebuild(dataSource, kafka.client(), read, Rebuild.Source.TOPIC_READER));
    }
    starting.reader(
        new TopicReader(
            StreamRecovery.consumer(streams.readModel()),
            List.of(streams.topic()),
            dataSource,
            kafka.client(),
            new StreamRecovery(streams)));
    starting.streams(streams.topic());
    starting.rebuild(
        streams.readModel().name(),
        new Rebuild(dataSource, kafka.client(), streams.readModel(), Rebuild.Source.OWN_STREAMS));
  }

  @Produces
  @Singleton
  CommandHandler<AccessState, AccessEvent> commands(Machinery machinery) {
    return new CommandHandler<>(dataSource, streams, machinery::wakeRelay, caughtUp::reached);
  }

  /** Decisions wait for it too: a database set back to a backup has forgotten revocations. */
  @Produces
  @Singleton
  CaughtUp caughtUp() {
    return caughtUp;
  }

  /** Before anything is decided: a wrong file ends the start, with every field that is wrong. */
  @Produces
  @Singleton
  static Policies policies(@ConfigProperty(name = "carnet.policy") String policy)
      throws IOException {
    return PolicyFile.read(ShippedFile.bytes(policy));
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck comparedWithTheLog() {
    return () ->
        HealthCheckResponse.named("compared-with-the-log").status(caughtUp.reached()).build();
  }
}
