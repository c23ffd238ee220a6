package fr.carnet.ingest.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
class RejectionsTest extends IngestOverHttp {

  @Test
  void aSenderSeesItsOwnRejectionsAndAnOperatorAll() {
    // given
    deliver("sender-one", "x\n{}\n").then().statusCode(200);
    deliver("sender-two", "x\nx\nx\n").then().statusCode(200);
    // when
    JsonPath one = counts("sender-one", "billing");
    JsonPath two = counts("sender-two", "billing");
    JsonPath all = counts("someone", "operator");
    // then
    assertThat(one.getInt("lines")).isEqualTo(2);
    Map<String, Integer> reasons = one.getMap("byReason", String.class, Integer.class);
    assertThat(reasons).isEqualTo(Map.of("NOT_JSON", 1, "MISSING_FIELD", 1));
    assertThat(two.getInt("lines")).isEqualTo(3);
    assertThat(counts("sender-three", "billing").getInt("lines")).isZero();
    assertThat(all.getInt("lines")).isGreaterThanOrEqualTo(5);
    assertThat(all.getInt("byReason.NOT_JSON")).isGreaterThanOrEqualTo(4);
  }

  @Test
  void theyAreFoundByReasonAndDayAndAnOperatorSeesNothingOfALine() {
    // given
    String ins = people(32, 1).getFirst();
    deliver(
            "finder",
            "x\n{\"lineId\":\"found\",\"secretCare\":false,\"beneficiaryIns\":\"" + ins + "\"}\n")
        .then()
        .statusCode(200);
    // when
    JsonPath byReason = rejections("finder", "billing", "reason=MISSING_FIELD&day=" + today());
    // then
    assertThat(byReason.getList("rejections")).hasSize(1);
    assertThat(byReason.getString("rejections[0].lineId")).isEqualTo("found");
    assertThat(byReason.getList("rejections[0].madeFrom")).isEmpty();
    assertThat(received(byReason, 0)).contains(ins);
    assertThat(rejections("finder", "billing", "day=2001-01-01").getList("rejections")).isEmpty();
    assertThat(rejections("finder", "billing", "reason=NOT_JSON").getList("rejections")).hasSize(1);
    assertThat(rejections("other-finder", "billing", "").getList("rejections")).isEmpty();
    JsonPath page = asked("finder", "billing", "/rejections?limit=1").jsonPath();
    assertThat(page.getList("rejections")).hasSize(1);
    JsonPath rest = rejections("finder", "billing", "after=" + page.getString("next"));
    assertThat(rest.getList("rejections")).hasSize(1);
    assertThat(rest.getString("next")).isNull();
    String toOperator =
        given()
            .auth()
            .oauth2(TestTokens.withRole("someone", "operator"))
            .queryParam("cause", byReason.getString("rejections[0].cause"))
            .queryParam("limit", 500)
            .get("/rejections")
            .then()
            .statusCode(200)
            .extract()
            .asString();
    assertThat(toOperator)
        .contains("finder", "MISSING_FIELD")
        .doesNotContain(ins, "found", byReason.getString("rejections[0].received"));
    for (String wrong :
        List.of(
            "limit=0",
            "limit=501",
            "limit=x",
            "after=zz",
            "day=today",
            "day=%2B999999999-01-01",
            "day=2026-02-30",
            "reason=%00",
            "cause=A%00B")) {
      given()
          .urlEncodingEnabled(false)
          .auth()
          .oauth2(TestTokens.withRole("finder", "billing"))
          .get("/rejections?" + wrong)
          .then()
          .statusCode(422);
    }
    given()
        .urlEncodingEnabled(false)
        .auth()
        .oauth2(TestTokens.withRole("finder", "billing"))
        .get("/receipts/a%00b")
        .then()
        .statusCode(404);
  }

