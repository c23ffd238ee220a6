package fr.carnet.local.bench;

import fr.carnet.events.Headers;
import fr.carnet.events.Sealed;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Logs;
import fr.carnet.platform.Clients;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TiledTree;
import fr.carnet.transparency.verifying.Verify;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Measures the log of the packaged audit-service, and a bare insert of the same rows. */
final class AuditBenchmark {
  private static final int VALUE_BYTES = 600;
  private static final int WARM_UP = 300_000;
  private static final int TRANSACTION = 2_000;
  private static final int INSERTED_AT_ONCE = 2_000;
  private static final int INSERTED_TOGETHER = 8_000;
  private static final int PROOFS = 1_000;
  private static final long GENERATED = 100_000_000;
  private static final int LIVES = 1_000;
  private static final int EVENTS_OF_A_LIFE = 100;
  private static final int REPLAYED = LIVES * EVENTS_OF_A_LIFE;
  private static final Duration PATIENCE = Duration.ofHours(1);
  private static final String DATABASE = "bare_log";

  private final Suite suite;
  private final int records;
  private final List<Integer> sizes;
  private final Random dice;
  private final Consumer<String> progress;
  private final List<String> losses = new ArrayList<>();

  AuditBenchmark(
      Suite suite, int records, List<Integer> sizes, long seed, Consumer<String> progress) {
    this.suite = suite;
    this.records = records;
    this.sizes = sizes.stream().sorted().toList();
    this.dice = new Random(seed);
    this.progress = progress;
  }

  AuditResult run() throws Exception {
    double pace;
    double bare;
    double replayed;
    List<AuditResult.Grown> grown = new ArrayList<>();
    try (Producer<byte[], byte[]> producer = producer()) {
      replayed = replayed(producer);
      progress.accept("  replayed: %,.0f events a second".formatted(replayed));
      // They read the same traces, and would do so for long after the log has them.
      for (Service other : List.of(Service.DOSSIER, Service.ACCESS, Service.INGEST)) {
        suite.stop(other);
      }
      long before = size();
      suite.stop(Service.AUDIT);
      publish(producer, WARM_UP + records);
      progress.accept("%,d records are on Kafka; the log takes them".formatted(WARM_UP + records));
      suite.start(Service.AUDIT);
      pace = pace(before + WARM_UP, before + WARM_UP + records);
      progress.accept("  %,.0f a second".formatted(pace));
      awaitSearchable();
      bare = bareInserts();
      progress.accept("  the same rows by a bare insert: %,.0f a second".formatted(bare));
      for (int size : sizes) {
        publish(producer, Math.max(0, size - size()));
        awaitSize(size);
        awaitSearchable();
        grown.add(grown());
      }
    }
    return new AuditResult(records, pace, bare, replayed, grown, generatedProof(), losses);
  }

