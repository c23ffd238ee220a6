package fr.carnet.access.arriving;

import static fr.carnet.access.ReplacedPolicy.PRESCRIPTION;
import static fr.carnet.access.ReplacedPolicy.SPEECH_THERAPIST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import fr.carnet.access.AccessOverHttp;
import fr.carnet.access.PolicyFile;
import fr.carnet.access.ReplacedPolicy;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DecisionsTest extends AccessOverHttp {
  private static final String PHARMACIST = "21";

  @Inject DataSource dataSource;

  private Dossier dossier;

  @BeforeEach
  void openADossier() {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
  }

  private static AccessDecision decideFor(UUID dossierId, Actor actor, Optional<PatientRef> ref) {
    return decide(new DecisionRequest(dossierId, actor, ref, PurposeOfUse.NORMAL, false, false));
  }

  private static AccessDecision decideForPatient(UUID dossierId, String ins) {
    return decideFor(
        dossierId, Actor.anonymous(Actor.Role.OWNER), Optional.of(TestTokens.patientRef(ins)));
  }

  @Test
  void the_owner_sees_everything_and_another_patient_nothing() {
    AccessDecision own = decideForPatient(dossier.id(), OWNER);
    assertThat(own.rule()).isEqualTo("OWNER");
    assertThat(own.maskedToo()).isTrue();
    assertThat(own.classes()).hasSize(10);
    assertThat(decideForPatient(dossier.id(), OTHER).rule()).isEqualTo("NO_STANDING");
  }

  @Test
  void a_dossier_that_does_not_exist_is_decided_as_one_that_may_not_be_seen() {
    Dossier unknown = new Dossier(UUID.randomUUID(), dossier.keys());
    AccessDecision refused = decide(dossier, DOCTOR);
    assertThat(decide(unknown, DOCTOR).rule()).isEqualTo(refused.rule());
    assertThat(decide(unknown, DOCTOR).allowed()).isEqualTo(refused.allowed()).isFalse();
    assertThat(decide(unknown, NURSE, "99", PurposeOfUse.BREAK_GLASS).rule())
        .isEqualTo(decide(dossier, NURSE, "99", PurposeOfUse.BREAK_GLASS).rule());
    assertThat(decideForPatient(unknown.id(), OTHER))
        .isEqualTo(decideForPatient(dossier.id(), OTHER));
  }

  @Test
  void a_barred_party_sees_nothing_whatever_was_granted() {
    granted(dossier, DOCTOR);
    Actor barred =
        new Actor(Actor.Role.BARRED, Optional.of(DOCTOR), Optional.of("10"), Optional.empty());
    assertThat(decideFor(dossier.id(), barred, Optional.empty()).rule()).isEqualTo("BARRED_PARTY");
    Actor officer = Actor.anonymous(Actor.Role.PRIVACY_OFFICER);
    assertThat(decideFor(dossier.id(), officer, Optional.empty()).rule())
        .isEqualTo("NOT_A_CARE_PROFESSIONAL");
  }

  @Test
  void what_a_grant_would_show_is_told_before_it_is_given_and_gives_nothing() {
    AccessDecision supposed = decide(supposed(PHARMACIST));
    assertThat(decide(dossier, DOCTOR_2, PHARMACIST, PurposeOfUse.NORMAL).allowed()).isFalse();
    granted(dossier, DOCTOR_2);
    AccessDecision given = decide(dossier, DOCTOR_2, PHARMACIST, PurposeOfUse.NORMAL);
    assertThat(supposed.allowed()).isTrue();
    assertThat(supposed.classes()).isEqualTo(given.classes());
    assertThat(supposed.grantId()).isEmpty();
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    assertThat(decide(supposed(PHARMACIST)).allowed()).isFalse();
  }

  private DecisionRequest supposed(String profession) {
    return new DecisionRequest(
        dossier.id(),
        professional(DOCTOR_2, profession),
        Optional.empty(),
        PurposeOfUse.NORMAL,
        false,
        false,
        true,
        false);
  }

  @Test
  void a_closed_dossier_is_for_its_owner_only() {
    Dossier closed = dossierOf(OWNER, State.CLOSED);
    assertThat(decideForPatient(closed.id(), OWNER).rule()).isEqualTo("OWNER");
    assertThat(decide(closed, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).rule())
        .isEqualTo("NO_STANDING");
  }

  @Test
  void a_dossier_with_something_parked_is_for_its_owner_only() throws SQLException {
    granted(dossier, DOCTOR);
    assertThat(decide(dossier, DOCTOR).allowed()).isTrue();
    for (String consumer : List.of("dossier-registry", "access-grants-recovery")) {
      park(consumer, dossier.id());
      assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
      assertThat(decideForPatient(dossier.id(), OWNER).rule()).isEqualTo("OWNER");
      asPatient(OWNER)
          .get(dossier.path("/access"))
          .then()
          .body("who.rule", equalTo(List.of("OWNER")));
      unpark(dossier.id());
      assertThat(decide(dossier, DOCTOR).allowed()).isTrue();
    }
  }

  private void park(String consumer, UUID stream) throws SQLException {
    execute(
        """
        INSERT INTO parked (consumer, topic, partition, record_offset, stream_key, reason,
                            header_names, header_values)
        VALUES ('%s', 'any', 0, 0, '%s', 'UNREADABLE', '{}', '{}')
        """
            .formatted(consumer, stream));
  }

  private void unpark(UUID stream) throws SQLException {
    execute("DELETE FROM parked WHERE stream_key = '" + stream + "'");
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.executeUpdate();
    }
  }

  @Test
  void what_is_missing_in_the_question_is_said() {
    for (String body : List.of("{}", "", "{\"dossierId\":\"" + dossier.id() + "\"}")) {
      as(SERVICE)
          .body(body)
          .post("/decisions")
          .then()
          .statusCode(422)
          .contentType("application/problem+json")
          .body("code", equalTo("FIELD_MISSING"));
    }
    for (String body : List.of("{", "{\"dossierId\":\"x\"}", "{\"purpose\":\"other\"}")) {
      as(SERVICE)
          .body(body)
          .post("/decisions")
          .then()
          .statusCode(400)
          .contentType("application/problem+json")
          .body("code", equalTo("REQUEST_NOT_READABLE"));
    }
  }

  @Test
  void up_to_a_hundred_are_decided_at_once_in_the_order_asked() {
    granted(dossier, DOCTOR);
    Dossier mine = dossierOf(OWNER);
    Dossier blocked = dossierOf(OWNER);
    granted(blocked, DOCTOR);
    asPatient(OWNER).put(blocked.path("/blocks/" + DOCTOR)).then().statusCode(204);
    Dossier unknown = new Dossier(UUID.randomUUID(), dossier.keys());
    List<DecisionRequest> requests =
        Stream.of(dossier, unknown, mine, blocked, dossier)
            .map(
                each ->
                    new DecisionRequest(
                        each.id(),
                        professional(DOCTOR, "10"),
                        Optional.empty(),
                        PurposeOfUse.NORMAL,
                        false,
                        false))
            .toList();
    byte[] answer =
        as(SERVICE)
            .body(Wire.write(requests))
            .post("/decisions")
            .then()
            .statusCode(200)
            .extract()
            .asByteArray();
    List<AccessDecision> decisions = List.of(Wire.read(answer, AccessDecision[].class));
    assertThat(decisions.stream().map(AccessDecision::rule))
        .containsExactly("GRANT", "NO_STANDING", "NO_STANDING", "NO_STANDING", "GRANT");
    assertThat(decisions).isEqualTo(requests.stream().map(AccessOverHttp::decide).toList());
    for (List<DecisionRequest> wrong :
        List.of(List.<DecisionRequest>of(), Collections.nCopies(101, requests.getFirst()))) {
      as(SERVICE)
          .body(Wire.write(wrong))
          .post("/decisions")
          .then()
          .statusCode(422)
          .body("code", equalTo("TOO_MANY_DECISIONS"));
    }
  }

  @Test
  void an_occupational_doctor_needs_the_patients_express_consent() {
    DecisionRequest asked =
        new DecisionRequest(
            dossier.id(),
            professional(DOCTOR, "10"),
            Optional.empty(),
            PurposeOfUse.NORMAL,
            false,
            false,
            false,
            true);
    grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + STRUCTURE + "\"}");
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("GRANT");
    assertThat(decide(asked).rule()).isEqualTo("NO_STANDING");
    granted(dossier, DOCTOR);
    assertThat(decide(asked).rule()).isEqualTo("GRANT");
    assertThat(decide(asked).policyVersion()).isEqualTo("2022-03");
  }

  @Test
  void a_dossier_that_arrives_by_the_registry_needs_no_asking() throws Exception {
    UUID id = UUID.randomUUID();
    DossierKeySet keys = DossierKeySet.generate(id);
    PatientRef ref = TestTokens.patientRef(OWNER);
    Dossier arriving = new Dossier(id, keys);
    asPatient(OWNER).get(arriving.path("/access")).then().statusCode(403);

    publish(registered(id, keys, ref, State.OPEN, 1));
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> asPatient(OWNER).get(arriving.path("/access")).statusCode() == 200);
    granted(arriving, DOCTOR);
    assertThat(decide(arriving, DOCTOR).allowed()).isTrue();

    String then = asPatient(OWNER).get(arriving.path("/access")).then().extract().path("at");
    publish(registered(id, keys, ref, State.CLOSED, 2));
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> !decide(arriving, DOCTOR).allowed());
    assertThat(grant(arriving, toProfessional(DOCTOR)).statusCode()).isEqualTo(409);
    // Now nobody but the owner, and then the doctor too: as was decided then.
    assertThat(whoCouldSee(arriving, "")).containsExactly("OWNER");
    assertThat(whoCouldSee(arriving, "?at=" + then)).contains("OWNER", "GRANT");
    assertThat(whoCouldSee(arriving, "?at=2020-01-01T00:00:00Z")).isEmpty();
  }

  private static List<String> whoCouldSee(Dossier dossier, String query) {
    return asPatient(OWNER).get(dossier.path("/access" + query)).then().extract().path("who.rule");
  }

  @Test
  void an_erased_dossier_is_for_every_command_and_decision_as_one_that_never_was()
      throws Exception {
    // given a dossier with a grant, a médecin traitant, a wish
    UUID id = UUID.randomUUID();
    DossierKeySet keys = DossierKeySet.generate(id);
    Dossier erased = new Dossier(id, keys);
    DossierRegistered registered =
        registered(id, keys, TestTokens.patientRef(OWNER), State.OPEN, 1);
    publish(registered);
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> asPatient(OWNER).get(erased.path("/access")).statusCode() == 200);
    granted(erased, DOCTOR);
    asPatient(OWNER).put(erased.path("/same-right/" + DOCTOR_2)).then().statusCode(204);
    assertThat(decide(erased, DOCTOR).allowed()).isTrue();
    // when
    send(new ProducerRecord<>(Topic.DOSSIER_REGISTRY.wireName(), id.toString(), null));
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> !decide(erased, DOCTOR).allowed());
    // and when an answer that was under way comes after it, and an old record again
    Neighbours.answer(
        "/registry/" + id,
        _ -> Neighbours.Answer.ok(new String(Wire.write(registered), StandardCharsets.UTF_8)));
    publish(registered(id, keys, TestTokens.patientRef(OWNER), State.OPEN, 7));
    // then
    Dossier unknown = new Dossier(UUID.randomUUID(), keys);
    for (String professional : List.of(DOCTOR, DOCTOR_2, NURSE)) {
      for (PurposeOfUse purpose : PurposeOfUse.values()) {
        assertThat(decide(erased, professional, "10", purpose))
            .isEqualTo(decide(unknown, professional, "10", purpose));
      }
    }
    asPatient(OWNER).get(erased.path("/access")).then().statusCode(403);
    grant(erased, toProfessional(DOCTOR)).then().statusCode(403);
    for (String table :
        List.of(
            "dossier",
            "dossier_state",
            "access_grant",
            "treating_physician",
            "block",
            "emergency_wish",
            "visit_code",
            "access_request")) {
      assertThat(count("SELECT count(*) FROM " + table + " WHERE dossier_id = '" + id + "'"))
          .as(table)
          .isZero();
    }
    // and what the log still says of it makes no rows again
    for (String projection : List.of("access-grants", "dossier-registry")) {
      as(TestTokens.withRole("operator", "operator"))
          .post("/operations/rebuilds/" + projection)
          .then()
          .statusCode(200);
    }
    assertThat(count("SELECT count(*) FROM access_grant WHERE dossier_id = '" + id + "'")).isZero();
    assertThat(count("SELECT count(*) FROM dossier WHERE dossier_id = '" + id + "'")).isZero();
  }

  private long count(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var select = connection.createStatement();
        var row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void publish(DossierRegistered registered) throws Exception {
    String key = registered.dossierId().toString();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.DOSSIER_REGISTRY.wireName(), key, Wire.write(registered));
    Map<String, String> headers =
        Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            DossierRegistered.WIRE_NAME,
            Headers.SUBJECT,
            key,
            Headers.STREAM_VERSION,
            Long.toString(registered.version()),
            Headers.TIME,
            "2026-03-01T10:00:00Z");
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    send(record);
  }

  private static void send(ProducerRecord<String, byte[]> record) throws Exception {
    Map<String, Object> settings = new HashMap<>(RealServers.kafkaSettings());
    settings.put("key.serializer", StringSerializer.class);
    settings.put("value.serializer", ByteArraySerializer.class);
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings)) {
      producer.send(record).get();
    }
  }

  @Test
  void decisions_go_by_the_file_that_replaces_the_rules_without_a_build() {
    granted(dossier, DOCTOR);
    AccessDecision decision = decide(dossier, DOCTOR, SPEECH_THERAPIST, PurposeOfUse.NORMAL);
    assertThat(decision.rule()).isEqualTo("GRANT");
    Set<String> shipped =
        PolicyFile.read(ReplacedPolicy.shipped().getBytes(StandardCharsets.UTF_8))
            .at(Instant.now())
            .of(SPEECH_THERAPIST)
            .types();
    assertThat(shipped).contains(PRESCRIPTION);
    Set<String> without = new HashSet<>(shipped);
    without.remove(PRESCRIPTION);
    assertThat(decision.types()).isEqualTo(without);
    // What is told of the rules is that file, too.
    assertThat(as(SERVICE).get("/rules").then().statusCode(200).extract().asString())
        .isNotEqualTo(ReplacedPolicy.shipped());
  }

  @Test
  void the_rows_made_anew_from_kafka_equal_the_live_ones_and_an_altered_one_is_named()
      throws SQLException {
    UUID grant = granted(dossier, DOCTOR);
    asPatient(OWNER).delete(dossier.path("/grants/" + grant)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/same-right/" + DOCTOR_2)).then().statusCode(204);
    String operator = TestTokens.withRole("operator", "operator");
    as(operator)
        .post("/operations/rebuilds/access-grants")
        .then()
        .statusCode(200)
        .body("differences", hasSize(0));
    execute(
        "UPDATE treating_physician SET professional = '899700036066' WHERE dossier_id = '"
            + dossier.id()
            + "'");
    as(operator)
        .post("/operations/rebuilds/access-grants")
        .then()
        .statusCode(200)
        .body("differences", hasSize(2));
    assertThat(decide(dossier, DOCTOR_2).rule()).isEqualTo("TREATING_PHYSICIAN");
    as(operator).post("/operations/rebuilds/none").then().statusCode(404);
  }
}
