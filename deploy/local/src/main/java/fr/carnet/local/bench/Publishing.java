package fr.carnet.local.bench;

import fr.carnet.billing.SentLine;
import fr.carnet.local.probing.Logs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Lines on their way to a topic, as fast as Kafka takes them, keyed by INS. */
final class Publishing {
  private static final byte[] TYPE =
      "billing.reimbursement-line.v1".getBytes(StandardCharsets.UTF_8);

  private final List<SentLine> lines;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong doneAt = new AtomicLong();
  private final long begin;
  private final Thread thread;

  private Publishing(Logs logs, String topic, List<SentLine> lines) {
    this.lines = lines;
    Producer<String, byte[]> producer = logs.producer();
    begin = System.nanoTime();
    thread = Thread.ofPlatform().daemon().name("publishing").start(() -> publish(producer, topic));
  }

  /** Begins now. */
  static Publishing of(Logs logs, String topic, List<SentLine> lines) {
    return new Publishing(logs, topic, lines);
  }

  private void publish(Producer<String, byte[]> producer, String topic) {
    try (producer) {
      for (SentLine line : lines) {
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(topic, line.ins(), line.json());
        record.headers().add("ce_type", TYPE);
        var _ =
            producer.send(
                record,
                (_, failure) -> {
                  if (failure != null) {
                    refused.incrementAndGet();
                  } else if (acknowledged.incrementAndGet() == lines.size()) {
                    doneAt.set(System.nanoTime());
                  }
                });
      }
    }
  }

  /** When the first line was handed to Kafka's client, by {@link System#nanoTime}. */
  long begin() {
    return begin;
  }

  /** How many lines Kafka has. */
  int acknowledged() {
    return acknowledged.get();
  }

  /** Seconds from the first line to Kafka's last acknowledgement. */
  double seconds() {
    return (doneAt.get() - begin) / 1e9;
  }

  /** Waits for the last acknowledgement. */
  void await() throws InterruptedException {
    thread.join();
    if (refused.get() > 0 || acknowledged.get() != lines.size()) {
      throw new IllegalStateException(
          "Kafka refused " + (lines.size() - acknowledged.get()) + " lines");
    }
  }
}
