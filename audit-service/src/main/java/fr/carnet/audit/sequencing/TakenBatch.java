package fr.carnet.audit.sequencing;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** An announced batch with its records, in the order of their indexes. */
record TakenBatch(Announcement announcement, List<ConsumerRecord<byte[], byte[]>> records) {
  TakenBatch {
    records = List.copyOf(records);
    if (records.size() != announcement.batch().records()) {
      throw new LogBroken(
          "batch %d announces %d records and Kafka holds %d"
              .formatted(
                  announcement.batch().number(), announcement.batch().records(), records.size()));
    }
  }
}
