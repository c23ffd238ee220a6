package fr.carnet.audit.sequencing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A part of the log, as it is announced on {@code audit.batches} before it is written: whoever has
 * Kafka and the announcements can make the log again, index for index.
 *
 * @param number counts batches from 0
 * @param epoch which leadership made it; never falls from batch to batch
 * @param firstIndex index of its first record in the log
 * @param sizeAfter size of the log with this batch
 * @param takenAt the sequencer's clock; no entry depends on it
 * @param ranges what it took, ordered by topic and partition; its records are ordered by (topic,
 *     partition, offset)
 * @param bytes of its records' values, so that who applies it again knows how much that is; absent
 *     in announcements of before
 * @param root root of the Merkle tree over the log with this batch; lower case hex
 */
public record Batch(
    long number,
    long epoch,
    long firstIndex,
    long sizeAfter,
    Instant takenAt,
    List<OffsetRange> ranges,
    Optional<Long> bytes,
    Optional<String> root) {
  public static final String WIRE_NAME = "audit.batch-taken.v1";

  public Batch {
    ranges = ranges.stream().sorted().toList();
  }

  int records() {
    return Math.toIntExact(sizeAfter - firstIndex);
  }
}
