package fr.carnet.ingest.arriving;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import fr.carnet.billing.WireLine;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.eventstore.Unread;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What a sender holds in hand after a delivery, and before one. */
@QuarkusTest
class ReceiptTest extends IngestOverHttp {
  @Inject WhenUnreadForDaysThenAlarm alarm;

  @Test
  void aReceiptIsSignedAndCanBeAskedForAgain() throws Exception {
    // given
    String body = String.join("\n", texts(lines(61, "signed", people(61, 2)), 20)) + "\nx\n";
    // when
    JsonPath receipt = deliver("signed", body).then().statusCode(200).extract().jsonPath();
    // then
    Map<?, ?> payload = verified(receipt.getString("jws"));
    assertThat(payload.get("deliveryId")).isEqualTo(receipt.getString("deliveryId"));
    assertThat(payload.get("sender")).isEqualTo("signed");
    assertThat(payload.get("received")).isEqualTo(21);
    assertThat(payload.get("accepted")).isEqualTo(20);
    assertThat(payload.get("rejectedByReason")).isEqualTo(Map.of("NOT_JSON", 1));
    assertThat(payload.get("sha256")).isEqualTo(receipt.getString("sha256"));
    String path = "/receipts/" + receipt.getString("deliveryId");
    JsonPath again = get("signed", path).then().statusCode(200).extract().jsonPath();
    assertThat(verified(again.getString("jws"))).isEqualTo(payload);
    assertThat(get("signed", "/receipts").jsonPath().getList("deliveryIds", String.class))
        .contains(receipt.getString("deliveryId"));
    // and nobody else sees it, and a changed one does not verify
    assertThat(get("another", path).statusCode()).isEqualTo(404);
    String forged = receipt.getString("jws").replaceFirst("\\.....", ".AAAA");
    assertThat(verifies(forged)).isFalse();
  }

  @Test
  void linesByKafkaHaveAReceiptOfTheirDay() {
    // given
    String path = "/receipts/kafka-" + SENDER + "-" + today();
    long before = received(get(SENDER, path));
    // when
    for (String line : texts(lines(62, "by-kafka", people(62, 2)), 30)) {
      kafka.line(new WireLine(Optional.empty(), line.getBytes(StandardCharsets.UTF_8)));
    }
    kafka.flush();
    // then
    await().atMost(SOON).until(() -> received(get(SENDER, path)) == before + 30);
    JsonPath receipt = get(SENDER, path).jsonPath();
    assertThat(
            receipt.getLong("receipt.accepted")
                + receipt.getLong("receipt.repeated")
                + receipt.getLong("receipt.outsideWindow")
                + receipt.getLong("receipt.rejected"))
        .isEqualTo(receipt.getLong("receipt.received"));
  }

  private static long received(Response answer) {
    return answer.statusCode() == 200 ? answer.jsonPath().getLong("receipt.received") : 0;
  }

  @Test
  void aDryRunReportsAllThatADeliveryWouldAndKeepsNothing() throws SQLException {
    // given: something was kept before, and a delivery of several transactions
    List<String> lines = texts(lines(63, "dry", people(63, 4)), 1_500);
    deliver("dry", String.join("\n", lines.subList(0, 100)));
    deliver("dry", lines.get(300).replace("\"secretCare\":false", "\"secretCare\":true"));
    List<String> body = new ArrayList<>(lines);
    body.add(lines.get(300).replaceFirst("\"quantity\":\\d+", "\"quantity\":9"));
    body.add(lines.get(1_200));
    body.add(lines.get(1_201).replaceFirst("\"quantity\":\\d+", "\"quantity\":9"));
    body.add(lines.get(1_202).replace("\"secretCare\":false", "\"secretCare\":true"));
    body.add(lines.get(1_202).replaceFirst("\"quantity\":\\d+", "\"quantity\":9"));
    body.add("x");
    body.add(lines.get(7).replaceFirst("\"quantity\":\\d+", "\"quantity\":9"));
    String whole = String.join("\n", body);
    String everything =
        """
        SELECT (SELECT count(*) FROM line) + (SELECT count(*) FROM rejection)
             + (SELECT count(*) FROM delivery) + (SELECT count(*) FROM dry_run_line)
        """;
    long before = count(everything);
    // when
    given()
        .auth()
        .oauth2(TestTokens.withRole("dry", "billing"))
        .contentType("application/x-ndjson")
        .body(whole.getBytes(StandardCharsets.UTF_8))
        .post("/deliveries?dryRun=yes")
        .then()
        .statusCode(422)
        .body("code", equalTo("DRY_RUN_INVALID"));
    JsonPath would = dry("dry", whole).then().statusCode(200).extract().jsonPath();
    // then
    assertThat(count(everything)).isEqualTo(before);
    assertThat(would.getBoolean("dryRun")).isTrue();
    assertThat(would.getString("jws")).isNull();
    JsonPath did = deliver("dry", whole).then().statusCode(200).extract().jsonPath();
    for (String count :
        List.of("received", "accepted", "repeated", "outsideWindow", "rejected", "sha256")) {
      assertThat(would.getString(count)).as(count).isEqualTo(did.getString(count));
    }
    assertThat(would.getMap("rejectedByReason")).isEqualTo(did.getMap("rejectedByReason"));
    assertThat(would.getList("rejections")).isEqualTo(did.getList("rejections"));
    assertThat(did.getInt("repeated")).isEqualTo(101);
  }

