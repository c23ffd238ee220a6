package fr.carnet.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {

  @Test
  void keepsItsTopicsAndItsClusterWhenItIsKilledAndStartedAgain(@TempDir Path folder)
      throws Exception {
    int port = Ports.free();
    String clusterId;
    try (KafkaBroker broker = KafkaBroker.start(folder, port)) {
      try (Admin admin = admin(broker)) {
        admin.createTopics(List.of(new NewTopic("kept", 2, (short) 1))).all().get();
        clusterId = admin.describeCluster().clusterId().get();
      }
      broker.kill();
      assertThat(broker.isAlive()).isFalse();
    }
    long pid;
    try (KafkaBroker broker = KafkaBroker.start(folder, port)) {
      pid = broker.pid();
      try (Admin admin = admin(broker)) {
        assertThat(admin.listTopics().names().get()).contains("kept");
        assertThat(admin.describeCluster().clusterId().get()).isEqualTo(clusterId);
      }
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  private static Admin admin(KafkaBroker broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
