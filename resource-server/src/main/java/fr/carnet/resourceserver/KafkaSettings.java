package fr.carnet.resourceserver;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How this service reaches Kafka. */
@ApplicationScoped
public class KafkaSettings {
  @Inject
  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject
  @ConfigProperty(name = "carnet.partitions")
  int partitions;

  @Inject
  @ConfigProperty(name = "carnet.replication")
  short replication;

  /** What every client needs. */
  public Map<String, Object> client() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
  }

  int partitions() {
    return partitions;
  }

  short replication() {
    return replication;
  }
}
