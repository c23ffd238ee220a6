package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.SealingSession;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What tests of this service say: people, dossiers, care that passed the valve, traces. */
public final class Dossiers {
  @SuppressWarnings("TimeInStaticInitializer") // on purpose: one day for all tests
  private static final LocalDate TODAY = LocalDate.now(Paris.ZONE);

  /** Today where care is reckoned; the same all along, whenever midnight strikes. */
  public static LocalDate today() {
    return TODAY;
  }

  private static final CareProvider SOMEBODY =
      new CareProvider(Optional.of("99700024450"), Optional.empty(), Optional.of("06"));

  /** What plays ingest, for as long as the JVM lives. */
  private static final class Valve {
    static final KafkaProducer<String, byte[]> PRODUCER =
        new KafkaProducer<>(
            new HashMap<>(RealServers.kafkaSettings()),
            new StringSerializer(),
            new ByteArraySerializer());
    static final Map<UUID, String> PUBLIC_KEYS = new ConcurrentHashMap<>();
  }

  /** Refusals by account, as the access-control-service counts them. */
  private static final Map<String, Integer> REFUSALS = new ConcurrentHashMap<>();

  private Dossiers() {}

  /** The access-control-service counts refusals, from none: 20 an account, 200 at a counter. */
  public static void refusalsAreCounted() {
    REFUSALS.clear();
    Neighbours.answer(
        "/refusals",
        asked -> {
          RefusedCaller refused =
              Wire.read(asked.body().getBytes(StandardCharsets.UTF_8), RefusedCaller.class);
          int most = refused.kind() == RefusedCaller.Kind.AT_COUNTER ? 200 : 20;
          boolean tooMany = REFUSALS.merge(refused.account(), 1, Integer::sum) > most;
          return Neighbours.Answer.ok("{\"tooMany\":" + tooMany + "}");
        });
  }

  /** A made-up person who has no dossier yet, born when a patient's token says. */
  public static String newIns() {
    return newIns("15307");
  }

  /** The same, with an INS that begins with sex, year and month of birth. */
  public static String newIns(String sexYearMonth) {
    String number =
        sexYearMonth + String.format("%08d", ThreadLocalRandom.current().nextLong(100_000_000));
    return number + String.format("%02d", 97 - Long.parseLong(number) % 97);
  }

  /** Opens a dossier online. */
  public static UUID open(String ins) {
    return UUID.fromString(
        given()
            .auth()
            .oauth2(TestTokens.patient(ins))
            .contentType(ContentType.JSON)
            .body("{\"consentWording\":\"v1\"}")
            .post("/dossiers")
            .then()
            .statusCode(201)
            .extract()
            .path("dossierId"));
  }

