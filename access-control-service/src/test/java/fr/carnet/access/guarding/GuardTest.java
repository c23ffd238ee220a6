package fr.carnet.access.guarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import fr.carnet.access.AccessOverHttp;
import fr.carnet.access.TracesForTests;
import fr.carnet.access.counting.Refusals;
import fr.carnet.events.Paris;
import fr.carnet.events.Sha256;
import fr.carnet.events.Wire;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.access.RefusedCaller.Kind;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.platform.RankTest;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Refusals counted for all services, and what the privacy officer is told. */
@QuarkusTest
class GuardTest extends AccessOverHttp {
  private static final Pattern CORRELATION =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final String OFFICER = TestTokens.withRole("officer-1", "privacy-officer");

  @Inject DataSource dataSource;
  @Inject Refusals refusals;

  private final String account = Sha256.hex(UUID.randomUUID().toString());

  @BeforeEach
  void noDossiers() {
    unknownDossiersAreNotFound();
  }

  private RefusedCaller refused(Kind kind) {
    return new RefusedCaller(account, professional(DOCTOR, "10"), kind);
  }

  private static ValidatableResponse post(RefusedCaller refused) {
    return as(SERVICE).body(Wire.write(refused)).post("/refusals").then();
  }

  private boolean tooMany(Kind kind) {
    return post(refused(kind)).statusCode(200).extract().path("tooMany");
  }

  private ValidatableResponse reports() {
    return as(OFFICER).get("/reports?limit=200").then().statusCode(200);
  }

