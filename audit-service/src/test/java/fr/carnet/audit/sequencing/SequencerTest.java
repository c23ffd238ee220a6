package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.testkit.RealServers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SequencerTest {
  private static AuditedKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = new AuditedKafka();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static Sequencer sequencer(LogDatabase database) {
    return new Sequencer(database.dataSource(), kafka.settings).start();
  }

  private static List<ProducerRecord<byte[], byte[]>> events(int count, Random dice) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[dice.nextInt(600)];
      dice.nextBytes(value);
      records.add(
          AuditedKafka.event(
              Topic.AUDITED.get(dice.nextInt(Topic.AUDITED.size())),
              new UUID(dice.nextLong(), dice.nextLong()),
              new UUID(0, dice.nextInt(50)),
              "test.v1",
              value));
    }
    return records;
  }

  @Test
  void everyCommittedRecordGetsOneIndexWithoutGap() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Random dice = new Random(1);
    kafka.publish(true, events(500, dice));
    try (Sequencer _ = sequencer(database)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> database.size() >= 500);
      for (int i = 0; i < 10; i++) {
        kafka.publish(i % 3 != 0, events(1 + dice.nextInt(300), dice));
      }
      database.awaitSize(kafka.committed().size());
    }
    assertThat(kafka.committed()).hasSizeGreaterThan(1_000);
    database.requireWhole(kafka.committed());
    assertThat(database.number("SELECT count(*) FROM log_batch")).isGreaterThan(1);
  }

  @Test
  void keepsExactBytesHoweverOdd() throws Exception {
    LogDatabase database = LogDatabase.empty();
    UUID dossier = UUID.randomUUID();
    List<ProducerRecord<byte[], byte[]>> odd = new ArrayList<>();
    odd.add(new ProducerRecord<>(Topic.DOSSIER_EVENTS.wireName(), 1, null, null));
    odd.add(new ProducerRecord<>(Topic.DOSSIER_EVENTS.wireName(), 1, new byte[0], new byte[0]));
    ProducerRecord<byte[], byte[]> strange =
        new ProducerRecord<>(
            Topic.DOSSIER_EVENTS.wireName(), 1, new byte[] {0, -1, 0}, new byte[] {-1, 0, 34});
    strange
        .headers()
        .add("nul\0in name", new byte[] {0})
        .add("", null)
        .add("twice", new byte[] {1})
        .add("twice", new byte[] {2})
        .add(Headers.ID, "not a uuid".getBytes(StandardCharsets.UTF_8))
        .add(Headers.TYPE, "nul\0in type".getBytes(StandardCharsets.UTF_8))
        .add(Headers.ACTOR, "a".repeat(10_000).getBytes(StandardCharsets.UTF_8))
        .add(Headers.TIME, "+1000000-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8))
        .add(Headers.SUBJECT, new byte[] {-1, -2});
    odd.add(strange);
    ProducerRecord<byte[], byte[]> half =
        new ProducerRecord<>(Topic.DOSSIER_EVENTS.wireName(), 1, null, new byte[900_000]);
    half.headers()
        .add(Headers.SUBJECT, dossier.toString().getBytes(StandardCharsets.UTF_8))
        .add(Headers.TYPE, null)
        .add(Headers.TIME, "yesterday".getBytes(StandardCharsets.UTF_8));
    odd.add(half);
    kafka.publish(true, odd);
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    database.requireWhole(kafka.committed());
    HexFormat hex = HexFormat.of();
    Map<String, List<String>> stored = new HashMap<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT topic || '-' || partition || '@' || record_offset, record_key, value, headers
                FROM log_entry
                """)) {
      while (row.next()) {
        List<String> parts = new ArrayList<>();
        parts.add("key=" + Optional.ofNullable(row.getBytes(2)).map(hex::formatHex));
        parts.add("value=" + Optional.ofNullable(row.getBytes(3)).map(hex::formatHex));
        HeaderBytes.read(row.getBytes(4))
            .forEach(each -> parts.add(each.name() + "=" + each.value().map(hex::formatHex)));
        stored.put(row.getString(1), parts);
      }
    }
    for (var record : kafka.committed()) {
      List<String> parts = new ArrayList<>();
      parts.add("key=" + Optional.ofNullable(record.key()).map(hex::formatHex));
      parts.add("value=" + Optional.ofNullable(record.value()).map(hex::formatHex));
      record
          .headers()
          .forEach(
              each ->
                  parts.add(
                      each.key() + "=" + Optional.ofNullable(each.value()).map(hex::formatHex)));
      assertThat(stored.get(record.topic() + "-" + record.partition() + "@" + record.offset()))
          .isEqualTo(parts);
    }
    assertThat(
            database.number("SELECT count(*) FROM log_entry WHERE dossier_id = '" + dossier + "'"))
        .as("one unreadable header hides no other")
        .isEqualTo(1);
  }

  @Test
  void marksWhatRepeatsByteForByteAndNothingElse() throws Exception {
    LogDatabase database = LogDatabase.empty();
    UUID dossier = UUID.randomUUID();
    UUID id = UUID.randomUUID();
    byte[] value = {1, 2, 3};
    kafka.publish(
        true, List.of(AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", value)));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
      kafka.publish(
          true,
          List.of(
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", value),
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", new byte[] {9}),
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", value)));
      database.awaitSize(kafka.committed().size());
    }
    String first =
        database
            .rows("SELECT min(index)::text FROM log_entry WHERE event_id = '" + id + "'")
            .getFirst();
    assertThat(
            database.rows(
                "SELECT coalesce(repeat_of::text, 'shows') FROM log_entry WHERE event_id = '"
                    + id
                    + "' ORDER BY index"))
        .containsExactly("shows", first, "shows", first);
  }

  @Test
  void aLostOrOlderDatabaseComesToTheSameRows() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Random dice = new Random(4);
    kafka.publish(true, events(200, dice));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    String backup = database.jdbcUrl().replaceFirst(".*/([^?]*).*", "$1");
    try (Connection connection =
            LogDatabase.of(RealServers.emptyDatabase()).dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + backup + "_backup TEMPLATE " + backup);
    }
    LogDatabase older = LogDatabase.of(database.jdbcUrl().replace(backup, backup + "_backup"));
    try (Sequencer _ = sequencer(database)) {
      for (int i = 0; i < 5; i++) {
        kafka.publish(true, events(100, dice));
        database.awaitSize(kafka.committed().size());
      }
    }
    LogDatabase lost = LogDatabase.empty();
    assertThat(older.size()).isLessThan(database.size());
    try (Sequencer _ = sequencer(older)) {
      older.awaitSize(database.size());
    }
    try (Sequencer _ = sequencer(lost)) {
      lost.awaitSize(database.size());
    }
    assertThat(older.everything()).isEqualTo(database.everything());
    assertThat(lost.everything()).isEqualTo(database.everything());
    // And it goes on from there.
    kafka.publish(true, events(100, dice));
    try (Sequencer _ = sequencer(lost)) {
      lost.awaitSize(kafka.committed().size());
    }
    lost.requireWhole(kafka.committed());
  }

  @Test
  void standsStillWhenTheDatabaseKnowsABatchThatWasNeverAnnounced() throws Exception {
    LogDatabase database = LogDatabase.empty();
    kafka.publish(true, events(50, new Random(5)));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    long size = database.size();
    database.execute(
        """
        UPDATE log_batch SET announcement = convert_to(
          replace(convert_from(announcement, 'UTF8'), '"epoch":', '"epoch":1'), 'UTF8')
        WHERE number = (SELECT max(number) FROM log_batch)
        """);
    kafka.publish(true, events(50, new Random(6)));
    try (Sequencer sequencer = sequencer(database)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> sequencer.broken().isPresent());
      assertThat(sequencer.broken().orElseThrow()).contains("does not stand at offset");
    }
    assertThat(database.size()).isEqualTo(size);
  }
}
