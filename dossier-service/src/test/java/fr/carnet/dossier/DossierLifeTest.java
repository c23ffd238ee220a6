package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Opening, closing and reopening over HTTP, and what the others are told of it. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class DossierLifeTest {
  private static ValidatableResponse post(String path, String token, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path).then();
  }

  @Test
  void a_person_opens_one_dossier_and_the_registry_tells_whose() {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    post("/dossiers", TestTokens.patient(ins), "{\"consentWording\":\"v1\"}")
        .statusCode(409)
        .body("code", equalTo("DOSSIER_EXISTS"))
        .contentType("application/problem+json");
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.of(Topic.DOSSIER_REGISTRY, dossier))
                    .singleElement()
                    .satisfies(
                        record -> {
                          DossierRegistered told =
                              Wire.read(record.value(), DossierRegistered.class);
                          assertThat(told.patientRefs())
                              .containsExactly(TestTokens.patientRef(ins));
                          assertThat(told.state()).isEqualTo(DossierRegistered.State.OPEN);
                        }));
  }

  @Test
  void nothing_personal_of_an_opening_is_readable_on_kafka() {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> !Dossiers.of(Topic.DOSSIER_EVENTS, dossier).isEmpty());
    for (Topic topic : List.of(Topic.DOSSIER_EVENTS, Topic.DOSSIER_REGISTRY)) {
      for (var record : Dossiers.of(topic, dossier)) {
        assertThat(new String(record.value(), StandardCharsets.UTF_8))
            .doesNotContain(ins, "Testaud", "Camille", "1953-07-14");
        record
            .headers()
            .forEach(
                header ->
                    assertThat(new String(header.value(), StandardCharsets.UTF_8))
                        .doesNotContain(ins, "Testaud", TestTokens.patientRef(ins).value()));
      }
    }
  }

  @Test
  void the_same_idempotency_key_opens_once_and_answers_the_same() {
    String token = TestTokens.patient(Dossiers.newIns());
    String key = "key-" + System.nanoTime();
    String first = openWith(token, key, "v1").statusCode(201).extract().asString();
    assertThat(openWith(token, key, "v1").statusCode(201).extract().asString()).isEqualTo(first);
    openWith(token, key, "v2").statusCode(422).body("code", equalTo("IDEMPOTENCY_KEY_REUSED"));
  }

  private static ValidatableResponse openWith(String token, String key, String wording) {
    return given()
        .auth()
        .oauth2(token)
        .header("Idempotency-Key", key)
        .contentType(ContentType.JSON)
        .body("{\"consentWording\":\"" + wording + "\"}")
        .post("/dossiers")
        .then();
  }

  @Test
  void a_counter_agent_opens_for_a_patient_who_is_present() {
    String agent = TestTokens.withRole("agent-1", "counter-agent");
    String ins = Dossiers.newIns();
    post("/dossiers", agent, "{\"consentWording\":\"v1\",\"ins\":\"" + ins + "\"}").statusCode(201);
    post("/dossiers", agent, "{\"consentWording\":\"v1\",\"ins\":\"253072B07300471\"}")
        .statusCode(422)
        .body("code", equalTo("IDENTIFIER_INVALID"));
    post("/dossiers", agent, "{\"consentWording\":\"v1\"}")
        .statusCode(422)
        .body("code", equalTo("FIELD_MISSING"));
    post("/dossiers/search", agent, "{\"ins\":\"" + ins + "\"}").statusCode(200);
    post("/dossiers/search", agent, "{\"ins\":\"" + Dossiers.newIns() + "\"}")
        .statusCode(404)
        .body("code", equalTo("DOSSIER_NOT_FOUND"));
  }

  @Test
  void opening_needs_consent_a_role_and_a_token() {
    post("/dossiers", TestTokens.patient(Dossiers.newIns()), "{}")
        .statusCode(422)
        .body("code", equalTo("CONSENT_MISSING"));
    post("/dossiers", TestTokens.withRole("auditor-1", "auditor"), "{\"consentWording\":\"v\"}")
        .statusCode(403)
        .body("code", equalTo("ROLE_MISSING"));
    given()
        .contentType(ContentType.JSON)
        .body("{\"consentWording\":\"v1\"}")
        .post("/dossiers")
        .then()
        .statusCode(401)
        .body("code", equalTo("TOKEN_MISSING_OR_INVALID"));
    post("/dossiers", TestTokens.patient(Dossiers.newIns()), "{not json")
        .statusCode(400)
        .body("code", equalTo("REQUEST_NOT_READABLE"));
  }

  @Test
  void a_closing_is_confirmed_once_ingest_goes_by_it() {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":2,\"open\":false}"));
    post("/dossiers/" + dossier + "/closing", TestTokens.patient(ins), "{}")
        .statusCode(200)
        .body("feedStopped", equalTo(true));
    post("/dossiers/" + dossier + "/closing", TestTokens.patient(ins), "{}")
        .statusCode(409)
        .body("code", equalTo("DOSSIER_ALREADY_CLOSED"));
    post(
            "/dossiers/" + dossier + "/reopening",
            TestTokens.patient(ins),
            "{\"consentWording\":\"v2\"}")
        .statusCode(200)
        .body("state", equalTo("OPEN"));
  }

  @Test
  void the_registry_says_how_often_a_dossier_was_opened_again_and_finds_it_by_ins() {
    String ins = Dossiers.newIns();
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
    UUID dossier = Dossiers.open(ins);
    String service = TestTokens.withRole("access-control-service", "registry");
    String whose = "{\"ins\":\"" + ins + "\"}";
    String consent = "{\"consentWording\":\"v2\"}";
    for (int times = 1; times <= 2; times++) {
      String path = "/dossiers/" + dossier;
      post(path + "/closing", TestTokens.patient(ins), "{}").statusCode(200);
      post(path + "/reopening", TestTokens.patient(ins), consent).statusCode(200);
      post("/registry/search", service, whose)
          .statusCode(200)
          .body("dossierId", equalTo(dossier.toString()))
          .body("reopenings", equalTo(times));
    }
    post("/registry/search", service, whose.replace(ins, Dossiers.newIns())).statusCode(404);
    post("/registry/search", TestTokens.patient(ins), whose).statusCode(403);
  }

  @Test
  void a_closing_that_ingest_does_not_confirm_is_told_as_such() {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":1,\"open\":true}"));
    post("/dossiers/" + dossier + "/closing", TestTokens.patient(ins), "{}")
        .statusCode(202)
        .body("feedStopped", equalTo(false));
  }

  @Test
  void only_the_owner_closes_and_a_stranger_learns_nothing() {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    String stranger = TestTokens.patient(Dossiers.newIns());
    String refused =
        post("/dossiers/" + dossier + "/closing", stranger, "{}")
            .statusCode(403)
            .extract()
            .path("detail");
    String unknown =
        post("/dossiers/" + UUID.randomUUID() + "/closing", stranger, "{}")
            .statusCode(403)
            .extract()
            .path("detail");
    assertThat(refused).isEqualTo(unknown);
  }
}
