package fr.carnet.audit.sequencing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Comparator;
import org.apache.kafka.common.TopicPartition;

/**
 * A stretch of a partition. Offsets of transaction markers and of aborted records lie in it too;
 * its records are those that a reader of committed records is given.
 *
 * @param from inclusive
 * @param to exclusive
 */
public record OffsetRange(String topic, int partition, long from, long to)
    implements Comparable<OffsetRange> {
  private static final Comparator<OffsetRange> BY_PLACE =
      Comparator.comparing(OffsetRange::topic).thenComparingInt(OffsetRange::partition);

  public OffsetRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("a range goes from an offset to a later one");
    }
  }

  @JsonIgnore
  TopicPartition place() {
    return new TopicPartition(topic, partition);
  }

  @Override
  public int compareTo(OffsetRange other) {
    return BY_PLACE.compare(this, other);
  }
}
