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

  @Inject
  @ConfigProperty(name = "quarkus.application.name")
  String service;

  /** What every client needs; the service's name stands before the groups of its readers. */
  public Map<String, Object> client() {
    return Map.of(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        bootstrapServers,
        CommonClientConfigs.GROUP_ID_CONFIG,
        service);
  }

  int partitions() {
    return partitions;
  }

  short replication() {
    return replication;
  }
}
