package fr.carnet.audit.sequencing;

import fr.carnet.transparency.TreeEdge;
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
 * @param tree the tree over the entries; smaller than the log only before it was let grow
 * @param positions the next offset of each partition; 0 where none is named
 */
record Head(
    long epoch,
    long batches,
    long size,
    Optional<Announcement> last,
    TreeEdge tree,
    Map<TopicPartition, Long> positions) {
  Head {
    positions = Map.copyOf(positions);
  }

  long position(TopicPartition partition) {
    return positions.getOrDefault(partition, 0L);
  }

  /** A batch that is not announced yet, and the tree with its entries. */
  record Next(Batch batch, TreeEdge.Growth growth) {}

  /** The next batch: these entries, with the root of the tree that ends with them. */
  Next next(List<LogEntry> entries, Instant takenAt) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (LogEntry entry : entries) {
      ConsumerRecord<byte[], byte[]> record = entry.record();
      ends.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
    TreeEdge.Growth growth = tree.grow(entries.stream().map(LogEntry::leaf).toList());
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
    long bytes =
        entries.stream()
            .mapToLong(entry -> Math.max(0, entry.record().serializedValueSize()))
            .sum();
    Batch batch =
        new Batch(
            batches,
            epoch,
            size,
            growth.edge().size(),
            takenAt,
            ranges,
            Optional.of(bytes),
            Optional.of(growth.edge().root().hex()));
    return new Next(batch, growth);
  }

  /**
   * The head after a batch.
   *
   * @param grown the tree with its entries
   * @throws LogBroken when the batch does not follow on this head, or announced another root
   */
  Head after(Announcement announcement, TreeEdge grown) {
    Head after = after(announcement);
    Batch batch = announcement.batch();
    String root = grown.root().hex();
    // Announcements of before the tree say no root.
    if (grown.size() != batch.sizeAfter() || !batch.root().orElse(root).equals(root)) {
      throw new LogBroken(
          "batch %d at offset %d announces the root %s, and its records make %s"
              .formatted(
                  batch.number(), announcement.offset(), batch.root().orElse("of none"), root));
    }
    return after.with(grown);
  }

  /** The same head, with its tree. */
  Head with(TreeEdge tree) {
    return new Head(epoch, batches, size, last, tree, positions);
  }

  /** The head after a batch whose records are not read yet: the tree stays. */
  Head after(Announcement announcement) {
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
    return new Head(epoch, batches + 1, batch.sizeAfter(), Optional.of(announcement), tree, moved);
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
