package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.audit.proving.Checkpoints;
import fr.carnet.audit.proving.Witness;
import fr.carnet.audit.proving.Witnesses;
import fr.carnet.audit.querying.StoredEntries;
import fr.carnet.events.Topic;
import fr.carnet.eventstore.Transactions;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.EntryBundle;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.verifying.Verify;
import fr.carnet.transparency.witnessing.WitnessServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An attacker with full rights on the audit database and with the signing key's file rewrites the
 * real tables and signs anew, while a checkpoint is held elsewhere and one witness looks on. What
 * is then served is checked as anybody would.
 */
class AttackTest {
  private static final String ORIGIN = "test.example/log";
  private static final int VICTIM = 300;
  private static final List<String> TABLES =
      List.of("log_entry", "log_tile", "log_head", "log_checkpoint", "log_cosignature");
  private static final Pattern REWRITTEN = Pattern.compile("REWRITTEN indexes (\\d+)-(\\d+)");

  private static LogDatabase database;
  private static Checkpoints checkpoints;
  private static WitnessServer witness;
  private static TableAttacker attacker;
  private static Path keptTiles;
  private static Path kept;
  private static long size;

  @TempDir Path folder;

  @BeforeAll
  static void anHonestLogOfWhichSomebodyKeepsACheckpoint(@TempDir Path elsewhere) throws Exception {
    database = LogDatabase.empty();
    checkpoints = database.checkpoints();
    witness =
        WitnessServer.start("witness.example/w", elsewhere.resolve("w"), 0, checkpoints.keys());
    attacker =
        new TableAttacker(database.dataSource(), ORIGIN, Path.of("target", "test-log-key.json"));
    Random dice = new Random(6962);
    try (AuditedKafka kafka = new AuditedKafka();
        Sequencer _ = new Sequencer(database.dataSource(), kafka.settings, checkpoints).start()) {
      for (int published = 0; published < 600; published += 200) {
        kafka.publish(true, events(200, dice));
        size = kafka.committed().size();
        awaitCheckpoint();
      }
    }
    assertThat(standing()).as("the witness stands behind it").isEqualTo("COSIGNED");
    kept = Files.copy(checkpoints.file(), elsewhere.resolve("kept"));
    keptTiles = tiles(elsewhere.resolve("tiles"));
    for (String table : TABLES) {
      database.execute("CREATE TABLE honest_%1$s AS SELECT * FROM %1$s".formatted(table));
    }
  }

  @AfterAll
  static void stop() {
    witness.close();
  }

  @BeforeEach
  void itHolds() throws Exception {
    assertThat(verified()).contains("status 0", "THE LOG HOLDS");
  }

  @AfterEach
  void restore() throws SQLException {
    for (String table : TABLES) {
      database.execute("TRUNCATE " + table);
      database.execute("INSERT INTO %1$s SELECT * FROM honest_%1$s".formatted(table));
    }
  }

  private static List<ProducerRecord<byte[], byte[]>> events(int count, Random dice) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[20 + dice.nextInt(300)];
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

