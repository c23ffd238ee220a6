package fr.carnet.access.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.access.AccessOverHttp;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.AccessFacts;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
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

  @Test
  void services_that_replay_are_told_what_is_held_and_the_rules_and_nobody_else_is() {
    String grant = granted(dossier, DOCTOR).toString();
    asPatient(OWNER).put(dossier.path("/same-right/" + DOCTOR_2)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/blocks/" + NURSE)).then().statusCode(204);
    asPatient(OWNER)
        .body("{\"opposed\":true}")
        .put(dossier.path("/emergency-wishes/MEDICAL_REGULATION"))
        .then()
        .statusCode(204);
    String service = TestTokens.withRole("audit-service", "decisions");
    AccessFacts facts =
        Wire.read(
            given().auth().oauth2(service).get(dossier.path("/facts")).asByteArray(),
            AccessFacts.class);
    assertThat(facts.version()).isEqualTo(4);
    assertThat(facts.grants().keySet()).extracting(UUID::toString).containsExactly(grant);
    assertThat(facts.blocked().keySet()).containsExactly(NURSE);
    assertThat(facts.treatingPhysicians().keySet()).containsExactly(DOCTOR_2);
    assertThat(facts.wishes().get(EmergencyWishRecorded.Wish.MEDICAL_REGULATION).opposed())
        .isTrue();
    given()
        .auth()
        .oauth2(service)
        .get("/rules")
        .then()
        .statusCode(200)
        .body("policies", notNullValue());
    for (String path : List.of(dossier.path("/facts"), "/rules")) {
      asPatient(OWNER).get(path).then().statusCode(403);
      given().auth().oauth2(TestTokens.withRole("x", "auditor")).get(path).then().statusCode(403);
    }
  }

  /** The list is one statement, a decision another: over random histories they say the same. */
  @Test
  void it_says_the_same_as_the_decisions() throws IOException {
    Random dice = new Random(2018);
    for (int i = 0; i < 25; i++) {
      change(dice);
      JsonNode answer =
          Wire.JSON.readTree(asPatient(OWNER).get(dossier.path("/access")).asByteArray());
      for (String doctor : DOCTORS) {
        AccessDecision decision = decide(dossier, doctor);
        assertThat(rules(answer, doctor).contains(decision.rule()))
            .as("%s for %s in %s", decision, doctor, answer)
            .isEqualTo(decision.allowed());
        // The tables of the present and the events give the same decision.
        assertThat(explained(explanation("?professional=" + doctor + "&structure=" + STRUCTURE)))
            .isEqualTo(decision);
        AccessDecision emergency = decide(dossier, doctor, "10", PurposeOfUse.BREAK_GLASS);
        if (emergency.rule().equals("BREAK_GLASS")) {
          assertThat(answer.findValuesAsText("rule")).contains("BREAK_GLASS");
        }
      }
    }
  }

  private JsonNode access(String query) throws IOException {
    return Wire.JSON.readTree(
        asPatient(OWNER)
            .get(dossier.path("/access" + query))
            .then()
            .statusCode(200)
            .extract()
            .asByteArray());
  }

  private JsonNode explanation(String query) throws IOException {
    return access("/explanation" + query);
  }

  private static AccessDecision explained(JsonNode explanation) throws IOException {
    return Wire.JSON.treeToValue(explanation.get("decision"), AccessDecision.class);
  }

  private static List<String> who(JsonNode answer) {
    List<String> who = new ArrayList<>();
    answer
        .get("who")
        .forEach(
            each -> who.add(each.get("rule").asText() + " " + each.path("granteeId").asText("")));
    return who;
  }

  @Test
  void it_says_who_could_see_it_at_an_instant_and_on_which_version_it_stands() throws IOException {
    JsonNode before = access("");
    UUID grant = granted(dossier, DOCTOR);
    JsonNode granted = access("");
    asPatient(OWNER).delete(dossier.path("/grants/" + grant)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/treating-physicians/" + DOCTOR_2)).then().statusCode(204);
    JsonNode now = access("");
    for (JsonNode then : List.of(before, granted, now)) {
      JsonNode recalled = access("?at=" + then.get("at").asText());
      assertThat(recalled).isEqualTo(then);
    }
    assertThat(who(before)).containsExactly("OWNER ", "BREAK_GLASS ", "MEDICAL_REGULATION ");
    assertThat(who(granted)).contains("GRANT " + DOCTOR);
    assertThat(granted.get("accessVersion").asLong()).isEqualTo(1);
    assertThat(granted.get("policyVersion").asText()).isEqualTo("2022-03");
    assertThat(who(now)).doesNotContain("GRANT " + DOCTOR);
    assertThat(now.get("accessVersion").asLong()).isGreaterThan(1);
  }

  @Test
  void it_says_what_changed_between_two_instants() throws IOException {
    granted(dossier, DOCTOR_2);
    UUID grant = granted(dossier, DOCTOR);
    String from = access("").get("at").asText();
    asPatient(OWNER).delete(dossier.path("/grants/" + grant)).then().statusCode(204);
    UUID other = granted(dossier, NURSE);
    JsonNode changes = access("/changes?from=" + from);
    assertThat(changes.at("/gained/0/grantId").asText()).isEqualTo(other.toString());
    assertThat(changes.get("gained")).hasSize(1);
    assertThat(changes.at("/lost/0/grantId").asText()).isEqualTo(grant.toString());
    assertThat(changes.get("lost")).hasSize(1);
    assertThat(changes.at("/before/accessVersion").asLong()).isEqualTo(2);
    assertThat(changes.at("/after/accessVersion").asLong()).isEqualTo(4);
    assertThat(changes.get("events").findValuesAsText("type"))
        .containsExactly("access.revoked.v1", "access.granted.v1");
    String until = changes.at("/events/0/time").asText();
    JsonNode first = access("/changes?from=" + from + "&until=" + until);
    assertThat(first.get("gained")).isEmpty();
    assertThat(first.get("lost")).hasSize(1);
  }

  @Test
  void an_instant_that_is_not_over_or_no_policy_knows_is_refused() {
    for (String query :
        List.of(
            "?at=2200-01-01T00:00:00Z",
            "?at=2018-11-05T22:59:59Z",
            "?at=yesterday",
            "/changes?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
            "/explanation?professional=" + DOCTOR + "&at=2200-01-01T00:00:00Z")) {
      asPatient(OWNER)
          .get(dossier.path("/access" + query))
          .then()
          .statusCode(422)
          .body("code", equalTo("INSTANT_INVALID"));
    }
    asPatient(OWNER).get(dossier.path("/access/changes")).then().statusCode(422);
  }

  @Test
  void it_says_whether_somebody_could_see_it_then_and_why() throws IOException {
    UUID grant = granted(dossier, DOCTOR);
    String then = access("").get("at").asText();
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    JsonNode now = explanation("?professional=" + DOCTOR);
    assertThat(explained(now).rule()).isEqualTo("NO_STANDING");
    assertThat(counted(now)).containsExactly("BLOCKED");
    assertThat(rule(now, "BLOCKED").at("/facts/blocked").asText()).isEqualTo("true");
    assertThat(rule(now, "GRANT").get("met").asBoolean()).isTrue();
    assertThat(rule(now, "GRANT").at("/facts/grants").asText()).contains(grant.toString());
    assertThat(rule(now, "BLOCKED").get("source").asText()).isEqualTo("ANS TD02");
    assertThat(rule(now, "BLOCKED").get("english").asText()).isNotBlank();
    assertThat(rule(now, "BLOCKED").get("french").asText()).isNotBlank();
    JsonNode before = explanation("?professional=" + DOCTOR + "&at=" + then);
    assertThat(explained(before).rule()).isEqualTo("GRANT");
    assertThat(explained(before).grantId()).contains(grant);
    assertThat(explained(before).accessVersion()).isEqualTo(1);
    assertThat(counted(before)).containsExactly("GRANT", "AUTHOR");
    JsonNode opposed =
        explanation("?professional=" + DOCTOR_2 + "&purpose=bris_de_glace&reason=true");
    assertThat(explained(opposed).rule()).isEqualTo("BREAK_GLASS");
    JsonNode occupational =
        explanation("?professional=" + DOCTOR_2 + "&occupational=true&at=2021-01-01T00:00:00Z");
    assertThat(counted(occupational)).containsExactly("OCCUPATIONAL_DOCTOR");
    assertThat(explained(occupational).policyVersion()).isEqualTo("2018-11");
  }

  private static List<String> counted(JsonNode explanation) {
    List<String> counted = new ArrayList<>();
    for (JsonNode rule : explanation.get("rules")) {
      if (rule.get("counted").asBoolean()) {
        counted.add(rule.get("rule").asText());
      }
    }
    return counted;
  }

  private static JsonNode rule(JsonNode explanation, String code) {
    for (JsonNode rule : explanation.get("rules")) {
      if (rule.get("rule").asText().equals(code)) {
        return rule;
      }
    }
    throw new AssertionError("no rule " + code);
  }

  @Test
  void explanations_are_for_the_owner_and_the_privacy_officer_whose_look_is_traced() {
    granted(dossier, DOCTOR);
    String officer = TestTokens.withRole("officer-1", "privacy-officer");
    String why = "/access/explanation?professional=" + DOCTOR;
    as(officer)
        .get(dossier.path(why))
        .then()
        .statusCode(200)
        .body("decision.rule", equalTo("GRANT"));
    as(officer)
        .get("/dossiers/" + UUID.randomUUID() + why)
        .then()
        .statusCode(200)
        .body("rules.find { it.counted }.rule", equalTo("UNKNOWN_DOSSIER"));
    asPatient(OTHER).get(dossier.path(why)).then().statusCode(403);
    for (String token :
        List.of(TestTokens.professional(DOCTOR, "10"), TestTokens.withRole("a", "auditor"))) {
      as(token).get(dossier.path(why)).then().statusCode(403).body("code", equalTo("ROLE_MISSING"));
    }
    List<AccessTraced> traces =
        onKafka(Topic.ACCESS_TRACES, 2).stream()
            .map(record -> Wire.read(record.value(), AccessTraced.class))
            .toList();
    assertThat(traces)
        .extracting(traced -> traced.action() + " " + traced.outcome())
        .containsExactly("explain-access RELEASED", "decide-access REFUSED");
    assertThat(traces.getFirst().actor().id()).contains("officer-1");
  }

  /** What Kafka has about this dossier, once it is that much. */
  private List<ConsumerRecord<String, byte[]>> onKafka(Topic topic, int atLeast) {
    Map<String, Object> settings = new HashMap<>(RealServers.kafkaSettings());
    settings.put("key.deserializer", StringDeserializer.class);
    settings.put("value.deserializer", ByteArrayDeserializer.class);
    settings.put("isolation.level", "read_committed");
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.wireName()).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(100))
                    .forEach(
                        record -> {
                          if (dossier.id().toString().equals(record.key())) {
                            records.add(record);
                          }
                        });
                return records.size() >= atLeast;
              });
    }
    return records;
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