  /** Puts a PDF in, with more metadata if said; gives the item's id. */
  public static String document(UUID dossier, String token, byte[] pdf, String more) {
    return uploading(token, pdf, more)
        .post("/dossiers/" + dossier + "/documents")
        .then()
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  /** A new version of a document. */
  public static void documentAnew(UUID dossier, String item, String token, byte[] pdf) {
    uploading(token, pdf, "")
        .put("/dossiers/" + dossier + "/documents/" + item)
        .then()
        .statusCode(200);
  }

  private static RequestSpecification uploading(String token, byte[] pdf, String more) {
    return given()
        .auth()
        .oauth2(token)
        .multiPart(
            "metadata",
            "{\"title\":\"Lettre\",\"typeCode\":\"34112-3\"" + more + "}",
            "application/json")
        .multiPart("file", "a", pdf, "application/pdf");
  }

  /** Records who an adult trusts, for a month; gives the representation's id. */
  public static String personOfTrust(UUID dossier, String ins) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("agent-7", "counter-agent"))
        .contentType(ContentType.JSON)
        .body(
            """
            {"kind":"PERSON_OF_TRUST","ins":"%s","familyName":"Confiançaud","givenName":"Sacha",
             "evidence":"désignation","until":"%s"}
            """
                .formatted(ins, Instant.now().plus(Duration.ofDays(30))))
        .post("/dossiers/" + dossier + "/representatives")
        .then()
        .statusCode(201)
        .extract()
        .path("representationId");
  }

  /** What every decision answers from now on. */
  public static void decisionsAre(boolean allowed, String rule) {
    decisionsAre(allowed, rule, () -> {});
  }

  /** The same, after something has happened that falls between asking and deciding. */
  public static void decisionsAre(boolean allowed, String rule, Runnable meanwhile) {
    Neighbours.answer(
        "/decisions",
        _ -> {
          meanwhile.run();
          return Neighbours.Answer.ok(
              """
              {"allowed":%s,"rule":"%s","classes":%s,"maskedToo":false,
               "policyVersion":"test-1","accessVersion":3}
              """
                  .formatted(allowed, rule, allowed ? "[\"60\"]" : "[]"));
        });
  }

  /** Access-control is down. */
  public static void noDecisions() {
    Neighbours.answer("/decisions", _ -> new Neighbours.Answer(503, "{}"));
  }

  /** A line of imaging, some days ago. */
  public static Care imaging(String item, int daysAgo, int quantity) {
    return line(
        item, CareCategory.IMAGING, ActSystem.CCAM, "QEQJ001", daysAgo, quantity, Optional.empty());
  }

  /** A line of anything, some days ago. */
  public static Care line(
      String item,
      CareCategory category,
      ActSystem system,
      String code,
      int daysAgo,
      int quantity,
      Optional<String> treatingPhysician) {
    return new Care(
        item,
        category,
        "1351",
        Optional.of(new Act(system, code)),
        BigDecimal.valueOf(quantity),
        SOMEBODY,
        Optional.empty(),
        Optional.empty(),
        today().minusDays(daysAgo),
        today().minusDays(daysAgo),
        category == CareCategory.HOSPITAL_STAY,
        treatingPhysician,
        Optional.of(today().minusDays(daysAgo)),
        0);
  }

  /** The same line, processed by the insurer on another day, or by one that did not say when. */
  public static Care processed(Care line, Optional<LocalDate> on) {
    return new Care(
        line.itemId(),
        line.category(),
        line.natureCode(),
        line.act(),
        line.quantity(),
        line.performer(),
        line.prescriber(),
        line.prescribedOn(),
        line.careFrom(),
        line.careTo(),
        line.duringHospitalStay(),
        line.treatingPhysician(),
        on,
        line.repeats());
  }

  /** The same line, of another performer. */
  public static Care performedBy(Care line, CareProvider performer) {
    return new Care(
        line.itemId(),
        line.category(),
        line.natureCode(),
        line.act(),
        line.quantity(),
        performer,
        line.prescriber(),
        line.prescribedOn(),
        line.careFrom(),
        line.careTo(),
        line.duringHospitalStay(),
        line.treatingPhysician(),
        line.processedOn(),
        line.repeats());
  }

  /** Puts a line on the topic, sealed towards the dossier, as ingest does. */
  public static void passed(UUID dossier, String lineKey, Care care) {
    passed(dossier, lineKey, care, Instant.now());
  }

  /** The same, at a moment of its own. */
  public static void passed(UUID dossier, String lineKey, Care care, Instant at) {
    SealingSession session = SealingSession.towards(dossier, publicKey(dossier));
    Binding binding = new Binding(dossier, lineKey, CareLinePassed.WIRE_NAME);
    send(
        dossier,
        CareLinePassed.WIRE_NAME,
        Wire.write(new CareLinePassed(lineKey, session.seal(Wire.write(care), binding))),
        at);
  }

  /** Takes a line back. */
  public static void withdrawn(UUID dossier, String lineKey) {
    send(dossier, CareLineWithdrawn.WIRE_NAME, Wire.write(new CareLineWithdrawn(lineKey)));
  }

  /** Any record on the care topic. */
  public static void send(UUID dossier, String type, byte[] value) {
    send(dossier, type, value, Instant.now());
  }

  private static void send(UUID dossier, String type, byte[] value, Instant at) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.CARE_REIMBURSEMENTS.wireName(), dossier.toString(), value);
    Map.of(
            Headers.ID, UUID.randomUUID().toString(),
            Headers.TYPE, type,
            Headers.TIME, at.toString(),
            Headers.SUBJECT, dossier.toString())
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    var _ = Valve.PRODUCER.send(record);
    Valve.PRODUCER.flush();
  }

  /** The dossier's public key, as the registry tells it. */
  public static String publicKey(UUID dossier) {
    return Valve.PUBLIC_KEYS.computeIfAbsent(dossier, Dossiers::registeredKey);
  }

  private static String registeredKey(UUID dossier) {
    return await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                of(Topic.DOSSIER_REGISTRY, dossier).stream()
                    .map(record -> Wire.read(record.value(), DossierRegistered.class).publicKey())
                    .findFirst(),
            Optional::isPresent)
        .get();
  }

  /** The traces of a dossier that are on Kafka by now. */
  public static List<AccessTraced> traces(UUID dossier) {
    return of(Topic.ACCESS_TRACES, dossier).stream()
        .map(record -> Wire.read(record.value(), AccessTraced.class))
        .toList();
  }

  /** The committed records of a dossier on a topic. */
  public static List<ConsumerRecord<byte[], byte[]>> of(Topic topic, UUID dossier) {
    return Read.OF.computeIfAbsent(topic, Read::new).of(dossier);
  }

  /** What was read of a topic; read once, for it grows with every test of the JVM. */
  private static final class Read {
    static final Map<Topic, Read> OF = new ConcurrentHashMap<>();

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();

    Read(Topic topic) {
      Map<String, Object> settings = new HashMap<>(RealServers.kafkaSettings());
      settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.wireName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }

    /** Up to what there is by now. */
    synchronized List<ConsumerRecord<byte[], byte[]>> of(UUID dossier) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          records
              .computeIfAbsent(
                  new String(record.key(), StandardCharsets.UTF_8), _ -> new ArrayList<>())
              .add(record);
        }
      }
      return List.copyOf(records.getOrDefault(dossier.toString(), List.of()));
    }
  }
}
