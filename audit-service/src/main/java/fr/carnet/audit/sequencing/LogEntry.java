package fr.carnet.audit.sequencing;

import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Hash;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record at its index. */
record LogEntry(long index, ConsumerRecord<byte[], byte[]> record, Content content, Hash leaf) {

  static LogEntry of(long index, ConsumerRecord<byte[], byte[]> record) {
    Content content =
        new Content(
            record.topic(), record.key(), HeaderBytes.write(record.headers()), record.value());
    return new LogEntry(index, record, content, content.leaf(record.partition(), record.offset()));
  }

  /**
   * These records from this index on. Hashing them is most of the log's work: all cores share it.
   */
  static List<LogEntry> from(long index, List<ConsumerRecord<byte[], byte[]>> records) {
    return IntStream.range(0, records.size())
        .parallel()
        .mapToObj(i -> of(index + i, records.get(i)))
        .toList();
  }

  /** The exact bytes of a record; key and value may be null, as on Kafka. */
  @SuppressWarnings("ArrayRecordComponent")
  record Content(String topic, byte[] key, byte[] headers, byte[] value) {
    /** Its leaf in the tree. */
    Hash leaf(int partition, long offset) {
      Entry entry =
          new Entry(
              topic,
              partition,
              offset,
              Entry.Part.of(key),
              Entry.Part.of(headers),
              Entry.Part.of(value));
      return Hash.ofLeaf(entry.leaf());
    }
  }
}
