package fr.carnet.local.story;

import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.local.looking.Places;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The insurer's billing system at its topic: what it sends, and what it reckons must come out. */
public final class Billing {
  private static final String TOPIC = "billing.reimbursements";

  private final String bootstrapServers;

  /** At this broker. */
  public Billing(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** Publishes lines, in this order for each beneficiary, and returns once all are kept. */
  public void publish(List<SentLine> lines) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (SentLine line : lines) {
        var _ =
            producer.send(
                new ProducerRecord<>(
                    TOPIC, line.ins().getBytes(StandardCharsets.UTF_8), line.json()));
      }
      producer.flush();
    }
  }

  /** What must come out of everything that stands on the topic. */
  public Reckoning reckoning(LocalDate today) {
    List<WireLine> lines =
        Places.records(bootstrapServers, List.of(TOPIC)).stream()
            .map(
                record ->
                    new WireLine(
                        Optional.ofNullable(record.key())
                            .map(key -> new String(key, StandardCharsets.UTF_8)),
                        record.value() == null ? new byte[0] : record.value()))
            .toList();
    return Reckoning.ofWire(lines, today);
  }
}
