package fr.carnet.audit.sequencing;

import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.platform.KafkaBroker;
import fr.carnet.platform.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A broker for one test class: a sequencer that another test runs over the same topics, with
 * another database, would rightly fence this one.
 */
final class AuditedKafka implements AutoCloseable {
  static final int PARTITIONS = 3;
  private final KafkaBroker broker;
  final Map<String, Object> settings;
  final KafkaProducer<byte[], byte[]> transactional;
  private final KafkaConsumer<byte[], byte[]> ends;

  AuditedKafka() throws IOException, InterruptedException {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    broker = KafkaBroker.start(Files.createTempDirectory(target, "audited-kafka"), Ports.free());
    settings = Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    try (Admin admin = Admin.create(settings)) {
      Topic.createMissing(admin, PARTITIONS, (short) 1);
    }
    ends = new KafkaConsumer<>(AuditedTopics.settings(settings));
    transactional = producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "a-relay"));
    transactional.initTransactions();
  }

  KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(more);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Publishes records in one transaction, which ends as said. Kafka answers before its brokers have
   * marked the end in each partition: this returns when a reader of committed records can go by it.
   */
  void publish(boolean commit, List<ProducerRecord<byte[], byte[]>> records) {
    transactional.beginTransaction();
    List<Future<RecordMetadata>> sent = records.stream().map(transactional::send).toList();
    transactional.flush();
    if (commit) {
      transactional.commitTransaction();
    } else {
      transactional.abortTransaction();
    }
    Map<TopicPartition, Long> last = new HashMap<>();
    for (Future<RecordMetadata> record : sent) {
      RecordMetadata place = record.resultNow();
      last.merge(new TopicPartition(place.topic(), place.partition()), place.offset(), Math::max);
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> ends.endOffsets(last.keySet()),
            ended ->
                last.entrySet().stream().allMatch(at -> ended.get(at.getKey()) > at.getValue()));
  }

  /** A well-formed event of a dossier. */
  static ProducerRecord<byte[], byte[]> event(
      Topic topic, UUID id, UUID dossier, String type, byte[] value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic.wireName(), utf8(dossier.toString()), value);
    Map.of(
            Headers.ID,
            id.toString(),
            Headers.TYPE,
            type,
            Headers.SUBJECT,
            dossier.toString(),
            Headers.ACTOR,
            "service:test",
            Headers.TIME,
            "2026-05-03T10:00:00.123456789Z")
        .forEach((name, text) -> record.headers().add(name, utf8(text)));
    return record;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Every committed record of the audited topics, read apart from the sequencer's own reader. */
  List<ConsumerRecord<byte[], byte[]>> committed() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(AuditedTopics.settings(settings))) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic topic : Topic.AUDITED) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          partitions.add(new TopicPartition(topic.wireName(), partition));
        }
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  @Override
  public void close() {
    transactional.close(Duration.ZERO);
    ends.close();
    broker.kill();
  }
}