  private Producer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>(new Logs(suite).settings());
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bench-audit-" + UUID.randomUUID());
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 18);
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  /** Traces as they would come: of many dossiers, in transactions. */
  private void publish(Producer<byte[], byte[]> producer, long count) {
    byte[] value = new byte[VALUE_BYTES];
    for (long sent = 0; sent < count; sent += TRANSACTION) {
      producer.beginTransaction();
      for (long i = sent; i < Math.min(count, sent + TRANSACTION); i++) {
        dice.nextBytes(value);
        UUID dossier = new UUID(dice.nextInt(100_000), 0);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(Logs.TRACES, utf8(dossier.toString()), value.clone());
        Map.of(
                Headers.ID,
                new UUID(dice.nextLong(), dice.nextLong()).toString(),
                Headers.TYPE,
                AccessTraced.WIRE_NAME,
                Headers.SUBJECT,
                dossier.toString(),
                Headers.ACTOR,
                "professional:8" + (10_000_000_000L + dice.nextInt(100_000)),
                Headers.TIME,
                "2026-05-03T10:00:00Z")
            .forEach((name, text) -> record.headers().add(name, utf8(text)));
        var _ = producer.send(record);
      }
      producer.commitTransaction();
    }
  }

  /**
   * Lives of dossiers, replayed over HTTP up to the last of their events: every line of every
   * event, and the state of each dossier; the second time counts.
   */
  private double replayed(Producer<byte[], byte[]> producer) throws Exception {
    long before = size();
    live(producer);
    awaitSize(before + REPLAYED);
    long size = size();
    awaitSearchable();
    progress.accept("%,d events of %,d dossiers are replayed".formatted(size, LIVES));
    double perSecond = 0;
    try (HttpClient client = Clients.http().build()) {
      String token = suite.accounts().token("auditor");
      for (int i = 0; i < 2; i++) {
        long begin = System.nanoTime();
        long events;
        boolean ended;
        try (Stream<String> lines =
            client
                .send(
                    request("/log/replay?index=" + (size - 1), token),
                    HttpResponse.BodyHandlers.ofLines())
                .body()) {
          Map<String, Long> kinds =
              lines.collect(
                  Collectors.groupingBy(
                      line -> line.substring(0, Math.min(line.length(), 7)),
                      Collectors.counting()));
          events = kinds.getOrDefault("{\"event", 0L);
          ended = kinds.containsKey("{\"end\":");
        }
        perSecond = events / ((System.nanoTime() - begin) / 1e9);
        if (!ended || events < REPLAYED) {
          losses.add("the replay was cut off after %,d events".formatted(events));
        }
      }
    }
    return perSecond;
  }

  private void live(Producer<byte[], byte[]> producer) {
    Actor author = Actor.anonymous(Actor.Role.OWNER);
    byte[] body = new byte[VALUE_BYTES / 2];
    for (int life = 0; life < LIVES; life++) {
      UUID dossier = new UUID(dice.nextLong(), dice.nextLong());
      producer.beginTransaction();
      for (int version = 1; version <= EVENTS_OF_A_LIFE; version++) {
        dice.nextBytes(body);
        Sealed sealed = new Sealed("session", "key", Base64.getEncoder().encodeToString(body));
        DossierEvent event =
            version == 1
                ? new DossierOpened("key", Channel.ONLINE, "v1", sealed, Optional.empty())
                : new ItemAdded(new UUID(dice.nextLong(), dice.nextLong()), author, sealed);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                Topic.DOSSIER_EVENTS.wireName(), utf8(dossier.toString()), Wire.write(event));
        Map.of(
                Headers.ID,
                new UUID(dice.nextLong(), dice.nextLong()).toString(),
                Headers.TYPE,
                event.wireName(),
                Headers.SUBJECT,
                dossier.toString(),
                Headers.STREAM_VERSION,
                Integer.toString(version),
                Headers.ACTOR,
                author.label(),
                Headers.TIME,
                "2026-05-03T10:00:00Z")
            .forEach((name, text) -> record.headers().add(name, utf8(text)));
        var _ = producer.send(record);
      }
      producer.commitTransaction();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Entries a second between two sizes; the service is warm when it passes the first. */
  private double pace(long from, long to) throws Exception {
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT))) {
      long begin = 0;
      long first = 0;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        long size = number(connection, "SELECT size FROM log_head");
        long now = System.nanoTime();
        if (begin == 0 && size >= from) {
          begin = now;
          first = size;
        }
        if (size >= to) {
          return (size - first) / ((now - begin) / 1e9);
        }
        if (now > deadline) {
          throw new IllegalStateException("the log has only " + size + " entries");
        }
        Thread.sleep(10);
      }
    }
  }

  private long size() throws SQLException {
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT))) {
      return number(connection, "SELECT size FROM log_head");
    }
  }

  private void awaitSize(long size) throws Exception {
    await("SELECT size FROM log_head", size);
  }

  /** What is searched is made behind the log; it must not be what is measured next. */
  private void awaitSearchable() throws Exception {
    await("SELECT next_index FROM log_facts_head", size());
  }

  private void await(String sql, long atLeast) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT))) {
      while (number(connection, sql) < atLeast) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("%s is not %d".formatted(sql, atLeast));
        }
        Thread.sleep(50);
      }
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, suite.databaseUser(), suite.databasePassword());
  }

  /**
   * The same records into a table with the same columns and the same unique origin, through the
   * same client: as many at once as the log inserts, and together as many as a full batch of it.
   * Reading them from Kafka is not in the time.
   */
  private double bareInserts() throws SQLException {
    String url = suite.jdbcUrl(Service.AUDIT).replaceFirst("/[a-z]+$", "/" + DATABASE);
    try (Connection any = connect(suite.jdbcUrl(Service.AUDIT));
        Statement create = any.createStatement()) {
      create.execute("CREATE DATABASE " + DATABASE);
    }
    try (Connection own = connect(url);
        KafkaConsumer<String, byte[]> consumer = new Logs(suite).consumer(true)) {
      try (Statement create = own.createStatement()) {
        create.execute(
            """
            CREATE TABLE entry (
              index bigint, topic text, partition int, record_offset bigint, record_key bytea,
              headers bytea, value bytea, UNIQUE (topic, partition, record_offset))
            """);
      }
      own.setAutoCommit(false);
      List<TopicPartition> partitions = Logs.partitions(consumer, Logs.TRACES);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
      long inserted = 0;
      long nanos = 0;
      while (inserted < WARM_UP + records) {
        consumer.poll(Duration.ofMillis(500)).forEach(batch::add);
        if (batch.size() >= INSERTED_TOGETHER || inserted + batch.size() >= WARM_UP + records) {
          List<byte[]> headers = batch.stream().map(AuditBenchmark::headers).toList();
          long begin = System.nanoTime();
          for (int from = 0; from < batch.size(); from += INSERTED_AT_ONCE) {
            int to = Math.min(batch.size(), from + INSERTED_AT_ONCE);
            insert(own, inserted + from, batch.subList(from, to), headers.subList(from, to));
          }
          own.commit();
          // As with the log, what comes first warms up.
          nanos += inserted >= WARM_UP ? System.nanoTime() - begin : 0;
          inserted += batch.size();
          batch.clear();
        }
      }
      return (inserted - WARM_UP) / (nanos / 1e9);
    }
  }

  /** What the driver takes for a value, or for none: a trace of no dossier has no key. */
  private static byte[] key(ConsumerRecord<String, byte[]> record) {
    return record.key() == null ? null : utf8(record.key());
  }

  private static byte[] headers(ConsumerRecord<String, byte[]> record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Header header : record.headers()) {
        out.writeInt(header.key().length());
        out.writeBytes(header.key());
        out.writeInt(header.value().length);
        out.write(header.value());
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void insert(
      Connection tx, long first, List<ConsumerRecord<String, byte[]>> batch, List<byte[]> headers)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO entry
            SELECT * FROM unnest(?::bigint[], ?::text[], ?::int[], ?::bigint[], ?::bytea[],
                                 ?::bytea[], ?::bytea[])
            """)) {
      Object[] index = new Object[batch.size()];
      for (int i = 0; i < index.length; i++) {
        index[i] = first + i;
      }
      insert.setArray(1, tx.createArrayOf("int8", index));
      insert.setArray(2, column(tx, "text", batch, ConsumerRecord::topic));
      insert.setArray(3, column(tx, "int4", batch, ConsumerRecord::partition));
      insert.setArray(4, column(tx, "int8", batch, ConsumerRecord::offset));
      insert.setArray(
          5,
          tx.createArrayOf(
              "bytea", batch.stream().map(AuditBenchmark::key).toArray(byte[][]::new)));
      insert.setArray(6, tx.createArrayOf("bytea", headers.toArray(byte[][]::new)));
      insert.setArray(
          7,
          tx.createArrayOf(
              "bytea", batch.stream().map(ConsumerRecord::value).toArray(byte[][]::new)));
      insert.executeUpdate();
    }
  }

  private static java.sql.Array column(
      Connection tx,
      String type,
      List<ConsumerRecord<String, byte[]>> batch,
      Function<ConsumerRecord<String, byte[]>, Object> column)
      throws SQLException {
    return tx.createArrayOf(type, batch.stream().map(column).toArray());
  }

  private AuditResult.Grown grown() throws Exception {
    long size = size();
    awaitCheckpoint(size);
    progress.accept("%,d entries".formatted(size));
    Map<String, Long> bytes = new LinkedHashMap<>();
    try (Connection connection = connect(suite.jdbcUrl(Service.AUDIT));
        Statement vacuum = connection.createStatement()) {
      vacuum.execute("VACUUM ANALYZE");
      // What it wrote must not be written while something is timed.
      vacuum.execute("CHECKPOINT");
      for (String table : List.of("log_entry", "log_tile", "log_facts")) {
        bytes.put(
            table, number(connection, "SELECT pg_total_relation_size('" + table + "')") / size);
      }
    }
    Latencies empty;
    Latencies inclusion;
    Latencies consistency;
    try (HttpClient client = Clients.http().build()) {
      String token = suite.accounts().token("auditor");
      inclusionProofs(client, token, size);
      consistencyProofs(client, token, size);
      empty = asked(client, token, _ -> "/log/keys", size);
      inclusion = inclusionProofs(client, token, size);
      consistency = consistencyProofs(client, token, size);
    }
    progress.accept(
        "  a proof: p99 %.2f and %.2f ms, beside %.2f of an answer without one"
            .formatted(inclusion.percentile(99), consistency.percentile(99), empty.percentile(99)));
    double verified = verified(size);
    progress.accept("  verified: %,.0f entries a second".formatted(verified));
    return new AuditResult.Grown(size, empty, inclusion, consistency, verified, bytes);
  }

  private void awaitCheckpoint(long size) throws Exception {
    await("SELECT coalesce(max(size), 0) FROM log_checkpoint", size);
  }

  private Latencies inclusionProofs(HttpClient client, String token, long size)
      throws IOException, InterruptedException {
    return asked(client, token, at -> "/log/proofs/inclusion?index=" + at + "&size=" + size, size);
  }

  private Latencies consistencyProofs(HttpClient client, String token, long size)
      throws IOException, InterruptedException {
    return asked(client, token, at -> "/log/proofs/consistency?from=" + at + "&to=" + size, size);
  }

  /** At random indexes, one after the other. */
  private Latencies asked(HttpClient client, String token, LongFunction<String> path, long size)
      throws IOException, InterruptedException {
    List<Long> nanos = new ArrayList<>(PROOFS);
    for (int i = 0; i < PROOFS; i++) {
      HttpRequest request = request(path.apply(dice.nextLong(1, size)), token);
      long begin = System.nanoTime();
      int status = client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode();
      nanos.add(System.nanoTime() - begin);
      if (status != 200) {
        throw new IllegalStateException(request.uri() + " is answered with " + status);
      }
    }
    return Latencies.ofNanos(nanos);
  }

  private HttpRequest request(String path, String token) {
    return HttpRequest.newBuilder(URI.create(suite.url(Service.AUDIT) + path))
        .header("Authorization", "Bearer " + token)
        .build();
  }

  /** Offline, from a file, by the command; the second time counts. */
  private double verified(long size) throws Exception {
    Path export = suite.data().resolve("export");
    // What was kept before: the export is traced, and so the log goes on.
    Path kept = suite.data().resolve("kept");
    Files.copy(suite.data().resolve("checkpoints.txt"), kept, StandardCopyOption.REPLACE_EXISTING);
    String key;
    try (HttpClient client = Clients.http().build()) {
      String token = suite.accounts().token("auditor");
      key =
          client
              .send(request("/log/keys", token), HttpResponse.BodyHandlers.ofString())
              .body()
              .strip();
      client.send(request("/log/export", token), HttpResponse.BodyHandlers.ofFile(export));
    }
    double perSecond = 0;
    for (int i = 0; i < 2; i++) {
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
      long begin = System.nanoTime();
      int status =
          Verify.run(List.of(export.toString(), "--key", key, "--kept", kept.toString()), out, out);
      perSecond = size / ((System.nanoTime() - begin) / 1e9);
      if (status != 0) {
        losses.add("the log does not verify: " + said.toString(StandardCharsets.UTF_8));
      }
    }
    Files.delete(export);
    return perSecond;
  }

  /** What a proof costs without reading: every tile is 32 bytes of its own, again and again. */
  private double generatedProof() {
    Tile.Source source =
        tile -> {
          byte[] hashes = new byte[tile.span().width() * Hash.SIZE];
          new Random(tile.level() * 31L + tile.span().index()).nextBytes(hashes);
          return Optional.of(hashes);
        };
    long nanos = 0;
    for (int i = 0; i < 2 * PROOFS; i++) {
      long at = dice.nextLong(GENERATED);
      long begin = System.nanoTime();
      InclusionProof proof = InclusionProof.of(at, GENERATED, new TiledTree(GENERATED, source));
      nanos += i < PROOFS ? 0 : System.nanoTime() - begin;
      if (proof.path().isEmpty()) {
        throw new IllegalStateException("no proof");
      }
    }
    return nanos / 1e3 / PROOFS;
  }
}
