package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.dossier.documents.Files;
import fr.carnet.dossier.documents.Uploads;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.EndpointMatrix;
import fr.carnet.testkit.EndpointMatrix.Answer;
import fr.carnet.testkit.EndpointMatrix.Cell;
import fr.carnet.testkit.EndpointMatrix.Request;
import fr.carnet.testkit.EndpointMatrix.Situation;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint, asked by every role about a dossier in every situation: {@code endpoints.txt}. A
 * canary is in all that a dossier holds.
 */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class WhoMayAskTest {
  private static final EndpointMatrix MATRIX =
      EndpointMatrix.read(WhoMayAskTest.class, "/endpoints.txt");

  private static final String CANARY = "Kanarienvogel";
  private static final String MASKED_ACT = "YYYY300";

  /** What is content: also the act of the care line, and what the patient hides. */
  private static final List<String> CONTENT = List.of(CANARY, "QEQJ001", MASKED_ACT);

  private static final String PROFESSIONAL = "899700032024";
  private static final String AUTHOR = TestTokens.professional("899700024450", "10");
  private static final String AGENT = TestTokens.withRole("agent-7", "counter-agent");
  private static final String OFFICER = TestTokens.withRole("officer-1", "privacy-officer");
  private static final String NONE = "0192f0c1-0000-7000-8000-000000000001";

  private static final String OWNER = Dossiers.newIns();
  private static final String CHILD = Dossiers.newIns("21606");
  private static final String PARENT =
      """
      "representative":{"kind":"PARENT","familyName":"Parentaud","givenName":"Dominique",
                        "evidence":"livret de famille"}\
      """;

  private static final Map<String, String> TOKENS = TestTokens.ofEveryRole(OWNER, PROFESSIONAL);
  private static final Map<String, String> BARRED = TestTokens.ofBarredParties(OWNER, PROFESSIONAL);
  private static final List<String> ROLES = EndpointMatrix.roles(TOKENS, BARRED);

  /** Who is told content, and by what. */
  private static final Set<String> TOLD =
      Set.of(
          "patient GET /dossiers/{dossierId}/care",
          "patient GET /dossiers/{dossierId}/summary",
          "patient GET /dossiers/{dossierId}/timeline",
          "patient POST /dossiers/{dossierId}/search",
          "patient POST /dossiers/{dossierId}/care/recent",
          "patient GET /dossiers/{dossierId}/items",
          "patient GET /dossiers/{dossierId}/items/{itemId}",
          "patient GET /dossiers/{dossierId}/documents/{itemId}",
          "patient GET /dossiers/{dossierId}/care/{itemId}/history",
          "patient GET /dossiers/{dossierId}/masks",
          "patient GET /dossiers/{dossierId}/export",
          "patient GET /dossiers/{dossierId}/export.zip",
          "patient POST /dossiers/{dossierId}/preview",
          "patient GET /dossiers/{dossierId}/representatives",
          "patient POST /dossiers/{dossierId}/releases/{requestId}",
          "professional GET /dossiers/{dossierId}/care",
          "professional GET /dossiers/{dossierId}/summary",
          "professional GET /dossiers/{dossierId}/timeline",
          "professional POST /dossiers/{dossierId}/search",
          "professional POST /dossiers/{dossierId}/care/recent",
          "professional GET /dossiers/{dossierId}/care/changes",
          "professional GET /dossiers/{dossierId}/items",
          "professional GET /dossiers/{dossierId}/items/{itemId}",
          "professional GET /dossiers/{dossierId}/documents/{itemId}",
          "professional POST /dossiers/{dossierId}/releases/{requestId}",
          // Who asks for a release, and why: words for the one who decides.
          "privacy-officer GET /dossiers/{dossierId}/release-requests/{requestId}");

  /** What occupational medicine may do as any professional: it gives, and is given nothing. */
  private static final Set<String> FEEDING =
      Set.of(
          "POST /dossiers",
          "POST /dossiers/{dossierId}/items",
          "POST /dossiers/{dossierId}/documents");

  /** What changes a dossier's life: each gets a dossier of its own. */
  private static final Set<String> LIFE =
      Set.of(
          "POST /dossiers/{dossierId}/closing",
          "POST /dossiers/{dossierId}/reopening",
          "POST /dossiers/{dossierId}/ins",
          "POST /dossiers/{dossierId}/erasure-request",
          "DELETE /dossiers/{dossierId}/erasure-request");

  private static final Map<Situation, Planted> PLANTED = new EnumMap<>(Situation.class);
  private static final Map<UUID, Situation> SITUATIONS = new ConcurrentHashMap<>();

  /**
   * A dossier with the canary in it.
   *
   * @param item that a doctor wrote
   * @param note that the owner wrote
   * @param request for a release
   */
  private record Planted(
      UUID id, String ins, String item, String note, String document, String request) {
    static Planted without(UUID id, String ins) {
      return new Planted(id, ins, NONE, NONE, NONE, NONE);
    }

    String owner() {
      return TestTokens.patient(ins);
    }

    String path(String rest) {
      return "/dossiers/" + id + rest;
    }
  }

  /** A closed dossier, that may be read once with a secret. */
  private record Released(UUID id, String request, String secret) {
    static Released ofOneWhoDied() {
      String ins = Dossiers.newIns();
      UUID id = opened(ins);
      String request = requested(id);
      add(id, TestTokens.patient(ins), note());
      post(OFFICER, "/dossiers/" + id + "/closing", "{\"reason\":\"FERMETURE_DECES\"}")
          .then()
          .statusCode(200);
      String path = "/dossiers/" + id + "/release-requests/" + request + "/decision";
      String secret =
          post(OFFICER, path, granting()).then().statusCode(200).extract().path("secret");
      return new Released(id, request, secret);
    }

    String path() {
      return "/dossiers/" + id + "/releases/" + request;
    }

    String shown() {
      return "{\"secret\":\"" + secret + "\"}";
    }
  }

  /** What everybody shows to whom it should be worth nothing. */
  private static final class Lasting {
    static final Released RELEASED = Released.ofOneWhoDied();
  }

  private static Response post(String token, String path, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path);
  }

  private static UUID opened(String ins) {
    return idOf(post(TestTokens.patient(ins), "/dossiers", "{\"consentWording\":\"v1\"}"));
  }

  private static UUID idOf(Response opened) {
    return UUID.fromString(opened.then().statusCode(201).extract().path("dossierId"));
  }

  private static String opening(String ins, String representative) {
    String minor =
        representative.isEmpty() ? "" : ",\"birthDate\":\"2016-06-05\"," + representative;
    return "{\"consentWording\":\"v1\",\"ins\":\"" + ins + "\"" + minor + "}";
  }

  private static String add(UUID dossier, String token, String content) {
    return post(token, "/dossiers/" + dossier + "/items", "{\"content\":" + content + "}")
        .then()
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  private static String note() {
    return "{\"kind\":\"NOTE\",\"title\":\"%1$s\",\"text\":\"%1$s\"}".formatted(CANARY);
  }

  private static String condition() {
    return "{\"kind\":\"CONDITION\",\"code\":\"J45.0\",\"label\":\"" + CANARY + "\"}";
  }

  private static byte[] upload() {
    return Uploads.body(
        "{\"title\":\"" + CANARY + "\",\"typeCode\":\"34112-3\",\"madeOn\":\"2026-05-03\"}",
        "application/pdf",
        Files.pdfWith("/Lang(" + CANARY + ")"));
  }

  private static String masked(Planted dossier, String act) {
    return post(dossier.owner(), dossier.path("/masks"), maskOf(act))
        .then()
        .statusCode(201)
        .extract()
        .path("maskId");
  }

  private static String maskOf(String act) {
    return "{\"of\":\"ACT\",\"system\":\"CCAM\",\"code\":\"" + act + "\"}";
  }

  private static String requested(UUID dossier) {
    return post(OFFICER, "/dossiers/" + dossier + "/release-requests", releaseRequest())
        .then()
        .statusCode(201)
        .extract()
        .path("requestId");
  }

  private static String releaseRequest() {
    return "{\"kind\":\"HEIRS\",\"familyName\":\"%1$s\",\"givenName\":\"C\",\"words\":\"%1$s\"}"
        .formatted(CANARY);
  }

  private static String granting() {
    return "{\"reason\":\"CAUSES_OF_DEATH\",\"endsAt\":\"" + inAMonth() + "\"}";
  }

  private static Instant inAMonth() {
    return Instant.now().plus(Duration.ofDays(30));
  }

  private static String parent(String ins) {
    return representative("PARENT", ins, "");
  }

  private static String personOfTrust() {
    return representative(
        "PERSON_OF_TRUST", Dossiers.newIns(), ",\"until\":\"" + inAMonth() + "\"");
  }

  private static String representative(String kind, String ins, String more) {
    return """
    {"kind":"%s","ins":"%s","familyName":"%s","givenName":"D","evidence":"jugement"%s}
    """
        .formatted(kind, ins, CANARY, more);
  }

  private static Planted planted(Situation situation) {
    return switch (situation) {
      case OWN -> {
        Planted own = planted(opened(OWNER), OWNER);
        post(AGENT, own.path("/representatives"), personOfTrust()).then().statusCode(201);
        yield own;
      }
      case REPRESENTED -> {
        UUID child = idOf(post(AGENT, "/dossiers", opening(CHILD, PARENT)));
        post(AGENT, "/dossiers/" + child + "/representatives", parent(OWNER))
            .then()
            .statusCode(201);
        yield planted(child, CHILD);
      }
      case GRANTED, BLOCKED, EXPIRED -> {
        String ins = Dossiers.newIns();
        yield planted(opened(ins), ins);
      }
      case UNKNOWN -> Planted.without(UUID.randomUUID(), Dossiers.newIns());
    };
  }

  /** Everything that a dossier can hold, put there by others than those who ask. */
  private static Planted planted(UUID id, String ins) {
    String owner = TestTokens.patient(ins);
    String document =
        given()
            .auth()
            .oauth2(owner)
            .contentType(Uploads.CONTENT_TYPE)
            .body(upload())
            .post("/dossiers/" + id + "/documents")
            .then()
            .statusCode(201)
            .extract()
            .path("itemId");
    Planted planted =
        new Planted(
            id, ins, add(id, AUTHOR, condition()), add(id, owner, note()), document, requested(id));
    masked(planted, MASKED_ACT);
    Dossiers.passed(id, "line-" + id, Dossiers.imaging(CANARY, 10, 1));
    return planted;
  }

  private static void awaitCare(Planted planted) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                given()
                    .auth()
                    .oauth2(planted.owner())
                    .get(planted.path("/care"))
                    .asString()
                    .contains(CANARY));
  }

  private static void plant() {
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
    // Here it is not told how many were refused before.
    Neighbours.answer("/refusals", _ -> Neighbours.Answer.ok("{\"tooMany\":false}"));
    Neighbours.answer("/decisions", WhoMayAskTest::decided);
    if (PLANTED.isEmpty()) {
      for (Situation situation : Situation.values()) {
        Planted planted = planted(situation);
        SITUATIONS.put(planted.id(), situation);
        PLANTED.put(situation, planted);
      }
      PLANTED.forEach(
          (situation, planted) -> {
            if (situation != Situation.UNKNOWN) {
              awaitCare(planted);
            }
          });
    }
  }

  private static Neighbours.Answer decided(Neighbours.Request request) {
    AccessDecision decision =
        decision(Wire.read(request.body().getBytes(StandardCharsets.UTF_8), DecisionRequest.class));
    return Neighbours.Answer.ok(new String(Wire.write(decision), StandardCharsets.UTF_8));
  }

  /**
   * As access-control answers by its policy of 2018, by which occupational medicine was barred
   * whatever was granted. Parties that are barred hold a grant here too.
   */
  private static AccessDecision decision(DecisionRequest asked) {
    Situation situation = SITUATIONS.getOrDefault(asked.dossierId(), Situation.UNKNOWN);
    boolean represents =
        situation == Situation.REPRESENTED
            && asked.actor().role() == Actor.Role.OWNER
            && asked.patientRef().equals(Optional.of(TestTokens.patientRef(OWNER)));
    boolean granted =
        (situation == Situation.GRANTED || asked.asIfGranted())
            && asked.actor().role() == Actor.Role.PROFESSIONAL
            && asked.actor().id().equals(Optional.of(PROFESSIONAL))
            && !asked.occupational();
    if (represents) {
      return decision(AccessDecision.REPRESENTATIVE, true);
    }
    return decision(granted ? "GRANT" : "NO_STANDING", granted);
  }

  private static AccessDecision decision(String rule, boolean allowed) {
    return new AccessDecision(
        allowed,
        rule,
        allowed ? ItemKind.CLASSES : Set.of(),
        false,
        Optional.empty(),
        "2018-11",
        3,
        Optional.empty());
  }

  private static Request request(Cell cell) {
    boolean done = cell.outcome().status() < 300;
    if (LIFE.contains(cell.endpoint()) && done) {
      return ofAnother(cell);
    }
    if (cell.path().endsWith("/releases/{requestId}") && cell.situation() != Situation.UNKNOWN) {
      Released released = done ? Released.ofOneWhoDied() : Lasting.RELEASED;
      return Request.json(released.path(), released.shown());
    }
    Planted dossier = PLANTED.get(cell.situation());
    if (cell.path().contains("/documents") && !cell.method().equals("GET")) {
      return new Request(filled(cell, dossier), Uploads.CONTENT_TYPE, upload(), Optional.empty());
    }
    return Request.json(filled(cell, dossier), body(cell, dossier));
  }

  /** About a patient and a dossier of whom no other cell knows. */
  private static Request ofAnother(Cell cell) {
    String ins = Dossiers.newIns();
    Planted dossier = Planted.without(opened(ins), ins);
    if (cell.path().endsWith("/reopening")) {
      post(dossier.owner(), dossier.path("/closing"), "{}").then().statusCode(200);
    }
    if (cell.method().equals("DELETE")) {
      post(dossier.owner(), dossier.path("/erasure-request"), "").then().statusCode(201);
    }
    Request request = Request.json(filled(cell, dossier), body(cell, dossier));
    return cell.role().equals("patient") ? request.with(dossier.owner()) : request;
  }

  private static String body(Cell cell, Planted dossier) {
    boolean child = cell.situation() == Situation.REPRESENTED;
    return switch (cell.endpoint()) {
      case "POST /dossiers" ->
          cell.situation() == Situation.UNKNOWN
              ? opening(Dossiers.newIns(), "")
              : opening(dossier.ins(), child && !cell.role().equals("patient") ? PARENT : "");
      case "POST /dossiers/search", "POST /registry/search", "POST /dossiers/assistances" ->
          "{\"ins\":\"" + dossier.ins() + "\"}";
      case "POST /dossiers/{dossierId}/search" -> "{\"text\":\"" + CANARY + "\"}";
      case "POST /dossiers/{dossierId}/care/recent" -> "{\"system\":\"CCAM\",\"code\":\"QEQJ001\"}";
      case "POST /dossiers/{dossierId}/preview" ->
          "{\"nationalId\":\"%s\",\"profession\":\"10\",\"asIfGranted\":true}"
              .formatted(PROFESSIONAL);
      case "POST /dossiers/{dossierId}/items", "PUT /dossiers/{dossierId}/items/{itemId}" ->
          "{\"content\":" + (cell.role().equals("patient") ? note() : condition()) + "}";
      case "POST /dossiers/{dossierId}/masks" -> maskOf("ZZZZ001");
      case "POST /dossiers/{dossierId}/closing" ->
          cell.role().equals("patient") ? "{}" : "{\"reason\":\"FERMETURE_DECES\"}";
      case "POST /dossiers/{dossierId}/reopening" -> "{\"consentWording\":\"v1\"}";
      case "POST /dossiers/{dossierId}/ins" ->
          "{\"ins\":\"" + Dossiers.newIns() + "\",\"evidence\":\"attestation\"}";
      case "POST /dossiers/{dossierId}/representatives" ->
          child ? parent(Dossiers.newIns("18001")) : personOfTrust();
      case "POST /dossiers/{dossierId}/representatives/{representationId}/end" ->
          "{\"cause\":\"ENDED\",\"evidence\":\"jugement\"}";
      case "POST /dossiers/{dossierId}/releases/{requestId}" -> "{\"secret\":\"guess\"}";
      case "POST /dossiers/{dossierId}/release-requests" -> releaseRequest();
      case "POST /dossiers/{dossierId}/release-requests/{requestId}/decision" -> granting();
      default -> "{}";
    };
  }

  private static String filled(Cell cell, Planted dossier) {
    boolean lifted = cell.path().contains("{maskId}") && cell.outcome().status() < 300;
    return cell.path()
        .replace("{dossierId}", dossier.id().toString())
        .replace("{itemId}", item(cell, dossier))
        .replace("{maskId}", lifted ? masked(dossier, "ZZZZ002") : NONE)
        .replace("{requestId}", dossier.request())
        .replace("{representationId}", NONE)
        .replace("{viewer}", "OWNER")
        .replace("{month}", "2001-01")
        .replace("{id}", "999999999")
        .replace("{projection}", "none");
  }

  private static String item(Cell cell, Planted dossier) {
    boolean done = cell.outcome().status() < 300;
    return switch (cell.endpoint()) {
      case "GET /dossiers/{dossierId}/care/{itemId}/history" -> CANARY;
      case "GET /dossiers/{dossierId}/documents/{itemId}",
          "PUT /dossiers/{dossierId}/documents/{itemId}" ->
          dossier.document();
      case "PUT /dossiers/{dossierId}/items/{itemId}" -> done ? dossier.note() : dossier.item();
      case "DELETE /dossiers/{dossierId}/items/{itemId}" ->
          done ? add(dossier.id(), dossier.owner(), note()) : dossier.item();
      default -> dossier.item();
    };
  }

  /** On a machine that stands still for seconds; the closing is done all the same. */
  private static boolean isClosedThoughIngestDidNotSaySoInTime(Answer answer) {
    return answer.cell().endpoint().equals("POST /dossiers/{dossierId}/closing")
        && answer.cell().outcome().status() == 200
        && answer.outcome().status() == 202;
  }

  private static List<Answer> answers(Map<String, String> tokens) throws Exception {
    plant();
    return MATRIX.answers(
        URI.create(RestAssured.baseURI + ":" + RestAssured.port), tokens, WhoMayAskTest::request);
  }

  @Test
  void every_endpoint_answers_every_role_in_every_situation_as_written_down() throws Exception {
    Map<String, String> tokens = new TreeMap<>(TOKENS);
    tokens.put(EndpointMatrix.NOBODY, "");
    List<Answer> answers = answers(tokens);
    assertThat(EndpointMatrix.wrong(answers, CONTENT))
        .allMatch(WhoMayAskTest::isClosedThoughIngestDidNotSaySoInTime);
    // The canary is where it should be, and whoever has no business with it hears none of it.
    assertThat(EndpointMatrix.told(answers, CONTENT)).containsExactlyInAnyOrderElementsOf(TOLD);
  }

  @Test
  void barred_parties_get_no_byte_of_content_whatever_their_tokens_hold() throws Exception {
    List<Answer> answers = answers(BARRED);
    assertThat(EndpointMatrix.given(answers, FEEDING, CONTENT)).isEmpty();
    assertThat(EndpointMatrix.wrong(answers, CONTENT)).isEmpty();
    // The secret of a release that all of them showed is still good, once, for an heir.
    String heir = TestTokens.patient(Dossiers.newIns());
    assertThat(
            post(heir, Lasting.RELEASED.path(), Lasting.RELEASED.shown())
                .then()
                .statusCode(200)
                .extract()
                .asString())
        .contains(CANARY);
  }

  @Test
  void the_table_has_rows_for_every_endpoint_of_the_api_document() {
    String openApi = given().accept("application/json").get("/q/openapi").asString();
    assertThat(MATRIX.faults(openApi, ROLES)).isEmpty();
  }
}
