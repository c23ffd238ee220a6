package fr.carnet.audit.watching;

import fr.carnet.audit.sequencing.AuditedTopics;
import fr.carnet.audit.sequencing.HeaderBytes;
import fr.carnet.events.Topic;
import fr.carnet.eventstore.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Kafka against the log: by its own reader, which shares nothing with the sequencer's. */
final class KafkaComparison {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ROWS = 2_000;
  private static final int COUNTED = 100_000;
  private static final int LISTED = 1_000;

  private final DataSource dataSource;
  private final Map<String, Object> settings;

  KafkaComparison(DataSource dataSource, Map<String, Object> kafka) {
    this.dataSource = dataSource;
    this.settings = new HashMap<>(AuditedTopics.settings(kafka));
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ROWS);
  }

  /**
   * How far the log is with a topic.
   *
   * @param recordsBehind that Kafka has committed and the log has not taken
   * @param secondsBehind age of the oldest of them, by Kafka's time of it
   */
  record TopicState(String topic, long recordsBehind, long secondsBehind) {}

  /** Where the log differs from Kafka. */
  enum Difference {
    /** Kafka has it, the log does not. */
    NOT_IN_LOG,
    /** The log has it, Kafka does not. */
    NOT_ON_KAFKA,
    /** Both have it, with other bytes. */
    OTHER_BYTES
  }

  /**
   * What was compared: one such line for each partition, and the last for all.
   *
   * @param place topic and partition, or {@code all}
   * @param partitions how many are done, of how many
   * @param records compared so far, in all
   * @param differences found so far, in all
   * @param found where, of this partition: {@code NOT_IN_LOG access.events-3@17}; at most 1,000
   */
  record Progress(
      String place, String partitions, long records, long differences, List<String> found) {
    Progress {
      found = List.copyOf(found);
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    return Topic.AUDITED.stream()
        .flatMap(topic -> consumer.partitionsFor(topic.wireName()).stream())
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .toList();
  }

  private Map<TopicPartition, Long> positions() throws SQLException {
    Map<TopicPartition, Long> positions = new HashMap<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT topic, partition, next_offset FROM log_position");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        positions.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
      }
    }
    return positions;
  }

  /** How far the log is, now. */
  List<TopicState> state() throws SQLException {
    // Before Kafka is asked: what is taken meanwhile may count as waiting, never the reverse.
    Map<TopicPartition, Long> positions = positions();
    Map<String, long[]> behind = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = partitions(consumer);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<TopicPartition> open = new ArrayList<>(partitions);
      open.removeIf(place -> positions.getOrDefault(place, 0L) >= ends.get(place));
      consumer.assign(open);
      open.forEach(place -> consumer.seek(place, positions.getOrDefault(place, 0L)));
      long now = Clock.systemUTC().millis();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      long counted = 0;
      while (!open.isEmpty() && counted < COUNTED && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          add(behind, record.topic(), 1, Math.max(0, now - record.timestamp()));
          counted++;
        }
        open.removeIf(place -> consumer.position(place) >= ends.get(place));
      }
      // Too many to count: the rest by offsets, of which Kafka's own marks are a few.
      for (TopicPartition place : open) {
        add(behind, place.topic(), ends.get(place) - consumer.position(place), 0);
      }
    }
    return Topic.AUDITED.stream()
        .map(
            topic -> {
              long[] of = behind.getOrDefault(topic.wireName(), new long[2]);
              return new TopicState(topic.wireName(), of[0], of[1] / 1_000);
            })
        .toList();
  }

  private static void add(Map<String, long[]> behind, String topic, long records, long millis) {
    long[] of = behind.computeIfAbsent(topic, _ -> new long[2]);
    of[0] += records;
    of[1] = Math.max(of[1], millis);
  }

  /** A record by what it is compared with: where it is, and all its bytes. */
  private record Row(long offset, byte[] key, byte[] headers, byte[] value) {
    boolean sameBytes(Row other) {
      return Arrays.equals(key, other.key)
          && Arrays.equals(headers, other.headers)
          && Arrays.equals(value, other.value);
    }
  }

  /** Compares all of Kafka, up to where the log stood at the beginning, with all of the log. */
  void compare(Consumer<Progress> progress) throws SQLException {
    Map<TopicPartition, Long> positions = positions();
    long records = 0;
    long differences = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = partitions(consumer);
      int done = 0;
      for (TopicPartition place : partitions) {
        Compared compared = compare(consumer, place, positions.getOrDefault(place, 0L));
        records += compared.records;
        differences += compared.differences;
        done++;
        progress.accept(
            new Progress(
                place.toString(),
                done + "/" + partitions.size(),
                records,
                differences,
                compared.found));
      }
      progress.accept(
          new Progress("all", done + "/" + partitions.size(), records, differences, List.of()));
    }
  }

  private static final class Compared {
    private final TopicPartition place;
    private final List<String> found = new ArrayList<>();
    private long records;
    private long differences;

    Compared(TopicPartition place) {
      this.place = place;
    }

    void differs(Difference difference, long offset) {
      differences++;
      if (found.size() < LISTED) {
        found.add(difference + " " + place + "@" + offset);
      }
    }

    void onlyInLog(long offset) {
      records++;
      differs(Difference.NOT_ON_KAFKA, offset);
    }

    /** Both in the order of their offsets, up to one that both have been read to. */
    void merge(List<Row> kafka, List<Row> log) {
      int k = 0;
      int l = 0;
      while (k < kafka.size() || l < log.size()) {
        long at = k < kafka.size() ? kafka.get(k).offset() : Long.MAX_VALUE;
        long in = l < log.size() ? log.get(l).offset() : Long.MAX_VALUE;
        records++;
        if (at < in) {
          differs(Difference.NOT_IN_LOG, at);
          k++;
        } else if (in < at) {
          differs(Difference.NOT_ON_KAFKA, in);
          l++;
        } else {
          if (!kafka.get(k).sameBytes(log.get(l))) {
            differs(Difference.OTHER_BYTES, at);
          }
          k++;
          l++;
        }
      }
    }
  }

  private Compared compare(KafkaConsumer<byte[], byte[]> consumer, TopicPartition place, long upTo)
      throws SQLException {
    Compared compared = new Compared(place);
    consumer.assign(List.of(place));
    consumer.seekToBeginning(List.of(place));
    long from = 0;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (from < upTo) {
      List<Row> kafka = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < upTo) {
          kafka.add(
              new Row(
                  record.offset(),
                  record.key(),
                  HeaderBytes.write(record.headers()),
                  record.value()));
        }
      }
      long to = Math.min(upTo, consumer.position(place));
      if (to > from) {
        compared.merge(kafka, rows(place, from, to));
        from = to;
        deadline = System.nanoTime() + PATIENCE.toNanos();
      } else if (System.nanoTime() > deadline) {
        // Kafka ends before the log does: what the log has there is on Kafka no more.
        onlyInLog(compared, place, from, upTo);
        from = upTo;
      }
    }
    // Behind where the log stood rows may have come meanwhile; none beyond Kafka's end.
    long end = consumer.endOffsets(List.of(place)).get(place);
    onlyInLog(compared, place, Math.max(upTo, end), Long.MAX_VALUE);
    return compared;
  }

  /** However many there are: nothing but their offsets is read. */
  private void onlyInLog(Compared compared, TopicPartition place, long from, long to)
      throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement select =
              tx.prepareStatement(
                  """
                  SELECT record_offset FROM log_entry
                  WHERE topic = ? AND partition = ? AND record_offset >= ? AND record_offset < ?
                  ORDER BY record_offset
                  """)) {
            select.setFetchSize(1_000);
            select.setString(1, place.topic());
            select.setInt(2, place.partition());
            select.setLong(3, from);
            select.setLong(4, to);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                compared.onlyInLog(row.getLong(1));
              }
            }
          }
          return true;
        });
  }

  private List<Row> rows(TopicPartition place, long from, long to) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT record_offset, record_key, headers, value FROM log_entry
                WHERE topic = ? AND partition = ? AND record_offset >= ? AND record_offset < ?
                ORDER BY record_offset
                """)) {
      select.setString(1, place.topic());
      select.setInt(2, place.partition());
      select.setLong(3, from);
      select.setLong(4, to);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(new Row(row.getLong(1), row.getBytes(2), row.getBytes(3), row.getBytes(4)));
        }
      }
    }
    return rows;
  }
}
