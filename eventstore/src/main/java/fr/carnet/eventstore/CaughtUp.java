package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether a reader has come to where the topics ended when this was first asked: what a service
 * must have seen before it may act. Once true it stays true.
 */
public final class CaughtUp {
  /** Requests wait for a look. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final DataSource dataSource;
  private final Map<String, Object> kafka;
  private final String reader;
  private final List<Topic> topics;
  private Map<TopicPartition, Long> ends = Map.of();
  private volatile boolean reached;

  /** The end of these topics, for this reader. */
  public CaughtUp(
      DataSource dataSource, Map<String, Object> kafka, String reader, List<Topic> topics) {
    this.dataSource = dataSource;
    this.kafka = Map.copyOf(kafka);
    this.reader = reader;
    this.topics = List.copyOf(topics);
  }

  /** Looks; cheap once true. False also while Kafka or the database cannot be asked. */
  public boolean reached() {
    return reached || look();
  }

  private synchronized boolean look() {
    if (reached) {
      return true;
    }
    try {
      if (ends.isEmpty()) {
        ends = ends(kafka, topics, LOOK);
      }
      reached = storedOffsetsReach(ends);
    } catch (SQLException | RuntimeException e) {
      return false;
    }
    return reached;
  }

  /**
   * Where the topics end now, open transactions included: a transaction is told to be committed
   * before its markers stand in the partitions, and readers of committed records get there only
   * once they do.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException when Kafka has not said so by then
   */
  static Map<TopicPartition, Long> ends(
      Map<String, Object> kafka, List<Topic> topics, Duration atMost) {
    Map<String, Object> settings = TopicReader.settings(kafka, "carnet-look-" + UUID.randomUUID());
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_UNCOMMITTED.toString());
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(atMost.toMillis()));
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic topic : topics) {
        List<PartitionInfo> found = consumer.partitionsFor(topic.wireName());
        if (found == null || found.isEmpty()) {
          throw new IllegalStateException("no topic " + topic.wireName());
        }
        found.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      }
      return consumer.endOffsets(partitions);
    }
  }

  private boolean storedOffsetsReach(Map<TopicPartition, Long> wanted) throws SQLException {
    Map<TopicPartition, Long> stored =
        Transactions.run(dataSource, tx -> Offsets.stored(tx, reader));
    return wanted.entrySet().stream()
        .allMatch(end -> stored.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }
}
