package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The pace of the log, with broker, database and sequencer on one machine. */
class SequencerPaceTest {
  private static final int RECORDS = Integer.getInteger("carnet.records", 40_000);
  private static final int TRANSACTION = 1_000;

  /** Beside other builds; {@code carnet bench audit} says how fast it is. */
  private static final int AT_LEAST_A_SECOND = 500;

  @Test
  void keepsUpWithTensOfThousandsOfRecords() throws Exception {
    LogDatabase database = LogDatabase.empty();
    try (AuditedKafka kafka = new AuditedKafka()) {
      Random dice = new Random(3);
      byte[] value = new byte[600];
      for (int sent = 0; sent < RECORDS; sent += TRANSACTION) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < TRANSACTION; i++) {
          dice.nextBytes(value);
          records.add(
              AuditedKafka.event(
                  Topic.AUDITED.get(dice.nextInt(Topic.AUDITED.size())),
                  new UUID(dice.nextLong(), dice.nextLong()),
                  new UUID(dice.nextInt(10_000), 0),
                  "test.v1",
                  value.clone()));
        }
        kafka.publish(true, records);
      }
      long start = System.nanoTime();
      try (Sequencer _ =
          new Sequencer(database.dataSource(), kafka.settings, database.checkpoints()).start()) {
        database.awaitSize(RECORDS);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      long bytes = database.number("SELECT pg_total_relation_size('log_entry') / " + RECORDS);
      System.out.printf(
          "%d records of 600 bytes in %.1f s: %.0f a second, %d bytes an entry%n",
          RECORDS, seconds, RECORDS / seconds, bytes);
      assertThat(RECORDS / seconds).isGreaterThan(AT_LEAST_A_SECOND);
    }
  }
}