  @Test
  void theyAreGroupedByProbableCauseAndAllOfOneAreCorrectedAtOnce() {
    // given: a wrong column in 700 lines, two of which nobody can mend so, and one other fault
    List<String> people = people(33, 3);
    List<String> sound = texts(lines(33, "cause", people), 700);
    List<String> body = new ArrayList<>();
    for (int i = 0; i < sound.size(); i++) {
      body.add(sound.get(i).replaceFirst("\"natureCode\":\"[0-9]+\"", nature(i)));
    }
    body.add("x");
    deliver("mender", String.join("\n", body)).then().statusCode(200);
    String cause = "NATURE_CODE_INVALID@natureCode";
    JsonPath causes = asked("mender", "billing", "/rejections/causes").jsonPath();
    assertThat(causes.getString("causes[0].cause")).isEqualTo(cause);
    assertThat(causes.getString("causes[0].probably")).isEqualTo("WRONG_COLUMN");
    assertThat(causes.getLong("causes[0].open")).isEqualTo(700);
    assertThat(causes.getString("causes[1].probably")).isEqualTo("NOT_LINES");
    // when
    JsonPath corrected =
        correction(
                "mender",
                "/rejections/corrections",
                """
                {"cause":"%s","changes":[{"field":"natureCode","replace":{"A1":"1111"}}]}
                """
                    .formatted(cause))
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();
    // then
    assertThat(corrected.getLong("receipt.received")).isEqualTo(698);
    assertThat(corrected.getLong("receipt.accepted")).isEqualTo(698);
    assertThat(corrected.getLong("unchanged")).isEqualTo(2);
    assertThat(corrected.getString("jws")).isNotEmpty();
    assertThat(
            asked("mender", "billing", "/rejections/causes").jsonPath().getLong("causes[0].open"))
        .isEqualTo(2);
    JsonPath one = rejections("mender", "billing", "cause=" + cause);
    assertThat(one.getString("rejections[0].correctedTo")).isEqualTo("ACCEPTED");
    assertThat(one.getList("rejections[0].correctedFields", String.class))
        .containsExactly("natureCode");
    // and again changes nothing, and the same lines delivered are the same lines
    correction(
            "mender",
            "/rejections/corrections",
            """
            {"cause":"%s","changes":[{"field":"natureCode","replace":{"A1":"2222"}}]}
            """
                .formatted(cause))
        .then()
        .statusCode(200)
        .body("receipt.received", equalTo(0));
    List<String> mended =
        body.stream().map(line -> line.replace("\"A1\"", "\"1111\"")).limit(698).toList();
    assertThat(deliver("mender", String.join("\n", mended)).jsonPath().getInt("repeated"))
        .isEqualTo(698);
  }

  @Test
  @Timeout(300)
  void whatIsRejectedAgainByACorrectionIsNotCorrectedAgain() {
    // given
    List<String> sound = texts(lines(35, "circle", people(35, 2)), 600);
    deliver("circle", natures(sound)).then().statusCode(200);
    // when: each makes the other
    correction(
            "circle",
            "/rejections/corrections",
            """
            {"cause":"NATURE_CODE_INVALID@natureCode",
             "changes":[{"field":"natureCode","replace":{"A1":"B2","B2":"A1"}}]}
            """)
        // then
        .then()
        .statusCode(200)
        .body("receipt.received", equalTo(600))
        .body("receipt.rejected", equalTo(600))
        .body("receipt.endedAt", notNullValue());
    assertThat(
            asked("circle", "billing", "/rejections/causes").jsonPath().getLong("causes[0].open"))
        .isEqualTo(600);
  }

