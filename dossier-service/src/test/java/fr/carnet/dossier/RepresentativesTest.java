package fr.carnet.dossier;

import static fr.carnet.dossier.Dossiers.imaging;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import fr.carnet.dossier.documents.Files;
import fr.carnet.dossier.documents.Uploads;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who acts for a patient, on which evidence, and what shows to them. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class RepresentativesTest {
  private static final String AGENT = TestTokens.withRole("agent-7", "counter-agent");
  private static final String DOCTOR = TestTokens.professional("899700024450", "10");

  private final String child = Dossiers.newIns("21606");
  private final String mother = Dossiers.newIns("28001");
  private final String father = Dossiers.newIns("18001");

  private UUID dossier;

  @BeforeEach
  void openForAChild() {
    dossier =
        UUID.fromString(
            post(
                    "/dossiers",
                    AGENT,
                    """
                    {"consentWording":"v1","ins":"%s","birthDate":"2016-06-05","representative":
                     {"kind":"PARENT","familyName":"Parentaud","givenName":"Dominique",
                      "evidence":"livret de famille"}}
                    """
                        .formatted(child))
                .statusCode(201)
                .extract()
                .path("dossierId"));
  }

  private static ValidatableResponse post(String path, String token, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path).then();
  }

  private static ValidatableResponse get(String path, String token) {
    return given().auth().oauth2(token).get(path).then();
  }

  private String path(String rest) {
    return "/dossiers/" + dossier + rest;
  }

  private ValidatableResponse represent(String kind, String ins, String more) {
    return post(
        path("/representatives"),
        AGENT,
        """
        {"kind":"%s","ins":"%s","familyName":"Parentaud","givenName":"Dominique",
         "evidence":"livret de famille"%s}
        """
            .formatted(kind, ins, more));
  }

  private UUID parent(String ins) {
    return UUID.fromString(
        represent("PARENT", ins, "").statusCode(201).extract().path("representationId"));
  }

  private ValidatableResponse end(UUID representation, String cause) {
    return post(
        path("/representatives/" + representation + "/end"),
        AGENT,
        "{\"cause\":\"" + cause + "\",\"evidence\":\"jugement\"}");
  }

  private List<ActsFor> registered() {
    ConsumerRecord<?, byte[]> last = Dossiers.of(Topic.DOSSIER_REGISTRY, dossier).getLast();
    return Wire.read(last.value(), DossierRegistered.class).representatives();
  }

  @Test
  void a_parent_is_recorded_on_evidence_until_majority_and_the_others_are_told_but_not_who() {
    Instant before = Instant.now().minusSeconds(60);
    represent("PARENT", mother, ",\"until\":\"2030-01-01T00:00:00Z\"")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATION_END_INVALID"))
        .body("field", equalTo("until"));
    UUID representation = parent(mother);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(registered())
                    .singleElement()
                    .satisfies(
                        told -> {
                          assertThat(told.representationId()).isEqualTo(representation);
                          assertThat(told.patientRef()).isEqualTo(TestTokens.patientRef(mother));
                          assertThat(told.kind()).isEqualTo(Representative.Kind.PARENT);
                          assertThat(told.from()).isBetween(before, Instant.now().plusSeconds(60));
                          assertThat(told.until())
                              .isEqualTo(Optional.of(Instant.parse("2034-06-04T22:00:00Z")));
                        }));
    for (Topic topic : List.of(Topic.DOSSIER_EVENTS, Topic.DOSSIER_REGISTRY)) {
      for (var record : Dossiers.of(topic, dossier)) {
        assertThat(new String(record.value(), StandardCharsets.UTF_8))
            .doesNotContain("Parentaud", "Dominique", "livret", mother);
      }
    }
    assertThat(
            new String(
                Dossiers.of(Topic.DOSSIER_EVENTS, dossier).getLast().value(),
                StandardCharsets.UTF_8))
        .doesNotContain("PARENT");
  }

  @Test
  void two_parents_act_for_a_child_and_one_may_be_excluded_for_good() {
    UUID one = parent(mother);
    parent(father);
    represent("PARENT", Dossiers.newIns("17501"), "")
        .statusCode(409)
        .body("code", equalTo("REPRESENTED_ALREADY"));
    end(one, "EXCLUDED").statusCode(204);
    end(one, "EXCLUDED").statusCode(409).body("code", equalTo("REPRESENTATION_ENDED"));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(registered())
                    .extracting(ActsFor::patientRef)
                    .containsExactly(TestTokens.patientRef(father)));
    represent("PARENT", mother, "")
        .statusCode(409)
        .body("code", equalTo("REPRESENTATIVE_EXCLUDED"));
    // On evidence that the exclusion is over.
    end(one, "ENDED").statusCode(204);
    parent(mother);
  }

  @Test
  void one_finds_whom_one_acts_for_and_the_owner_who_acts_for_them() {
    String parent = TestTokens.patient(mother);
    get("/dossiers/represented", parent).statusCode(200).body("dossiers", hasSize(0));
    UUID representation = parent(mother);
    get("/dossiers/represented", parent)
        .statusCode(200)
        .body("dossiers.dossierId", contains(dossier.toString()))
        .body("dossiers[0].kind", equalTo("PARENT"))
        .body("dossiers[0].until", equalTo("2034-06-04T22:00:00Z"));
    end(representation, "EXCLUDED").statusCode(204);
    get("/dossiers/represented", parent).body("dossiers", hasSize(0));
    get(path("/representatives"), TestTokens.patient(child))
        .statusCode(200)
        .body("representatives.representationId", contains(representation.toString()))
        .body("representatives[0].familyName", equalTo("Parentaud"))
        .body("representatives[0].ended", equalTo("EXCLUDED"));
    get(path("/representatives"), parent).statusCode(403);
  }

  @Test
  void what_is_missing_or_wrong_has_its_code() {
    String representatives = path("/representatives");
    post(representatives, AGENT, "{}").statusCode(422).body("code", equalTo("FIELD_MISSING"));
    represent("PARENT", "12", "").statusCode(422).body("code", equalTo("IDENTIFIER_INVALID"));
    post(
            representatives,
            AGENT,
            """
            {"kind":"PARENT","ins":"%s","familyName":"A","givenName":"B"}
            """
                .formatted(mother))
        .statusCode(422)
        .body("code", equalTo("EVIDENCE_MISSING"));
    represent("GUARDIAN_OF_ADULT", mother, "")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATION_KIND_INVALID"));
    end(UUID.randomUUID(), "ENDED").statusCode(404).body("code", equalTo("NO_SUCH_REPRESENTATION"));
    for (String other : List.of(DOCTOR, TestTokens.patient(mother))) {
      post(representatives, other, "{}").statusCode(403).body("code", equalTo("ROLE_MISSING"));
    }
    dossier = UUID.randomUUID();
    represent("PARENT", mother, "").statusCode(403).body("code", equalTo("NO_STANDING"));
    end(UUID.randomUUID(), "ENDED").statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  @Test
  void a_person_of_trust_of_an_adult_has_an_end() {
    dossier = Dossiers.open(Dossiers.newIns());
    represent("PERSON_OF_TRUST", mother, "")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATION_END_INVALID"));
    Instant until = Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MILLIS);
    represent("PERSON_OF_TRUST", mother, ",\"until\":\"" + until + "\"")
        .statusCode(201)
        .body("until", equalTo(until.toString()));
  }

  @Test
  void a_guardian_of_an_adult_is_recorded_on_evidence_with_an_end_or_without() {
    String ward = Dossiers.newIns();
    dossier = Dossiers.open(ward);
    represent("GUARDIAN_OF_ADULT", mother, ",\"until\":\"2020-01-01T00:00:00Z\"")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATION_END_INVALID"));
    String guardian =
        represent("GUARDIAN_OF_ADULT", mother, "")
            .statusCode(201)
            .body("$", not(hasKey("until")))
            .extract()
            .path("representationId");
    get("/dossiers/represented", TestTokens.patient(mother))
        .statusCode(200)
        .body("dossiers.dossierId", contains(dossier.toString()))
        .body("dossiers[0].kind", equalTo("GUARDIAN_OF_ADULT"));
    get(path("/representatives"), TestTokens.patient(ward))
        .statusCode(200)
        .body("representatives.representationId", contains(guardian));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(registered())
                    .singleElement()
                    .satisfies(
                        told -> {
                          assertThat(told.kind()).isEqualTo(Representative.Kind.GUARDIAN_OF_ADULT);
                          assertThat(told.until()).isEmpty();
                        }));
  }

  @Test
  void the_same_idempotency_key_records_once() {
    String key = UUID.randomUUID().toString();
    String body =
        """
        {"kind":"PARENT","ins":"%s","familyName":"A","givenName":"B","evidence":"livret"}
        """
            .formatted(mother);
    List<String> answers =
        List.of(1, 2).stream()
            .map(
                _ ->
                    given()
                        .auth()
                        .oauth2(AGENT)
                        .header("Idempotency-Key", key)
                        .contentType(ContentType.JSON)
                        .body(body)
                        .post(path("/representatives"))
                        .then()
                        .statusCode(201)
                        .extract()
                        .asString())
            .toList();
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
  }

  private String added(String label, String more) {
    return post(
            path("/items"),
            DOCTOR,
            """
            {"content":{"kind":"CONDITION","code":"J45.0","label":"%s"}%s}
            """
                .formatted(label, more))
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  @Test
  void a_minors_secret_care_is_absent_from_all_that_a_parent_reads_and_from_its_trace() {
    UUID representation = parent(mother);
    String secret = added("Secretaud", ",\"invisibleToRepresentatives\":true");
    String unannounced = added("Tacitaud", ",\"invisibleUntilAnnounced\":true");
    String open = added("Asthme", "");
    String secretFile = uploaded("Secretaud", ",\"invisibleToRepresentatives\":true");
    String openFile = uploaded("Radio", "");
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    Dossiers.decisionsAre(true, "REPRESENTATIVE");
    String parent = TestTokens.patient(mother);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> get(path("/care"), parent).body("items.itemId", contains("item-1")));
    get(path("/items"), parent)
        .statusCode(200)
        .body("items.itemId", containsInAnyOrder(open, openFile));
    for (String hidden : List.of(secret, unannounced, secretFile)) {
      get(path("/items/" + hidden), parent).statusCode(404);
      get(path("/documents/" + hidden), parent)
          .statusCode(404)
          .body("code", equalTo("ITEM_NOT_FOUND"));
    }
    get(path("/documents/" + openFile), parent).statusCode(200).contentType("application/pdf");
    assertThat(
            post(path("/care/recent"), parent, "{\"system\":\"CCAM\",\"code\":\"QEQJ001\"}")
                .statusCode(200)
                .body("done.item.itemId", contains("item-1"))
                .extract()
                .asString())
        .doesNotContain(secret, secretFile, unannounced, "Secretaud");
    get(path("/care/changes"), parent).statusCode(403).body("code", equalTo("PROFESSIONALS_ONLY"));
    for (String glance : List.of("/summary", "/timeline", "/care")) {
      assertThat(get(path(glance), parent).statusCode(200).extract().asString())
          .contains(glance.equals("/care") ? "item-1" : "Asthme")
          .doesNotContain("Secretaud", "Tacitaud", secret, secretFile, unannounced);
    }
    assertThat(
            post(path("/search"), parent, "{\"text\":\"Secretaud\"}")
                .statusCode(200)
                .extract()
                .asString())
        .doesNotContain(secret, secretFile);
    // What is the owner's alone stays the owner's.
    get(path("/export"), parent).statusCode(403);
    get(path("/masks"), parent).statusCode(403);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(
                        traced ->
                            traced.outcome() == AccessTraced.Outcome.RELEASED
                                && traced.rule().equals("REPRESENTATIVE"))
                    .hasSizeGreaterThanOrEqualTo(4)
                    .allSatisfy(
                        traced -> {
                          assertThat(traced.actor().role()).isEqualTo(Actor.Role.REPRESENTATIVE);
                          assertThat(traced.actor().id()).contains(representation.toString());
                          assertThat(traced.itemIds())
                              .doesNotContain(secret, secretFile, unannounced);
                        }));
    // The child sees what is secret.
    get(path("/items/" + secret), TestTokens.patient(child)).statusCode(200);
    get(path("/documents/" + secretFile), TestTokens.patient(child)).statusCode(200);
  }

  private String uploaded(String title, String more) {
    String metadata =
        """
        {"title":"%s","typeCode":"34112-3","madeOn":"2026-05-03"%s}
        """
            .formatted(title, more);
    return given()
        .auth()
        .oauth2(DOCTOR)
        .contentType(Uploads.CONTENT_TYPE)
        .body(Uploads.body(metadata, "application/pdf", Files.pdf()))
        .post(path("/documents"))
        .then()
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  @Test
  void who_assists_a_patient_who_is_present_is_traced_as_such_and_reads_nothing() {
    String pharmacist = TestTokens.professional("899700031018", "21");
    for (String helper : List.of(AGENT, pharmacist)) {
      // The same answer, whether or not there is a dossier.
      for (String ins : List.of(child, Dossiers.newIns())) {
        assertThat(
                post("/dossiers/assistances", helper, "{\"ins\":\"" + ins + "\"}")
                    .statusCode(204)
                    .extract()
                    .asString())
            .isEmpty();
      }
    }
    post("/dossiers/assistances", DOCTOR, "{\"ins\":\"" + child + "\"}")
        .statusCode(403)
        .body("code", equalTo("ASSISTANTS_ONLY"));
    Dossiers.decisionsAre(false, "NO_STANDING");
    get(path("/items"), pharmacist).statusCode(403);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(traced -> traced.rule().equals("ASSISTANCE"))
                    .hasSize(2)
                    .allSatisfy(
                        traced -> {
                          assertThat(traced.action()).isEqualTo("assist");
                          assertThat(traced.itemIds()).isEmpty();
                        })
                    .extracting(traced -> traced.actor().role())
                    .containsExactlyInAnyOrder(Actor.Role.COUNTER_AGENT, Actor.Role.PROFESSIONAL));
  }

  @Test
  void who_may_not_assist_and_tries_again_and_again_is_counted_as_at_every_other_door() {
    String nurse =
        TestTokens.professional("8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000), "60");
    for (int i = 0; i < 21; i++) {
      post("/dossiers/assistances", nurse, "{\"ins\":\"" + Dossiers.newIns() + "\"}")
          .statusCode(i < 20 ? 403 : 429)
          .body("code", equalTo(i < 20 ? "ASSISTANTS_ONLY" : "TOO_MANY_REFUSALS"));
    }
  }

  @Test
  void an_exclusion_binds_the_very_next_read_whatever_the_others_know_of_it_yet() {
    UUID representation = parent(mother);
    Dossiers.decisionsAre(true, "REPRESENTATIVE");
    String parent = TestTokens.patient(mother);
    get(path("/items"), parent).statusCode(200);
    get(path("/items"), TestTokens.patient(father)).statusCode(403);
    end(representation, "EXCLUDED").statusCode(204);
    get(path("/items"), parent).statusCode(403).body("code", equalTo("NO_STANDING"));
  }
}
