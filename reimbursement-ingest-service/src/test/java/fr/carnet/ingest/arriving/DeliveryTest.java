package fr.carnet.ingest.arriving;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import fr.carnet.billing.WireLine;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.eventstore.Decoding;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.CareOnKafka;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DeliveryTest extends IngestOverHttp {
  private static final byte[] X = {'x'};

  /** The length is that of the body, which is compared, and of its signature. */
  private static final Set<String> NEW_EACH_TIME = Set.of("x-correlation-id", "content-length");

  @Inject LineStore store;
  @Inject Deliveries linesOf;
  @Inject LinePolicy policy;
  @Inject Valve valve;
  @Inject Machinery machinery;

  @TestHTTPResource("/deliveries")
  URL deliveries;

  @Test
  void aReceiptAccountsForEveryLine() {
    // given
    List<String> lines = texts(lines(11, "receipt", people(11, 3)), 6);
    String reused = lines.get(0).replaceFirst("\"quantity\":\\d+", "\"quantity\":9");
    String outside =
        lines
            .get(1)
            .replaceFirst("\"careFrom\":\"\\d{4}", "\"careFrom\":\"2001")
            .replaceFirst("\"lineId\":\"", "\"lineId\":\"outside-");
    String faulty = "{\"lineId\":\"faulty\",\"quantity\":0}";
    String tooLong = lines.get(2) + " ".repeat(70_000);
    String secret = lines.get(3).replace("\"secretCare\":false", "\"secretCare\":true");
    String body =
        String.join(
            "\n",
            lines.get(0),
            "",
            lines.get(0),
            "  \t\r",
            reused,
            outside,
            faulty,
            tooLong,
            secret,
            lines.get(3) + "\r",
            "",
            "not a line",
            lines.get(4));
    // when: no newline ends the last line
    JsonPath receipt = deliver("receipts", body).then().statusCode(200).extract().jsonPath();
    // then
    assertThat(receipt.getInt("received")).isEqualTo(10);
    assertThat(receipt.getInt("accepted")).isEqualTo(4);
    assertThat(receipt.getInt("repeated")).isEqualTo(1);
    assertThat(receipt.getInt("outsideWindow")).isEqualTo(1);
    assertThat(receipt.getInt("rejected")).isEqualTo(4);
    assertThat(receipt.getMap("rejectedByReason", String.class, Integer.class))
        .containsEntry("LINE_ID_REUSED", 1)
        .containsEntry("TOO_LARGE", 1)
        .containsEntry("NOT_JSON", 1)
        .containsEntry("QUANTITY_ZERO", 1)
        .containsEntry("MISSING_FIELD", 1);
    assertThat(receipt.getList("rejections.line", Integer.class)).containsExactly(3, 5, 6, 9);
    assertThat(receipt.getList("rejections.lineId", String.class)).contains("faulty");
  }

  @Test
  void onlyTheInsurerDelivers() {
    for (String role : List.of("operator", "registry", "auditor", "complementary-insurer")) {
      given()
          .auth()
          .oauth2(TestTokens.withRole("someone", role))
          .contentType("application/x-ndjson")
          .body(X)
          .post("/deliveries")
          .then()
          .statusCode(403);
    }
    given()
        .auth()
        .oauth2(TestTokens.patient("253072B07300470"))
        .contentType("application/x-ndjson")
        .body(X)
        .post("/deliveries")
        .then()
        .statusCode(403);
    given().contentType("application/x-ndjson").body(X).post("/deliveries").then().statusCode(401);
    given()
        .auth()
        .oauth2(TestTokens.withRole("s", "billing"))
        .contentType("application/json")
        .body("{}")
        .post("/deliveries")
        .then()
        .statusCode(415);
    given()
        .auth()
        .oauth2(TestTokens.withRole("s", "billing"))
        .get("/registry/00000000-0000-7000-8000-000000000000")
        .then()
        .statusCode(403);
  }

  @Test
  void nothingAtAllIsADelivery() {
    assertThat(deliver("nothing", "\n\r\n  ").jsonPath().getInt("received")).isZero();
    assertThat(deliver("nothing", "").statusCode()).isEqualTo(200);
  }

  @Test
  void aDeliveryThatWasCutIsSentAgain() throws IOException {
    // given
    List<String> lines = texts(lines(12, "cut", people(12, 5)), 2_500);
    byte[] whole = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    int cutAt = whole.length - 100;
    // when: the connection ends within the last line
    try (Socket socket = new Socket(deliveries.getHost(), deliveries.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /deliveries HTTP/1.1\r
          Host: localhost\r
          Authorization: Bearer %s\r
          Content-Type: application/x-ndjson\r
          Content-Length: %d\r
          \r
          """
              .formatted(TestTokens.withRole("cut-sender", "billing"), whole.length)
              .getBytes(StandardCharsets.US_ASCII));
      out.write(whole, 0, cutAt);
      out.flush();
      await().atMost(SOON).until(() -> count("SELECT count(*) FROM line") >= 2_000);
    }
    JsonPath receipt = deliver("cut-sender", whole).then().statusCode(200).extract().jsonPath();
    // then: what was kept is repeated, and the half line is nowhere
    assertThat(receipt.getInt("received")).isEqualTo(2_500);
    assertThat(receipt.getInt("repeated")).isBetween(2_000, 2_499);
    assertThat(receipt.getInt("accepted") + receipt.getInt("repeated")).isEqualTo(2_500);
    assertThat(
            given()
                .auth()
                .oauth2(TestTokens.withRole("cut-sender", "billing"))
                .get("/rejections/counts")
                .jsonPath()
                .getInt("lines"))
        .isZero();
  }

  @Test
  void ofDeliveriesUnderWayThereIsAnEnd() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      // given: as many as one sender may have, each with lines still to come
      for (int i = 0; i < 8; i++) {
        open.add(begun("busy"));
      }
      // then
      await().atMost(SOON).until(() -> deliver("busy", "").statusCode() == 429);
      deliver("busy", "")
          .then()
          .statusCode(429)
          .header("Retry-After", "10")
          .body("code", equalTo("TOO_MANY_DELIVERIES"));
      // and corrections and pages, which hold as much, have their places among them
      as("busy", "{}")
          .post("/rejections/" + UUID.randomUUID() + "/correction")
          .then()
          .statusCode(429);
      as("busy", "{\"cause\":\"x\",\"changes\":[{\"field\":\"a\",\"replace\":{\"*\":1}}]}")
          .post("/rejections/corrections")
          .then()
          .statusCode(429);
      as("busy", "").get("/rejections").then().statusCode(429);
      deliver("idle", "").then().statusCode(200);
      // given: as many as all may have
      for (int i = 0; i < 8; i++) {
        open.add(begun("busy-too"));
      }
      // then
      await().atMost(SOON).until(() -> deliver("idle", "").statusCode() == 429);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    // then: one that ended, however it did, makes room
    await().atMost(SOON).until(() -> deliver("busy", "").statusCode() == 200);
    await().atMost(SOON).until(() -> deliver("idle", "").statusCode() == 200);
  }

  private Socket begun(String sender) throws IOException {
    Socket socket = new Socket(deliveries.getHost(), deliveries.getPort());
    OutputStream out = socket.getOutputStream();
    out.write(
        """
        POST /deliveries HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/x-ndjson\r
        Content-Length: 1000\r
        \r
        """
            .formatted(TestTokens.withRole(sender, "billing"))
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  @Test
  void theAnswerIsTheSameWhetherSomeoneHasADossierOrNot() {
    // given
    List<String> people = people(13, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    // when: the same of one as of the other, twice, and with faults
    List<Answer> withDossier = answersAbout(people.get(0), "with");
    List<Answer> without = answersAbout(people.get(1), "without");
    // then
    assertThat(withDossier).isEqualTo(without);
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(dossier).size() == 40);
  }

  private record Answer(int status, String body, Map<String, String> headers) {}

  private static List<Answer> answersAbout(String ins, String sender) {
    List<String> lines = texts(lines(14, "same", List.of(ins)), 40);
    List<String> body = new ArrayList<>(lines);
    body.add("{\"beneficiaryIns\":\"" + ins + "\"}");
    body.add(lines.get(0).replaceFirst("\"quantity\":\\d+", "\"quantity\":9"));
    body.add(lines.get(1).replace("\"secretCare\":false", "\"secretCare\":true"));
    String whole = String.join("\n", body);
    String missing = "/rejections?reason=MISSING_FIELD";
    String reused = "/rejections?reason=LINE_ID_REUSED";
    List<Answer> answers = new ArrayList<>();
    answers.add(answer(as(sender, whole).post("/deliveries?dryRun=true")));
    for (int i = 0; i < 3; i++) {
      Response delivered = deliver(sender, whole);
      answers.add(answer(delivered));
      String receipt = "/receipts/" + delivered.path("deliveryId");
      for (String path :
          List.of(missing, reused, "/rejections/counts", "/rejections/causes", receipt)) {
        answers.add(answer(as(sender, "").get(path)));
      }
    }
    String rejected = as(sender, "").get(reused).path("rejections[0].id");
    answers.add(answer(as(sender, lines.get(2)).post("/rejections/" + rejected + "/correction")));
    answers.add(answer(as(sender, "").get(reused)));
    answers.add(
        answer(
            as(
                    sender,
                    """
                    {"cause":"LINE_ID_REUSED@lineId","changes":
                      [{"field":"lineId","replace":{"*":"%s"}}]}
                    """
                        .formatted("again-" + sender)
                        .replace("\n", ""))
                .post("/rejections/corrections")));
    answers.add(answer(as(sender, "").get("/receipts")));
    answers.add(answer(given().get("/q/health/well")));
    return answers;
  }

  private static RequestSpecification as(String sender, String body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType(body.contains("\n") ? "application/x-ndjson" : "application/json")
        .body(body.getBytes(StandardCharsets.UTF_8));
  }

  /** Each has ids, times, a sender and bytes, and so a signature, of its own. */
  private static String withoutWhatIsNewEachTime(String body) {
    return body.replaceAll(
            "\"(id|deliveryId|sender|received|correctedBy|sha256|jws|\\w+At|\\w+Seen)\":\"[^\"]*\"",
            "\"$1\":\"…\"")
        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…");
  }

  private static Answer answer(Response response) {
    return new Answer(
        response.statusCode(),
        withoutWhatIsNewEachTime(response.asString()),
        response.headers().asList().stream()
            .filter(header -> !NEW_EACH_TIME.contains(header.getName().toLowerCase(Locale.ROOT)))
            .collect(Collectors.toMap(header -> header.getName(), header -> header.getValue())));
  }

  @Test
  void aLineByKafkaAndByHttpIsOneLine() {
    // given
    List<String> people = people(15, 1);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(15, "both", people), 300);
    // when
    for (String line : lines) {
      kafka.line(new WireLine(Optional.of(people.get(0)), line.getBytes(StandardCharsets.UTF_8)));
    }
    JsonPath receipt = deliver(SENDER, String.join("\n", lines)).jsonPath();
    kafka.flush();
    // then: whoever was first
    assertThat(receipt.getInt("accepted") + receipt.getInt("repeated")).isEqualTo(300);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(CareOnKafka.read(kafka).lines(dossier).values())
                  .hasSize(300)
                  .allMatch(care -> care.repeats() == 1);
            });
    assertThat(deliver(SENDER, String.join("\n", lines)).jsonPath().getInt("repeated"))
        .isEqualTo(300);
  }

  @Test
  void hostileRecordsAreOneRejectionEachAndTheFeedGoesOn() throws SQLException {
    // given
    List<String> people = people(16, 1);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<byte[]> hostile =
        LineBytesTest.hostileBytesAlone().stream().filter(bytes -> bytes.length > 0).toList();
    List<String> sound = texts(lines(16, "between", people), hostile.size());
    List<String> after = texts(lines(16, "after", people), 10);
    long before = count("SELECT count(*) FROM rejection");
    // when
    for (int i = 0; i < hostile.size(); i++) {
      kafka.line(new WireLine(Optional.empty(), hostile.get(i)));
      kafka.line(
          new WireLine(Optional.of(people.get(0)), sound.get(i).getBytes(StandardCharsets.UTF_8)));
    }
    kafka.send(new ProducerRecord<>(Topic.BILLING_REIMBURSEMENTS.wireName(), "k", null));
    ProducerRecord<String, byte[]> anotherType =
        new ProducerRecord<>(
            Topic.BILLING_REIMBURSEMENTS.wireName(),
            people.get(0),
            sound.get(0).getBytes(StandardCharsets.UTF_8));
    anotherType.headers().add("ce_type", "another".getBytes(StandardCharsets.UTF_8));
    kafka.send(anotherType);
    ProducerRecord<String, byte[]> perhapsSecret =
        new ProducerRecord<>(
            Topic.BILLING_REIMBURSEMENTS.wireName(),
            people.get(0),
            sound
                .get(0)
                .replace("\"secretCare\":false", "\"secretCare\":\"true\"")
                .getBytes(StandardCharsets.UTF_8));
    perhapsSecret.headers().add("ce_type", "other".getBytes(StandardCharsets.UTF_8));
    kafka.send(perhapsSecret);
    // In every partition, so that each has something to go on with behind it.
    for (int partition : partitions()) {
      ProducerRecord<String, byte[]> large =
          new ProducerRecord<>(
              Topic.BILLING_REIMBURSEMENTS.wireName(), partition, "a\0b", new byte[700_000]);
      large.headers().add("ce_type", "other".getBytes(StandardCharsets.UTF_8));
      kafka.send(large);
    }
    for (String line : after) {
      kafka.line(new WireLine(Optional.of(people.get(0)), line.getBytes(StandardCharsets.UTF_8)));
    }
    kafka.flush();
    // then
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(CareOnKafka.read(kafka).lines(dossier))
                  .hasSize(sound.size() + after.size());
              assertThat(count("SELECT count(*) FROM rejection"))
                  .isEqualTo(before + hostile.size() + 3 + partitions().size());
              List<LineRejected> rejected = rejected();
              assertThat(rejected)
                  .anyMatch(r -> codes(r).equals(List.of("TYPE_UNKNOWN")) && isOf(r, anotherType))
                  .anyMatch(r -> codes(r).equals(List.of("TOO_LARGE", "TYPE_UNKNOWN")))
                  .anyMatch(r -> codes(r).equals(List.of("INVALID_TYPE", "TYPE_UNKNOWN")))
                  // Nobody can tell whether these are secret care.
                  .noneMatch(r -> codes(r).size() > 1 && !r.received().isEmpty())
                  .noneMatch(r -> isOf(r, hostile.getLast()));
            });
    assertThat(count("SELECT count(*) FROM parked WHERE consumer = 'billing-reimbursements'"))
        .isZero();
    System.out.println("hostile records: " + hostile.size() + ", one rejection each");
  }

  private static List<String> codes(LineRejected rejected) {
    return rejected.faults().stream().map(LineRejected.Fault::code).toList();
  }

  private Set<Integer> partitions() {
    return kafka.ends(Topic.BILLING_REIMBURSEMENTS).keySet().stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  private static boolean isOf(LineRejected rejected, ProducerRecord<String, byte[]> record) {
    return isOf(rejected, record.value());
  }

  private static boolean isOf(LineRejected rejected, byte[] bytes) {
    return rejected.received().equals(Base64.getEncoder().encodeToString(bytes));
  }

  private List<LineRejected> rejected() {
    return kafka.all(Topic.BILLING_REJECTED, IsolationLevel.READ_COMMITTED).stream()
        .peek(record -> assertThat(Decoding.text(record, "ce_subject")).isEmpty())
        .map(record -> Wire.read(record.value(), LineRejected.class))
        .toList();
  }

  @Test
  void aLineThatWeFailToKeepIsRefusedAndNeverParked() throws SQLException {
    // given
    String ins = people(18, 1).getFirst();
    String line = texts(lines(18, "failed", List.of(ins)), 1).getFirst();
    BillingApplier applier = new BillingApplier(store, linesOf, policy, "failed", () -> {});
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            Topic.BILLING_REIMBURSEMENTS.wireName(),
            0,
            0,
            ins.getBytes(StandardCharsets.UTF_8),
            line.getBytes(StandardCharsets.UTF_8));
    // when
    Transactions.run(
        dataSource,
        tx -> {
          applier.park(tx, record, new IllegalStateException("any"));
          return true;
        });
    // then: it can be sent again as it is
    assertThat(count("SELECT count(*) FROM parked WHERE consumer = 'billing-reimbursements'"))
        .isZero();
    JsonPath rejections =
        given()
            .auth()
            .oauth2(TestTokens.withRole("failed", "billing"))
            .get("/rejections")
            .jsonPath();
    assertThat(rejections.getString("rejections[0].cause")).isEqualTo("NOT_TAKEN@record");
    given()
        .auth()
        .oauth2(TestTokens.withRole("failed", "billing"))
        .contentType("application/json")
        .body(Base64.getDecoder().decode(rejections.getString("rejections[0].received")))
        .post("/rejections/" + rejections.getString("rejections[0].id") + "/correction")
        .then()
        .statusCode(200)
        .body("receipt.accepted", equalTo(1));
  }

  @Test
  void linesFromKafkaAreCountedOnceTheyAreCommitted() throws SQLException {
    // given
    String ins = people(20, 1).getFirst();
    String line = texts(lines(20, "undone", List.of(ins)), 1).getFirst();
    BillingApplier applier = new BillingApplier(store, linesOf, policy, "undone", () -> {});
    List<ConsumerRecord<byte[], byte[]>> records =
        List.of(
            new ConsumerRecord<>(
                Topic.BILLING_REIMBURSEMENTS.wireName(),
                0,
                0,
                ins.getBytes(StandardCharsets.UTF_8),
                line.getBytes(StandardCharsets.UTF_8)));
    // when: a batch is undone, and taken again
    try (Connection undone = dataSource.getConnection()) {
      undone.setAutoCommit(false);
      applier.apply(undone, records);
      undone.rollback();
    }
    Transactions.run(
        dataSource,
        tx -> {
          applier.apply(tx, records);
          return true;
        });
    applier.committed();
    // then
    assertThat(metrics())
        .contains("carnet_lines_total{outcome=\"accepted\",sender=\"undone\"} 1.0");
  }

  @Test
  void aBatchWhoseCommitGotNoAnswerIsNotCountedTwice() throws SQLException {
    // given: a database that commits, and whose answer is lost
    AtomicBoolean answered = new AtomicBoolean();
    Intake unsure =
        new Intake(silentAboutACommit(answered), store, linesOf, valve, machinery, policy);
    List<byte[]> lines =
        texts(lines(19, "unsure", people(19, 1)), 3).stream()
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();
    // when
    List<Outcome> outcomes =
        unsure.take(
            "unsure", "unsure-1", 1, "c", (_, today) -> unsure.read(lines, today), (_, _, _) -> {});
    // then
    assertThat(answered).isTrue();
    assertThat(outcomes).hasSize(3).allMatch(Outcome.Accepted.class::isInstance);
    assertThat(count("SELECT sum(lines) FROM delivery_count WHERE delivery_id = 'unsure-1'"))
        .isEqualTo(3);
  }

  private DataSource silentAboutACommit(AtomicBoolean answered) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, _, _) -> {
              Connection real = dataSource.getConnection();
              return Proxy.newProxyInstance(
                  Connection.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (_, method, arguments) -> {
                    Object result = method.invoke(real, arguments);
                    if (method.getName().equals("commit") && answered.compareAndSet(false, true)) {
                      throw new SQLException("the connection is gone", "08006");
                    }
                    return result;
                  });
            });
  }

  @Test
  void secretCareIsWithdrawnWhenItHadPassedAndNeverPassesOtherwise() throws SQLException {
    // given
    List<String> people = people(17, 1);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(17, "secret", people), 60);
    List<String> flagged =
        lines.stream()
            .map(line -> line.replace("\"secretCare\":false", "\"secretCare\":true"))
            .toList();
    // when: 20 pass and are flagged late, 20 are flagged first, 20 are ordinary
    deliver(SENDER, String.join("\n", lines.subList(0, 20))).then().statusCode(200);
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(dossier).size() == 20);
    deliver(SENDER, String.join("\n", flagged.subList(0, 40))).then().statusCode(200);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    deliver(SENDER, String.join("\n", flagged.subList(0, 40))).then().statusCode(200);
    // then
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              CareOnKafka care = CareOnKafka.read(kafka);
              assertThat(care.lines(dossier)).hasSize(20);
              assertThat(care.of(dossier.id()).stream().filter(CareOnKafka.Passed::withdrawn))
                  .hasSize(20);
              assertThat(care.of(dossier.id())).hasSize(60);
            });
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        count(
                            "SELECT count(*) FROM line WHERE secret AND (patient_ref IS NOT NULL"
                                + " OR care IS NOT NULL OR digest IS NOT NULL OR line_key IN"
                                + " (SELECT line_key FROM unpassed))"))
                    .isZero());
    assertThat(count("SELECT count(*) FROM line WHERE secret")).isGreaterThanOrEqualTo(40);
  }
}
