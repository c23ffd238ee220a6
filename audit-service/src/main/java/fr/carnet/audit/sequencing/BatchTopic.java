package fr.carnet.audit.sequencing;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.identity.UuidV7;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * {@code audit.batches}, where the log is decided: a batch that stands there committed is part of
 * the log, whether or not any database knows it. The fixed {@code transactional.id} lets one
 * sequencer write at a time; Kafka fences all older ones.
 */
final class BatchTopic implements AutoCloseable {
  private static final TopicPartition PLACE = new TopicPartition(Topic.AUDIT_BATCHES.wireName(), 0);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String log;
  private final Producer<String, byte[]> producer;
  private final Consumer<byte[], byte[]> consumer;

  /** Opens the topic and fences whoever wrote it before; what they left open is aborted. */
  BatchTopic(String log, Map<String, Object> kafka) {
    this.log = log;
    this.producer = new KafkaProducer<>(settings(log, kafka));
    this.consumer = new KafkaConsumer<>(AuditedTopics.settings(kafka));
    try {
      producer.initTransactions();
      consumer.assign(List.of(PLACE));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Map<String, Object> settings(String log, Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "audit-sequencer-" + log);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return settings;
  }

  /**
   * Announces a batch; it is part of the log when this returns. When it throws, the batch may or
   * may not be: only reading the topic again tells.
   */
  Announcement publish(Batch batch) {
    byte[] bytes = Wire.write(batch);
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(PLACE.topic(), log, bytes);
    Map.of(
            Headers.SPEC_VERSION,
            "1.0",
            Headers.ID,
            UuidV7.next(Clock.systemUTC()).toString(),
            Headers.TYPE,
            Batch.WIRE_NAME,
            Headers.SOURCE,
            "/audit-service",
            Headers.TIME,
            batch.takenAt().toString())
        .forEach(
            (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    producer.beginTransaction();
    Future<RecordMetadata> sent = producer.send(record);
    producer.commitTransaction();
    try {
      return new Announcement(batch, sent.get().offset(), bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka committed what it did not take", e.getCause());
    }
  }

  /**
   * The announcements behind one, in order; with {@link #publish} fenced to this sequencer, nobody
   * adds to them while they are read.
   *
   * @throws LogBroken when the last one that the database knows does not stand where it stood
   */
  Unread behind(Optional<Announcement> last) {
    long end = consumer.endOffsets(List.of(PLACE)).get(PLACE);
    if (last.isPresent()) {
      consumer.seek(PLACE, last.get().offset());
      Unread known = new Unread(end);
      Optional<Announcement> first = known.one();
      if (first.isEmpty()
          || first.get().offset() != last.get().offset()
          || !Arrays.equals(first.get().bytes(), last.get().bytes())) {
        throw new LogBroken(
            "batch %d of the database does not stand at offset %d of %s"
                .formatted(last.get().batch().number(), last.get().offset(), PLACE.topic()));
      }
      return known;
    }
    consumer.seek(PLACE, 0);
    return new Unread(end);
  }

  /** Announcements that are still to be read, up to where the topic ended. */
  final class Unread {
    private final long end;
    private final List<Announcement> read = new ArrayList<>();

    private Unread(long end) {
      this.end = end;
    }

    private Optional<Announcement> one() {
      fill(1);
      return read.isEmpty() ? Optional.empty() : Optional.of(read.removeFirst());
    }

    /**
     * The next ones, together of at most so many records and bytes, yet at least one; empty at the
     * end.
     */
    List<Announcement> next(int records, long bytes) {
      List<Announcement> group = new ArrayList<>();
      long takenRecords = 0;
      long takenBytes = 0;
      while (true) {
        fill(1);
        if (read.isEmpty()) {
          return group;
        }
        Batch next = read.getFirst().batch();
        takenRecords += next.records();
        takenBytes += next.bytes().orElse(0L);
        if (!group.isEmpty() && (takenRecords > records || takenBytes > bytes)) {
          return group;
        }
        group.add(read.removeFirst());
      }
    }

    private void fill(int wanted) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (read.size() < wanted && consumer.position(PLACE) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            parse(record).ifPresent(read::add);
          }
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(PLACE + " cannot be read up to " + end);
        }
      }
    }
  }

  private Optional<Announcement> parse(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null || !log.equals(new String(record.key(), StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Announcement(
              Wire.read(record.value(), Batch.class), record.offset(), record.value()));
    } catch (Wire.UnreadableFact | IllegalArgumentException e) {
      throw new LogBroken("offset %d of %s holds no batch".formatted(record.offset(), PLACE));
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    consumer.close();
  }
}
