package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.audit.projecting.FactsProjection;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.testkit.RealServers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.flywaydb.core.Flyway;

/** An audit database, looked at from outside. */
record LogDatabase(String jdbcUrl, DataSource dataSource) {
  static LogDatabase empty() {
    LogDatabase database = of(RealServers.emptyDatabase());
    Flyway.configure()
        .dataSource(database.dataSource)
        .locations("db/eventstore", "db/migration")
        .load()
        .migrate();
    return database;
  }

  static LogDatabase of(String jdbcUrl) {
    return new LogDatabase(jdbcUrl, RealServers.dataSource(jdbcUrl));
  }

  /** Signs into a file of its own, with the key of all tests. */
  Checkpoints checkpoints() throws IOException {
    return Checkpoints.with(
        "test.example/log",
        List.of(Path.of("target", "test-log-key.json")),
        Path.of("target", "checkpoints-" + UUID.randomUUID() + ".txt"));
  }

  long number(String sql) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  long size() {
    return number("SELECT size FROM log_head");
  }

  void awaitSize(long size) {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(size()).isEqualTo(size));
  }

  /** All rows as text, a table each; the epoch of the head counts leaderships and may differ. */
  Map<String, List<String>> everything() throws SQLException {
    FactsProjection.catchUp(dataSource);
    return new TreeMap<>(
        Map.of(
            "head", rows("SELECT (name, size, tree_size, batches)::text FROM log_head"),
            "tile", rows("SELECT t::text FROM log_tile t ORDER BY level, index"),
            "position", rows("SELECT p::text FROM log_position p ORDER BY topic, partition"),
            "batch", rows("SELECT b::text FROM log_batch b ORDER BY number"),
            "facts", rows("SELECT f::text FROM log_facts f ORDER BY index"),
            "entry", rows("SELECT e::text FROM log_entry e ORDER BY index")));
  }

  /** Every committed record is in the log once, in batches without gap, in the order of each. */
  void requireWhole(List<ConsumerRecord<byte[], byte[]>> committed) throws SQLException {
    assertThat(size()).isEqualTo(committed.size());
    assertThat(
            number(
                "SELECT count(*) FROM log_entry WHERE index BETWEEN 0 AND "
                    + (committed.size() - 1)))
        .isEqualTo(committed.size());
    List<String> origins =
        committed.stream()
            .sorted(
                Comparator.<ConsumerRecord<byte[], byte[]>, String>comparing(ConsumerRecord::topic)
                    .thenComparingInt(ConsumerRecord::partition)
                    .thenComparingLong(ConsumerRecord::offset))
            .map(record -> record.topic() + " " + record.partition() + " " + record.offset())
            .toList();
    assertThat(
            rows(
                """
                SELECT topic || ' ' || partition || ' ' || record_offset FROM log_entry
                ORDER BY topic, partition, record_offset
                """))
        .isEqualTo(origins);
    assertThat(
            number(
                """
                SELECT count(*) FROM (
                  SELECT first_index - lag(size_after, 1, 0::bigint) OVER (ORDER BY number) AS gap,
                         number - row_number() OVER (ORDER BY number) + 1 AS skipped
                  FROM log_batch) chain
                WHERE gap <> 0 OR skipped <> 0
                """))
        .isZero();
    assertThat(
            number(
                """
                SELECT count(*) FROM (
                  SELECT (topic, partition, record_offset)
                           < lag((topic, partition, record_offset))
                             OVER (PARTITION BY b.number ORDER BY index) AS disorder
                  FROM log_entry e
                  JOIN log_batch b ON e.index >= b.first_index AND e.index < b.size_after) o
                WHERE disorder
                """))
        .isZero();
  }
}
