package fr.carnet.local.bench;

import fr.carnet.billing.SentLine;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Logs;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * What Kafka and PostgreSQL give when nothing is done: one Java consumer, at most 2,000 records a
 * poll, one {@code unnest} insert a batch into a plain table, the offsets in the same transaction.
 * The same broker, the same server, a topic and a database of its own.
 */
final class BarePipe {
  private static final String TOPIC = "bench.bare-pipe";
  private static final String DATABASE = "bare_pipe";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /**
   * What it took.
   *
   * @param seconds from the first publishing to the last commit
   */
  record Timing(int lines, double seconds, Costs costs) {
    double linesPerSecond() {
      return lines / seconds;
    }
  }

  private final Suite suite;
  private final Logs logs;

  BarePipe(Suite suite, Logs logs) {
    this.suite = suite;
    this.logs = logs;
  }

  /** Makes its topic and its table. */
  void prepare() throws SQLException, InterruptedException {
    try (Admin admin = Admin.create(logs.settings());
        KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      int partitions = Logs.partitions(consumer, Logs.BILLING).size();
      var _ =
          admin
              .createTopics(List.of(new NewTopic(TOPIC, Optional.of(partitions), Optional.empty())))
              .all()
              .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka did not create " + TOPIC, e.getCause());
    }
    try (Connection any = connect(suite.jdbcUrl(Service.INGEST));
        Statement create = any.createStatement()) {
      create.execute("CREATE DATABASE " + DATABASE);
    }
    try (Connection own = connect(url());
        Statement create = own.createStatement()) {
      create.execute("CREATE TABLE line (record_key text NOT NULL, value bytea NOT NULL)");
      create.execute("CREATE TABLE reader_offset (partition int PRIMARY KEY, next_offset bigint)");
    }
  }

  private String url() {
    return suite.jdbcUrl(Service.INGEST).replaceFirst("/[a-z]+$", "/" + DATABASE);
  }

  private Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, suite.databaseUser(), suite.databasePassword());
  }

  /** Sends lines through it. */
  Timing run(List<SentLine> lines) throws SQLException, InterruptedException {
    try (Connection connection = connect(url());
        KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      Costs before = Costs.of(suite);
      connection.setAutoCommit(false);
      List<TopicPartition> partitions = Logs.partitions(consumer, TOPIC);
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      Publishing publishing = Publishing.of(logs, TOPIC, lines);
      long deadline = publishing.begin() + PATIENCE.toNanos();
      int stored = 0;
      while (stored < lines.size()) {
        ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMillis(100));
        if (!records.isEmpty()) {
          store(connection, records);
          stored += records.count();
        }
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the bare pipe has stored only " + stored + " lines");
        }
      }
      double seconds = (System.nanoTime() - publishing.begin()) / 1e9;
      publishing.await();
      return new Timing(lines.size(), seconds, Costs.of(suite).since(before));
    }
  }

  private static void store(Connection tx, ConsumerRecords<String, byte[]> records)
      throws SQLException {
    List<String> keys = new ArrayList<>(records.count());
    List<byte[]> values = new ArrayList<>(records.count());
    for (ConsumerRecord<String, byte[]> record : records) {
      keys.add(record.key());
      values.add(record.value());
    }
    try (PreparedStatement insert =
            tx.prepareStatement("INSERT INTO line SELECT * FROM unnest(?::text[], ?::bytea[])");
        PreparedStatement offset =
            tx.prepareStatement(
                """
                INSERT INTO reader_offset VALUES (?, ?)
                ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset
                """)) {
      insert.setArray(1, tx.createArrayOf("text", keys.toArray()));
      insert.setArray(2, tx.createArrayOf("bytea", values.toArray(new byte[0][])));
      insert.executeUpdate();
      for (Map.Entry<TopicPartition, ?> next : records.nextOffsets().entrySet()) {
        offset.setInt(1, next.getKey().partition());
        offset.setLong(2, records.nextOffsets().get(next.getKey()).offset());
        offset.addBatch();
      }
      offset.executeBatch();
    }
    tx.commit();
  }
}