  @Test
  void gzipIsUnderstoodAndABrokenOneSaysHowToGoOn() throws IOException {
    // given
    byte[] body =
        String.join("\n", texts(lines(64, "gzip", people(64, 2)), 50))
            .getBytes(StandardCharsets.UTF_8);
    byte[] zipped = gzip(body);
    // when
    JsonPath receipt = zipped("gzip", "gzip", zipped).then().statusCode(200).extract().jsonPath();
    // then
    assertThat(receipt.getInt("accepted")).isEqualTo(50);
    assertThat(receipt.getString("sha256"))
        .isEqualTo(deliver("gzip", body).jsonPath().getString("sha256"));
    byte[] cutInASecondMember = Arrays.copyOf(zipped, zipped.length + 6);
    for (byte[] broken :
        List.of(Arrays.copyOf(zipped, zipped.length / 2), body, cutInASecondMember)) {
      assertThat(
              zipped("gzip", "gzip", broken)
                  .then()
                  .statusCode(422)
                  .extract()
                  .path("code")
                  .toString())
          .isEqualTo("BODY_CUT");
    }
    for (String unknown : List.of("br", "gzip, gzip", "gzip,br")) {
      assertThat(
              zipped("gzip", unknown, zipped)
                  .then()
                  .statusCode(422)
                  .extract()
                  .path("code")
                  .toString())
          .isEqualTo("ENCODING_UNKNOWN");
    }
    for (String known : List.of("GZIP", "x-gzip", "identity, gzip")) {
      zipped("gzip", known, zipped).then().statusCode(200).body("repeated", equalTo(50));
    }
    byte[] bomb = gzip("\n".repeat(50_000_000).getBytes(StandardCharsets.UTF_8));
    zipped("gzip", "gzip", bomb).then().statusCode(422).body("code", equalTo("BODY_NOT_LINES"));
    given()
        .auth()
        .oauth2(TestTokens.withRole("gzip", "billing"))
        .contentType("application/x-ndjson")
        .header("Content-Encoding", "gzip")
        .header("Content-Encoding", "br")
        .body(zipped)
        .post("/deliveries")
        .then()
        .statusCode(422);
  }

  @Test
  void theTableOfRulesTellsEachCodeWithItsFieldsAndSentences() {
    JsonPath rules = get("anyone", "/rules").then().statusCode(200).extract().jsonPath();
    assertThat(rules.getList("rules")).hasSizeGreaterThan(25);
    assertThat(rules.getString("rules.find { it.code == 'RPPS_INVALID' }.fields[1]"))
        .isEqualTo("prescriber.rpps");
    assertThat(rules.getString("rules.find { it.code == 'RPPS_INVALID' }.french")).contains("Luhn");
    assertThat(rules.getBoolean("rules.find { it.code == 'RPPS_INVALID' }.warnsOnly")).isFalse();
  }

  @Test
  void whatHasWaitedForDaysUnreadIsCounted() throws Exception {
    // given: a record of six days ago and one of today, on a topic that nobody reads here
    Topic topic = Topic.AUDIT_BATCHES;
    long now = System.currentTimeMillis();
    for (long age : List.of(6L, 0L)) {
      kafka.send(
          new ProducerRecord<>(
              topic.wireName(),
              0,
              now - Duration.ofDays(age).toMillis(),
              "expiring",
              new byte[] {'x'}));
    }
    kafka.flush();
    Map<String, Object> settings = RealServers.kafkaSettings();
    // then
    assertThat(Unread.olderThan(Duration.ofDays(5), "nobody", topic, dataSource, settings))
        .isEqualTo(1);
    assertThat(Unread.olderThan(Duration.ofDays(30), "nobody", topic, dataSource, settings))
        .isZero();
    // and what is read does not expire
    await()
        .atMost(SOON)
        .until(
            () ->
                Unread.olderThan(
                        Duration.ZERO,
                        BillingApplier.READER,
                        Topic.BILLING_REIMBURSEMENTS,
                        dataSource,
                        settings)
                    == 0);
  }

  @Test
  void billingDataAboutToExpireUnreadShowInHealthAndKeepReadiness() throws Exception {
    given().get("/q/health/well").then().statusCode(200);
    // when
    alarm.note(3);
    // then
    JsonPath health = given().get("/q/health/well").then().statusCode(503).extract().jsonPath();
    String check = "checks.find { it.name == 'billing-data-are-read' }";
    assertThat(health.getString(check + ".status")).isEqualTo("DOWN");
    assertThat(health.getInt(check + ".data.expiringRecords")).isEqualTo(3);
    given().get("/q/health/ready").then().statusCode(200);
    given().get("/q/health/live").then().statusCode(200);
    // when: it looks again, and nothing has waited for days
    alarm.look();
    // then
    given().get("/q/health/well").then().statusCode(200);
  }

