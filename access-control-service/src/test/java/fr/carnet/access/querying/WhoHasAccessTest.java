package fr.carnet.access.querying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.access.AccessOverHttp;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.trace.PurposeOfUse;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class WhoHasAccessTest extends AccessOverHttp {
  private static final List<String> DOCTORS =
      List.of("899700024450", "899700031018", "899700032024", "899700036066");
  private static final String ELSEWHERE = "3750100315";

  private Dossier dossier;

  @BeforeEach
  void openADossier() {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
  }

  @Test
  void a_new_dossier_is_for_its_owner_and_for_emergencies() {
    asPatient(OWNER)
        .get(dossier.path("/access"))
        .then()
        .statusCode(200)
        .body("accessVersion", equalTo(0))
        .body("who.rule", equalTo(List.of("OWNER", "BREAK_GLASS", "MEDICAL_REGULATION")))
        .body("blocked", equalTo(List.of()));
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .statusCode(200)
        .body("accessVersion", equalTo(0))
        .body("grants", equalTo(List.of()));
  }

  @Test
  void it_says_everyone_who_can_see_it_and_by_which_rule() {
    String grant = granted(dossier, DOCTOR).toString();
    asPatient(OWNER).put(dossier.path("/same-right/" + DOCTOR_2)).then().statusCode(204);
    granted(dossier, NURSE);
    asPatient(OWNER).put(dossier.path("/blocks/" + NURSE)).then().statusCode(204);
    asPatient(OWNER)
        .body("{\"opposed\":true}")
        .put(dossier.path("/emergency-wishes/MEDICAL_REGULATION"))
        .then()
        .statusCode(204);
    asPatient(OWNER)
        .get(dossier.path("/access"))
        .then()
        .statusCode(200)
        .body("accessVersion", equalTo(5))
        .body("who.rule", equalTo(List.of("OWNER", "TREATING_PHYSICIAN", "GRANT", "BREAK_GLASS")))
        .body("who[1].granteeId", equalTo(DOCTOR_2))
        .body("who[1].maskedToo", equalTo(true))
        .body("who[2].granteeKind", equalTo("PROFESSIONAL"))
        .body("who[2].granteeId", equalTo(DOCTOR))
        .body("who[2].grantId", equalTo(grant))
        .body("blocked", equalTo(List.of(NURSE)));
  }

  /** The list is one statement, a decision another: over random histories they say the same. */
  @Test
  void it_says_the_same_as_the_decisions() throws IOException {
    Random dice = new Random(2018);
    for (int i = 0; i < 40; i++) {
      change(dice);
      JsonNode answer =
          Wire.JSON.readTree(asPatient(OWNER).get(dossier.path("/access")).asByteArray());
      for (String doctor : DOCTORS) {
        AccessDecision decision = decide(dossier, doctor);
        assertThat(rules(answer, doctor).contains(decision.rule()))
            .as("%s for %s in %s", decision, doctor, answer)
            .isEqualTo(decision.allowed());
        AccessDecision emergency = decide(dossier, doctor, "10", PurposeOfUse.BREAK_GLASS);
        if (emergency.rule().equals("BREAK_GLASS")) {
          assertThat(answer.findValuesAsText("rule")).contains("BREAK_GLASS");
        }
      }
    }
  }

  private static Set<String> rules(JsonNode answer, String doctor) {
    List<String> blocked = new ArrayList<>();
    answer.get("blocked").forEach(node -> blocked.add(node.asText()));
    Set<String> rules = new TreeSet<>();
    for (JsonNode who : answer.get("who")) {
      String id = who.path("granteeId").asText("");
      if (id.equals(doctor) || (id.equals(STRUCTURE) && !blocked.contains(doctor))) {
        rules.add(who.get("rule").asText());
      }
    }
    return rules;
  }

  private void change(Random dice) throws IOException {
    String doctor = DOCTORS.get(dice.nextInt(DOCTORS.size()));
    switch (dice.nextInt(8)) {
      case 0 -> grant(dossier, toProfessional(doctor));
      case 1 ->
          grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + STRUCTURE + "\"}");
      case 2 ->
          grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + ELSEWHERE + "\"}");
      case 3 -> asPatient(OWNER).put(dossier.path("/blocks/" + doctor));
      case 4 -> asPatient(OWNER).delete(dossier.path("/blocks/" + doctor));
      case 5 -> asPatient(OWNER).put(dossier.path("/same-right/" + doctor));
      case 6 ->
          asPatient(OWNER)
              .body("{\"opposed\":" + dice.nextBoolean() + "}")
              .put(dossier.path("/emergency-wishes/BREAK_GLASS"));
      default -> revokeOne(dice);
    }
  }

  private void revokeOne(Random dice) throws IOException {
    JsonNode grants =
        Wire.JSON
            .readTree(asPatient(OWNER).get(dossier.path("/grants")).asByteArray())
            .get("grants");
    if (!grants.isEmpty()) {
      String grantId = grants.get(dice.nextInt(grants.size())).get("grantId").asText();
      asPatient(OWNER).delete(dossier.path("/grants/" + grantId)).then().statusCode(204);
    }
  }
}
