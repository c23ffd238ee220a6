package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import fr.carnet.audit.noticing.LogNotice;
import fr.carnet.audit.noticing.Notices;
import fr.carnet.audit.projecting.FactsProjection;
import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.StoredTree;
import fr.carnet.audit.proving.Witness;
import fr.carnet.audit.proving.Witnesses;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.RealServers;
import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import fr.carnet.transparency.witnessing.WitnessServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
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

  private static Sequencer sequencer(LogDatabase database) throws IOException {
    return new Sequencer(database.dataSource(), kafka.settings, database.checkpoints()).start();
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
  void everyTopicOfTheLogIsKeptOnKafkaForEver() throws Exception {
    List<String> topics = new ArrayList<>(Topic.AUDITED.stream().map(Topic::wireName).toList());
    topics.add(Topic.AUDIT_BATCHES.wireName());
    try (Admin admin = Admin.create(kafka.settings)) {
      Map<ConfigResource, Config> settings =
          admin
              .describeConfigs(
                  topics.stream()
                      .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                      .toList())
              .all()
              .get();
      assertThat(settings).hasSize(5);
      assertThat(settings.values())
          .allSatisfy(
              of -> {
                assertThat(of.get("cleanup.policy").value()).isEqualTo("delete");
                assertThat(of.get("retention.ms").value()).isEqualTo("-1");
                assertThat(of.get("retention.bytes").value()).isEqualTo("-1");
              });
    }
  }

  @Test
  void everyCommittedRecordGetsOneIndexWithoutGap() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Random dice = new Random(1);
    kafka.publish(true, events(500, dice));
    try (Sequencer _ = sequencer(database)) {
      await().atMost(Duration.ofMinutes(5)).until(() -> database.size() >= 500);
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
    FactsProjection.catchUp(database.dataSource());
    assertThat(
            database.number("SELECT count(*) FROM log_facts WHERE dossier_id = '" + dossier + "'"))
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
      FactsProjection.catchUp(database.dataSource());
      kafka.publish(
          true,
          List.of(
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", value),
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", new byte[] {9}),
              AuditedKafka.event(Topic.ACCESS_EVENTS, id, dossier, "test.v1", value)));
      database.awaitSize(kafka.committed().size());
    }
    FactsProjection.catchUp(database.dataSource());
    String first =
        database
            .rows("SELECT min(index)::text FROM log_facts WHERE event_id = '" + id + "'")
            .getFirst();
    assertThat(
            database.rows(
                "SELECT coalesce(repeat_of::text, 'shows') FROM log_facts WHERE event_id = '"
                    + id
                    + "' ORDER BY index"))
        .containsExactly("shows", first, "shows", first);
  }

  private static ProducerRecord<byte[], byte[]> trace(UUID id, byte[] value) {
    return AuditedKafka.event(
        Topic.ACCESS_TRACES, id, new UUID(0, 7), AccessTraced.WIRE_NAME, value);
  }

  private static byte[] looked() {
    return Wire.write(
        new AccessTraced(
            Actor.anonymous(Actor.Role.OWNER),
            PurposeOfUse.NORMAL,
            "read-care-history",
            AccessTraced.Outcome.RELEASED,
            "OWNER",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty()));
  }

  private static List<String> searched(LogDatabase database) throws SQLException {
    List<String> rows = new ArrayList<>();
    rows.addAll(database.rows("SELECT f::text FROM log_facts f ORDER BY index"));
    rows.addAll(database.rows("SELECT f::text FROM trace_fact f ORDER BY index"));
    return rows;
  }

  @Test
  void whatIsSearchedIsMadeAgainWhicheverOfItsTablesWereEmptied() throws Exception {
    // given
    LogDatabase database = LogDatabase.empty();
    UUID id = UUID.randomUUID();
    kafka.publish(
        true,
        List.of(
            trace(id, looked()),
            trace(id, looked()),
            trace(UUID.randomUUID(), looked()),
            trace(id, new byte[] {1})));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    FactsProjection.catchUp(database.dataSource());
    List<String> before = searched(database);
    assertThat(database.number("SELECT count(*) FROM trace_fact")).isGreaterThanOrEqualTo(2);

    for (String emptied :
        List.of(
            "TRUNCATE log_facts",
            "TRUNCATE trace_fact",
            "TRUNCATE log_facts, trace_fact",
            "UPDATE trace_fact SET action = 'another'")) {
      // when
      database.execute(emptied);
      database.execute("UPDATE log_facts_head SET next_index = 0");
      FactsProjection.catchUp(database.dataSource());

      // then
      assertThat(searched(database)).as(emptied).isEqualTo(before);
    }
  }

  @Test
  void aTraceWithoutAValueHidesNoneThatComesAfterIt() throws Exception {
    // given
    LogDatabase database = LogDatabase.empty();
    UUID empty = UUID.randomUUID();
    UUID whole = UUID.randomUUID();
    kafka.publish(true, List.of(trace(empty, null), trace(whole, looked())));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }

    // when
    FactsProjection.catchUp(database.dataSource());

    // then
    assertThat(
            database.rows(
                """
                SELECT event_id::text FROM log_facts JOIN trace_fact USING (index)
                WHERE event_id IN ('%s', '%s')
                """
                    .formatted(empty, whole)))
        .containsExactly(whole.toString());
  }

  @Test
  void headersThatSomebodyChangedHideNoEntryButTheirOwn() throws Exception {
    // given
    LogDatabase database = LogDatabase.empty();
    kafka.publish(true, events(20, new Random(9)));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    List<String> broken = List.of("7fffffff", "00", "ffffffff", "80000000", "0000000141");
    for (int i = 0; i < broken.size(); i++) {
      database.execute(
          "UPDATE log_entry SET headers = '\\x%s' WHERE index = %d".formatted(broken.get(i), i));
    }

    // when
    FactsProjection.catchUp(database.dataSource());

    // then
    assertThat(database.number("SELECT count(*) FROM log_facts")).isEqualTo(database.size());
    assertThat(
            database.number("SELECT count(*) FROM log_facts WHERE index < 5 AND event_id IS NULL"))
        .isEqualTo(5);
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
  void noTimeToComeIsKeptAsOneAtWhichTheLogWasWhole() throws Exception {
    // given
    LogDatabase database = LogDatabase.empty();
    LogTables tables = new LogTables(database.dataSource(), "carnet");
    Head head = tables.begin(0);

    // when: the clock of who leads has jumped ahead
    tables.noteWhole(head, Instant.parse("2999-01-01T00:00:00Z"));

    // then
    assertThat(database.rows("SELECT whole_at <= now() FROM log_head")).containsExactly("t");

    // given: a time that was kept before
    database.execute("UPDATE log_head SET whole_at = '2999-01-01T00:00:00Z'");

    // when
    tables.noteWhole(head, Instant.EPOCH);

    // then
    assertThat(database.rows("SELECT whole_at <= now() FROM log_head")).containsExactly("t");
    assertThat(database.rows("SELECT whole_at > now() - interval '1 h' FROM log_head"))
        .as("and none falls back")
        .containsExactly("t");
  }

  @Test
  void nothingIsNotedOfAKafkaThatDoesNotSayWhatWaits() throws Exception {
    LogDatabase database = LogDatabase.empty();
    AuditedKafka gone = new AuditedKafka();
    try (AuditedTopics topics = new AuditedTopics(gone.settings)) {
      // given
      Sequencer sequencer =
          new Sequencer(database.dataSource(), gone.settings, database.checkpoints());
      Head head = new LogTables(database.dataSource(), "carnet").begin(0);
      database.execute("UPDATE log_head SET whole_at = '2026-01-01T00:00:00Z'");
      gone.publish(true, events(10, new Random(8)));
      topics.follow(head);
      List<ConsumerRecord<byte[], byte[]>> records =
          await().atMost(Duration.ofMinutes(5)).until(topics::gather, some -> !some.isEmpty());

      // when
      gone.close();
      sequencer.noteWhole(head, topics, records);

      // then
      assertThat(database.rows("SELECT whole_at = '2026-01-01T00:00:00Z' FROM log_head"))
          .containsExactly("t");
    } finally {
      gone.close();
    }
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
      await().atMost(Duration.ofMinutes(5)).until(() -> sequencer.broken().isPresent());
      assertThat(sequencer.broken().orElseThrow()).contains("does not stand at offset");
    }
    assertThat(database.size()).isEqualTo(size);
  }

  /** The tree over what is in the database, entry for entry. */
  private static TreeEdge tree(LogDatabase database) throws SQLException {
    Map<String, byte[]> leaves = new HashMap<>();
    for (var record : kafka.committed()) {
      Entry entry =
          new Entry(
              record.topic(),
              record.partition(),
              record.offset(),
              Entry.Part.of(record.key()),
              Entry.Part.of(HeaderBytes.write(record.headers())),
              Entry.Part.of(record.value()));
      leaves.put(entry.origin(), entry.leaf());
    }
    List<Hash> hashes =
        database
            .rows(
                """
                SELECT topic || '-' || partition || '@' || record_offset
                FROM log_entry ORDER BY index
                """)
            .stream()
            .map(leaves::get)
            .map(Hash::ofLeaf)
            .toList();
    return TreeEdge.EMPTY.grow(hashes).edge();
  }

  @Test
  void everyBatchAnnouncesTheRootOfTheTreeThatEndsWithIt() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Random dice = new Random(11);
    try (Sequencer _ = sequencer(database)) {
      for (int i = 0; i < 3; i++) {
        kafka.publish(true, events(300, dice));
        database.awaitSize(kafka.committed().size());
      }
    }
    String announced =
        database
            .rows(
                """
                SELECT convert_from(announcement, 'UTF8')::json ->> 'root'
                FROM log_batch ORDER BY number DESC LIMIT 1
                """)
            .getFirst();
    assertThat(announced).isEqualTo(tree(database).root().hex());
    Batch batch =
        Wire.read(
            database
                .rows(
                    "SELECT convert_from(announcement, 'UTF8') FROM log_batch"
                        + " ORDER BY number DESC LIMIT 1")
                .getFirst()
                .getBytes(StandardCharsets.UTF_8),
            Batch.class);
    Head before =
        new Head(
            batch.epoch(),
            batch.number(),
            batch.firstIndex(),
            Optional.empty(),
            TreeEdge.EMPTY,
            batch.ranges().stream()
                .collect(Collectors.toMap(OffsetRange::place, OffsetRange::from)));
    Announcement announcement = new Announcement(batch, 0, new byte[0]);
    assertThatThrownBy(() -> before.after(announcement, otherTree(batch.sizeAfter())))
        .isInstanceOf(LogBroken.class)
        .hasMessageContaining("announces the root");
    assertThat(before.after(announcement, tree(database)).size()).isEqualTo(batch.sizeAfter());
  }

  private static TreeEdge otherTree(long size) {
    return grown(size).edge();
  }

  private static TreeEdge.Growth grown(long size) {
    return TreeEdge.EMPTY.grow(
        Collections.nCopies(Math.toIntExact(size), Hash.ofLeaf(new byte[0])));
  }

  @Test
  void aLogOlderThanItsTreeGrowsItAndReadsAnnouncementsWithoutARoot() throws Exception {
    LogDatabase database = LogDatabase.empty();
    kafka.publish(true, events(300, new Random(12)));
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    kafka.publish(true, events(50, new Random(13)));
    LogTables tables = new LogTables(database.dataSource(), "carnet");
    Head head = tables.begin(0);
    try (BatchTopic batches = new BatchTopic("carnet", kafka.settings);
        AuditedTopics topics = new AuditedTopics(kafka.settings)) {
      topics.follow(head);
      Batch next = head.next(LogEntry.from(head.size(), topics.gather()), Instant.EPOCH).batch();
      batches.publish(
          new Batch(
              next.number(),
              next.epoch(),
              next.firstIndex(),
              next.sizeAfter(),
              next.takenAt(),
              next.ranges(),
              Optional.empty(),
              Optional.empty()));
    }
    database.execute("DELETE FROM log_tile");
    database.execute("UPDATE log_head SET tree_size = 0");
    LogDatabase lost = LogDatabase.empty();
    try (Sequencer _ = sequencer(database)) {
      database.awaitSize(kafka.committed().size());
    }
    try (Sequencer _ = sequencer(lost)) {
      lost.awaitSize(kafka.committed().size());
    }
    assertThat(lost.everything()).isEqualTo(database.everything());
    try (Connection connection = database.dataSource().getConnection()) {
      assertThat(new StoredTree(connection).edge().root()).isEqualTo(tree(database).root());
    }
  }

  @Test
  void whatIsCommittedIsSignedKeptAndNeverContradicted() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Path oldKey = Path.of("target", "old-key-" + UUID.randomUUID() + ".json");
    Path newKey = Path.of("target", "new-key-" + UUID.randomUUID() + ".json");
    Path file = Path.of("target", "kept-" + UUID.randomUUID() + ".txt");
    Checkpoints before = Checkpoints.with("log.example", List.of(oldKey), file);
    kafka.publish(true, events(100, new Random(14)));
    try (Sequencer _ = new Sequencer(database.dataSource(), kafka.settings, before).start()) {
      awaitCheckpoint(database, kafka.committed().size());
    }
    // What a crash left half written is no checkpoint, and spoils none.
    Files.writeString(file, "log.example\n7\n", StandardOpenOption.APPEND);
    // The new key signs beside the old one: whoever knows one of them can check.
    Checkpoints both = Checkpoints.with("log.example", List.of(newKey, oldKey), file);
    kafka.publish(true, events(100, new Random(15)));
    try (Sequencer _ = new Sequencer(database.dataSource(), kafka.settings, both).start()) {
      awaitCheckpoint(database, kafka.committed().size());
    }
    List<SignedNote> kept = SignedNote.parseAll(Files.readString(file));
    assertThat(kept).hasSizeGreaterThanOrEqualTo(2);
    assertThat(kept.getLast().format())
        .isEqualTo(database.rows("SELECT note FROM log_checkpoint ORDER BY size DESC").getFirst());
    for (VerifierKey key : both.keys()) {
      assertThat(kept.getLast().signers(List.of(key)).holds()).isTrue();
      assertThat(key.algorithm()).isEqualTo(Algorithm.ED25519);
    }
    assertThat(kept.getFirst().signers(before.keys()).holds()).isTrue();
    Checkpoint head = Checkpoint.parse(kept.getLast().text());
    assertThat(head.size()).isEqualTo(kafka.committed().size());
    assertThat(head.root()).isEqualTo(tree(database).root());
    // An emptied database comes to what was signed, and goes on.
    LogDatabase lost = LogDatabase.empty();
    kafka.publish(true, events(10, new Random(16)));
    try (Sequencer _ = new Sequencer(lost.dataSource(), kafka.settings, both).start()) {
      awaitCheckpoint(lost, kafka.committed().size());
    }
    // A log that does not go on from what was signed stands still, and signs nothing.
    long size = lost.size();
    new Checkpoints("log.example", both.signers(), file)
        .sign(otherTree(size), Instant.EPOCH, LogDatabase.empty().dataSource());
    kafka.publish(true, events(10, new Random(17)));
    try (Sequencer forked = new Sequencer(lost.dataSource(), kafka.settings, both).start()) {
      await().atMost(Duration.ofMinutes(5)).until(() -> forked.broken().isPresent());
      assertThat(forked.broken().orElseThrow()).contains("are not those of the checkpoint");
    }
    assertThat(lost.size()).isEqualTo(size);
  }

  @Test
  void witnessesStandBehindWhatIsSignedAndNoneOfThemStopsTheLog() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Checkpoints checkpoints = database.checkpoints();
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "witnesses");
    VerifierKey otherLog =
        Checkpoints.with("other.example", List.of(folder.resolve("other.key")), folder)
            .keys()
            .getFirst();
    try (WitnessServer good =
            WitnessServer.start("good.example/w", folder.resolve("g"), 0, checkpoints.keys());
        WitnessServer stranger =
            WitnessServer.start("strange.example/w", folder.resolve("s"), 0, List.of(otherLog));
        WitnessServer gone =
            WitnessServer.start("gone.example/w", folder.resolve("x"), 0, checkpoints.keys())) {
      gone.close();
      Witnesses witnesses =
          new Witnesses(
              List.of(witness(good), witness(stranger), witness(gone)),
              database.dataSource(),
              checkpoints.keys());
      kafka.publish(true, events(100, new Random(21)));
      try (Sequencer _ = new Sequencer(database.dataSource(), kafka.settings, checkpoints).start();
          Witnesses _ = witnesses.start()) {
        for (int more = 0; more < 2; more++) {
          kafka.publish(true, events(100, new Random(22 + more)));
          awaitCheckpoint(database, kafka.committed().size());
          awaitBehind(database, witnesses, kafka.committed().size());
        }
      }
      Witnesses.Behind behind = behind(database, witnesses);
      assertThat(behind.of()).isEqualTo(3);
      assertThat(behind.each())
          .extracting(Witnesses.One::standing)
          .containsExactly("COSIGNED", "REFUSED", "UNREACHABLE");
      assertThat(behind.each().getFirst().size()).isEqualTo(behind.size());
      // The cosignature is a line of the checkpoint itself, beside the log's own.
      SignedNote shown;
      try (Connection connection = database.dataSource().getConnection()) {
        shown = Checkpoints.newest(connection).orElseThrow();
      }
      assertThat(shown.signers(List.of(good.key())).holds()).isTrue();
      assertThat(shown.signers(checkpoints.keys()).holds()).isTrue();
      assertThat(behind.checkpoint()).contains(shown.format());
      assertThat(database.rows("SELECT code FROM log_notice")).isEmpty();

      // Whoever shows another history, with the same key, is not cosigned, and it is told.
      LogDatabase forked = LogDatabase.empty();
      long longer = behind.size() + 10;
      try (Connection connection = forked.dataSource().getConnection()) {
        TreeEdge.Growth other = grown(longer);
        new StoredTree(connection).write(other.tiles());
        checkpoints.sign(other.edge(), Instant.EPOCH, forked.dataSource());
      }
      Witnesses asked = asking(forked, witness(good));
      try (Witnesses _ = asked.start()) {
        await()
            .atMost(Duration.ofMinutes(5))
            .until(
                () ->
                    behind(forked, asked).each().getFirst().standing().equals("CONTRADICTS")
                        && forked.rows("SELECT code || about FROM log_notice").size() == 1);
      }
      assertThat(forked.rows("SELECT code || ' ' || about FROM log_notice WHERE ended IS NULL"))
          .containsExactly("TWO_HISTORIES good.example/w");
      assertThat(Transactions.run(forked.dataSource(), Notices::againstLog)).isTrue();
      assertThat(behind(forked, asked).cosigned()).isZero();
    }
  }

  @Test
  void aWitnessThatStandsWhereTheLogDoesIsAskedOnceMoreBeforeItContradicts() throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "witnesses");
    LogDatabase database = LogDatabase.empty();
    Checkpoints checkpoints = database.checkpoints();
    signed(database, checkpoints, grown(7));
    try (WitnessServer server =
        WitnessServer.start("good.example/w", folder, 0, checkpoints.keys())) {
      // given: it has cosigned, and the log does not know it any more
      assertThat(standing(database, witness(server))).isEqualTo("COSIGNED");
      database.execute("TRUNCATE log_cosignature, log_witness");

      // when
      String standing = standing(database, witness(server));

      // then
      assertThat(standing).isEqualTo("COSIGNED");
      assertThat(database.rows("SELECT code FROM log_notice")).isEmpty();
      assertThat(database.number("SELECT max(size) FROM log_cosignature")).isEqualTo(7);

      // given: another tree of as many entries
      LogDatabase forked = LogDatabase.empty();
      TreeEdge.Growth other =
          TreeEdge.EMPTY.grow(Collections.nCopies(7, Hash.ofLeaf(new byte[] {1})));
      signed(forked, checkpoints, other);

      // when
      String ofOther = standing(forked, witness(server));

      // then
      assertThat(ofOther).isEqualTo("CONTRADICTS");
      assertThat(forked.rows("SELECT code || ' ' || about FROM log_notice WHERE ended IS NULL"))
          .containsExactly("WITNESS_CONTRADICTS good.example/w");
    }
  }

  @Test
  void whatAWitnessSaysAndDoesNotProveIsANoticeAndLeavesTheLogWhole() throws Exception {
    LogDatabase database = LogDatabase.empty();
    signed(database, database.checkpoints(), grown(7));
    String text = new Checkpoint("test.example/log", 5, Hash.ofLeaf(new byte[] {1})).text();
    SignedNote ofAnother =
        Checkpoints.with("test.example/log", List.of(newFile("other.key")), newFile("other"))
            .signExtract(text, Instant.EPOCH);
    SignedNote ofThis =
        database
            .checkpoints()
            .signExtract(
                new Checkpoint("test.example/log", 5, grown(5).edge().root()).text(),
                Instant.EPOCH);
    for (String body : List.of("no", ofAnother.format(), ofThis.format())) {
      // given
      database.execute("TRUNCATE log_notice, log_witness");
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      try (Answering answering =
          new Answering(
              exchange -> {
                exchange.sendResponseHeaders(422, bytes.length);
                exchange.getResponseBody().write(bytes);
              })) {
        // when
        String standing = standing(database, answering.witness("any.example/w"));

        // then
        assertThat(standing).isEqualTo("CONTRADICTS");
      }
      assertThat(database.rows("SELECT code || ' ' || about FROM log_notice WHERE ended IS NULL"))
          .containsExactly("WITNESS_CONTRADICTS any.example/w");
      assertThat(Transactions.run(database.dataSource(), Notices::againstLog)).isFalse();
    }
  }

  @Test
  void aWitnessThatNeverStopsOrDripsIsOneThatDoesNotAnswer() throws Exception {
    LogDatabase database = LogDatabase.empty();
    signed(database, database.checkpoints(), grown(7));
    long most = 64 << 20;
    AtomicLong given = new AtomicLong();
    CountDownLatch over = new CountDownLatch(1);
    // given
    try (Answering endless =
            new Answering(
                exchange -> {
                  exchange.sendResponseHeaders(200, 0);
                  byte[] bytes = new byte[64 << 10];
                  while (given.addAndGet(bytes.length) < most) {
                    exchange.getResponseBody().write(bytes);
                  }
                });
        Answering dripping =
            new Answering(
                exchange -> {
                  exchange.sendResponseHeaders(200, 0);
                  do {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                  } while (!isOver(over));
                })) {
      Witness first = endless.witness("endless.example/w");
      Witness second = dripping.witness("dripping.example/w");
      Witnesses asked = asking(database, first, second);

      // when
      try (Witnesses _ = asked.start()) {
        await()
            .atMost(Duration.ofMinutes(5))
            .untilAsserted(
                () ->
                    assertThat(behind(database, asked).each())
                        .extracting(Witnesses.One::standing)
                        .containsOnly("UNREACHABLE"));
      } finally {
        over.countDown();
      }

      // then
      assertThat(given.get()).as("bytes that it was let give").isLessThan(most);
      assertThat(behind(database, asked).each())
          .extracting(Witnesses.One::detail)
          .containsExactly("IOException", "HttpTimeoutException");
    }
  }

  private static boolean isOver(CountDownLatch over) {
    try {
      return over.await(100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static Path newFile(String name) throws IOException {
    return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "files").resolve(name);
  }

  /** A witness of which nothing is as it should be. */
  private static final class Answering implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Answering(HttpHandler handler) throws IOException {
      server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
      server.setExecutor(threads);
      server.createContext(
          "/add-checkpoint",
          exchange -> {
            try (exchange) {
              handler.handle(exchange);
            }
          });
      server.start();
    }

    Witness witness(String name) {
      return new Witness(
          URI.create("http://localhost:" + server.getAddress().getPort() + "/"),
          new VerifierKey(name, Algorithm.COSIGNATURE_V1, new byte[32]));
    }

    @Override
    public void close() {
      server.stop(0);
      threads.close();
    }
  }

  @Test
  void aNoticeAboutAWitnessThatIsAskedNoMoreEndsAtTheStart() throws Exception {
    LogDatabase database = LogDatabase.empty();
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "witnesses");
    try (WitnessServer server =
        WitnessServer.start("kept.example/w", folder, 0, database.checkpoints().keys())) {
      // given
      for (String about : List.of("gone.example/w", "kept.example/w")) {
        Notices.raise(database.dataSource(), LogNotice.WITNESS_CONTRADICTS, about, "once");
      }
      Notices.raise(database.dataSource(), LogNotice.TWO_HISTORIES, "gone.example/w", "once");
      Notices.raise(database.dataSource(), LogNotice.LOG_NOT_VERIFIED, "", "index 7");

      // when
      asking(database, witness(server)).start().close();

      // then
      assertThat(
              database.rows(
                  "SELECT code || ' ' || about FROM log_notice WHERE ended IS NULL ORDER BY id"))
          .containsExactly("WITNESS_CONTRADICTS kept.example/w", "LOG_NOT_VERIFIED ");

      // when: nobody is asked
      asking(database).start().close();

      // then
      assertThat(database.rows("SELECT code FROM log_notice WHERE ended IS NULL"))
          .containsExactly("LOG_NOT_VERIFIED");
    }
  }

  private static void signed(LogDatabase database, Checkpoints checkpoints, TreeEdge.Growth tree)
      throws Exception {
    try (Connection connection = database.dataSource().getConnection()) {
      new StoredTree(connection).write(tree.tiles());
    }
    checkpoints.sign(tree.edge(), Instant.EPOCH, database.dataSource());
  }

  /** What a witness that is asked anew says, once it has said it and all that follows is kept. */
  private static String standing(LogDatabase database, Witness witness) throws Exception {
    Witnesses asked = asking(database, witness);
    try (Witnesses _ = asked.start()) {
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !behind(database, asked).each().getFirst().standing().equals("NOT_ASKED"));
    }
    return behind(database, asked).each().getFirst().standing();
  }

  private static Witnesses asking(LogDatabase database, Witness... witnesses) throws IOException {
    return new Witnesses(List.of(witnesses), database.dataSource(), database.checkpoints().keys());
  }

  private static Witness witness(WitnessServer server) {
    return new Witness(URI.create("http://localhost:" + server.port() + "/"), server.key());
  }

  private static Witnesses.Behind behind(LogDatabase database, Witnesses witnesses)
      throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return witnesses.behind(connection);
    }
  }

  private static void awaitBehind(LogDatabase database, Witnesses witnesses, long size) {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> behind(database, witnesses),
            behind -> behind.size() == size && behind.cosigned() == 1);
  }

  private static void awaitCheckpoint(LogDatabase database, long size) {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () ->
                assertThat(database.number("SELECT coalesce(max(size), 0) FROM log_checkpoint"))
                    .isEqualTo(size));
  }
}
