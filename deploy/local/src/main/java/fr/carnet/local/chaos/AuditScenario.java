package fr.carnet.local.chaos;

import fr.carnet.events.Headers;
import fr.carnet.events.Wire;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.local.Service;
import fr.carnet.local.ServiceInstance;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.SecondVerifier;
import fr.carnet.platform.Clients;
import fr.carnet.transparency.verifying.Verify;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGProperty;

/**
 * Two instances of the audit-service compete for the log and are killed at random while records
 * arrive, some in transactions that are aborted; the audit database is once set back to an earlier
 * backup and once emptied. Afterwards there is one log: every committed record has one index, no
 * fork, no gap, no repeat, and every checkpoint that was ever signed is a beginning of it, say two
 * verifiers that share no code.
 */
public final class AuditScenario implements ChaosScenario {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration TAKEOVER = Duration.ofSeconds(10);
  private static final List<String> TOPICS =
      List.of(Logs.CARE, Logs.DOSSIERS, Logs.ACCESS, Logs.TRACES);
  private static final int BULK = 2_000;

  /** That the traces are said to be of. */
  private static final int DOSSIERS = 50;

  /** Between two transactions at the most, in milliseconds: a kill finds one under way. */
  private static final int PAUSE = 100;

  private final Suite suite;
  private final long seed;
  private final int kills;
  private final long entries;
  private final Consumer<String> progress;
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final Map<String, Long> notes = new LinkedHashMap<>();
  private Optional<ServiceInstance> other = Optional.empty();

  /**
   * Kills this often.
   *
   * @param entries how many the log has at the least when it is verified
   */
  public AuditScenario(Suite suite, long seed, int kills, long entries, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.kills = kills;
    this.entries = entries;
    this.progress = progress;
  }

  @Override
  public ChaosReport run() throws Exception {
    AtomicLong written = new AtomicLong();
    try (Producer<byte[], byte[]> producer = producer()) {
      try (Crew crew = new Crew()) {
        other = Optional.of(suite.startAnother(Service.AUDIT));
        Random load = new Random(seed);
        crew.again(
            () -> {
              boolean commit = load.nextInt(5) > 0;
              int records = transaction(producer, load, 1 + load.nextInt(60), 600, commit);
              written.addAndGet(commit ? records : 0);
              Thread.sleep(load.nextInt(PAUSE));
            });
        killAmidst(crew);
        crew.finish();
      }
      other.ifPresent(ServiceInstance::close);
      Random load = new Random(seed + 1);
      while (written.get() < entries) {
        written.addAndGet(transaction(producer, load, BULK, 600, true));
      }
    }
    verify();
    counts.put("kills", (long) kills);
    counts.put("records written meanwhile", written.get());
    return new ChaosReport("audit", seed, counts, notes);
  }