  @Test
  void theAlarmLooksAtWhatThisServiceHasNotReadOfTheInsurersTopic() throws Exception {
    assertThat(
            WhenUnreadForDaysThenAlarm.class
                .getDeclaredMethod("look")
                .isAnnotationPresent(Scheduled.class))
        .isTrue();
    // given: a line, and a reader that cannot note that it has read it
    try (Connection connection = dataSource.getConnection();
        Statement hold = connection.createStatement()) {
      connection.setAutoCommit(false);
      hold.execute("LOCK TABLE consumer_offset IN SHARE MODE");
      kafka.line(new WireLine(Optional.empty(), "x".getBytes(StandardCharsets.UTF_8)));
      kafka.flush();
      // when
      alarm.lookFor(Duration.ZERO);
      // then
      given().get("/q/health/well").then().statusCode(503);
      connection.rollback();
    }
    // when: it was read
    await()
        .atMost(SOON)
        .until(
            () -> {
              alarm.lookFor(Duration.ZERO);
              return given().get("/q/health/well").statusCode() == 200;
            });
  }

  @Test
  void aRuleThatOnlyWarnsIsToldAndItsLineKept() {
    // given: processed before the care, of which the settings here only warn; and another rule
    String line = texts(lines(65, "warned", people(65, 1)), 1).getFirst();
    String early =
        line.replaceFirst("\"processedOn\":\"[^\"]*\"", "\"processedOn\":\"2001-01-01\"");
    String tooMuch = early.replaceFirst("\"paidCents\":\\d+", "\"paidCents\":0");
    // when
    JsonPath refused = dry("warned", tooMuch).then().statusCode(200).extract().jsonPath();
    JsonPath would = dry("warned", early).then().statusCode(200).extract().jsonPath();
    JsonPath did = deliver("warned", early).then().statusCode(200).extract().jsonPath();
    JsonPath kept = get("warned", "/receipts/" + did.getString("deliveryId")).jsonPath();
    // then
    Map<String, Integer> warned = Map.of("PROCESSED_BEFORE_CARE", 1);
    assertThat(did.getInt("accepted")).isEqualTo(1);
    assertThat(did.getMap("warnedByReason")).isEqualTo(warned);
    assertThat(would.getMap("warnedByReason")).isEqualTo(warned);
    assertThat(kept.getMap("receipt.warnedByReason")).isEqualTo(warned);
    assertThat(refused.getMap("rejectedByReason")).isEqualTo(Map.of("REIMBURSED_ABOVE_PAID", 1));
    assertThat(refused.getMap("warnedByReason")).isEmpty();
    assertThat(
            get("anyone", "/rules")
                .jsonPath()
                .getBoolean("rules.find { it.code == 'PROCESSED_BEFORE_CARE' }.warnsOnly"))
        .isTrue();
  }

  @Test
  void rejectionsAreCountedByReasonAndSender() {
    deliver("counted", "x\n").then().statusCode(200);
    assertThat(rejected("NOT_JSON", "counted")).isEqualTo(1);
    // and so are those that come by Kafka
    double before = rejected("NOT_JSON", SENDER);
    kafka.line(new WireLine(Optional.empty(), "x".getBytes(StandardCharsets.UTF_8)));
    kafka.flush();
    await().atMost(SOON).until(() -> rejected("NOT_JSON", SENDER) == before + 1);
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(body);
    }
    return bytes.toByteArray();
  }

  private static Response zipped(String sender, String encoding, byte[] body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType("application/x-ndjson")
        .header("Content-Encoding", encoding)
        .body(body)
        .post("/deliveries");
  }

  private static Response dry(String sender, String body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType("application/x-ndjson")
        .body(body.getBytes(StandardCharsets.UTF_8))
        .post("/deliveries?dryRun=true");
  }

  private static Response get(String sender, String path) {
    return given().auth().oauth2(TestTokens.withRole(sender, "billing")).get(path);
  }

  private static Map<?, ?> verified(String jws) throws Exception {
    assertThat(verifies(jws)).isTrue();
    return Wire.read(
        Base64.getUrlDecoder().decode(jws.substring(jws.indexOf('.') + 1, jws.lastIndexOf('.'))),
        Map.class);
  }

  /** As any client would: with the published key, and another implementation than the service's. */
  private static boolean verifies(String jws) throws Exception {
    byte[] x =
        Base64.getUrlDecoder()
            .decode(given().get("/receipts/keys").jsonPath().getString("keys[0].x"));
    byte[] reversed = new byte[x.length];
    for (int i = 0; i < x.length; i++) {
      reversed[i] = x[x.length - 1 - i];
    }
    boolean odd = (reversed[0] & 0x80) != 0;
    reversed[0] &= 0x7f;
    PublicKey key =
        KeyFactory.getInstance("Ed25519")
            .generatePublic(
                new EdECPublicKeySpec(
                    NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, reversed))));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(key);
    int end = jws.lastIndexOf('.');
    signature.update(jws.substring(0, end).getBytes(StandardCharsets.US_ASCII));
    return signature.verify(Base64.getUrlDecoder().decode(jws.substring(end + 1)));
  }
}
