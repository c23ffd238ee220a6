package fr.carnet.eventstore;

import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.testkit.RealServers;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGPoolingDataSource;

/** A new database, and topics without a record, on the real servers. */
final class Bench {
  static final int PARTITIONS = 3;

  /** How many times longer than usual a test with seeds runs. */
  static final int ROUNDS = Integer.getInteger("carnet.rounds", 1);

  @SuppressWarnings("deprecation")
  private static final List<PGPoolingDataSource> POOLS = new CopyOnWriteArrayList<>();

  private final String jdbcUrl = RealServers.emptyDatabase();
  private final DataSource dataSource = pool(jdbcUrl);
  private final Map<String, Object> kafka = RealServers.kafkaSettings();

  private Bench() {}

  @SuppressWarnings("deprecation")
  static Bench fresh() {
    for (PGPoolingDataSource pool : POOLS) {
      pool.close();
    }
    POOLS.clear();
    emptyTopics();
    return anotherDatabase();
  }

  /** A new database; topics stay as they are. */
  static Bench anotherDatabase() {
    Bench bench = new Bench();
    Flyway.configure()
        .dataSource(bench.dataSource)
        .locations("db/eventstore", "db/accounts")
        .load()
        .migrate();
    return bench;
  }

  @SuppressWarnings("deprecation")
  private static DataSource pool(String jdbcUrl) {
    PGPoolingDataSource pool = RealServers.pool(jdbcUrl);
    POOLS.add(pool);
    return pool;
  }

  /** Topics that hold something are made anew. */
  private static void emptyTopics() {
    RealServers.createTopics(PARTITIONS);
    try (Admin admin = Admin.create(RealServers.kafkaSettings())) {
      Set<String> used =
          ends(admin, List.of(Topic.values())).entrySet().stream()
              .filter(end -> end.getValue() > 0)
              .map(end -> end.getKey().topic())
              .collect(Collectors.toSet());
      admin.deleteTopics(used).all().get();
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(10))
          .until(() -> admin.listTopics().names().get().stream().noneMatch(used::contains));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    RealServers.createTopics(PARTITIONS);
  }

  /** Where topics end, not counting on the code that is tested. */
  private static Map<TopicPartition, Long> ends(Admin admin, List<Topic> topics)
      throws ExecutionException, InterruptedException {
    List<String> names = topics.stream().map(Topic::wireName).toList();
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(
              partition ->
                  wanted.put(
                      new TopicPartition(topic.name(), partition.partition()),
                      OffsetSpec.latest()));
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin.listOffsets(wanted).all().get().forEach((at, end) -> ends.put(at, end.offset()));
    return ends;
  }

  String jdbcUrl() {
    return jdbcUrl;
  }

  DataSource dataSource() {
    return dataSource;
  }

  Map<String, Object> kafka() {
    return kafka;
  }

  /** Runs statements in one transaction. */
  void execute(String... statements) {
    patiently(
        tx -> {
          try (Statement statement = tx.createStatement()) {
            for (String sql : statements) {
              statement.execute(sql);
            }
          }
          return true;
        });
  }

  long count(String sql) {
    return Long.parseLong(rows(sql).getFirst());
  }

  /** The rows that a query finds, columns as text. */
  List<String> rows(String sql) {
    return patiently(
        tx -> {
          try (Statement statement = tx.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
              List<String> columns = new ArrayList<>();
              for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                columns.add(row.getString(i));
              }
              rows.add(String.join(" | ", columns));
            }
            return rows;
          }
        });
  }

  /** Tests end sessions and make deadlocks: they ask again. */
  private <T> T patiently(Transactions.Work<T> work) {
    for (int left = 50; ; left--) {
      try {
        return Transactions.run(dataSource, work);
      } catch (SQLException e) {
        if (left == 0 || !Transactions.isTransient(e)) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Everything in the read model of accounts. */
  List<String> accountRows() {
    List<String> rows = new ArrayList<>(rows("SELECT * FROM account ORDER BY account_id"));
    rows.addAll(rows("SELECT * FROM movement ORDER BY account_id, version"));
    return rows;
  }

  /** Ends every session on this database, as a failover does. */
  void endSessions() {
    execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """);
  }

  /** What the relay would send for an event. */
  static ProducerRecord<byte[], byte[]> record(
      Topic topic, UUID stream, UUID id, String type, Optional<Long> version, byte[] data) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic.wireName(), bytes(stream.toString()), data);
    header(record, Headers.ID, id.toString());
    header(record, Headers.TYPE, type);
    // Any instant, as long as the same event always has the same.
    header(
        record,
        Headers.TIME,
        Instant.ofEpochSecond(Math.floorMod(id.getLeastSignificantBits(), 2_000_000_000L))
            .toString());
    header(record, Headers.SUBJECT, stream.toString());
    version.ifPresent(v -> header(record, Headers.STREAM_VERSION, Long.toString(v)));
    header(record, Headers.ACTOR, "test");
    header(record, Headers.CORRELATION, "test");
    return record;
  }

  /** The first event of an account. */
  static ProducerRecord<byte[], byte[]> opened(Topic topic, UUID stream) {
    return record(
        topic,
        stream,
        id(stream, 1),
        Accounts.OPENED,
        Optional.of(1L),
        Wire.write(new Accounts.Opened("owner of " + stream)));
  }

  /** A later event of an account. */
  static ProducerRecord<byte[], byte[]> deposited(
      Topic topic, UUID stream, long version, long cents) {
    return record(
        topic,
        stream,
        id(stream, version),
        Accounts.DEPOSITED,
        Optional.of(version),
        Wire.write(new Accounts.Deposited(cents)));
  }

  /** The event that a reader would find in a record. */
  static RecordedEvent event(ProducerRecord<byte[], byte[]> record) {
    return Decoding.event(
        new ConsumerRecord<>(
            record.topic(),
            0,
            0,
            ConsumerRecord.NO_TIMESTAMP,
            TimestampType.NO_TIMESTAMP_TYPE,
            ConsumerRecord.NULL_SIZE,
            ConsumerRecord.NULL_SIZE,
            record.key(),
            record.value(),
            record.headers(),
            Optional.empty()));
  }

  static UUID id(UUID stream, long version) {
    return UUID.nameUUIDFromBytes(bytes(stream + "@" + version));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().remove(name).add(name, bytes(value));
  }

  /** Puts records on Kafka, in this order. */
  void produce(List<ProducerRecord<byte[], byte[]>> records) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("acks", "all");
    settings.put("key.serializer", ByteArraySerializer.class);
    settings.put("value.serializer", ByteArraySerializer.class);
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        var _ = producer.send(record);
      }
      producer.flush();
    }
  }

  @SafeVarargs
  final void produce(ProducerRecord<byte[], byte[]>... records) {
    produce(List.of(records));
  }

  /** Every committed record of a topic, in order within its partition. */
  List<ConsumerRecord<byte[], byte[]>> committed(Topic topic) {
    Map<TopicPartition, Long> ends;
    try (Admin admin = Admin.create(kafka)) {
      ends = ends(admin, List.of(topic));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(TopicReader.settings(kafka, "test-" + UUID.randomUUID()))) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return ends.entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
              });
    }
    return records;
  }

  /** Waits until this reader's offsets are where its topic ends now. */
  void awaitRead(String reader, Topic topic) {
    CaughtUp caughtUp = new CaughtUp(dataSource, kafka, reader, List.of(topic));
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(caughtUp::reached);
  }
}
