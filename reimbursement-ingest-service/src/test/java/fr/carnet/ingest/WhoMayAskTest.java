package fr.carnet.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.testkit.EndpointMatrix;
import fr.carnet.testkit.EndpointMatrix.Answer;
import fr.carnet.testkit.EndpointMatrix.Cell;
import fr.carnet.testkit.EndpointMatrix.Request;
import fr.carnet.testkit.EndpointMatrix.Situation;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Every endpoint, asked by every role: {@code endpoints.txt}. A canary is in the lines that a
 * sender delivered of somebody with a dossier, one that was taken and one that was rejected.
 */
@QuarkusTest
class WhoMayAskTest extends IngestOverHttp {
  private static final EndpointMatrix MATRIX =
      EndpointMatrix.read(WhoMayAskTest.class, "/endpoints.txt");

  private static final String SENDER_OF_CANARIES = "sender-of-canaries";
  private static final String CANARY = "Kanarienvogel";
  private static final String WRONG = "\"natureCode\":\"" + CANARY + "\"";
  private static final List<String> PEOPLE = people(35, 1);
  private static final String PROFESSIONAL = "899700032024";
  private static final Map<String, String> TOKENS =
      TestTokens.ofEveryRole(PEOPLE.getFirst(), PROFESSIONAL);
  private static final Map<String, String> BARRED =
      TestTokens.ofBarredParties(PEOPLE.getFirst(), PROFESSIONAL);
  private static final List<String> ROLES = EndpointMatrix.roles(TOKENS, BARRED);

  /** What the insurer that feeds hears of what it sent itself; and public keys. */
  private static final Set<String> OF_ONES_OWN_LINES =
      Set.of(
          "POST /deliveries",
          "GET /receipts",
          "GET /receipts/keys",
          "GET /rules",
          "GET /rejections",
          "GET /rejections/counts",
          "GET /rejections/causes",
          "POST /rejections/corrections");

  /** What there is to be told: who has a dossier, and what was delivered of them. */
  private record Planted(
      UUID dossier, String sound, String delivery, String rejection, String cause) {
    /** The canary, and the person it is of. */
    List<String> content() {
      return List.of(CANARY, PEOPLE.getFirst());
    }
  }

  private Planted planted() {
    RegisteredDossier dossier = RegisteredDossier.of(PEOPLE.getFirst());
    register(dossier, State.OPEN);
    String sound =
        texts(lines(35, "canaries-" + dossier.id(), PEOPLE), 1)
            .getFirst()
            .replaceFirst("\"lineId\":\"", "\"lineId\":\"" + CANARY);
    String wrong = sound.replaceFirst("\"natureCode\":\"[0-9]+\"", WRONG);
    String delivery =
        deliver(SENDER_OF_CANARIES, sound + "\n" + wrong + "\n")
            .then()
            .statusCode(200)
            .extract()
            .path("deliveryId");
    JsonPath rejected = rejected();
    return new Planted(
        dossier.id(),
        sound,
        delivery,
        rejected.getString("rejections[-1].id"),
        rejected.getString("rejections[-1].cause"));
  }

  private static JsonPath rejected() {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(SENDER_OF_CANARIES, "billing"))
        .get("/rejections")
        .jsonPath();
  }

  private static Request request(Cell cell, Planted planted) {
    UUID dossier = cell.situation() == Situation.UNKNOWN ? UUID.randomUUID() : planted.dossier();
    String path =
        cell.path()
            .replace("{dossierId}", dossier.toString())
            .replace("{deliveryId}", planted.delivery())
            .replace("{rejectionId}", planted.rejection())
            .replace("{folder}", "none")
            .replace("{id}", "999999999")
            .replace("{projection}", "none");
    return switch (cell.endpoint()) {
      case "POST /deliveries" ->
          new Request(
              path,
              "application/x-ndjson",
              "x\n".getBytes(StandardCharsets.UTF_8),
              Optional.empty());
      case "POST /rejections/{rejectionId}/correction" -> Request.json(path, planted.sound());
      case "POST /rejections/corrections" ->
          Request.json(
              path,
              "{\"cause\":\"%s\",\"changes\":[{\"field\":\"natureCode\",\"replace\":{\"*\":\"1111\"}}]}"
                  .formatted(planted.cause()));
      case "POST /extracts" -> Request.json(path, "{\"folder\":\"none\"}");
      default -> Request.json(path, "");
    };
  }

  private static List<Answer> answers(Map<String, String> tokens, Planted planted)
      throws Exception {
    return MATRIX.answers(
        URI.create(RestAssured.baseURI + ":" + RestAssured.port),
        tokens,
        cell -> request(cell, planted));
  }

  @Test
  void everyEndpointAnswersEveryRoleInEverySituationAsWrittenDown() throws Exception {
    // given
    Planted planted = planted();
    Map<String, String> tokens = new TreeMap<>(TOKENS);
    tokens.put(EndpointMatrix.NOBODY, "");
    // when
    List<Answer> answers = answers(tokens, planted);
    // then
    assertThat(EndpointMatrix.wrong(answers, planted.content())).isEmpty();
    assertThat(answers).noneMatch(answer -> answer.tells(planted.content()));
    // and who sent it sees it, as it was
    assertThat(rejected().getString("rejections[-1].lineId")).startsWith(CANARY);
    assertThat(rejected().getString("rejections[-1].correctedTo")).isNull();
  }

  @Test
  void barredPartiesGetNoByteOfContentWhateverTheirTokensHold() throws Exception {
    Planted planted = planted();
    List<Answer> answers = answers(BARRED, planted);
    assertThat(EndpointMatrix.given(answers, OF_ONES_OWN_LINES, planted.content())).isEmpty();
    assertThat(EndpointMatrix.wrong(answers, planted.content())).isEmpty();
  }

  @Test
  void theTableHasRowsForEveryEndpointOfTheApiDocument() {
    String openApi = given().accept("application/json").get("/q/openapi").asString();
    assertThat(MATRIX.faults(openApi, ROLES)).isEmpty();
  }
}
