package fr.carnet.access.arriving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.access.AccessOverHttp;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The code that a patient says in the consulting room, and the professional who asks. */
@QuarkusTest
class VisitsAndRequestsTest extends AccessOverHttp {
  /** Somebody without a dossier. */
  private static final String NOBODY = "253072A07300443";

  @Inject DataSource dataSource;

  private Dossier dossier;

  /** Attempts are counted by person and professional: every test has its own. */
  private String doctor;

  @BeforeEach
  void openADossier() throws SQLException {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
    doctor = newDoctor();
    execute("DELETE FROM attempt");
  }

  private static String newDoctor() {
    return "8" + String.format("%011d", ThreadLocalRandom.current().nextLong(100_000_000_000L));
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private String code() {
    return codeOf(OWNER);
  }

  private String codeOf(String ins) {
    return asPatient(ins)
        .post(dossier.path("/visit-codes"))
        .then()
        .statusCode(201)
        .extract()
        .path("code");
  }

  private static Response visit(String doctor, String ins, String code) {
    return asDoctor(doctor)
        .body("{\"ins\":\"" + ins + "\",\"code\":\"" + code + "\"}")
        .post("/visits");
  }

  private static String wrong(String code) {
    return (code.charAt(0) == '9' ? "0" : "9") + code.substring(1);
  }

  private static JsonNode problem(Response response) throws Exception {
    JsonNode tree = Wire.JSON.readTree(response.asByteArray());
    ((ObjectNode) tree).remove("correlation");
    return tree;
  }

  @Test
  void a_one_time_code_lets_the_professional_who_repeats_it_read_for_the_visit() {
    Instant before = Instant.now();
    Response issued = asPatient(OWNER).post(dossier.path("/visit-codes"));
    Instant expiresAt = Instant.parse(issued.then().statusCode(201).extract().path("expiresAt"));
    assertThat(expiresAt)
        .isBetween(before.plus(Duration.ofMinutes(14)), Instant.now().plus(Duration.ofMinutes(16)));
    String code = issued.path("code");
    assertThat(code).matches("[0-9]{8}");
    assertThat(decide(dossier, doctor).allowed()).isFalse();

    Response visit = visit(doctor, OWNER, code.substring(0, 4) + " " + code.substring(4));
    visit.then().statusCode(201).body("dossierId", equalTo(dossier.id().toString()));
    AccessDecision decision = decide(dossier, doctor);
    assertThat(decision.rule()).isEqualTo("GRANT");
    assertThat(decision.grantId().map(UUID::toString)).contains(visit.path("grantId"));
    assertThat(decision.until().orElseThrow())
        .isEqualTo(Instant.parse(visit.path("until")))
        .isBetween(before.plus(Duration.ofHours(3)), Instant.now().plus(Duration.ofHours(5)));
  }

  @Test
  void a_code_that_is_wrong_used_expired_or_of_no_dossier_gets_the_same_bytes() throws Exception {
    Set<JsonNode> answers = new HashSet<>();
    String used = code();
    visit(doctor, OWNER, used).then().statusCode(201);
    answers.add(problem(visit(newDoctor(), OWNER, used)));
    answers.add(problem(visit(doctor, OWNER, used)));
    String voided = code();
    String code = code();
    answers.add(problem(visit(doctor, OWNER, voided)));
    answers.add(problem(visit(doctor, OWNER, wrong(code))));
    answers.add(problem(visit(doctor, NOBODY, code)));
    // A professional whom the patient blocked, even with the patient's agreement at that moment.
    String blocked = newDoctor();
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    answers.add(problem(visit(DOCTOR_2, OWNER, code)));
    execute("DELETE FROM attempt");
    expire();
    answers.add(problem(visit(blocked, OWNER, code)));
    dossierOf(OWNER, State.CLOSED);
    answers.add(problem(visit(blocked, OWNER, code)));
    assertThat(answers).hasSize(1);
    assertThat(answers.iterator().next().get("code").asText()).isEqualTo("CODE_NOT_VALID");
  }

  @Test
  void
      a_parents_code_and_the_minors_do_not_void_each_other_and_one_of_who_is_excluded_opens_nothing() {
    acts(2, UUID.randomUUID());
    String minors = code();
    String parents = codeOf(OTHER);
    visit(doctor, OWNER, minors).then().statusCode(201);
    visit(doctor, OWNER, parents).then().statusCode(201);
    // Each voids the one before of its own.
    String voided = codeOf(OTHER);
    String next = code();
    String last = codeOf(OTHER);
    visit(doctor, OWNER, voided).then().statusCode(403);
    // Excluded: nothing follows any more from what they said.
    represented(dossier, OWNER, State.OPEN, 3);
    asPatient(OTHER).post(dossier.path("/visit-codes")).then().statusCode(403);
    visit(newDoctor(), OWNER, last).then().statusCode(403).body("code", equalTo("CODE_NOT_VALID"));
    visit(newDoctor(), OWNER, next).then().statusCode(201);
  }

  /** As if the code had been issued a quarter of an hour earlier. */
  private void expire() throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement update =
            connection.prepareStatement(
                """
                UPDATE event SET data = convert_to(
                    regexp_replace(convert_from(data, 'UTF8'), '"expiresAt":"[^"]*"',
                                   '"expiresAt":"2020-01-01T00:00:00Z"'), 'UTF8')
                WHERE stream_id = ? AND type = 'access.visit-code-issued.v1'
                """)) {
      update.setObject(1, dossier.id());
      assertThat(update.executeUpdate()).isPositive();
    }
  }

  @Test
  void guesses_are_limited_for_a_patient_by_whomever_and_then_the_right_code_is_no_good()
      throws Exception {
    String code = code();
    JsonNode answer = null;
    for (int i = 0; i < Attempts.ON_A_PERSON; i++) {
      answer = problem(visit(newDoctor(), OWNER, wrong(code)));
    }
    assertThat(problem(visit(doctor, OWNER, code))).isEqualTo(answer);
    assertThat(decide(dossier, doctor).allowed()).isFalse();
  }

  @Test
  void guesses_of_a_professional_are_limited_whether_or_not_there_are_dossiers() {
    for (int i = 0; i < Attempts.OF_A_PROFESSIONAL; i++) {
      visit(doctor, i % 2 == 0 ? NOBODY : OWNER, "00000000").then().statusCode(403);
    }
    for (String ins : List.of(NOBODY, OWNER)) {
      visit(doctor, ins, "00000000")
          .then()
          .statusCode(429)
          .body("code", equalTo("TOO_MANY_ATTEMPTS"));
    }
  }

  @Test
  void right_codes_are_no_guesses() {
    for (int i = 0; i <= Attempts.ON_A_PERSON; i++) {
      visit(doctor, OWNER, code()).then().statusCode(201);
    }
  }

  @Test
  void the_same_idempotency_key_gives_the_same_code_and_the_same_visit_and_no_code_is_kept()
      throws Exception {
    String key = UUID.randomUUID().toString();
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      codes.add(
          asPatient(OWNER)
              .header("Idempotency-Key", key)
              .post(dossier.path("/visit-codes"))
              .then()
              .statusCode(201)
              .extract()
              .asString());
    }
    assertThat(codes.get(0)).isEqualTo(codes.get(1));
    String code = Wire.JSON.readTree(codes.getFirst()).get("code").asText();
    List<String> visits = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      visits.add(
          asDoctor(doctor)
              .header("Idempotency-Key", key)
              .body("{\"ins\":\"" + OWNER + "\",\"code\":\"" + code + "\"}")
              .post("/visits")
              .then()
              .statusCode(201)
              .extract()
              .asString());
    }
    assertThat(visits.get(0)).isEqualTo(visits.get(1));
    assertThat(everythingKept()).doesNotContain(code).doesNotContain(OWNER);
  }

  private String everythingKept() throws SQLException {
    StringBuilder kept = new StringBuilder();
    try (var connection = dataSource.getConnection();
        var select = connection.createStatement()) {
      for (String column :
          List.of(
              "convert_from(data, 'UTF8') FROM event",
              "convert_from(answer, 'UTF8') FROM command_receipt",
              "encode(request_digest, 'escape') FROM command_receipt",
              "t::text FROM visit_code t",
              "t::text FROM asked_access t",
              "t::text FROM attempt t")) {
        try (ResultSet row = select.executeQuery("SELECT " + column)) {
          while (row.next()) {
            kept.append(row.getString(1)).append('\n');
          }
        }
      }
    }
    return kept.toString();
  }

  @Test
  void a_closed_dossier_has_no_codes() {
    Dossier closed = dossierOf(OWNER, State.CLOSED);
    asPatient(OWNER)
        .post(closed.path("/visit-codes"))
        .then()
        .statusCode(409)
        .body("code", equalTo("DOSSIER_CLOSED"));
  }

  private static Response ask(String doctor, String ins) {
    return asDoctor(doctor).body("{\"ins\":\"" + ins + "\"}").post("/access-requests");
  }

  @Test
  void a_professional_asks_and_the_patient_accepts() {
    String requestId = ask(doctor, OWNER).then().statusCode(202).extract().path("requestId");
    ask(doctor, OWNER).then().statusCode(202).body("requestId", equalTo(requestId));
    assertThat(decide(dossier, doctor).allowed()).isFalse();
    asPatient(OWNER)
        .get(dossier.path("/access-requests"))
        .then()
        .statusCode(200)
        .body("requests", hasSize(1))
        .body("requests[0].requestId", equalTo(requestId))
        .body("requests[0].professionalId", equalTo(doctor));
    Instant until = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.MILLIS);
    asPatient(OWNER)
        .body("{\"until\":\"" + until + "\"}")
        .post(dossier.path("/access-requests/" + requestId + "/acceptance"))
        .then()
        .statusCode(201)
        .body("until", equalTo(until.toString()));
    assertThat(decide(dossier, doctor).rule()).isEqualTo("GRANT");
    assertThat(decide(dossier, doctor).until()).contains(until);
    asPatient(OWNER).get(dossier.path("/access-requests")).then().body("requests", hasSize(0));
  }

  @Test
  void a_parent_finds_and_accepts_what_is_asked_of_them_too_and_nothing_else() {
    String ofMinor = ask(doctor, OWNER).path("requestId");
    UUID father = UUID.randomUUID();
    acts(2, father);
    requestsOf(OTHER).body("requests", hasSize(0));
    asPatient(OTHER)
        .post(dossier.path("/access-requests/" + ofMinor + "/acceptance"))
        .then()
        .statusCode(404)
        .body("code", equalTo("NO_SUCH_REQUEST"));
    String ofAll =
        asDoctor(doctor)
            .body("{\"ins\":\"" + OWNER + "\",\"toRepresentatives\":true}")
            .post("/access-requests")
            .path("requestId");
    assertThat(ofAll).isEqualTo(ofMinor);
    requestsOf(OTHER)
        .body("requests.requestId", equalTo(List.of(ofAll)))
        .body("requests.professionalId", equalTo(List.of(doctor)));
    requestsOf(OWNER).body("requests", hasSize(1));
    // What the minor answers is the minor's.
    asPatient(OWNER).delete(dossier.path("/access-requests/" + ofAll)).then().statusCode(204);
    requestsOf(OWNER).body("requests", hasSize(0));
    requestsOf(OTHER).body("requests", hasSize(1));
    asPatient(OTHER)
        .post(dossier.path("/access-requests/" + ofAll + "/acceptance"))
        .then()
        .statusCode(201);
    assertThat(decide(dossier, doctor).rule()).isEqualTo("GRANT");
    requestsOf(OTHER).body("requests", hasSize(0));
    // The other parent sees that it was answered.
    acts(3, UUID.randomUUID());
    requestsOf(OTHER).body("requests", hasSize(0));
  }

  @Test
  void a_request_does_not_tell_a_parent_that_the_minor_lifted_their_block() {
    acts(2, UUID.randomUUID());
    asPatient(OTHER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    asPatient(OWNER).delete(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    asDoctor(DOCTOR_2)
        .body("{\"ins\":\"" + OWNER + "\",\"toRepresentatives\":true}")
        .post("/access-requests")
        .then()
        .statusCode(202);
    requestsOf(OTHER).body("requests", hasSize(0));
    requestsOf(OWNER).body("requests.professionalId", equalTo(List.of(DOCTOR_2)));
  }

  private void acts(long version, UUID representation) {
    represented(
        dossier,
        OWNER,
        State.OPEN,
        version,
        new ActsFor(
            representation,
            TestTokens.patientRef(OTHER),
            Representative.Kind.PARENT,
            Instant.now().minusSeconds(60),
            Optional.empty()));
  }

  private ValidatableResponse requestsOf(String ins) {
    return asPatient(ins).get(dossier.path("/access-requests")).then().statusCode(200);
  }

  @Test
  void the_patient_declines_and_the_professional_may_ask_again() {
    String requestId = ask(doctor, OWNER).path("requestId");
    String path = dossier.path("/access-requests/" + requestId);
    asPatient(OWNER).delete(path).then().statusCode(204);
    assertThat(decide(dossier, doctor).allowed()).isFalse();
    asPatient(OWNER).get(dossier.path("/access-requests")).then().body("requests", hasSize(0));
    for (Response late :
        List.of(asPatient(OWNER).delete(path), asPatient(OWNER).post(path + "/acceptance"))) {
      late.then().statusCode(404).body("code", equalTo("NO_SUCH_REQUEST"));
    }
    ask(doctor, OWNER);
    asPatient(OWNER).get(dossier.path("/access-requests")).then().body("requests", hasSize(1));
  }

  @Test
  void asking_reveals_nothing_about_whether_the_dossier_exists() {
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    Dossier closed = dossierOf(OTHER, State.CLOSED);
    List<Response> answers =
        List.of(ask(doctor, OWNER), ask(doctor, OTHER), ask(doctor, NOBODY), ask(DOCTOR_2, OWNER));
    for (Response answer : answers) {
      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.asString()).matches("\\{\"requestId\":\"[0-9a-f-]{36}\"}");
      assertThat(answer.time()).isGreaterThanOrEqualTo(50);
    }
    // A key used for another patient says nothing either.
    String key = UUID.randomUUID().toString();
    for (String ins : List.of(OWNER, OTHER, NOBODY)) {
      asDoctor(doctor)
          .header("Idempotency-Key", key)
          .body("{\"ins\":\"" + ins + "\"}")
          .post("/access-requests")
          .then()
          .statusCode(202);
    }
    asPatient(OWNER).get(dossier.path("/access-requests")).then().body("requests", hasSize(1));
    asPatient(OTHER).get(closed.path("/access-requests")).then().body("requests", hasSize(0));
  }

  @Test
  void requests_of_a_professional_are_limited() {
    for (int i = 0; i < Attempts.REQUESTS; i += 20) {
      ask(doctor, NOBODY).then().statusCode(202);
      count("requests/" + doctor, 19);
    }
    ask(doctor, NOBODY).then().statusCode(429).body("code", equalTo("TOO_MANY_ATTEMPTS"));
  }

  private void count(String whose, int more) {
    try {
      execute("UPDATE attempt SET count = count + " + more + " WHERE whose = '" + whose + "'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
