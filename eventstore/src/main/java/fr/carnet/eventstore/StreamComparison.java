package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A service's own streams against Kafka: the highest version of each, on both sides. */
public final class StreamComparison {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LISTED = 100;

  private StreamComparison() {}

  /**
   * What was found.
   *
   * @param records read from Kafka
   * @param streams that both have, at the same version
   * @param kafkaAhead streams of which Kafka has a higher version: the database has lost events
   * @param databaseAhead streams of which the database has a higher version: what waits in the
   *     outbox, and otherwise what Kafka has lost
   * @param outbox rows that wait to be published, at the end
   * @param places where Kafka has what the database has not, at most 100: {@code
   *     dossier.events-3@17}
   */
  public record Report(
      String topic,
      long records,
      long streams,
      long kafkaAhead,
      long databaseAhead,
      long outbox,
      List<String> places) {
    public Report {
      places = List.copyOf(places);
    }
  }

  private record Highest(long version, String place) {}

  /** Compares all streams of the service, which goes on meanwhile. */
  public static Report of(DataSource dataSource, Map<String, Object> kafka, Topic topic)
      throws SQLException {
    // Versions only rise: what Kafka has by now, the database must have when it is asked later.
    Map<UUID, Highest> published = new HashMap<>();
    long records = read(kafka, topic, published);
    Map<UUID, Long> heads = new HashMap<>();
    long waiting =
        Transactions.run(
            dataSource,
            tx -> {
              heads(tx, heads);
              try (Statement select = tx.createStatement();
                  ResultSet row = select.executeQuery("SELECT count(*) FROM outbox")) {
                row.next();
                return row.getLong(1);
              }
            });
    long same = 0;
    long databaseAhead = 0;
    List<String> lost = new ArrayList<>();
    for (Map.Entry<UUID, Highest> on : published.entrySet()) {
      long head = heads.getOrDefault(on.getKey(), 0L);
      if (head < on.getValue().version()) {
        lost.add(on.getValue().place());
      } else if (head == on.getValue().version()) {
        same++;
      } else {
        databaseAhead++;
      }
    }
    databaseAhead += heads.keySet().stream().filter(id -> !published.containsKey(id)).count();
    return new Report(
        topic.wireName(),
        records,
        same,
        lost.size(),
        databaseAhead,
        waiting,
        lost.stream().sorted().limit(LISTED).toList());
  }

  private static void heads(Connection tx, Map<UUID, Long> heads) throws SQLException {
    try (Statement select = tx.createStatement()) {
      select.setFetchSize(10_000);
      try (ResultSet row = select.executeQuery("SELECT id, version FROM stream")) {
        while (row.next()) {
          heads.put(row.getObject(1, UUID.class), row.getLong(2));
        }
      }
    }
  }

  private static long read(Map<String, Object> kafka, Topic topic, Map<UUID, Highest> published) {
    Map<TopicPartition, Long> ends = CaughtUp.ends(kafka, List.of(topic), Patience.LONGEST);
    long records = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(TopicReader.settings(kafka, "carnet-look-" + UUID.randomUUID()))) {
      List<TopicPartition> open = new ArrayList<>(ends.keySet());
      consumer.assign(open);
      consumer.seekToBeginning(open);
      open.removeIf(place -> consumer.position(place) >= ends.get(place));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!open.isEmpty() && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          note(record, published);
          records++;
          deadline = System.nanoTime() + PATIENCE.toNanos();
        }
        open.removeIf(place -> consumer.position(place) >= ends.get(place));
      }
      if (!open.isEmpty()) {
        throw new IllegalStateException("Kafka does not give " + open);
      }
    }
    return records;
  }

  /** What cannot be read is parked by whoever applies it; here it is no stream's. */
  private static void note(ConsumerRecord<byte[], byte[]> record, Map<UUID, Highest> published) {
    try {
      RecordedEvent event = Decoding.event(record);
      event
          .version()
          .ifPresent(
              version ->
                  published.merge(
                      event.streamId(),
                      new Highest(
                          version,
                          record.topic() + "-" + record.partition() + "@" + record.offset()),
                      (had, more) -> more.version() > had.version() ? more : had));
    } catch (Decoding.Malformed unreadable) {
      // Counted among the records.
    }
  }
}