  private String ofAccount(String field) {
    return "reports.findAll { it.account == '" + account + "' }." + field;
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void twenty_refusals_within_an_hour_are_allowed_and_then_the_privacy_officer_is_told()
      throws SQLException {
    for (int i = 0; i < 20; i++) {
      assertThat(tooMany(Kind.DOSSIER)).as("refusal " + i).isFalse();
    }
    reports().body(ofAccount("code"), equalTo(List.of()));
    assertThat(tooMany(Kind.DOSSIER)).isTrue();
    assertThat(tooMany(Kind.DOSSIER)).isTrue();
    // The same account at a counter; and another account.
    assertThat(tooMany(Kind.AT_COUNTER)).isFalse();
    RefusedCaller another =
        new RefusedCaller(Sha256.hex(account), Actor.anonymous(Actor.Role.OWNER), Kind.DOSSIER);
    post(another).statusCode(200).body("tooMany", equalTo(false));
    reports()
        .body(ofAccount("code"), equalTo(List.of("SCANNING")))
        .body(ofAccount("actor"), equalTo(List.of("professional:" + DOCTOR)))
        .body(ofAccount("times"), equalTo(List.of(22)))
        .body(ofAccount("sentence.fr"), notNullValue());
    // The hour slides.
    execute("UPDATE refusal_count SET minute = minute - interval '61 minutes'");
    assertThat(tooMany(Kind.DOSSIER)).isFalse();
  }

  @Test
  void of_requests_at_once_no_more_than_twenty_are_let_through() throws Exception {
    List<Callable<Boolean>> requests = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      requests.add(() -> refusals.tooMany(refused(Kind.DOSSIER)));
    }
    int allowed = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> answer : threads.invokeAll(requests)) {
        allowed += answer.get() ? 0 : 1;
      }
    }
    assertThat(allowed).isEqualTo(20);
  }

  @Test
  void what_is_missing_is_said() {
    as(SERVICE).body("{}").post("/refusals").then().statusCode(422);
    post(new RefusedCaller("x", professional(DOCTOR, "10"), Kind.DOSSIER))
        .statusCode(422)
        .body("code", equalTo("IDENTIFIER_INVALID"));
  }

  @Test
  void break_glass_more_than_five_times_a_day_is_told_to_the_privacy_officer_who_marks_it() {
    String doctor = "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
    Instant now = Instant.now();
    for (int i = 0; i < 5; i++) {
      TracesForTests.publish(
          TracesForTests.read(UUID.randomUUID(), doctor, PurposeOfUse.BREAK_GLASS, now));
    }
    UUID sixth = UUID.randomUUID();
    for (int page = 0; page < 10; page++) {
      TracesForTests.publish(TracesForTests.read(sixth, doctor, PurposeOfUse.BREAK_GLASS, now));
    }
    String ofDoctor = "reports.findAll { it.actor == 'professional:" + doctor + "' }";
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> reports().body(ofDoctor + ".times", equalTo(List.of(6))));
    String report =
        reports()
            .body(ofDoctor + ".code", equalTo(List.of("FREQUENT_BREAK_GLASS")))
            .body(ofDoctor + ".day", equalTo(List.of(Paris.dayOf(now).toString())))
            .body(ofDoctor + "[0].readAt", nullValue())
            .extract()
            .path(ofDoctor + "[0].reportId");
    int unread = reports().extract().path("unread");
    for (String officer : List.of("officer-1", "officer-2")) {
      as(TestTokens.withRole(officer, "privacy-officer"))
          .put("/reports/" + report + "/read")
          .then()
          .statusCode(204);
    }
    reports()
        .body("unread", equalTo(unread - 1))
        .body(ofDoctor + "[0].readAt", notNullValue())
        .body(ofDoctor + "[0].readBy", equalTo("officer-1"));
    for (String none : List.of(UUID.randomUUID().toString(), "x")) {
      as(OFFICER)
          .put("/reports/" + none + "/read")
          .then()
          .statusCode(404)
          .body("code", equalTo("NO_SUCH_REPORT"));
    }
    // A report names no dossier.
    assertThat(reports().extract().asString()).doesNotContain(sixth.toString());
  }

  @Test
  void a_dossier_that_may_not_be_seen_is_answered_like_none_in_bytes_and_in_time() {
    Dossier hidden = dossierOf(OWNER);
    asPatient(OWNER).get(hidden.path("/access")).then().statusCode(200);
    List<String> paths = List.of("/access", "/grants", "/notices");
    double[] ofHidden = new double[48];
    double[] ofNone = new double[48];
    for (int i = 0; i < ofHidden.length + 4; i++) {
      // Another one each time: who is refused too often is told something else.
      String token = TestTokens.patient(somebody());
      String path = paths.get(i % paths.size());
      Dossier none = new Dossier(UUID.randomUUID(), hidden.keys());
      // In drawn order: a token's first use is slower, whatever it asks for.
      boolean hiddenFirst = ThreadLocalRandom.current().nextBoolean();
      Answer first = timed(token, (hiddenFirst ? hidden : none).path(path));
      Answer second = timed(token, (hiddenFirst ? none : hidden).path(path));
      assertThat(second.text()).isEqualTo(first.text());
      // The first ones are slow for nobody in particular.
      if (i >= 4) {
        ofHidden[i - 4] = (hiddenFirst ? first : second).nanos();
        ofNone[i - 4] = (hiddenFirst ? second : first).nanos();
      }
    }
    assertThat(Arrays.stream(ofHidden).min().orElseThrow()).isGreaterThan(50e6);
    assertThat(Arrays.stream(ofNone).min().orElseThrow()).isGreaterThan(50e6);
    RankTest test = RankTest.of(ofHidden, ofNone);
    assertThat(test.z()).as(test.toString()).isBetween(-3.89, 3.89);
  }

  /** Otherwise a body that is held back chooses at which moment of a step it is looked at. */
  @Test
  void the_time_of_a_refusal_begins_when_the_whole_body_has_come() throws Exception {
    Dossier hidden = dossierOf(OWNER);
    String body = toProfessional(DOCTOR);
    for (int late : List.of(0, 35, 40, 45)) {
      String head =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                  .formatted(hidden.path("/grants"), TestTokens.patient(somebody()))
              + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  .formatted(body.length());
      try (Socket socket = new Socket("localhost", RestAssured.port)) {
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        await().pollDelay(Duration.ofMillis(late)).until(() -> true);
        long whole = System.nanoTime();
        socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        byte[] status = socket.getInputStream().readNBytes(12);
        long nanos = System.nanoTime() - whole;
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 403");
        assertThat(nanos).as("%d ms late", late).isGreaterThanOrEqualTo(50_000_000);
      }
    }
  }

  /** The INS of a made-up person. */
  private static String somebody() {
    long number = 2_95_10_99_000_000L + ThreadLocalRandom.current().nextLong(1_000_000);
    return number + String.format("%02d", 97 - number % 97);
  }

  @Test
  void the_21st_refusal_is_one_too_many_whichever_service_and_door_it_was() throws SQLException {
    String ins = somebody();
    Dossier own = dossierOf(ins);
    Dossier hidden = dossierOf(OWNER);
    Dossier none = new Dossier(UUID.randomUUID(), hidden.keys());
    // given ten refusals of another service
    RefusedCaller elsewhere =
        new RefusedCaller(
            Sha256.hex("patient-" + TestTokens.patientRef(ins).value().substring(0, 8)),
            Actor.anonymous(Actor.Role.OWNER),
            Kind.DOSSIER);
    for (int i = 0; i < 10; i++) {
      post(elsewhere).body("tooMany", equalTo(false));
    }
    // and ten here, of reading and of deciding, of a dossier that is and of one that is not
    for (Dossier asked : List.of(hidden, none)) {
      for (Response refusal : refusals(ins, asked)) {
        refusal.then().statusCode(403).body("code", equalTo("NO_STANDING"));
      }
    }
    // then
    List<String> answers = new ArrayList<>();
    for (Dossier asked : List.of(hidden, none)) {
      for (Response refusal : refusals(ins, asked)) {
        refusal.then().statusCode(429).body("code", equalTo("TOO_MANY_REFUSALS"));
        assertThat(refusal.time()).isGreaterThanOrEqualTo(50);
        answers.add(CORRELATION.matcher(refusal.asString()).replaceAll("*"));
      }
    }
    assertThat(answers).hasSize(10).containsOnly(answers.getFirst());
    post(elsewhere).body("tooMany", equalTo(true));
    reports()
        .body(
            "reports.find { it.account == '" + elsewhere.account() + "' }.code",
            equalTo("SCANNING"));
    // Who may is never kept from it.
    asPatient(ins).get(own.path("/access")).then().statusCode(200);
    asPatient(ins).body(toProfessional(DOCTOR)).post(own.path("/grants")).then().statusCode(201);
    nobodyWasRefused();
    asPatient(ins).get(hidden.path("/access")).then().statusCode(403);
  }

  private static List<Response> refusals(String ins, Dossier dossier) {
    return List.of(
        asPatient(ins).get(dossier.path("/access")),
        asPatient(ins).get(dossier.path("/grants")),
        asPatient(ins).get(dossier.path("/notices")),
        asPatient(ins).body(toProfessional(DOCTOR)).post(dossier.path("/grants")),
        asPatient(ins).put(dossier.path("/blocks/" + DOCTOR)));
  }

  @Test
  void a_professional_who_tries_patient_after_patient_is_stopped_too() {
    String doctor = "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
    dossierOf(OWNER);
    for (int i = 0; i < 20; i++) {
      String ins = i % 2 == 0 ? OWNER : somebody();
      if (i < 14) {
        accept(doctor, ins).then().statusCode(403).body("code", equalTo("NO_STANDING"));
      } else {
        visit(doctor, ins).then().statusCode(403).body("code", equalTo("CODE_NOT_VALID"));
      }
    }
    for (Response answer :
        List.of(accept(doctor, OWNER), accept(doctor, somebody()), visit(doctor, OWNER))) {
      answer.then().statusCode(429).body("code", equalTo("TOO_MANY_REFUSALS"));
      assertThat(answer.time()).isGreaterThanOrEqualTo(50);
    }
  }

  private static Response visit(String doctor, String ins) {
    return asDoctor(doctor).body("{\"ins\":\"" + ins + "\",\"code\":\"00000000\"}").post("/visits");
  }

  private record Answer(String text, double nanos) {}

  private static Answer timed(String token, String path) {
    long begin = System.nanoTime();
    var answer = as(token).get(path);
    double nanos = System.nanoTime() - begin;
    String text =
        answer.statusCode()
            + answer.headers().toString()
            + answer.then().statusCode(403).extract().asString();
    return new Answer(CORRELATION.matcher(text).replaceAll("*"), nanos);
  }
}
