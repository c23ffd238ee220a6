package fr.carnet.local;

import fr.carnet.local.looking.Hidden;
import fr.carnet.local.looking.Look;
import fr.carnet.local.looking.Look.Finding;
import fr.carnet.local.looking.Places;
import fr.carnet.local.looking.Places.Place;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Everything that a suite keeps or tells, looked through at one time. A canary is planted in each
 * place first, in every encoding, and each is among what is found; nobody outside can plant one in
 * metrics, so what each service is known to tell there is. A look that cannot fail is worth
 * nothing.
 */
final class Dump {
  private static final String CANARY = "Canarineblau";
  private static final String CANARIES = "canaries";

  /** Where things are. */
  enum In {
    /** Every topic kept for ever or compacted, but the insurer's own. */
    KAFKA,
    DOSSIER_DATABASE,
    ACCESS_DATABASE,
    AUDIT_DATABASE,
    INGEST_DATABASE,
    LOGS,
    METRICS
  }

  private final Set<String> words;
  private final Map<In, List<Finding>> findings = new EnumMap<>(In.class);
  private int size;

  private Dump(Set<String> words) {
    this.words = Set.copyOf(words);
  }

  /** Takes it, and looks for these words. */
  static Dump of(Suite suite, Set<String> words) throws Exception {
    Collection<byte[]> canaries = Hidden.everyWay(CANARY).values();
    Dump dump = new Dump(words);
    try {
      plant(suite, canaries);
      List<String> topics =
          Places.topicsKeptForEver(suite.bootstrapServers()).stream()
              .filter(topic -> !topic.startsWith("billing."))
              .toList();
      dump.look(
          In.KAFKA,
          Places.ofRecords(Places.recordsEverWritten(suite.bootstrapServers(), topics)).toList());
      for (Service service : Service.values()) {
        dump.look(
            database(service),
            Places.rows(
                suite.jdbcUrl(service), suite.databaseUser(), suite.databasePassword(), _ -> true));
      }
      dump.look(In.LOGS, Places.files(suite.logs()));
    } finally {
      remove(suite);
    }
    for (Service service : Service.values()) {
      dump.lookAtMetrics(service, metrics(suite, service));
    }
    return dump;
  }

  private static In database(Service service) {
    return switch (service) {
      case DOSSIER -> In.DOSSIER_DATABASE;
      case INGEST -> In.INGEST_DATABASE;
      case ACCESS -> In.ACCESS_DATABASE;
      case AUDIT -> In.AUDIT_DATABASE;
    };
  }

  /** Fails when the canaries of a place are not all found. */
  private void look(In in, List<Place> places) {
    Look look = lookFor(CANARY);
    List<Finding> found =
        places.stream().flatMap(place -> look.in(place.where(), place.bytes()).stream()).toList();
    Set<String> canaries = new HashSet<>();
    found.stream().filter(f -> f.word().equals(CANARY)).forEach(f -> canaries.add(f.how()));
    if (!canaries.containsAll(Hidden.everyWay(CANARY).keySet())) {
      throw new AssertionError(in + ": of the canaries only " + canaries + " were found");
    }
    findings.put(in, found);
    size += places.size();
  }

  /** Fails when what the service always tells there is not found. */
  private void lookAtMetrics(Service service, byte[] metrics) {
    String known = alwaysTold(service);
    List<Finding> found = lookFor(known).in(service + " metrics", metrics);
    if (found.stream().noneMatch(finding -> finding.word().equals(known))) {
      throw new AssertionError("not found in the metrics of " + service + ": " + known);
    }
    findings.computeIfAbsent(In.METRICS, _ -> new ArrayList<>()).addAll(found);
    size++;
  }

  /** Among its metrics, and by no other service. */
  private static String alwaysTold(Service service) {
    return switch (service) {
      case DOSSIER -> "reader=\"care-history\"";
      case INGEST -> "sender=\"billing-system\"";
      case ACCESS -> "reader=\"dossier-registry\"";
      case AUDIT -> "carnet_audit_lag_records";
    };
  }

  private Look lookFor(String known) {
    Set<String> sought = new HashSet<>(words);
    sought.add(known);
    return new Look(sought);
  }

  /** Where and how some of the words stand in a place. */
  List<Finding> find(In in, Set<String> some) {
    if (!words.containsAll(some)) {
      throw new IllegalArgumentException("words that were not looked for");
    }
    return findings.get(in).stream().filter(finding -> some.contains(finding.word())).toList();
  }

  /** How many records, rows' values and files there are. */
  int size() {
    return size;
  }

  private static void plant(Suite suite, Collection<byte[]> canaries)
      throws IOException, SQLException, ExecutionException, InterruptedException {
    Map<String, Object> kafka = Map.of("bootstrap.servers", suite.bootstrapServers());
    try (Admin admin = Admin.create(kafka);
        Producer<byte[], byte[]> producer =
            new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      admin
          .createTopics(
              List.of(new NewTopic(CANARIES, 1, (short) 1).configs(Map.of("retention.ms", "-1"))))
          .all()
          .get();
      for (byte[] canary : canaries) {
        producer.send(new ProducerRecord<>(CANARIES, canary)).get();
      }
    }
    for (Service service : Service.values()) {
      try (Connection connection = connect(suite, service);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE " + CANARIES + " (hidden bytea)");
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO " + CANARIES + " VALUES (?)")) {
          for (byte[] canary : canaries) {
            insert.setBytes(1, canary);
            insert.addBatch();
          }
          insert.executeBatch();
        }
      }
    }
    Path folder = Files.createDirectories(suite.logs().resolve(CANARIES));
    for (byte[] canary : canaries) {
      Files.write(Files.createTempFile(folder, "service", ".log"), canary);
    }
  }

  private static void remove(Suite suite) throws Exception {
    for (Service service : Service.values()) {
      try (Connection connection = connect(suite, service);
          Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE IF EXISTS " + CANARIES);
      }
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", suite.bootstrapServers()))) {
      admin.deleteTopics(List.of(CANARIES)).all().get();
    }
    Path folder = suite.logs().resolve(CANARIES);
    for (Place file : Places.files(folder)) {
      Files.delete(folder.resolve(file.where()));
    }
    Files.delete(folder);
  }

  private static Connection connect(Suite suite, Service service) throws SQLException {
    return DriverManager.getConnection(
        suite.jdbcUrl(service), suite.databaseUser(), suite.databasePassword());
  }

  private static byte[] metrics(Suite suite, Service service)
      throws IOException, InterruptedException {
    try (HttpClient client = Clients.http().build()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(suite.url(service).resolve("/q/metrics"))
                  .header("Authorization", "Bearer " + suite.accounts().token("operator"))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException("the metrics answer " + answer.statusCode());
      }
      return answer.body();
    }
  }
}
