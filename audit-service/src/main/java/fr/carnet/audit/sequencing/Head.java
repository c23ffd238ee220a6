package fr.carnet.audit.sequencing;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the log ends, in the database.
 *
 * @param epoch the leadership that may append
 * @param batches how many batches there are
 * @param size how many entries
 * @param last the last batch
 * @param latest the latest event time so far
 * @param positions the next offset of each partition; 0 where none is named
 */
record Head(
    long epoch,
    long batches,
    long size,
    Optional<Announcement> last,
    Optional<Instant> latest,
    Map<TopicPartition, Long> positions) {
  Head {
    positions = Map.copyOf(positions);
  }

  long position(TopicPartition partition) {
    return positions.getOrDefault(partition, 0L);
  }

  /** The next batch: these records, in the order of their indexes. */
  Batch next(List<ConsumerRecord<byte[], byte[]>> records, Instant takenAt) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ends.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
    List<OffsetRange> ranges =
        ends.entrySet().stream()
            .map(
                end ->
                    new OffsetRange(
                        end.getKey().topic(),
                        end.getKey().partition(),
                        position(end.getKey()),
                        end.getValue()))
            .toList();
    return new Batch(
        batches, epoch, size, size + records.size(), takenAt, ranges, Optional.empty());
  }

  /**
   * The head after a batch.
   *
   * @throws LogBroken when the batch does not follow on this head
   */
  Head after(Announcement announcement, Optional<Instant> latestInBatch) {
    Batch batch = announcement.batch();
    long lastEpoch = last.map(before -> before.batch().epoch()).orElse(0L);
    if (batch.number() != batches
        || batch.firstIndex() != size
        || batch.sizeAfter() <= size
        || batch.epoch() < lastEpoch) {
      throw new LogBroken(
          "batch %d at offset %d does not follow on %d batches of %d entries"
              .formatted(batch.number(), announcement.offset(), batches, size));
    }
    Map<TopicPartition, Long> moved = new HashMap<>(positions);
    for (OffsetRange range : batch.ranges()) {
      if (range.from() != position(range.place())) {
        throw new LogBroken(
            "batch %d takes %s from %d, and the log stands at %d"
                .formatted(batch.number(), range.place(), range.from(), position(range.place())));
      }
      moved.put(range.place(), range.to());
    }
    Optional<Instant> later =
        latestInBatch.filter(time -> latest.map(time::isAfter).orElse(true)).or(() -> latest);
    return new Head(epoch, batches + 1, batch.sizeAfter(), Optional.of(announcement), later, moved);
  }

  /** One range a partition over batches that follow each other. */
  static List<OffsetRange> covering(List<Announcement> announcements) {
    Map<OffsetRange, OffsetRange> covered = new TreeMap<>();
    for (Announcement announcement : announcements) {
      for (OffsetRange range : announcement.batch().ranges()) {
        covered.merge(
            range,
            range,
            (first, then) ->
                new OffsetRange(first.topic(), first.partition(), first.from(), then.to()));
      }
    }
    return List.copyOf(covered.values());
  }
}
