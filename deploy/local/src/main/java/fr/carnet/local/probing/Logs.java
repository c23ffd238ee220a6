package fr.carnet.local.probing;

import fr.carnet.local.Suite;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What is on Kafka. */
public final class Logs {
  /** The insurer's lines. */
  public static final String BILLING = "billing.reimbursements";

  /** What passed the valve. */
  public static final String CARE = "care.reimbursements";

  /** The life of each dossier. */
  public static final String DOSSIERS = "dossier.events";

  /** Who has a dossier. */
  public static final String REGISTRY = "dossier.registry";

  /** Grants, blocks and wishes. */
  public static final String ACCESS = "access.events";

  /** Every release and every refusal. */
  public static final String TRACES = "access.traces";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  static {
    // Kafka's client has nowhere to log to here, and need not say so among the figures.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
  }

  private final Map<String, Object> kafka;

  /** On this suite's Kafka. */
  public Logs(Suite suite) {
    kafka = Map.of("bootstrap.servers", suite.bootstrapServers());
  }

  /** How to reach it. */
  public Map<String, Object> settings() {
    return kafka;
  }

  /** A producer of what the insurer sends. */
  public Producer<String, byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            kafka.get("bootstrap.servers"),
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.BATCH_SIZE_CONFIG,
            1 << 17,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            StringSerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class));
  }

  /**
   * A consumer, of no group.
   *
   * @param committed whether it sees only what transactions committed; otherwise its ends are those
   *     of everything written
   */
  public KafkaConsumer<String, byte[]> consumer(boolean committed) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            kafka.get("bootstrap.servers"),
            ConsumerConfig.GROUP_ID_CONFIG,
            "probe-" + UUID.randomUUID(),
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            committed ? "read_committed" : "read_uncommitted",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            2_000,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            StringDeserializer.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ByteArrayDeserializer.class));
  }

  /** The partitions of a topic. */
  public static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  /** How many offsets a topic has, over all its partitions. */
  public static long ends(KafkaConsumer<?, ?> consumer, String topic) {
    return consumer.endOffsets(partitions(consumer, topic)).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** Where each partition of a topic ends, for {@link #forEach} to begin there later. */
  public Map<TopicPartition, Long> endsOf(String topic) {
    try (KafkaConsumer<String, byte[]> consumer = consumer(true)) {
      return consumer.endOffsets(partitions(consumer, topic));
    }
  }

  /** Hands over every committed record of a topic, in order within each partition. */
  public void forEach(String topic, Consumer<ConsumerRecord<String, byte[]>> taker) {
    forEach(topic, Map.of(), taker);
  }

  /** The same from these offsets on. */
  public void forEach(
      String topic,
      Map<TopicPartition, Long> from,
      Consumer<ConsumerRecord<String, byte[]>> taker) {
    try (KafkaConsumer<String, byte[]> consumer = consumer(true)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      from.forEach(consumer::seek);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException(
              topic + " could not be read to its end within " + PATIENCE.toSeconds() + " s");
        }
        consumer.poll(Duration.ofNanos(TimeUnit.MILLISECONDS.toNanos(200))).forEach(taker);
      }
    }
  }

  /** A header as text. */
  public static Optional<String> header(ConsumerRecord<?, ?> record, String name) {
    Header header = record.headers().lastHeader(name);
    return Optional.ofNullable(header)
        .map(Header::value)
        .map(value -> new String(value, StandardCharsets.UTF_8));
  }
}
