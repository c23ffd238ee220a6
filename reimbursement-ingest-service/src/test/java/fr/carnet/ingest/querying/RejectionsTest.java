package fr.carnet.ingest.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
    String metrics = given().get("/q/metrics").then().statusCode(200).extract().asString();
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
