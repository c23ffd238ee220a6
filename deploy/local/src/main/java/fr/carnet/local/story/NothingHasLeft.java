package fr.carnet.local.story;

import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.SentLine;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.looking.Look;
import fr.carnet.local.looking.Look.Finding;
import fr.carnet.local.looking.Places;
import fr.carnet.local.looking.Places.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Looks through the dossier-service's database and every topic that is kept for ever for anything
 * of the beneficiaries: no INS and no line id of anyone, and of people without a dossier not even a
 * pseudonym. On the topics nothing that was written into a dossier either. A canary is planted in
 * both, encoded twice, and has to be found: a look that cannot fail is worth nothing.
 */
final class NothingHasLeft {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CANARY_TOPIC = "canary.of.the.story";

  private final Suite suite;
  private final Set<String> words = new HashSet<>();

  NothingHasLeft(Suite suite, List<SentLine> sent, Set<String> withDossier) {
    this.suite = suite;
    for (SentLine line : sent) {
      // A broken line's key may be anything; only what could name somebody is looked for.
      if (line.ins().length() == 15) {
        words.add(line.ins());
      }
      lineId(line).filter(id -> id.length() >= 8).ifPresent(words::add);
      if (line.ins().length() == 15 && !withDossier.contains(line.ins())) {
        words.add(pseudonym(line.ins()));
      }
    }
  }

  String look() {
    String canary = "canary-" + System.nanoTime();
    words.add(canary);
    Look look = new Look(words);
    plant(canary);
    try {
      List<Finding> findings = new ArrayList<>();
      List<Place> rows =
          Places.rows(
              suite.jdbcUrl(Service.DOSSIER),
              suite.databaseUser(),
              suite.databasePassword(),
              _ -> true);
      var topics = Places.topicsKeptForEver(suite.bootstrapServers());
      var records = Places.records(suite.bootstrapServers(), topics);
      Stream.concat(rows.stream(), Places.ofRecords(records))
          .forEach(place -> findings.addAll(look.in(place.where(), place.bytes())));
      Set<String> written = new HashSet<>(Story.CONTENTS.words());
      written.addAll(Story.LEFT.words());
      Look forWritten = new Look(written);
      Places.ofRecords(records)
          .forEach(place -> findings.addAll(forWritten.in(place.where(), place.bytes())));
      List<Finding> canaries = findings.stream().filter(f -> f.word().equals(canary)).toList();
      List<Finding> leaks = findings.stream().filter(f -> !f.word().equals(canary)).toList();
      StepFailed.unless(
          canaries.stream().anyMatch(f -> f.where().startsWith("canary."))
              && canaries.stream().anyMatch(f -> f.where().startsWith(CANARY_TOPIC)),
          "the look did not find the canaries that were planted, so it proves nothing");
      StepFailed.unless(
          leaks.isEmpty(),
          () ->
              leaks.size()
                  + " leaks, the first in "
                  + leaks.getFirst().where()
                  + " ("
                  + leaks.getFirst().how()
                  + ")");
      return String.format(
          java.util.Locale.ROOT,
          "looked at %,d records on %d topics and %,d values in the database for %,d words;"
              + " only the %d planted canaries were found",
          records.size(),
          topics.size() - 1,
          rows.size(),
          words.size() - 1,
          canaries.size());
    } finally {
      remove();
    }
  }

  private void plant(String canary) {
    byte[] hidden = Base64.getEncoder().encode(gzip(canary.getBytes(StandardCharsets.UTF_8)));
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS canary (hidden bytea)");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO canary VALUES (?)")) {
        insert.setBytes(1, hidden);
        insert.executeUpdate();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("no canary in the database", e);
    }
    Map<String, Object> kafka = Map.of("bootstrap.servers", suite.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(CANARY_TOPIC, 1, (short) 1).configs(Map.of("retention.ms", "-1"))))
          .all()
          .get();
      try (Producer<byte[], byte[]> producer =
          new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
        producer.send(new ProducerRecord<>(CANARY_TOPIC, hidden)).get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("no canary on Kafka", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void remove() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS canary");
    } catch (SQLException e) {
      throw new IllegalStateException("the canary stays in the database", e);
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", suite.bootstrapServers()))) {
      admin.deleteTopics(List.of(CANARY_TOPIC)).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the canary stays on Kafka", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        suite.jdbcUrl(Service.DOSSIER), suite.databaseUser(), suite.databasePassword());
  }

  private static java.util.Optional<String> lineId(SentLine line) {
    try {
      return java.util.Optional.of(JSON.readTree(line.json()).path("lineId").asText());
    } catch (IOException e) {
      // A broken line has none.
      return java.util.Optional.empty();
    }
  }

  /** As the services derive it: HMAC-SHA-256 of the INS under the local realm's secret. */
  private static String pseudonym(String ins) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(
              "carnet-local-patient-ref-secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(ins.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
