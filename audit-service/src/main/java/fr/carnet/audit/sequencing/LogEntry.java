package fr.carnet.audit.sequencing;

import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record at its index. */
record LogEntry(
    long index, ConsumerRecord<byte[], byte[]> record, Content content, ReadableHeaders headers) {

  static LogEntry of(long index, ConsumerRecord<byte[], byte[]> record) {
    byte[] headers = HeaderBytes.write(record.headers());
    return new LogEntry(
        index,
        record,
        new Content(record.topic(), record.key(), headers, record.value()),
        ReadableHeaders.of(HeaderBytes.read(headers)));
  }

  /** The exact bytes of a record; key and value may be null, as on Kafka. */
  @SuppressWarnings("ArrayRecordComponent")
  record Content(String topic, byte[] key, byte[] headers, byte[] value) {
    /**
     * Whether it says the same, byte for byte. The same event id with other bytes is no repeat: it
     * is something to look at, so it must show.
     */
    boolean repeats(Content first) {
      return topic.equals(first.topic)
          && Arrays.equals(key, first.key)
          && Arrays.equals(headers, first.headers)
          && Arrays.equals(value, first.value);
    }
  }
}
