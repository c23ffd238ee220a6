package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import fr.carnet.events.Wire;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import fr.carnet.testkit.TestTokens.Flaw;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token that is no good is refused with the code of what is wrong with it. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class TokensTest {
  private static final Map<String, Object> AS_DOCTOR = exercise("10", "SM04", "750100125");
  private static final Map<String, Object> AS_PHARMACIST = exercise("21", "", "750100349");
  private static final Map<String, Object> OCCUPATIONAL = exercise("10", "SM25", "750100364");
  private static final Map<String, Object> IN_TWO_PLACES =
      exercise("10", "SM04", "750100125", "750100349");

  private final List<DecisionRequest> asked = new CopyOnWriteArrayList<>();

  private static Map<String, Object> exercise(
      String profession, String specialty, String... structures) {
    List<Map<String, Object>> activities = new ArrayList<>();
    for (String structure : structures) {
      activities.add(Map.of("numeroFinessSite", structure, "codeSecteurDactivite", "SA07"));
    }
    return Map.of(
        "codeProfession", profession, "codeSavoirFaire", specialty, "activities", activities);
  }

  @BeforeEach
  void refuseEverybody() {
    asked.clear();
    Neighbours.answer(
        "/decisions",
        request -> {
          DecisionRequest decision =
              Wire.read(request.body().getBytes(StandardCharsets.UTF_8), DecisionRequest.class);
          // A service that has started asks once by itself.
          if (decision.actor().role() != Actor.Role.SERVICE) {
            asked.add(decision);
          }
          return Neighbours.Answer.ok(
              """
              {"allowed":false,"rule":"NO_STANDING","classes":[],"maskedToo":false,
               "policyVersion":"test-1","accessVersion":0}
              """);
        });
  }

  private static RequestSpecification as(String token) {
    return given().auth().oauth2(token);
  }

  private static ValidatableResponse read(RequestSpecification as) {
    return as.get("/dossiers/" + UUID.randomUUID() + "/items").then();
  }

  private static String code(Flaw flaw) {
    return switch (flaw) {
      case WRONG_ISSUER -> "TOKEN_WRONG_ISSUER";
      case WRONG_AUDIENCE -> "TOKEN_WRONG_AUDIENCE";
      case EXPIRED -> "TOKEN_EXPIRED";
      case NOT_YET_VALID -> "TOKEN_NOT_YET_VALID";
      case TAMPERED, ANOTHERS_KEY -> "TOKEN_SIGNATURE_WRONG";
      case ALG_NONE -> "TOKEN_NOT_SIGNED";
      case WITHOUT_EXPIRY -> "TOKEN_CLAIM_MISSING";
      case WITHOUT_NATIONAL_ID -> "CLAIM_MISSING";
    };
  }

  @Test
  void each_flaw_of_a_token_has_its_own_code() {
    for (Flaw flaw : Flaw.values()) {
      read(as(TestTokens.flawed(flaw)))
          .statusCode(flaw == Flaw.WITHOUT_NATIONAL_ID ? 403 : 401)
          .contentType("application/problem+json")
          .body("code", equalTo(code(flaw)));
    }
    read(given()).statusCode(401).body("code", equalTo("TOKEN_MISSING_OR_INVALID"));
    read(as("not.a.token")).statusCode(401).body("code", equalTo("TOKEN_MISSING_OR_INVALID"));
    assertThat(asked).isEmpty();
  }

  @Test
  void who_has_several_exercises_is_judged_by_the_one_they_chose() {
    String token = TestTokens.withExercises(List.of(AS_DOCTOR, AS_PHARMACIST));
    read(as(token)).statusCode(422).body("code", equalTo("EXERCISE_NOT_CHOSEN"));
    read(as(token).header("Carnet-Exercise", "7"))
        .statusCode(422)
        .body("code", equalTo("EXERCISE_NOT_CHOSEN"));
    assertThat(asked).isEmpty();
    read(as(token).header("Carnet-Exercise", "1")).statusCode(403);
    assertThat(asked.getLast().actor().profession()).contains("21");
    assertThat(asked.getLast().actor().structure().orElseThrow().value()).isEqualTo("3750100349");
    read(as(token).header("Carnet-Exercise", "0")).statusCode(403);
    assertThat(asked.getLast().actor().profession()).contains("10");
  }

  @Test
  void who_acts_in_several_structures_is_judged_by_the_one_they_chose() {
    String token = TestTokens.withExercises(List.of(IN_TWO_PLACES));
    read(as(token)).statusCode(422).body("code", equalTo("STRUCTURE_NOT_CHOSEN"));
    read(as(token).header("Carnet-Structure", "3750100372"))
        .statusCode(422)
        .body("code", equalTo("STRUCTURE_NOT_CHOSEN"));
    assertThat(asked).isEmpty();
    read(as(token).header("Carnet-Structure", "3750100349")).statusCode(403);
    assertThat(asked.getLast().actor().structure().orElseThrow().value()).isEqualTo("3750100349");
  }

  @Test
  void occupational_medicine_is_said_to_who_decides_by_the_chosen_exercise() {
    String token = TestTokens.withExercises(List.of(AS_DOCTOR, OCCUPATIONAL));
    read(as(token).header("Carnet-Exercise", "1")).statusCode(403);
    assertThat(asked.getLast().occupational()).isTrue();
    read(as(token).header("Carnet-Exercise", "0")).statusCode(403);
    assertThat(asked.getLast().occupational()).isFalse();
  }
}