  private static void awaitCheckpoint() {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> database.number("SELECT coalesce(max(size), 0) FROM log_checkpoint") == size);
  }

  /** As {@code GET /log/export} writes it. */
  private Path export() throws Exception {
    SignedNote note = newest();
    Path file = folder.resolve("export");
    try (OutputStream out = Files.newOutputStream(file)) {
      Export.Writer export = new Export.Writer(out, note);
      for (Span span : spans(note)) {
        for (Export.Line line : lines(span)) {
          export.write(line);
        }
      }
    }
    return file;
  }

  /** As {@code GET /tile/…} serves them. */
  private static Path tiles(Path folder) throws Exception {
    SignedNote note = newest();
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("checkpoint"), note.format());
    for (Span span : spans(note)) {
      List<Export.Line> lines = lines(span);
      ByteArrayOutputStream hashes = new ByteArrayOutputStream();
      List<byte[]> entries = new ArrayList<>();
      for (Export.Line line : lines) {
        hashes.writeBytes(line.kept().orElseThrow().bytes());
        entries.add(line.entry().orElseThrow());
      }
      write(folder.resolve(new Tile(0, span).path()), hashes.toByteArray());
      write(folder.resolve(Tile.entriesPath(span)), EntryBundle.write(entries));
    }
    return folder;
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static SignedNote newest() throws SQLException {
    return Transactions.run(database.dataSource(), Checkpoints::newest).orElseThrow();
  }

  private static List<Span> spans(SignedNote note) {
    long of = Checkpoint.parse(note.text()).size();
    List<Span> spans = new ArrayList<>();
    for (long first = 0; first < of; first += Span.FULL) {
      spans.add(new Span(first / Span.FULL, (int) Math.min(Span.FULL, of - first)));
    }
    return spans;
  }

  private static List<Export.Line> lines(Span span) throws SQLException {
    return Transactions.run(
        database.dataSource(), tx -> StoredEntries.lines(tx, span.first(), span.end()));
  }

  private String verify(Path log, String... more) {
    List<String> args =
        new ArrayList<>(List.of(log.toString(), "--key", checkpoints.keys().getFirst().format()));
    args.addAll(List.of(more));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status = Verify.run(args, out, out);
    return "status " + status + "\n" + said.toString(StandardCharsets.UTF_8);
  }

  /** Against a checkpoint that was kept. */
  private String verified() throws Exception {
    return verify(export(), "--kept", kept.toString());
  }

  /** Against the tiles that were kept as well. */
  private String located() throws Exception {
    return verify(export(), "--kept", kept.toString(), "--kept-tiles", keptTiles.toString());
  }

  /** What the one witness says of the log as it stands now. */
  private static String standing() throws SQLException {
    database.execute("TRUNCATE log_witness");
    Witnesses asked =
        new Witnesses(
            List.of(
                new Witness(URI.create("http://localhost:" + witness.port() + "/"), witness.key())),
            database.dataSource(),
            checkpoints.keys());
    try (Witnesses _ = asked.start()) {
      return await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () ->
                  Transactions.run(database.dataSource(), asked::behind)
                      .each()
                      .getFirst()
                      .standing(),
              standing -> !standing.equals("NOT_ASKED"));
    }
  }

  private void isFoundAt(long victim, String report) throws Exception {
    assertThat(report).startsWith("status 1");
    Matcher range = REWRITTEN.matcher(report);
    assertThat(range.find()).as(report).isTrue();
    assertThat(victim).isBetween(Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
    String asTiles = verify(tiles(folder.resolve("served-tiles")), "--kept", kept.toString());
    assertThat(asTiles).startsWith("status 1").contains(range.group());
    assertThat(standing()).isEqualTo("CONTRADICTS");
  }

  @Test
  void aChangedByteIsFound() throws Exception {
    attacker.run(
        "UPDATE log_entry SET value = set_byte(value, 3, get_byte(value, 3) # 1) WHERE index = "
            + VICTIM);
    assertThat(verified()).startsWith("status 1").contains("CHANGED index " + VICTIM);
    attacker.signAnew();
    assertThat(verify(export())).as("nobody has kept anything").startsWith("status 0");
    isFoundAt(VICTIM, verified());
    assertThat(located()).contains("\nCHANGED index " + VICTIM).doesNotContain("REWRITTEN");
  }

  @Test
  void anInsertedEntryIsFound() throws Exception {
    attacker.run(
        "UPDATE log_entry SET index = -index WHERE index >= " + VICTIM,
        "UPDATE log_entry SET index = 1 - index WHERE index < 0",
        """
        INSERT INTO log_entry (index, topic, partition, record_offset, record_key, headers, value)
        SELECT index - 1, topic, partition, record_offset + 1000000, record_key, headers, '\\x6e6f'::bytea
        FROM log_entry WHERE index = %d
        """
            .formatted(VICTIM + 1));
    attacker.signAnew();
    String report = verified();
    isFoundAt(VICTIM, report);
    assertThat(report).contains("OUT_OF_ORDER index");
    assertThat(located()).contains("\nINSERTED index " + VICTIM).doesNotContain("\nCHANGED");
  }

  @Test
  void swappedEntriesAreFound() throws Exception {
    int other = VICTIM + 7;
    attacker.run(
        "UPDATE log_entry SET index = -1 WHERE index = " + VICTIM,
        "UPDATE log_entry SET index = %d WHERE index = %d".formatted(VICTIM, other),
        "UPDATE log_entry SET index = %d WHERE index = -1".formatted(other));
    attacker.signAnew();
    isFoundAt(VICTIM, verified());
    assertThat(located())
        .contains("\nREORDERED index " + VICTIM, "with index " + other)
        .doesNotContain("\nCHANGED");
  }

  @Test
  void theNewestDeletedIsFound() throws Exception {
    attacker.run("DELETE FROM log_entry WHERE index = " + (size - 1));
    attacker.signAnew();
    assertThat(verify(export())).as("nobody has kept anything").startsWith("status 0");
    for (String report :
        List.of(
            verified(), verify(tiles(folder.resolve("served-tiles")), "--kept", kept.toString()))) {
      assertThat(report).startsWith("status 1").contains("NEWEST_REMOVED index " + (size - 1));
    }
    // It may be a backup: the witness cosigns nothing, and is heard when it stays so.
    assertThat(standing()).isIn("REFUSED", "CONTRADICTS");
  }

  @Test
  void theMiddleDeletedIsFound() throws Exception {
    attacker.run("DELETE FROM log_entry WHERE index = " + VICTIM);
    assertThat(verified()).startsWith("status 1").contains("REMOVED index " + VICTIM);
    // Closed up, and one more at the end, so that their number is right.
    attacker.run(
        "UPDATE log_entry SET index = -index WHERE index > " + VICTIM,
        "UPDATE log_entry SET index = -index - 1 WHERE index < 0",
        """
        INSERT INTO log_entry (index, topic, partition, record_offset, record_key, headers, value)
        SELECT index + 1, topic, partition, record_offset + 1000000, record_key, headers, value
        FROM log_entry WHERE index = %d
        """
            .formatted(size - 2));
    attacker.signAnew();
    assertThat(verify(export())).as("nobody has kept anything").startsWith("status 0");
    isFoundAt(VICTIM, verified());
    assertThat(located()).contains("\nREMOVED index " + VICTIM).doesNotContain("\nCHANGED");
  }

  @Test
  void twoHistoriesForTwoReadersAreFound() throws Exception {
    String witnessKey = witness.key().format();
    Path one = Files.move(export(), folder.resolve("one"));
    assertThat(verify(one, "--witness", witnessKey)).startsWith("status 0");
    attacker.run("UPDATE log_entry SET value = 'for you' WHERE index = " + VICTIM);
    attacker.signAnew();
    Path other = export();
    Path keptByTheOther = Files.writeString(folder.resolve("kept"), newest().format());
    assertThat(verify(other, "--kept", keptByTheOther.toString()))
        .as("each holds by itself")
        .startsWith("status 0");
    for (String report : List.of(verified(), verify(one, "--kept", keptByTheOther.toString()))) {
      assertThat(report).startsWith("status 1").contains("TWO_HISTORIES indexes 0-" + (size - 1));
    }
    // And without that the readers know of each other: one witness does not stand behind both.
    assertThat(standing()).isEqualTo("CONTRADICTS");
    assertThat(verify(export(), "--witness", witnessKey))
        .startsWith("status 1")
        .contains("NOT_WITNESSED indexes 0-" + (size - 1));
  }

  @Test
  void aWholeLogWrittenAnewIsFound() throws Exception {
    attacker.run("UPDATE log_entry SET value = 'other'");
    attacker.signAnew();
    assertThat(verify(export())).as("nobody has kept anything").startsWith("status 0");
    isFoundAt(0, verified());
    assertThat(located()).contains("\nCHANGED index 0");
  }
}
