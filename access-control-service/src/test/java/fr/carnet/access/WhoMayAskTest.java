package fr.carnet.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Wire;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.EndpointMatrix;
import fr.carnet.testkit.EndpointMatrix.Answer;
import fr.carnet.testkit.EndpointMatrix.Cell;
import fr.carnet.testkit.EndpointMatrix.Request;
import fr.carnet.testkit.EndpointMatrix.Situation;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint, asked by every role about a dossier in every situation: {@code endpoints.txt}.
 */
@QuarkusTest
class WhoMayAskTest extends AccessOverHttp {
  private static final EndpointMatrix MATRIX =
      EndpointMatrix.read(WhoMayAskTest.class, "/endpoints.txt");

  /** Nobody else's: who tries too often is told something else. */
  private static final String PROFESSIONAL = "899700032024";

  private static final String ALSO_GRANTED = "899700034004";

  private static final String NOBODY = "184027511504249";
  private static final String NO_GRANT = "0192f0c1-0000-7000-8000-000000000001";

  private static final Map<Situation, Dossier> SHARED = new EnumMap<>(Situation.class);
  private static final Map<String, String> TOKENS = TestTokens.ofEveryRole(OWNER, PROFESSIONAL);

  private static final Map<String, String> BARRED = TestTokens.ofBarredParties(OWNER, ALSO_GRANTED);
  private static final List<String> ROLES = EndpointMatrix.roles(TOKENS, BARRED);

  /**
   * Where a doctor who acts in occupational medicine asks for consent, and sees what came of it.
   */
  private static final Set<String> OF_EVERY_PROFESSIONAL =
      Set.of(
          "POST /access-requests",
          "GET /authorisations",
          "GET /authorisations/{dossierId}",
          "GET /notices");

  /** A dossier that is this to the patient {@code OWNER} and to the {@code PROFESSIONAL}. */
  private static Dossier dossier(Situation situation) {
    return switch (situation) {
      case OWN -> dossierOf(OWNER);
      case REPRESENTED -> {
        Dossier child = dossierOf(OTHER);
        ActsFor parent =
            new ActsFor(
                UUID.randomUUID(),
                TestTokens.patientRef(OWNER),
                Representative.Kind.PARENT,
                Instant.now().minusSeconds(60),
                Optional.empty());
        represented(child, OTHER, State.OPEN, 2, parent);
        yield child;
      }
      case GRANTED -> grantedByOther(Optional.empty());
      case BLOCKED -> {
        Dossier blocked = grantedByOther(Optional.empty());
        asPatient(OTHER).put(blocked.path("/blocks/" + PROFESSIONAL)).then().statusCode(204);
        yield blocked;
      }
      case EXPIRED -> {
        Dossier expired = grantedByOther(Optional.of(Instant.now().plusSeconds(5)));
        Awaitility.await()
            .atMost(Duration.ofMinutes(5))
            .until(() -> !decide(expired, PROFESSIONAL).allowed());
        yield expired;
      }
      case UNKNOWN -> new Dossier(UUID.randomUUID(), dossierOf(OTHER).keys());
    };
  }

  private static Dossier grantedByOther(Optional<Instant> until) {
    Dossier dossier = dossierOf(OTHER);
    String body =
        until
            .map(end -> toProfessional(PROFESSIONAL).replace("}", ",\"until\":\"" + end + "\"}"))
            .orElse(toProfessional(PROFESSIONAL));
    for (String granted : List.of(body, body.replace(PROFESSIONAL, ALSO_GRANTED))) {
      asPatient(OTHER).body(granted).post(dossier.path("/grants")).then().statusCode(201);
    }
    return dossier;
  }

  private static String body(Cell cell, Dossier dossier) {
    return switch (cell.endpoint()) {
      case "POST /decisions" ->
          new String(
              Wire.write(
                  new DecisionRequest(
                      dossier.id(),
                      professional(PROFESSIONAL, "10"),
                      Optional.empty(),
                      PurposeOfUse.NORMAL,
                      false,
                      false)),
              StandardCharsets.UTF_8);
      case "POST /dossiers/{dossierId}/grants" -> toProfessional(DOCTOR_2);
      case "PUT /dossiers/{dossierId}/emergency-wishes/{wish}" -> "{\"opposed\":true}";
      case "POST /treating-physician-acceptances", "POST /access-requests" ->
          "{\"ins\":\"" + ins(cell) + "\"}";
      case "POST /visits" -> "{\"code\":\"12345678\",\"ins\":\"" + ins(cell) + "\"}";
      default -> "{}";
    };
  }

