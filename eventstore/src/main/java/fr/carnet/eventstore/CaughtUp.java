package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether a reader has come to where the topics ended when this was first asked: what a service
 * must have seen before it may act. Once true it stays true.
 */
public final class CaughtUp {
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
        ends = ends(kafka, topics);
      }
      reached = storedOffsetsReach(ends);
    } catch (SQLException | RuntimeException e) {
      return false;
    }
    return reached;
  }

  /** Where the topics end now, for readers of committed records. */
  static Map<TopicPartition, Long> ends(Map<String, Object> kafka, List<Topic> topics) {
    Map<String, Object> settings = TopicReader.settings(kafka, "carnet-look-" + UUID.randomUUID());
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic topic : topics) {
        for (PartitionInfo info : consumer.partitionsFor(topic.wireName())) {
          partitions.add(new TopicPartition(info.topic(), info.partition()));
        }
      }
      return consumer.endOffsets(partitions);
    }
  }

  private boolean storedOffsetsReach(Map<TopicPartition, Long> wanted) throws SQLException {
    Map<TopicPartition, Long> stored =
        Transactions.run(
            dataSource,
            tx -> {
              Map<TopicPartition, Long> found = new HashMap<>();
              try (PreparedStatement select =
                  tx.prepareStatement(
                      """
                      SELECT topic, partition, next_offset FROM consumer_offset
                      WHERE consumer = ?
                      """)) {
                select.setString(1, reader);
                try (ResultSet row = select.executeQuery()) {
                  while (row.next()) {
                    found.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
                  }
                }
              }
              return found;
            });
    return wanted.entrySet().stream()
        .allMatch(end -> stored.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }
}
