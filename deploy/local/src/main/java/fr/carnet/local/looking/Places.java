package fr.carnet.local.looking;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Where to look: topics, databases, files; everything in them, as bytes. */
public final class Places {
  private Places() {}

  /** Something to look at, with its place. */
  public record Place(String where, byte[] bytes) {}

  /** The topics whose records are kept for ever, as Kafka itself says, and compacted ones. */
  public static List<String> topicsKeptForEver(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      List<String> names =
          admin.listTopics().names().get().stream().filter(name -> !name.startsWith("__")).toList();
      var configs =
          admin
              .describeConfigs(
                  names.stream()
                      .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                      .toList())
              .all()
              .get();
      return names.stream()
          .filter(
              name -> {
                var config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
                return "-1".equals(config.get(TopicConfig.RETENTION_MS_CONFIG).value())
                    || "compact".equals(config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value());
              })
          .sorted()
          .toList();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka does not list its topics", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Every committed record of these topics, from the first. */
  public static List<ConsumerRecord<byte[], byte[]>> records(
      String bootstrapServers, Collection<String> topics) {
    return records(bootstrapServers, topics, "read_committed");
  }

  /** Every record that was written, also by transactions that did not come to their end. */
  public static List<ConsumerRecord<byte[], byte[]>> recordsEverWritten(
      String bootstrapServers, Collection<String> topics) {
    return records(bootstrapServers, topics, "read_uncommitted");
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(
      String bootstrapServers, Collection<String> topics, String isolation) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, "look-" + UUID.randomUUID());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        consumer
            .partitionsFor(topic)
            .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** Keys, headers and values. */
  public static Stream<Place> ofRecords(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .flatMap(
            record -> {
              String where = record.topic() + "-" + record.partition() + "@" + record.offset();
              List<Place> places = new ArrayList<>();
              if (record.key() != null) {
                places.add(new Place(where + " key", record.key()));
              }
              record
                  .headers()
                  .forEach(
                      header -> {
                        if (header.value() != null) {
                          places.add(new Place(where + " " + header.key(), header.value()));
                        }
                      });
              if (record.value() != null) {
                places.add(new Place(where + " value", record.value()));
              }
              return places.stream();
            });
  }

  /** Every value of every row of every table that passes. */
  public static List<Place> rows(
      String jdbcUrl, String user, String password, Predicate<String> table) {
    List<Place> places = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(jdbcUrl, user, password);
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT table_name FROM information_schema.tables
              WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1
              """)) {
        while (row.next()) {
          if (table.test(row.getString(1))) {
            tables.add(row.getString(1));
          }
        }
      }
      for (String name : tables) {
        addRows(statement, name, places);
      }
      return places;
    } catch (SQLException e) {
      throw new IllegalStateException("the database cannot be looked at", e);
    }
  }

  private static void addRows(Statement statement, String table, List<Place> places)
      throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT * FROM " + table)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        for (int column = 1; column <= columns; column++) {
          String where = table + "." + row.getMetaData().getColumnName(column);
          boolean binary = row.getMetaData().getColumnTypeName(column).equals("bytea");
          byte[] bytes = binary ? row.getBytes(column) : bytes(row.getString(column));
          if (bytes != null) {
            places.add(new Place(where, bytes));
          }
        }
      }
    }
  }

  private static byte[] bytes(String text) {
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  /** Every file below a folder, whole. */
  public static List<Place> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Place> places = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        places.add(new Place(folder.relativize(file).toString(), Files.readAllBytes(file)));
      }
      return places;
    } catch (IOException e) {
      throw new IllegalStateException("the files cannot be looked at", e);
    }
  }
}
