package fr.carnet.ingest.arriving;

import fr.carnet.events.Topic;
import fr.carnet.eventstore.TopicReader;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Starts reading the insurer's topic. */
@ApplicationScoped
class Feed {
  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject LineStore store;
  @Inject Deliveries deliveries;
  @Inject LinePolicy policy;
  @Inject Valve valve;

  @Inject
  @ConfigProperty(name = "carnet.ingest.kafka-sender")
  String sender;

  void start(@Observes Machinery.Starting starting) {
    starting.reader(
        new TopicReader(
            BillingApplier.READER,
            List.of(Topic.BILLING_REIMBURSEMENTS),
            dataSource,
            kafka.client(),
            new BillingApplier(store, deliveries, policy, sender, valve::wake)));
  }
}
