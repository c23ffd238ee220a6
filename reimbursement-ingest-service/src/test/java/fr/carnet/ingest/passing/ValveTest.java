package fr.carnet.ingest.passing;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.eventstore.Decoding;
import fr.carnet.ingest.CareOnKafka;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.ingest.keeping.Buckets;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ValveTest extends IngestOverHttp {

  @Inject Sendings sendings;

  @Test
  void openingFeedsWhatWasKeptAndReopeningFeedsWhatCameWhileItWasClosed() {
    // given: lines before any dossier exists
    List<String> people = people(51, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    List<String> before = texts(lines(51, "before", people), 100);
    List<String> closed = texts(lines(51, "closed", people), 100);
    deliver(SENDER, String.join("\n", before)).then().statusCode(200);
    // when
    register(dossier, State.OPEN);
    awaitLines(dossier, linesOf(before, people.get(0)));
    register(dossier, State.CLOSED);
    deliver(SENDER, String.join("\n", closed)).then().statusCode(200);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    // then
    awaitLines(dossier, linesOf(before, people.get(0)));
    // when
    register(dossier, State.OPEN);
    // then
    awaitLines(dossier, linesOf(before, people.get(0)) + linesOf(closed, people.get(0)));
  }

  @Test
  void aLineThatIsSentAgainPassesOnceMoreWithHowOftenItCame() throws SQLException {
    // given
    List<String> people = people(55, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(55, "again", people), 20);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    int own = linesOf(lines, people.get(0));
    awaitLines(dossier, own);
    // when: of somebody with a dossier and of somebody without
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    // then
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(CareOnKafka.read(kafka).lines(dossier).values())
                    .hasSize(own)
                    .allMatch(care -> care.repeats() == 2));
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM line_repeat") == 0);
    // A fact of its own each time: the log shows an event id that came twice as one.
    assertThat(CareOnKafka.read(kafka).of(dossier.id()).stream().map(ValveTest::eventId))
        .doesNotHaveDuplicates();
  }

  private static String eventId(CareOnKafka.Passed passed) {
    return Decoding.text(passed.record(), Headers.ID).orElseThrow();
  }

  @Test
  void aLineIsLeftAloneUntilItsSenderHasBeenAnswered() throws SQLException {
    // given
    String person = people(56, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    // when
    deliver(SENDER, texts(lines(56, "quiet", List.of(person)), 1).getFirst())
        .then()
        .statusCode(200);
    awaitLines(dossier, 1);
    // then: otherwise passing it would take the answer time, and tell who has a dossier
    long kept = count("SELECT (extract(epoch FROM max(received_at)) * 1000000)::bigint FROM line");
    Instant passed =
        Instant.parse(
            Decoding.text(
                    CareOnKafka.read(kafka).of(dossier.id()).getFirst().record(), Headers.TIME)
                .orElseThrow());
    assertThat(passed).isAfterOrEqualTo(Instant.EPOCH.plus(kept, ChronoUnit.MICROS).plusMillis(50));
  }

  @Test
  void aClosingWaitsWhileLinesOfThatPersonAreBeingPassed() throws SQLException {
    // given
    String person = people(52, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    // when: somebody passes lines of this person
    try (Connection passing = dataSource.getConnection()) {
      passing.setAutoCommit(false);
      Buckets.shared(passing, List.of(bucketOf(person)));
      kafka.send(dossier.next(State.CLOSED));
      kafka.flush();
      // then
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofMinutes(5))
          .until(() -> applied(dossier) == 1);
      passing.rollback();
    }
    await().atMost(SOON).until(() -> applied(dossier) == 2);
  }

  @Test
  void linesWaitWhileAnOpeningOrClosingOfThatPersonIsBeingApplied() throws SQLException {
    // given
    String person = people(53, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(53, "waiting", List.of(person)), 20);
    // when: somebody applies something to this person's dossier
    try (Connection applying = dataSource.getConnection()) {
      applying.setAutoCommit(false);
      Buckets.exclusive(applying, List.of(bucketOf(person)));
      deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
      // then
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofMinutes(5))
          .until(() -> CareOnKafka.read(kafka).of(dossier.id()).isEmpty());
      applying.rollback();
    }
    awaitLines(dossier, 20);
  }

  @Test
  void aBatchWhoseValveLostItsDatabaseCannotSurfaceAfterAClosing() throws SQLException {
    // given: a valve that asked Kafka for everything but the commit, and holds no bucket any more
    String person = people(54, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    String other = "ingest-valve-other";
    try (CareProducer lost = new CareProducer(RealServers.kafkaSettings(), other)) {
      var producer = lost.ready();
      producer.beginTransaction();
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topic.CARE_REIMBURSEMENTS.wireName(), dossier.id().toString(), new byte[] {1}));
      producer.flush();
      sendings.begin(other, List.of(bucketOf(person)));
      // when
      register(dossier, State.CLOSED);
      // then
      assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
    }
    assertThat(CareOnKafka.read(kafka).of(dossier.id())).isEmpty();
    assertThat(count("SELECT count(*) FROM sending")).isZero();
  }

  @Test
  void aLineIsNotWrittenASecondTimeForHavingBeenLookedAt() throws SQLException {
    // given
    String person = people(57, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    String lines = String.join("\n", texts(lines(57, "once", List.of(person)), 20));
    // when
    String delivery = deliver(SENDER, lines).then().statusCode(200).extract().path("deliveryId");
    awaitLines(dossier, 20);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    // then: the rows are still those of the transaction that kept them
    assertThat(
            count(
                """
                SELECT count(*) FROM line WHERE patient_ref = '%s'
                  AND xmin::text IN (SELECT xmin::text FROM delivery_count WHERE delivery_id = '%s')
                """
                    .formatted(TestTokens.patientRef(person).value(), delivery)))
        .isEqualTo(20);
  }

  @Test
  void aLineThatIsQueuedAgainPassesAgainAndAWithdrawnOneNever() throws SQLException {
    // given: a line that passed, and one that was withdrawn
    String person = people(58, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(58, "queued", List.of(person)), 2);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    awaitLines(dossier, 2);
    deliver(SENDER, lines.get(0).replace("\"secretCare\":false", "\"secretCare\":true"))
        .then()
        .statusCode(200);
    awaitLines(dossier, 1);
    String ofThePerson =
        "SELECT line_key, bucket FROM line WHERE patient_ref = '%s' OR line_key IN ('%s')"
            .formatted(
                TestTokens.patientRef(person).value(),
                CareOnKafka.read(kafka).of(dossier.id()).getLast().lineKey());
    int passed = CareOnKafka.read(kafka).of(dossier.id()).size();
    // when: each is queued twice
    execute("INSERT INTO unpassed (line_key, bucket) " + ofThePerson);
    execute("INSERT INTO unpassed (line_key, bucket) " + ofThePerson);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    // then
    awaitLines(dossier, 1);
    List<CareOnKafka.Passed> again = CareOnKafka.read(kafka).of(dossier.id());
    assertThat(again.subList(passed, again.size()))
        .isNotEmpty()
        .allMatch(line -> !line.withdrawn() && eventId(line).equals(eventId(again.get(passed))));
  }

  @Test
  void aLineThatCannotPassIsSetAsideAndAllOthersPass() throws SQLException {
    // given: a line whose content nobody can read, among others
    String person = people(59, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(59, "poison", List.of(person)), 40);
    deliver(SENDER, lines.getFirst()).then().statusCode(200);
    awaitLines(dossier, 1);
    String key = CareOnKafka.read(kafka).of(dossier.id()).getFirst().lineKey();
    String queueAgain =
        "INSERT INTO unpassed (line_key, bucket) SELECT line_key, bucket FROM line"
            + " WHERE line_key = '%s'".formatted(key);
    execute("UPDATE line SET care = 'x', repeats = 1 WHERE line_key = '%s'".formatted(key));
    // when
    execute(queueAgain);
    deliver(SENDER, String.join("\n", lines.subList(1, 40))).then().statusCode(200);
    // then
    awaitLines(dossier, 40);
    await().atMost(SOON).until(() -> setAside().getList("id").size() == 1);
    assertThat(setAside().getString("[0].failure")).contains("UnreadableFact");
    assertThat(operator().get("/q/metrics").asString()).contains("carnet_lines_set_aside 1.0");
    given().get("/q/health/well").then().statusCode(200);
    given()
        .auth()
        .oauth2(TestTokens.withRole(SENDER, "billing"))
        .get("/operations/set-aside")
        .then()
        .statusCode(403);
    // when: it is tried again, given up, and queued once more
    int first = setAside().getInt("[0].id");
    operator().post("/operations/set-aside/" + first + "/release").then().statusCode(204);
    await().atMost(SOON).until(() -> setAside().getList("id").size() == 1);
    int second = setAside().getInt("[0].id");
    operator().delete("/operations/set-aside/" + second).then().statusCode(204);
    operator().delete("/operations/set-aside/" + second).then().statusCode(404);
    operator().post("/operations/set-aside/" + second + "/release").then().statusCode(404);
    execute(queueAgain);
    await().atMost(SOON).until(() -> setAside().getList("id").size() == 1);
    // then: a late flag of secret care withdraws it all the same
    deliver(SENDER, lines.getFirst().replace("\"secretCare\":false", "\"secretCare\":true"))
        .then()
        .statusCode(200);
    awaitLines(dossier, 39);
    await().atMost(SOON).until(() -> setAside().getList("id").isEmpty());
  }

  private static RequestSpecification operator() {
    return given().auth().oauth2(TestTokens.withRole("op", "operator"));
  }

  private static JsonPath setAside() {
    return operator().get("/operations/set-aside").then().statusCode(200).extract().jsonPath();
  }

  @Test
  void operatorsAloneAreToldOfAValveWhoseOldestPlaceDoesNotMove() {
    MeterRegistry metrics = new SimpleMeterRegistry();
    WhenValveStandsThenAlarm alarm = new WhenValveStandsThenAlarm(dataSource, metrics);
    Gauge stands = metrics.get("carnet.valve.stands").gauge();
    long now = System.nanoTime();
    alarm.note(Optional.of(1L), now);
    alarm.note(Optional.of(1L), now + Duration.ofSeconds(59).toNanos());
    assertThat(stands.value()).isZero();
    alarm.note(Optional.of(1L), now + Duration.ofSeconds(61).toNanos());
    assertThat(stands.value()).isEqualTo(1);
    alarm.note(Optional.of(2L), now + Duration.ofSeconds(62).toNanos());
    assertThat(stands.value()).isZero();
    // and health, which needs no token, is not: nothing of it may hang on the valve's queue
    assertThat(given().get("/q/health").jsonPath().getList("checks.name", String.class))
        .noneMatch(name -> name.contains("valve"));
  }

  private static int bucketOf(String ins) {
    return Buckets.of(TestTokens.patientRef(ins).value());
  }
}
