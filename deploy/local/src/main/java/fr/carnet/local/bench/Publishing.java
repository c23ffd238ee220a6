package fr.carnet.local.bench;

import fr.carnet.billing.SentLine;
import fr.carnet.local.probing.Logs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Lines on their way to a topic, keyed by INS. */
final class Publishing {
  private static final byte[] TYPE =
      "billing.reimbursement-line.v1".getBytes(StandardCharsets.UTF_8);

  private final List<SentLine> lines;
  private final Duration between;
  private final Consumer<SentLine> onSending;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong doneAt = new AtomicLong();
  private final long begin;
  private final Thread thread;

  private Publishing(
      Logs logs,
      String topic,
      List<SentLine> lines,
      Duration between,
      Consumer<SentLine> onSending) {
    this.lines = lines;
    this.between = between;
    this.onSending = onSending;
    Producer<String, byte[]> producer = logs.producer();
    begin = System.nanoTime();
    thread = Thread.ofPlatform().daemon().name("publishing").start(() -> publish(producer, topic));
  }

  /** Begins now, as fast as Kafka takes them. */
  static Publishing of(Logs logs, String topic, List<SentLine> lines) {
    return new Publishing(logs, topic, lines, Duration.ZERO, _ -> {});
  }

  /**
   * Begins now, evenly. Who falls behind catches up, so that the pace holds on the whole.
   *
   * @param onSending is told of each line right before Kafka's client gets it, and must not block
   */
  static Publishing paced(
      Logs logs, String topic, List<SentLine> lines, int perSecond, Consumer<SentLine> onSending) {
    return new Publishing(
        logs, topic, lines, Duration.ofSeconds(1).dividedBy(perSecond), onSending);
  }

  private void publish(Producer<String, byte[]> producer, String topic) {
    try (producer) {
      long due = begin;
      for (SentLine line : lines) {
        waitUntil(due);
        due += between.toNanos();
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(topic, line.ins(), line.json());
        record.headers().add("ce_type", TYPE);
        onSending.accept(line);
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

  private static void waitUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
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
