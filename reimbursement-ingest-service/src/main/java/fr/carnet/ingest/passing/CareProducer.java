package fr.carnet.ingest.passing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends what passes in Kafka transactions: either Kafka has acknowledged all of a batch, or none of
 * it will ever be seen. So a send that timed out cannot surface after a closing.
 */
final class CareProducer implements AutoCloseable {
  private static final int GIVE_UP_MILLIS = 1_000;
  private static final int SETTLE_MILLIS = 5_000;

  private final Map<String, Object> settings;
  private Optional<Producer<String, byte[]>> producer = Optional.empty();

  /** A producer; {@code transactionalId} names its transactions and is stable over restarts. */
  CareProducer(Map<String, Object> kafka, String transactionalId) {
    Map<String, Object> all = new HashMap<>(kafka);
    all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, GIVE_UP_MILLIS);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, GIVE_UP_MILLIS);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SETTLE_MILLIS);
    all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
    all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    this.settings = Map.copyOf(all);
  }

  /**
   * Sends all, and returns once Kafka has acknowledged all. When it throws, nothing of it is or
   * will be visible, unless the commit itself got no answer: then it is settled before the next
   * send.
   */
  void send(List<ProducerRecord<String, byte[]>> records) {
    Producer<String, byte[]> open = ready();
    try {
      open.beginTransaction();
      for (ProducerRecord<String, byte[]> record : records) {
        var _ = open.send(record);
      }
      open.commitTransaction();
    } catch (RuntimeException e) {
      reset();
      throw e;
    }
  }

  /** A producer whose predecessor's transactions, this process's or a dead one's, are ended. */
  Producer<String, byte[]> ready() {
    if (producer.isEmpty()) {
      Producer<String, byte[]> opened = new KafkaProducer<>(settings);
      try {
        opened.initTransactions();
      } catch (RuntimeException e) {
        opened.close(java.time.Duration.ZERO);
        throw e;
      }
      producer = Optional.of(opened);
    }
    return producer.get();
  }

  /** Drops the producer; the next one's initialisation ends what this one left open. */
  private void reset() {
    producer.ifPresent(open -> open.close(java.time.Duration.ZERO));
    producer = Optional.empty();
  }

  @Override
  public void close() {
    reset();
  }
}