  private Producer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>(new Logs(suite).settings());
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "chaos-audit-" + UUID.randomUUID());
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  /** Traces of dossiers that do not exist: nobody but the log takes them. */
  private static int transaction(
      Producer<byte[], byte[]> producer, Random dice, int records, int bytes, boolean commit) {
    producer.beginTransaction();
    for (int i = 0; i < records; i++) {
      var _ = producer.send(record(dice, bytes));
    }
    if (commit) {
      producer.commitTransaction();
    } else {
      producer.abortTransaction();
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(Random dice, int bytes) {
    UUID dossier = new UUID(0, 1 + dice.nextInt(DOSSIERS));
    AccessTraced trace =
        new AccessTraced(
            Actor.anonymous(Actor.Role.OWNER),
            PurposeOfUse.NORMAL,
            "chaos",
            AccessTraced.Outcome.REFUSED,
            "NO_STANDING",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of("x".repeat(dice.nextInt(bytes))),
            Optional.empty());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Logs.TRACES, utf8(dossier.toString()), Wire.write(trace));
    Map.of(
            Headers.ID,
            new UUID(dice.nextLong(), dice.nextLong()).toString(),
            Headers.TYPE,
            AccessTraced.WIRE_NAME,
            Headers.SUBJECT,
            dossier.toString(),
            Headers.ACTOR,
            "owner",
            Headers.TIME,
            Clock.systemUTC().instant().toString())
        .forEach((name, value) -> record.headers().add(name, utf8(value)));
    return record;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void killAmidst(Crew crew) throws Exception {
    Random dice = new Random(seed + 2);
    long slowest = 0;
    for (int kill = 1; kill <= kills; kill++) {
      awaitGrowth(PATIENCE);
      Thread.sleep(dice.nextInt(900));
      boolean first = dice.nextBoolean();
      if (first) {
        suite.kill(Service.AUDIT);
      } else {
        other.orElseThrow().kill();
      }
      long millis = awaitGrowth(PATIENCE);
      slowest = Math.max(slowest, millis);
      require(
          millis <= takeover().toMillis(),
          "the other instance took the log over only after %d ms".formatted(millis));
      if (first) {
        suite.start(Service.AUDIT);
      } else {
        other = Optional.of(suite.startAnother(Service.AUDIT));
      }
      crew.check();
      progress.accept("  kill %d of %d: %,d entries".formatted(kill, kills, size()));
      // A short run leaves it to the tests of the sequencer to set a database back.
      if (kills >= 3 && kill == kills / 3) {
        withoutInstances("CREATE DATABASE audit_backup TEMPLATE audit");
      }
      if (kills >= 3 && kill == kills * 2 / 3) {
        long before = size();
        withoutInstances("DROP DATABASE audit", "CREATE DATABASE audit TEMPLATE audit_backup");
        awaitSize(before);
        notes.put("entries when it was set back", before);
      }
      if (kill == kills) {
        long before = size();
        withoutInstances(
            "DROP DATABASE audit", "CREATE DATABASE audit", "DROP DATABASE IF EXISTS audit_backup");
        awaitSize(before);
        notes.put("entries when it was emptied", before);
      }
    }
    notes.put("ms until the other took over, at most", slowest);
  }

  /** A short run is one beside builds and tests, which say nothing of how long it takes. */
  private Duration takeover() {
    return kills < 10 ? PATIENCE : TAKEOVER;
  }

  /** Nobody is connected while the database is copied or taken away. */
  private void withoutInstances(String... statements) throws Exception {
    suite.kill(Service.AUDIT);
    other.orElseThrow().kill();
    try (Connection connection = connect(suite.jdbcUrl(Service.INGEST));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'audit'");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    suite.start(Service.AUDIT);
    other = Optional.of(suite.startAnother(Service.AUDIT));
  }

  private Connection connect(String url) throws SQLException {
    Properties settings = new Properties();
    PGProperty.USER.set(settings, suite.databaseUser());
    PGProperty.PASSWORD.set(settings, suite.databasePassword());
    // Ten seconds otherwise, which a machine at full work may take.
    PGProperty.CONNECT_TIMEOUT.set(settings, (int) PATIENCE.toSeconds());
    return DriverManager.getConnection(url, settings);
  }

  private long size() throws SQLException {
    return number("SELECT size FROM log_head");
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT));
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** How long it took, in milliseconds. */
  private long awaitGrowth(Duration atMost) throws Exception {
    long begin = System.nanoTime();
    awaitSize(size() + 1, atMost);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  private void awaitSize(long wanted) throws Exception {
    awaitSize(wanted, PATIENCE);
  }

  private void awaitSize(long wanted, Duration atMost) throws Exception {
    long deadline = System.nanoTime() + atMost.toNanos();
    for (OptionalLong size = sizeNow(); size.orElse(-1) < wanted; size = sizeNow()) {
      require(
          System.nanoTime() - deadline < 0,
          "the log has %d entries and not %d within %s".formatted(size.orElse(-1), wanted, atMost));
      Thread.sleep(50);
    }
  }

  /** Nothing while an instance that was started on an empty database has yet to make the log. */
  private OptionalLong sizeNow() {
    try {
      return OptionalLong.of(size());
    } catch (SQLException e) {
      return OptionalLong.empty();
    }
  }

  private void verify() throws Exception {
    Map<String, List<Long>> onKafka = new HashMap<>();
    AtomicLong committed = new AtomicLong();
    for (String topic : TOPICS) {
      new Logs(suite)
          .forEach(
              topic,
              record -> {
                onKafka
                    .computeIfAbsent(topic + "-" + record.partition(), _ -> new ArrayList<>())
                    .add(record.offset());
                committed.incrementAndGet();
              });
    }
    awaitSize(committed.get());
    requireOneLog(onKafka, committed.get());
    requireVerified(committed.get());
    counts.put("entries", committed.get());
  }

  private void requireOneLog(Map<String, List<Long>> onKafka, long committed) throws SQLException {
    long index = 0;
    Map<String, List<Long>> logged = new HashMap<>();
    Set<String> partitions = new HashSet<>(onKafka.keySet());
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT))) {
      connection.setAutoCommit(false);
      try (Statement select = connection.createStatement()) {
        select.setFetchSize(10_000);
        try (ResultSet row =
            select.executeQuery(
                "SELECT index, topic || '-' || partition, record_offset FROM log_entry"
                    + " ORDER BY index")) {
          while (row.next()) {
            require(row.getLong(1) == index, "index %d is missing".formatted(index));
            index++;
            logged.computeIfAbsent(row.getString(2), _ -> new ArrayList<>()).add(row.getLong(3));
          }
        }
      }
      connection.rollback();
    }
    require(index >= committed, "Kafka has %d records, the log %d".formatted(committed, index));
    for (String partition : partitions) {
      List<Long> there = logged.getOrDefault(partition, List.of());
      List<Long> wanted = onKafka.get(partition);
      require(
          there.size() >= wanted.size() && there.subList(0, wanted.size()).equals(wanted),
          "%s is not in the log as it is on Kafka".formatted(partition));
    }
    require(
        number(
                """
                SELECT count(*) FROM (
                  SELECT first_index - lag(size_after, 1, 0::bigint) OVER (ORDER BY number) AS gap,
                         number - row_number() OVER (ORDER BY number) + 1 AS skipped
                  FROM log_batch) chain
                WHERE gap <> 0 OR skipped <> 0
                """)
            == 0,
        "batches do not follow each other");
    counts.put("batches", number("SELECT batches FROM log_head"));
    counts.put("leaderships", number("SELECT epoch FROM log_head"));
  }

  private void requireVerified(long committed) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (number("SELECT coalesce(max(size), 0) FROM log_checkpoint") < committed) {
      require(System.nanoTime() - deadline < 0, "no checkpoint covers the log");
      Thread.sleep(50);
    }
    String key =
        new String(
                get("/log/keys", HttpResponse.BodyHandlers.ofByteArray()), StandardCharsets.UTF_8)
            .strip();
    Path export = suite.data().resolve("chaos-export");
    // What was kept before: the export is traced, and so the log goes on.
    Path kept = suite.data().resolve("chaos-kept");
    Files.copy(suite.data().resolve("checkpoints.txt"), kept, StandardCopyOption.REPLACE_EXISTING);
    get("/log/export", HttpResponse.BodyHandlers.ofFile(export));
    long begin = System.nanoTime();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status =
        Verify.run(List.of(export.toString(), "--key", key, "--kept", kept.toString()), out, out);
    String first = said.toString(StandardCharsets.UTF_8);
    require(status == 0, "carnet-verify says: " + first);
    SecondVerifier.Verdict second;
    try (InputStream in = Files.newInputStream(export)) {
      second = SecondVerifier.of(in, key, Files.readString(kept));
    }
    require(second.holds(), "the second verifier says: " + second.wrong());
    require(
        second.entries() >= committed && first.startsWith(second.entries() + " entries"),
        "the verifiers do not agree: %s, %s".formatted(first, second));
    Files.delete(export);
    progress.accept(
        "  two verifiers agree on %,d entries, in %.1f s"
            .formatted(second.entries(), (System.nanoTime() - begin) / 1e9));
    counts.put("entries two verifiers agree on", second.entries());
    counts.put(
        "checkpoints kept",
        Files.readString(kept).lines().filter(l -> l.startsWith("\u2014")).count());
  }

  private <T> T get(String path, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    try (HttpClient client = Clients.http().build()) {
      HttpResponse<T> response =
          client.send(
              HttpRequest.newBuilder(URI.create(suite.url(Service.AUDIT) + path))
                  .header("Authorization", "Bearer " + suite.accounts().token("auditor"))
                  .build(),
              handler);
      require(response.statusCode() == 200, path + " is answered with " + response.statusCode());
      return response.body();
    }
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("audit, seed " + seed + ": " + sentence);
    }
  }
}