  /** Sound but for their nature, each of 60,000 bytes. */
  private static List<byte[]> longLines(long seed, String name, int count) {
    return texts(lines(seed, name, people(seed, 1)), count).stream()
        .map(line -> natures(List.of(line)))
        .map(line -> line.replaceFirst("\\{", "{\"more\":\"" + "x".repeat(60_000) + "\","))
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static byte[] joined(List<byte[]> lines) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      body.writeBytes(line);
      body.write('\n');
    }
    return body.toByteArray();
  }

  @Test
  void allChangesOfACorrectionTogetherAreNoLongerThanALine() {
    // given: each by itself is
    String half = "\",\"replace\":{\"*\":\"" + "y".repeat(33_000) + "\"}}";
    String changes = "[{\"field\":\"a" + half + ",{\"field\":\"b" + half + "]";
    // then
    correction("long", "/rejections/corrections", "{\"cause\":\"any\",\"changes\":" + changes + "}")
        .then()
        .statusCode(422)
        .body("code", equalTo("CHANGE_INVALID"));
  }

  @Test
  void aCorrectionTakesFewerLinesAtOnceWhereTheyAreLong() throws SQLException {
    // given
    deliver("long", joined(longLines(39, "long", 40))).then().statusCode(200);
    // when
    String id =
        correction(
                "long",
                "/rejections/corrections",
                """
                {"cause":"NATURE_CODE_INVALID@natureCode",
                 "changes":[{"field":"natureCode","replace":{"A1":"1111"}}]}
                """)
            .then()
            .statusCode(200)
            .body("receipt.accepted", equalTo(40))
            .extract()
            .path("receipt.deliveryId");
    // then: two megabytes of them, the rest, and the look that finds no more
    assertThat(count("SELECT batches FROM delivery WHERE delivery_id = '" + id + "'")).isEqualTo(3);
  }

  @Test
  void aCorrectionTakesFewerLinesAtOnceWhereItMakesThemLong() throws SQLException {
    // given: short ones
    List<String> sound = texts(lines(43, "growing", people(43, 1)), 80);
    deliver("growing", natures(sound)).then().statusCode(200);
    // when: each gets 60,000 bytes
    String id =
        correction(
                "growing",
                "/rejections/corrections",
                """
                {"cause":"NATURE_CODE_INVALID@natureCode","changes":[
                  {"field":"natureCode","replace":{"A1":"1111"}},
                  {"field":"more","replace":{"*":"%s"}}]}
                """
                    .formatted("y".repeat(60_000)))
            .then()
            .statusCode(200)
            .body("receipt.accepted", equalTo(80))
            .body("unchanged", equalTo(0))
            .extract()
            .path("receipt.deliveryId");
    // then: two megabytes of them, as many again, the rest, and the look that finds no more
    assertThat(count("SELECT batches FROM delivery WHERE delivery_id = '" + id + "'")).isEqualTo(4);
  }

  @Test
  void aPageOfLongRejectionsEndsAfterHalfAMegabyte() {
    // given
    deliver("pages", joined(longLines(40, "pages", 30))).then().statusCode(200);
    List<String> ids = new ArrayList<>();
    String after = "";
    // when
    do {
      String page = asked("pages", "billing", "/rejections?limit=500" + after).asString();
      // then
      assertThat(page).hasSizeLessThan(700_000);
      ids.addAll(JsonPath.from(page).getList("rejections.id"));
      after = "&after=" + JsonPath.from(page).getString("next");
    } while (!after.endsWith("null"));
    assertThat(ids).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void anOperatorIsToldOfCorrectedFieldsOnlyThoseThatARuleKnows() {
    // given: names that a sender made up, among them somebody's INS
    String ins = people(41, 1).getFirst();
    String sound = texts(lines(41, "named", List.of(ins)), 1).getFirst();
    String faulty =
        natures(List.of(sound)).replaceFirst("\"quantity\":-?[0-9.]+", "\"quantity\":0");
    deliver("named", faulty).then().statusCode(200);
    JsonPath rejection = rejections("named", "billing", "");
    String id = rejection.getString("rejections[0].id");
    // when
    correction(
            "named",
            "/rejections/" + id + "/correction",
            sound
                .replaceFirst("^\\{", "{\"" + ins + "\":1,\"a\\\\u0000b\":1,")
                .replaceFirst("\"performer\":\\{", "\"performer\":{\"" + ins + "\":1,"))
        .then()
        .statusCode(200)
        .body("receipt.accepted", equalTo(1));
    // then
    Response toOperator =
        given()
            .auth()
            .oauth2(TestTokens.withRole("someone", "operator"))
            .queryParam("cause", rejection.getString("rejections[0].cause"))
            .get("/rejections");
    assertThat(toOperator.asString()).contains(id).doesNotContain(ins);
    assertThat(toOperator.jsonPath().getList("rejections[0].correctedFields", String.class))
        .containsExactly("natureCode", "other", "quantity");
  }

  private static String natures(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceFirst("\"natureCode\":\"[0-9]+\"", "\"natureCode\":\"A1\""))
        .collect(Collectors.joining("\n"));
  }

  @Test
  @Timeout(300)
  void aCorrectionOfAllGoesOnBesideOneOfOne() throws SQLException {
    // given: more than a transaction takes, and one that somebody else is correcting
    List<String> sound = texts(lines(36, "beside", people(36, 2)), 700);
    deliver("beside", natures(sound)).then().statusCode(200);
    try (Connection other = dataSource.getConnection();
        Statement hold = other.createStatement()) {
      other.setAutoCommit(false);
      hold.execute(
          "SELECT 1 FROM rejection WHERE sender = 'beside' ORDER BY id LIMIT 1 FOR UPDATE");
      // when
      correction(
              "beside",
              "/rejections/corrections",
              """
              {"cause":"NATURE_CODE_INVALID@natureCode",
               "changes":[{"field":"natureCode","replace":{"A1":"1111"}}]}
              """)
          // then
          .then()
          .statusCode(200)
          .body("receipt.accepted", equalTo(699));
      other.rollback();
    }
  }

  @Test
  @Timeout(300)
  void aCorrectionTakesItsLocksInOneOrder() throws Exception {
    // given: one of the lines will be rejected again, and somebody has all the locks of line keys
    List<String> sound = texts(lines(42, "ordered", people(42, 1)), 12);
    String last = natures(List.of(sound.getLast())).replace("A1", "B2");
    deliver("ordered", natures(sound.subList(0, 11)) + "\n" + last).then().statusCode(200);
    List<Integer> waitedFor = new ArrayList<>();
    try (ExecutorService asking = Executors.newSingleThreadExecutor();
        Connection other = dataSource.getConnection();
        Statement locks = other.createStatement()) {
      locks.execute("SELECT pg_advisory_lock(7302, s) FROM generate_series(0, 255) AS s");
      try {
        // when
        Future<Response> answer =
            asking.submit(
                () ->
                    correction(
                        "ordered",
                        "/rejections/corrections",
                        """
                        {"cause":"NATURE_CODE_INVALID@natureCode",
                         "changes":[{"field":"natureCode","replace":{"A1":"1111","B2":"C3"}}]}
                        """));
        // and is given one after the other
        while (!answer.isDone()) {
          try (ResultSet row =
              locks.executeQuery(
                  """
                  SELECT objid, pg_advisory_unlock(7302, objid::int) FROM pg_locks
                  WHERE locktype = 'advisory' AND classid = 7302 AND NOT granted
                    AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'rejection'::regclass
                                  AND mode = 'RowShareLock')
                  """)) {
            if (row.next()) {
              waitedFor.add(row.getInt(1));
            }
          }
        }
        answer.get().then().statusCode(200).body("receipt.rejected", equalTo(1));
      } finally {
        locks.execute("SELECT pg_advisory_unlock_all()");
      }
    }
    // then
    assertThat(waitedFor).hasSizeGreaterThan(5).isSorted();
  }

  @Test
  void whatIsBeyondADaysRejectionsIsCountedAndItsSenderTold() throws SQLException {
    // given: one that is kept, and then as much as is in a day, and in the next, should it begin
    String sound = texts(lines(45, "full", people(45, 1)), 1).getFirst();
    deliver("full", natures(List.of(sound))).then().statusCode(200);
    String id = rejections("full", "billing", "").getString("rejections[0].id");
    for (int day = 0; day < 2; day++) {
      execute(
          "INSERT INTO rejection_day VALUES ('full', DATE '%s', 0, %d)"
              .formatted(today().plusDays(day), 8L << 30));
    }
    // when
    JsonPath receipt = deliver("full", "x\nx\n").then().statusCode(200).extract().jsonPath();
    // then
    assertThat(receipt.getInt("rejected")).isEqualTo(2);
    assertThat(receipt.getInt("rejectedOnlyCounted")).isEqualTo(2);
    assertThat(receipt.getMap("rejectedByReason")).isEqualTo(Map.of("NOT_JSON", 2));
    assertThat(
            asked("full", "billing", "/receipts/" + receipt.getString("deliveryId"))
                .jsonPath()
                .getInt("receipt.rejectedOnlyCounted"))
        .isEqualTo(2);
    assertThat(rejected("NOT_JSON", "full")).isEqualTo(2);
    assertThat(metrics()).contains("carnet_rejections_only_counted_total{sender=\"full\"} 2.0");
    assertThat(rejections("full", "billing", "").getList("rejections.id")).containsExactly(id);
    // and one whose correction is rejected again, and not kept, can still be corrected
    String path = "/rejections/" + id + "/correction";
    correction("full", path, natures(List.of(sound)))
        .then()
        .statusCode(200)
        .body("receipt.rejectedOnlyCounted", equalTo(1));
    correction("full", path, sound).then().statusCode(200).body("receipt.accepted", equalTo(1));
    await().atMost(SOON).until(() -> !rejectedOf("full").isEmpty());
    assertThat(rejectedOf("full")).hasSize(1);
  }

  @Test
  void whatMayBeSecretCareIsNeitherInARejectionNorOnItsTopic() {
    // given: lines that nobody can read, each saying in its own way that it is secret
    String sound = texts(lines(37, "unread", people(37, 1)), 1).getFirst();
    String secret = sound.replace("\"secretCare\":false", "\"secretCare\":true");
    List<byte[]> unread =
        Stream.of(
                sound.substring(0, sound.indexOf("false,", sound.indexOf("secretCare")) + 2),
                sound.substring(0, sound.indexOf("secretCare") + 4),
                "{\"quantity\":1," + secret.replace("secretCare", "secret\\u0043are").substring(1),
                secret.replace('"', '\''),
                secret.replace("\"secretCare\":", "\"secretCare\":\u00a0"),
                secret.replace("\"secretCare\":true", "\"secretCare\":True"),
                secret.replace("\"secretCare\":true", "secretCare=true"),
                sound + secret.substring(0, secret.indexOf("secretCare")))
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .collect(Collectors.toCollection(ArrayList::new));
    unread.add(secret.getBytes(StandardCharsets.UTF_16));
    // when
    for (byte[] line : unread) {
      deliver("unread", line).then().statusCode(200);
    }
    // then
    List<String> kept = rejections("unread", "billing", "").getList("rejections.received");
    assertThat(kept).hasSizeGreaterThanOrEqualTo(unread.size()).containsOnly("");
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(rejectedOf("unread"))
                    .hasSizeGreaterThanOrEqualTo(unread.size())
                    .allMatch(rejected -> rejected.received().isEmpty()));
    // and one that says that it is not secret is kept
    deliver("unread", sound + "x").then().statusCode(200);
    assertThat(
            rejections("unread", "billing", "")
                .getList("rejections.received", String.class)
                .getLast())
        .isNotEmpty();
  }

  private List<LineRejected> rejectedOf(String sender) {
    return kafka.all(Topic.BILLING_REJECTED, IsolationLevel.READ_COMMITTED).stream()
        .map(record -> Wire.read(record.value(), LineRejected.class))
        .filter(rejected -> rejected.sender().equals(sender))
        .toList();
  }

  @Test
  void aRejectionThatACorrectionFlagsAsSecretCareIsForgotten() throws SQLException {
    // given: without an id by which a late flag could find them
    List<String> lines =
        texts(lines(38, "flagged", people(38, 1)), 3).stream()
            .map(line -> line.replaceFirst("\"lineId\":\"[^\"]*\"", "\"lineId\":\"\""))
            .toList();
    deliver("flagged", String.join("\n", lines)).then().statusCode(200);
    List<String> ids = rejections("flagged", "billing", "").getList("rejections.id", String.class);
    assertThat(ids).hasSize(3);
    // when: one by itself
    correction(
            "flagged",
            "/rejections/" + ids.getFirst() + "/correction",
            lines
                .getFirst()
                .replace("\"lineId\":\"\"", "\"lineId\":\"now\"")
                .replace("\"secretCare\":false", "\"secretCare\":true"))
        .then()
        .statusCode(200)
        .body("receipt.accepted", equalTo(1));
    // then
    assertThat(count("SELECT count(*) FROM rejection WHERE sender = 'flagged'")).isEqualTo(2);
    // when: the others together
    correction(
            "flagged",
            "/rejections/corrections",
            """
            {"cause":"LINE_ID_INVALID@lineId","changes":[
              {"field":"lineId","replace":{"*":"now"}},
              {"field":"secretCare","replace":{"*":true}}]}
            """)
        .then()
        .statusCode(200)
        .body("receipt.accepted", equalTo(2));
    // then
    assertThat(count("SELECT count(*) FROM rejection WHERE sender = 'flagged'")).isZero();
  }

  private static String nature(int i) {
    return "\"natureCode\":\"" + (i < 698 ? "A1" : "B2") + "\"";
  }

  @Test
  void oneIsCorrectedByTheWholeLineOnceAndJudgedLikeAnyOther() throws SQLException {
    // given
    String sound = texts(lines(34, "single", people(34, 1)), 1).getFirst();
    String faulty = sound.replaceFirst("\"quantity\":-?[0-9.]+", "\"quantity\":0");
    deliver("single", faulty + "\n" + faulty + "\n").then().statusCode(200);
    List<String> ids = rejections("single", "billing", "").getList("rejections.id", String.class);
    String path = "/rejections/" + ids.getFirst() + "/correction";
    // when, then
    correction("another", path, sound)
        .then()
        .statusCode(404)
        .body("code", equalTo("NO_SUCH_REJECTION"));
    correction("single", path, sound)
        .then()
        .statusCode(200)
        .body("receipt.accepted", equalTo(1))
        .body("receipt.endedAt", notNullValue());
    correction("single", path, sound)
        .then()
        .statusCode(409)
        .body("code", equalTo("REJECTION_CORRECTED"));
    // and its receipt was ended in the transaction that corrected it: nobody could ask for it again
    assertThat(
            count(
                "SELECT count(*) FROM rejection r JOIN delivery d ON d.xmin = r.xmin"
                    + " WHERE d.delivery_id = 'correction-' || r.id AND d.ended_at IS NOT NULL"
                    + " AND r.id = '"
                    + ids.getFirst()
                    + "'"))
        .isEqualTo(1);
    String second = "/rejections/" + ids.getLast() + "/correction";
    correction("single", second, faulty)
        .then()
        .statusCode(200)
        .body("receipt.rejected", equalTo(1));
    JsonPath all = rejections("single", "billing", "");
    assertThat(all.getList("rejections.correctedTo", String.class))
        .containsExactly("ACCEPTED", "REJECTED_AGAIN", null);
    assertThat(all.getList("rejections.correctedBy", String.class))
        .containsExactly("single", "single", null);
    assertThat(Instant.parse(all.getString("rejections[0].correctedAt")))
        .isAfter(Instant.parse(all.getString("rejections[0].receivedAt")));
    for (String large : List.of(second, "/rejections/corrections")) {
      correction("single", large, " ".repeat((1 << 20) + 1))
          .then()
          .statusCode(422)
          .body("code", equalTo("BODY_TOO_LARGE"));
    }
    for (String wrong :
        List.of(
            "{\"cause\":\"x\",\"changes\":[]}",
            "{\"cause\":\"x\",\"changes\":[null]}",
            "{\"cause\":\"\\u0000\",\"changes\":[{\"field\":\"a\",\"replace\":{\"*\":1}}]}",
            "{\"cause\":\"x\",\"changes\":[{\"field\":\"a b\",\"replace\":{\"*\":1}}]}",
            "{\"cause\":\"x\",\"changes\":[{\"field\":\"quantity\"}]}",
            "{\"changes\":[{\"field\":\"quantity\",\"replace\":{\"*\":1}}]}")) {
      correction("single", "/rejections/corrections", wrong).then().statusCode(422);
    }
  }

  @Test
  void afterThirtyDaysARejectionShowsNoMore() throws SQLException {
    // given
    deliver("forgetful", "x\n").then().statusCode(200);
    try (Connection connection = dataSource.getConnection();
        Statement age = connection.createStatement()) {
      age.executeUpdate(
          "UPDATE rejection SET received_at = received_at - interval '30 days'"
              + " WHERE sender = 'forgetful'");
    }
    // then
    assertThat(rejections("forgetful", "billing", "").getList("rejections")).isEmpty();
  }

  private static String received(JsonPath page, int index) {
    return new String(
        Base64.getDecoder().decode(page.getString("rejections[" + index + "].received")),
        StandardCharsets.UTF_8);
  }

  private static JsonPath rejections(String sender, String role, String query) {
    return asked(sender, role, "/rejections?limit=100&" + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private static Response asked(String sender, String role, String path) {
    return given().auth().oauth2(TestTokens.withRole(sender, role)).get(path);
  }

  private static Response correction(String sender, String path, String body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType("application/json")
        .body(body)
        .post(path);
  }

  @Test
  void nobodyElseSeesThem() {
    for (String role : List.of("registry", "auditor", "professional-x", "programme")) {
      given()
          .auth()
          .oauth2(TestTokens.withRole("someone", role))
          .get("/rejections/counts")
          .then()
          .statusCode(403);
    }
    given().get("/rejections/counts").then().statusCode(401);
  }

  @Test
  void noMetricTellsWhoHasADossier() {
    // given
    List<String> people = people(31, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.getFirst());
    register(dossier, State.OPEN);
    deliver(SENDER, String.join("\n", texts(lines(31, "metrics", people), 50)));
    // when
    given().get("/q/metrics").then().statusCode(401);
    given()
        .auth()
        .oauth2(TestTokens.withRole(SENDER, "billing"))
        .get("/q/metrics")
        .then()
        .statusCode(403);
    String metrics =
        given()
            .auth()
            .oauth2(TestTokens.withRole("op", "operator"))
            .get("/q/metrics")
            .then()
            .statusCode(200)
            .extract()
            .asString();
    // then
    assertThat(metrics).contains("carnet_lines_total").contains("/registry/{dossierId}");
    assertThat(metrics)
        .doesNotContain(dossier.id().toString())
        .doesNotContain(TestTokens.patientRef(people.getFirst()).value())
        .doesNotContain(people);
  }

  private static JsonPath counts(String sender, String role) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, role))
        .get("/rejections/counts")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }
}
