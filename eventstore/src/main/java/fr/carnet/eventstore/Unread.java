package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** What a reader has not read although it has waited on a topic for long. */
public final class Unread {
  private Unread() {}

  /**
   * How many records that are older than this the reader has not read; on a topic that is kept for
   * some days, those are lost next.
   *
   * @param reader the name of a {@link TopicReader} on this database
   */
  public static long olderThan(
      Duration age, String reader, Topic topic, DataSource dataSource, Map<String, Object> kafka)
      throws SQLException, InterruptedException {
    Map<TopicPartition, Long> read = Transactions.run(dataSource, tx -> Offsets.stored(tx, reader));
    try (Admin admin = Admin.create(kafka)) {
      Map<TopicPartition, OffsetSpec> first = new HashMap<>();
      Map<TopicPartition, OffsetSpec> last = new HashMap<>();
      long until = Clock.systemUTC().millis() - age.toMillis();
      TopicDescription description =
          admin
              .describeTopics(List.of(topic.wireName()))
              .allTopicNames()
              .get()
              .get(topic.wireName());
      description
          .partitions()
          .forEach(
              info -> {
                TopicPartition partition = new TopicPartition(topic.wireName(), info.partition());
                first.put(partition, OffsetSpec.forTimestamp(until));
                last.put(partition, OffsetSpec.latest());
              });
      Map<TopicPartition, ListOffsetsResultInfo> young = admin.listOffsets(first).all().get();
      Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(last).all().get();
      long unread = 0;
      for (TopicPartition partition : first.keySet()) {
        // No record is that young: then all are older.
        long old =
            young.get(partition).offset() < 0
                ? ends.get(partition).offset()
                : young.get(partition).offset();
        unread += Math.max(0, old - read.getOrDefault(partition, 0L));
      }
      return unread;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka does not tell its offsets", e.getCause());
    }
  }
}