  private static String ins(Cell cell) {
    return switch (cell.situation()) {
      case OWN -> OWNER;
      case REPRESENTED, GRANTED, BLOCKED, EXPIRED -> OTHER;
      case UNKNOWN -> NOBODY;
    };
  }

  private static String filled(Cell cell, Dossier dossier) {
    nobodyWasRefused();
    String query =
        switch (cell.path()) {
          case "/dossiers/{dossierId}/access/changes" -> "?from=2026-01-01T00:00:00Z";
          case "/dossiers/{dossierId}/access/explanation" -> "?professional=" + DOCTOR;
          default -> "";
        };
    boolean ownGrant =
        cell.path().contains("{grantId}")
            && cell.situation() == Situation.OWN
            && cell.role().equals("patient");
    return cell.path()
            .replace("{dossierId}", dossier.id().toString())
            .replace("{grantId}", ownGrant ? granted(dossier, DOCTOR_2).toString() : NO_GRANT)
            .replace("{requestId}", NO_GRANT)
            .replace("{professionalId}", DOCTOR_2)
            .replace("{wish}", "BREAK_GLASS")
            .replace("{noticeId}", NO_GRANT)
            .replace("{reportId}", NO_GRANT)
            .replace("{id}", "1")
            .replace("{projection}", "none")
        + query;
  }

  private static Request request(Cell cell) {
    // What is changed by one cell is not there for the next.
    Dossier dossier =
        cell.situation() == Situation.OWN && cell.outcome().status() < 300
            ? known(dossierOf(OWNER))
            : SHARED.get(cell.situation());
    return Request.json(filled(cell, dossier), body(cell, dossier));
  }

  /** A dossier of which this service has heard: on a busy machine that may take it a second try. */
  private static Dossier known(Dossier dossier) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> asPatient(OWNER).get(dossier.path("/grants")).statusCode() == 200);
    return dossier;
  }

  private static List<Answer> answers(Map<String, String> tokens) throws Exception {
    unknownDossiersAreNotFound();
    for (Situation situation : Situation.values()) {
      SHARED.computeIfAbsent(situation, WhoMayAskTest::dossier);
    }
    return MATRIX.answers(
        URI.create(RestAssured.baseURI + ":" + RestAssured.port), tokens, WhoMayAskTest::request);
  }

  @Test
  void every_endpoint_answers_every_role_in_every_situation_as_written_down() throws Exception {
    Map<String, String> tokens = new TreeMap<>(TOKENS);
    tokens.put(EndpointMatrix.NOBODY, "");
    assertThat(EndpointMatrix.wrong(answers(tokens), List.of())).isEmpty();
  }

  @Test
  void barred_parties_are_refused_by_every_endpoint_whatever_their_tokens_hold() throws Exception {
    List<Answer> answers = answers(BARRED);
    assertThat(EndpointMatrix.wrong(answers, List.of())).isEmpty();
    assertThat(EndpointMatrix.given(answers, OF_EVERY_PROFESSIONAL, List.of())).isEmpty();
  }

  @Test
  void the_table_has_rows_for_every_endpoint_of_the_api_document() {
    String openApi = given().accept("application/json").get("/q/openapi").asString();
    assertThat(MATRIX.faults(openApi, ROLES)).isEmpty();
    // And it would be noticed: here is a new one, and one that has gone.
    assertThat(
            MATRIX.faults(
                openApi.replace("/dossiers/{dossierId}/grants\"", "/dossiers/{dossierId}/new\""),
                ROLES))
        .contains(
            "no rows for POST /dossiers/{dossierId}/new",
            "no such endpoint: POST /dossiers/{dossierId}/grants");
  }
}
