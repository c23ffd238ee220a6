package fr.carnet.audit.sequencing;

import fr.carnet.events.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topics that the log is made of, read without a group: the log itself says how far. */
public final class AuditedTopics implements AutoCloseable {
  /** A batch is closed after this long, or when it is full. */
  private static final Duration GATHER = Duration.ofMillis(250);

  static final int FULL_RECORDS = 8_000;
  static final int FULL_BYTES = 8 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ASKED = Duration.ofSeconds(3);

  private static final Comparator<ConsumerRecord<byte[], byte[]>> LOG_ORDER =
      Comparator.<ConsumerRecord<byte[], byte[]>, String>comparing(ConsumerRecord::topic)
          .thenComparingInt(ConsumerRecord::partition)
          .thenComparingLong(ConsumerRecord::offset);

  private final Consumer<byte[], byte[]> consumer;

  AuditedTopics(Map<String, Object> kafka) {
    this.consumer = new KafkaConsumer<>(settings(kafka));
  }

  /** How the log's topics are read: what is committed, without a group, nothing stepped over. */
  public static Map<String, Object> settings(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    // Kafka shares nothing out and keeps no offset here.
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Records that are gone must not be stepped over in silence.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_COMMITTED.toString());
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return settings;
  }

  /** Reads on from where the log stands. */
  void follow(Head head) {
    List<TopicPartition> partitions =
        Topic.AUDITED.stream()
            .flatMap(topic -> consumer.partitionsFor(topic.wireName()).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.resume(partitions);
    partitions.forEach(partition -> consumer.seek(partition, head.position(partition)));
  }

  /** What has come, in the order of the log; empty when nothing has come for a moment. */
  List<ConsumerRecord<byte[], byte[]>> gather() {
    List<ConsumerRecord<byte[], byte[]>> gathered = new ArrayList<>();
    long bytes = 0;
    long closes = System.nanoTime() + GATHER.toNanos();
    do {
      Duration left = Duration.ofNanos(Math.max(0, closes - System.nanoTime()));
      for (ConsumerRecord<byte[], byte[]> record : poll(left)) {
        gathered.add(record);
        bytes += Math.max(0, record.serializedValueSize());
      }
    } while (gathered.size() < FULL_RECORDS && bytes < FULL_BYTES && System.nanoTime() < closes);
    gathered.sort(LOG_ORDER);
    return gathered;
  }

  /**
   * The records of these ranges, in the order of the log: the same ones each time, because what is
   * committed stays committed.
   *
   * @throws LogBroken when they are gone
   */
  List<ConsumerRecord<byte[], byte[]>> exactly(List<OffsetRange> ranges) {
    Map<TopicPartition, Long> open = new HashMap<>();
    ranges.forEach(range -> open.put(range.place(), range.to()));
    consumer.assign(open.keySet());
    consumer.resume(open.keySet());
    ranges.forEach(range -> consumer.seek(range.place(), range.from()));
    List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!open.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : poll(GATHER)) {
        TopicPartition place = new TopicPartition(record.topic(), record.partition());
        if (open.containsKey(place) && record.offset() < open.get(place)) {
          read.add(record);
          deadline = System.nanoTime() + PATIENCE.toNanos();
        }
      }
      List<TopicPartition> complete =
          open.keySet().stream()
              .filter(place -> consumer.position(place) >= open.get(place))
              .toList();
      complete.forEach(open::remove);
      consumer.pause(complete);
      if (System.nanoTime() > deadline) {
        throw new LogBroken("Kafka does not give what batches announced: " + open);
      }
    }
    read.sort(LOG_ORDER);
    return read;
  }

  /** How many records wait on Kafka, when last heard of. */
  long lag() {
    return consumer.assignment().stream()
        .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
        .sum();
  }

  /**
   * Whether everything that Kafka has committed by now was gathered; asks Kafka. Empty where it
   * does not say so of every partition: what waits in one may then be of any age.
   */
  Optional<Boolean> isAtEnd() {
    try {
      return Optional.of(
          consumer.endOffsets(consumer.assignment(), ASKED).entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey(), ASKED) >= end.getValue()));
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  private Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration wait) {
    try {
      return consumer.poll(wait);
    } catch (OffsetOutOfRangeException e) {
      throw new LogBroken("Kafka no longer holds " + e.offsetOutOfRangePartitions());
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
