package fr.carnet.ingest.projecting;

import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.TopicReader;
import fr.carnet.ingest.passing.Sendings;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import javax.sql.DataSource;

/** Starts reading the registry, and the valve after it. */
@ApplicationScoped
class Registry {
  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject Valve valve;
  @Inject Sendings sendings;

  void start(@Observes Machinery.Starting starting) {
    RegistryProjection projection = new RegistryProjection();
    starting.reader(
        new TopicReader(
            projection.name(),
            projection.topics(),
            dataSource,
            kafka.client(),
            new WhenDossierOpenedThenBackfill(
                new ProjectionApplier(projection), sendings, valve::wake)));
    starting.rebuild(
        projection.name(),
        new Rebuild(dataSource, kafka.client(), projection, Rebuild.Source.TOPIC_READER));
    CaughtUp registryRead =
        new CaughtUp(dataSource, kafka.client(), projection.name(), projection.topics());
    valve.start(registryRead::reached);
    starting.worker(valve);
  }
}
