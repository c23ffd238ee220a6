package fr.carnet.ingest;

import fr.carnet.billing.WireLine;
import fr.carnet.events.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The other ends of the service's topics: the insurer, the dossier-service. */
public final class KafkaOfTests implements AutoCloseable {
  private final String bootstrapServers;
  private final Producer<String, byte[]> producer;
  private final AtomicReference<Exception> failed = new AtomicReference<>();

  public KafkaOfTests(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.BATCH_SIZE_CONFIG,
                1 << 17,
                ProducerConfig.LINGER_MS_CONFIG,
                5),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  /** Sends a line as the insurer does; {@link #flush} waits for it. */
  public void line(WireLine line) {
    send(
        new ProducerRecord<>(
            Topic.BILLING_REIMBURSEMENTS.wireName(), line.key().orElse(null), line.json()));
  }

  /** Sends a record; {@link #flush} waits for it. */
  public void send(ProducerRecord<String, byte[]> record) {
    var _ =
        producer.send(
            record,
            (_, failure) -> {
              if (failure != null) {
                failed.set(failure);
              }
            });
  }

  /** Waits until all that was sent is acknowledged. */
  public void flush() {
    producer.flush();
    Exception failure = failed.getAndSet(null);
    if (failure != null) {
      throw new IllegalStateException("Kafka did not take a record", failure);
    }
  }

  /**
   * Everything that was appended to a topic by now. What was committed and is not marked so yet is
   * waited for: a commit is acknowledged before its marks are written.
   */
  public List<ConsumerRecord<byte[], byte[]>> all(Topic topic, IsolationLevel isolation) {
    Map<TopicPartition, Long> ends = ends(topic);
    try (Consumer<byte[], byte[]> consumer = consumer(isolation)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  /** Where a topic ends for its broker: behind everything that was appended, committed or not. */
  public Map<TopicPartition, Long> ends(Topic topic) {
    try (Consumer<byte[], byte[]> consumer = consumer(IsolationLevel.READ_UNCOMMITTED)) {
      return consumer.endOffsets(partitions(consumer, topic));
    }
  }

  private Consumer<byte[], byte[]> consumer(IsolationLevel isolation) {
    return new KafkaConsumer<>(
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            10_000,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            isolation.toString()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, Topic topic) {
    return consumer.partitionsFor(topic.wireName()).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .toList();
  }

  @Override
  public void close() {
    producer.close();
  }
}
