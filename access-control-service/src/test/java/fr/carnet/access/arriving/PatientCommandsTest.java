package fr.carnet.access.arriving;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.access.AccessOverHttp;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative.Kind;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.sealing.Binding;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class PatientCommandsTest extends AccessOverHttp {
  private static final String UNKNOWN_GRANT = "0192f0c1-0000-7000-8000-000000000000";

  /** Somebody without a dossier. */
  private static final String NOBODY = "253072A07300443";

  @Inject DataSource dataSource;

  private Dossier dossier;

  @BeforeEach
  void openADossier() {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
  }

  @Test
  void a_grant_right_after_an_opening_lets_the_doctor_in() {
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    UUID grantId = granted(dossier, DOCTOR);
    AccessDecision decision = decide(dossier, DOCTOR);
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.rule()).isEqualTo("GRANT");
    assertThat(decision.grantId()).contains(grantId);
    assertThat(decision.classes()).contains(AccessDecision.REIMBURSEMENTS);
    assertThat(decision.maskedToo()).isFalse();
    assertThat(decision.accessVersion()).isEqualTo(1);
    assertThat(decision.policyVersion()).isEqualTo("2022-03");
    assertThat(decision.until()).isEmpty();
  }

  @Test
  void a_revocation_ends_it_and_revoking_again_changes_nothing() {
    UUID grantId = granted(dossier, DOCTOR);
    asPatient(OWNER).delete(dossier.path("/grants/" + grantId)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    asPatient(OWNER).delete(dossier.path("/grants/" + grantId)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).accessVersion()).isEqualTo(2);
  }

  @Test
  void a_grant_to_a_structure_lets_in_whoever_acts_there() {
    grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + STRUCTURE + "\"}")
        .then()
        .statusCode(201);
    assertThat(decide(dossier, NURSE, "60", PurposeOfUse.NORMAL).allowed()).isTrue();
  }

  @Test
  void a_grant_begins_and_ends_when_it_says() {
    Instant from = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MILLIS);
    Instant until = from.plus(1, ChronoUnit.DAYS);
    grant(
            dossier,
            """
            {"granteeKind":"PROFESSIONAL","granteeId":"%s","from":"%s","until":"%s"}
            """
                .formatted(DOCTOR, from, until))
        .then()
        .statusCode(201)
        .body("from", equalTo(from.toString()))
        .body("until", equalTo(until.toString()));
    assertThat(decide(dossier, DOCTOR).allowed()).isFalse();
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .statusCode(200)
        .body("grants[0].state", equalTo("VALIDE"))
        .body("grants[0].inForce", equalTo(false));
  }

  @Test
  void a_block_overrides_grants_and_break_glass_and_ends_the_treating_physician() {
    granted(dossier, DOCTOR);
    treating(dossier, DOCTOR);
    AccessDecision treating = decide(dossier, DOCTOR);
    assertThat(treating.rule()).isEqualTo("TREATING_PHYSICIAN");
    assertThat(treating.maskedToo()).isTrue();

    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).allowed()).isFalse();
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .body("grants[0].state", equalTo("INTERDIT"));

    asPatient(OWNER).delete(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    AccessDecision after = decide(dossier, DOCTOR);
    assertThat(after.rule()).isEqualTo("GRANT");
    assertThat(after.accessVersion()).isEqualTo(6);
  }

  @Test
  void the_two_emergency_wishes_are_separate() {
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).rule())
        .isEqualTo("BREAK_GLASS");
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.MEDICAL_REGULATION).rule())
        .isEqualTo("MEDICAL_REGULATION");
    wish("BREAK_GLASS", true).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).allowed()).isFalse();
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.MEDICAL_REGULATION).allowed()).isTrue();
    wish("MEDICAL_REGULATION", true).then().statusCode(204);
    wish("BREAK_GLASS", false).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).allowed()).isTrue();
    assertThat(decide(dossier, DOCTOR, "10", PurposeOfUse.MEDICAL_REGULATION).allowed()).isFalse();
  }

  private Response wish(String wish, boolean opposed) {
    return asPatient(OWNER)
        .body("{\"opposed\":" + opposed + "}")
        .put(dossier.path("/emergency-wishes/" + wish));
  }

  @Test
  void a_wish_from_before_a_reopening_is_to_be_asked_anew_and_an_opposition_stands_until_then() {
    wishes(false, true, false, true);
    wish("BREAK_GLASS", true).then().statusCode(204);
    wish("MEDICAL_REGULATION", false).then().statusCode(204);
    wishes(true, false, false, false);

    Dossier reopened = reopened(dossier, 1);
    wishes(true, true, false, true);
    assertThat(decide(reopened, DOCTOR, "10", PurposeOfUse.BREAK_GLASS).allowed()).isFalse();

    // The same answer again is an answer.
    wish("BREAK_GLASS", true).then().statusCode(204);
    wishes(true, false, false, true);
    wish("MEDICAL_REGULATION", true).then().statusCode(204);
    wishes(true, false, true, false);
  }

  private void wishes(
      boolean breakGlassOpposed,
      boolean breakGlassToBeAsked,
      boolean regulationOpposed,
      boolean regulationToBeAsked) {
    asPatient(OWNER)
        .get(dossier.path("/emergency-wishes"))
        .then()
        .statusCode(200)
        .body("wishes.wish", equalTo(List.of("BREAK_GLASS", "MEDICAL_REGULATION")))
        .body("wishes.opposed", equalTo(List.of(breakGlassOpposed, regulationOpposed)))
        .body("wishes.toBeAsked", equalTo(List.of(breakGlassToBeAsked, regulationToBeAsked)));
  }

  /** The registry has it from now on; a refusal makes the service ask. */
  private static Dossier reopened(Dossier dossier, int times) {
    byte[] json =
        Wire.write(
            new DossierRegistered(
                dossier.id(),
                List.of(TestTokens.patientRef(OWNER)),
                dossier.keys().publicKey(),
                State.OPEN,
                1 + 2L * times,
                times));
    Neighbours.answer(
        "/registry/" + dossier.id(),
        _ -> Neighbours.Answer.ok(new String(json, StandardCharsets.UTF_8)));
    assertThat(decide(dossier, DOCTOR_2).allowed()).isFalse();
    return dossier;
  }

  @Test
  void a_named_treating_physician_has_no_right_until_the_doctor_accepts() {
    asPatient(OWNER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    physicians("PROPOSED");
    accept(DOCTOR, OWNER).then().statusCode(204);
    accept(DOCTOR, OWNER).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("TREATING_PHYSICIAN");
    physicians("MEDECIN_TRAITANT");
  }

  private void physicians(String... states) {
    asPatient(OWNER)
        .get(dossier.path("/treating-physicians"))
        .then()
        .statusCode(200)
        .body("physicians.state", equalTo(List.of(states)));
  }

  @Test
  void accepting_tells_nobody_whether_a_dossier_exists() throws Exception {
    refused(
        as(TestTokens.professional(NURSE, "60"))
            .body("{\"ins\":\"" + OWNER + "\"}")
            .post("/treating-physician-acceptances"),
        403,
        "DOCTORS_ONLY");
    refused(accept(DOCTOR, "12"), 422, "IDENTIFIER_INVALID");
    // given a dossier that did not ask this doctor, one that blocked them, a closed one, and none
    Set<JsonNode> answers = new HashSet<>();
    answers.add(withoutCorrelation(accept(DOCTOR, OWNER).asByteArray()));
    asPatient(OWNER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    answers.add(withoutCorrelation(accept(DOCTOR, OWNER).asByteArray()));
    dossierOf(OWNER, State.CLOSED);
    answers.add(withoutCorrelation(accept(DOCTOR, OWNER).asByteArray()));
    answers.add(withoutCorrelation(accept(DOCTOR, NOBODY).asByteArray()));
    assertThat(answers).hasSize(1);
    assertThat(answers.iterator().next().get("code").asText()).isEqualTo("NO_STANDING");
  }

  @Test
  void a_parent_decides_in_the_owners_stead_and_is_named_by_the_representation_only()
      throws SQLException {
    Instant now = Instant.now();
    UUID representation = UUID.randomUUID();
    represented(
        dossier, OWNER, State.OPEN, 2, acts(representation, Kind.PARENT, now, Optional.empty()));
    asPatient(OTHER)
        .body(toProfessional(DOCTOR))
        .post(dossier.path("/grants"))
        .then()
        .statusCode(201);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("GRANT");
    asPatient(OTHER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).allowed()).isFalse();
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT DISTINCT actor FROM event WHERE stream_id = ?")) {
      select.setObject(1, dossier.id());
      try (ResultSet row = select.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("representative:" + representation);
        assertThat(row.next()).isFalse();
      }
    }
    // Who sees everything may tell of secret care: these lists are the child's.
    for (String list : List.of("/access", "/access/changes?from=" + now)) {
      refused(asPatient(OTHER).get(dossier.path(list)), 403, "NO_STANDING");
    }
    // Excluded: the dossier-service is asked each time.
    represented(dossier, OWNER, State.OPEN, 3);
    refused(grantedBy(OTHER), 403, "NO_STANDING");
  }

  private static final String MOTHER = "184027511504249";
  private static final String DOCTOR_3 = "899700032024";

  private static ActsFor acts(String ins, UUID id, Kind kind, Instant from) {
    return new ActsFor(id, TestTokens.patientRef(ins), kind, from, Optional.empty());
  }

  private void opposed(String ins, String wish, boolean opposed) {
    asPatient(ins)
        .body("{\"opposed\":" + opposed + "}")
        .put(dossier.path("/emergency-wishes/" + wish))
        .then()
        .statusCode(204);
  }

  @Test
  void who_acts_for_a_minor_sees_what_any_of_them_said_and_nothing_of_the_minor() {
    Instant now = Instant.now();
    granted(dossier, DOCTOR);
    opposed(OWNER, "BREAK_GLASS", true);
    asDoctor(NURSE).body("{\"ins\":\"" + OWNER + "\"}").post("/access-requests");
    represented(dossier, OWNER, State.OPEN, 2, acts(OTHER, UUID.randomUUID(), Kind.PARENT, now));
    grants(OTHER).body("grants", hasSize(0));
    // Nobody asked them yet: what the minor said is the minor's.
    wishes(OTHER)
        .body("wishes.wish", equalTo(List.of("BREAK_GLASS", "MEDICAL_REGULATION")))
        .body("wishes.toBeAsked", equalTo(List.of(true, true)))
        .body("wishes.opposed", equalTo(Arrays.asList(null, null)));
    String given = grantedBy(OTHER).then().statusCode(201).extract().path("grantId");
    opposed(OTHER, "MEDICAL_REGULATION", true);
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/same-right/" + NURSE)).then().statusCode(204);
    // Whoever acts after them finds it.
    represented(
        dossier,
        OWNER,
        State.OPEN,
        3,
        acts(MOTHER, UUID.randomUUID(), Kind.GUARDIAN_OF_MINOR, now));
    grants(MOTHER)
        .body("grants.grantId", equalTo(List.of(given)))
        .body("accessVersion", equalTo(0));
    wishes(MOTHER)
        .body("wishes.toBeAsked", equalTo(List.of(true, false)))
        .body("wishes.opposed", equalTo(Arrays.asList(null, true)));
    physiciansOf(MOTHER)
        .body("physicians.professionalId", equalTo(List.of(DOCTOR, NURSE)))
        .body("physicians.state", equalTo(List.of("PROPOSED", "SAME_RIGHT")));
    requests(MOTHER).body("requests", hasSize(0));
    asPatient(MOTHER).delete(dossier.path("/grants/" + given)).then().statusCode(204);
    grants(MOTHER).body("grants.state", equalTo(List.of("EXPIRE")));
    asPatient(MOTHER).delete(dossier.path("/treating-physicians/" + NURSE)).then().statusCode(204);
    physiciansOf(MOTHER).body("physicians.professionalId", equalTo(List.of(DOCTOR)));
    assertThat(decide(dossier, NURSE).allowed()).isFalse();
  }

  @Test
  void an_adults_guardian_is_shown_what_the_owner_is_from_when_they_began_and_what_held_then() {
    Instant before = Instant.now();
    String ended = granted(dossier, NURSE).toString();
    asPatient(OWNER).delete(dossier.path("/grants/" + ended)).then().statusCode(204);
    String holds = granted(dossier, DOCTOR).toString();
    opposed(OWNER, "BREAK_GLASS", true);
    treating(dossier, DOCTOR_2);
    asDoctor(NURSE).body("{\"ins\":\"" + OWNER + "\"}").post("/access-requests");
    Instant began = Instant.now().truncatedTo(ChronoUnit.MICROS);
    represented(
        dossier,
        OWNER,
        State.OPEN,
        2,
        acts(OTHER, UUID.randomUUID(), Kind.GUARDIAN_OF_ADULT, began));
    // What was, and who asked, may be of when the patient was a minor.
    grants(OTHER).body("grants.grantId", equalTo(List.of(holds)));
    requests(OTHER).body("requests", hasSize(0));
    wishes(OTHER).body("wishes.opposed", equalTo(List.of(true, false)));
    physiciansOf(OTHER).body("physicians.state", equalTo(List.of("MEDECIN_TRAITANT")));
    asPatient(OTHER)
        .get(dossier.path("/access"))
        .then()
        .statusCode(200)
        .body("who.rule", hasItem("TREATING_PHYSICIAN"));
    String given = grantedBy(OTHER).then().statusCode(201).extract().path("grantId");
    asDoctor(DOCTOR_3).body("{\"ins\":\"" + OWNER + "\"}").post("/access-requests");
    asPatient(OTHER).delete(dossier.path("/grants/" + holds)).then().statusCode(204);
    grants(OTHER).body("grants.grantId", equalTo(List.of(given, holds)));
    grants(OWNER).body("grants.grantId", equalTo(List.of(given, holds, ended)));
    asPatient(OTHER)
        .get(dossier.path("/access/changes?from=" + began))
        .then()
        .statusCode(200)
        .body("lost.granteeId", hasItem(DOCTOR));
    for (String list : List.of("/access?at=" + before, "/access/changes?from=" + before)) {
      refused(asPatient(OTHER).get(dossier.path(list)), 422, "INSTANT_INVALID");
      asPatient(OWNER).get(dossier.path(list)).then().statusCode(200);
    }
    String request =
        requests(OTHER)
            .body("requests.professionalId", equalTo(List.of(DOCTOR_3)))
            .extract()
            .path("requests[0].requestId");
    asPatient(OTHER)
        .post(dossier.path("/access-requests/" + request + "/acceptance"))
        .then()
        .statusCode(201);
    requests(OTHER).body("requests", hasSize(0));
    // A mandate to read, and none.
    represented(
        dossier,
        OWNER,
        State.OPEN,
        3,
        acts(
            UUID.randomUUID(), Kind.PERSON_OF_TRUST, began, Optional.of(began.plusSeconds(3_600))));
    refused(asPatient(OTHER).get(dossier.path("/grants")), 403, "NO_STANDING");
    represented(dossier, OWNER, State.OPEN, 4);
    for (String list :
        List.of("/grants", "/emergency-wishes", "/access-requests", "/notices", "/access")) {
      refused(asPatient(OTHER).get(dossier.path(list)), 403, "NO_STANDING");
    }
  }

  @Test
  void what_a_parent_says_again_binds_though_another_or_the_minor_undid_it() {
    Instant now = Instant.now();
    represented(
        dossier,
        OWNER,
        State.OPEN,
        2,
        acts(OTHER, UUID.randomUUID(), Kind.PARENT, now),
        acts(MOTHER, UUID.randomUUID(), Kind.PARENT, now));
    granted(dossier, DOCTOR);
    for (String undoing : List.of(MOTHER, OWNER)) {
      opposed(OTHER, "BREAK_GLASS", true);
      assertThat(decide(dossier, DOCTOR_2, "10", PurposeOfUse.BREAK_GLASS).allowed()).isFalse();
      opposed(undoing, "BREAK_GLASS", false);
      assertThat(decide(dossier, DOCTOR_2, "10", PurposeOfUse.BREAK_GLASS).allowed()).isTrue();
      opposed(OTHER, "BREAK_GLASS", true);
      assertThat(decide(dossier, DOCTOR_2, "10", PurposeOfUse.BREAK_GLASS).allowed()).isFalse();

      String block = dossier.path("/blocks/" + DOCTOR);
      asPatient(OTHER).put(block).then().statusCode(204);
      asPatient(undoing).delete(block).then().statusCode(204);
      assertThat(decide(dossier, DOCTOR).allowed()).isTrue();
      asPatient(OTHER).put(block).then().statusCode(204);
      assertThat(decide(dossier, DOCTOR).allowed()).isFalse();
      asPatient(OTHER).put(block).then().statusCode(204);
      asPatient(undoing).delete(block).then().statusCode(204);
    }
    asPatient(OTHER).delete(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER).delete(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    refused(accept(DOCTOR, OWNER), 403, "NO_STANDING");
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    accept(DOCTOR, OWNER).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("TREATING_PHYSICIAN");
    // Asked once more, a médecin traitant is one all the same.
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    physicians("MEDECIN_TRAITANT");
    physiciansOf(MOTHER).body("physicians.state", equalTo(List.of("MEDECIN_TRAITANT")));
  }

  /** Two parents, of whom one may be excluded: nothing that he left is out of the other's reach. */
  @Test
  void what_an_excluded_parent_left_is_taken_back_by_the_other_and_gives_no_new_right() {
    Instant now = Instant.now();
    UUID mothers = UUID.randomUUID();
    represented(
        dossier,
        OWNER,
        State.OPEN,
        2,
        acts(OTHER, UUID.randomUUID(), Kind.PARENT, now),
        acts(MOTHER, mothers, Kind.PARENT, now));
    String toStructure =
        asPatient(OTHER)
            .body("{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + STRUCTURE + "\"}")
            .post(dossier.path("/grants"))
            .then()
            .statusCode(201)
            .extract()
            .path("grantId");
    asPatient(OTHER).put(dossier.path("/same-right/" + DOCTOR)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/treating-physicians/" + DOCTOR_3)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    opposed(OTHER, "BREAK_GLASS", true);
    represented(dossier, OWNER, State.OPEN, 3, acts(MOTHER, mothers, Kind.PARENT, now));
    refused(grantedBy(OTHER), 403, "NO_STANDING");
    // What he asked of a doctor is not accepted any more, until she asks herself.
    refused(accept(DOCTOR_3, OWNER), 403, "NO_STANDING");
    asPatient(MOTHER).put(dossier.path("/treating-physicians/" + DOCTOR_3)).then().statusCode(204);
    accept(DOCTOR_3, OWNER).then().statusCode(204);
    // The rest stays, and she finds it and takes it back.
    assertThat(decide(dossier, NURSE, "60", PurposeOfUse.NORMAL).allowed()).isTrue();
    grants(MOTHER).body("grants.grantId", equalTo(List.of(toStructure)));
    asPatient(MOTHER).delete(dossier.path("/grants/" + toStructure)).then().statusCode(204);
    assertThat(decide(dossier, NURSE, "60", PurposeOfUse.NORMAL).allowed()).isFalse();
    physiciansOf(MOTHER).body("physicians.professionalId", equalTo(List.of(DOCTOR, DOCTOR_3)));
    asPatient(MOTHER).delete(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).allowed()).isFalse();
    refused(grantedBy(MOTHER), 409, "PROFESSIONAL_BLOCKED");
    asPatient(MOTHER).delete(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    grantedBy(MOTHER).then().statusCode(201);
    assertThat(decide(dossier, DOCTOR_2).rule()).isEqualTo("GRANT");
    wishes(MOTHER).body("wishes.opposed", equalTo(Arrays.asList(true, null)));
    opposed(MOTHER, "BREAK_GLASS", false);
    assertThat(decide(dossier, NURSE, "60", PurposeOfUse.BREAK_GLASS).allowed()).isTrue();
  }

  private ValidatableResponse physiciansOf(String ins) {
    return asPatient(ins).get(dossier.path("/treating-physicians")).then().statusCode(200);
  }

  /** Issue 5: whom a minor let in or shut out may tell of secret care. */
  @Test
  void who_acts_for_a_minor_learns_nothing_of_whom_the_minor_let_in_or_shut_out() {
    String minors = granted(dossier, NURSE).toString();
    treating(dossier, DOCTOR);
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    represented(
        dossier,
        OWNER,
        State.OPEN,
        2,
        acts(UUID.randomUUID(), Kind.PARENT, Instant.now(), Optional.empty()));
    // A grant of the minor's is answered as one that never was.
    for (String id : List.of(minors, UUID.randomUUID().toString())) {
      String grant = dossier.path("/grants/" + id);
      refused(asPatient(OTHER).post(grant + "/renewal"), 404, "NO_SUCH_GRANT");
      refused(asPatient(OTHER).delete(grant), 404, "NO_SUCH_GRANT");
    }
    assertThat(decide(dossier, NURSE, "60", PurposeOfUse.NORMAL).allowed()).isTrue();
    // One to somebody whom the minor shut out is given, shows as given, and lets nobody in.
    String hidden = grantedBy(OTHER).then().statusCode(201).extract().path("grantId");
    grants(OTHER)
        .body("grants.grantId", equalTo(List.of(hidden)))
        .body("grants.state", equalTo(List.of("VALIDE")))
        .body("grants.inForce", equalTo(List.of(true)));
    assertThat(decide(dossier, DOCTOR_2).allowed()).isFalse();
    grants(OWNER).body("grants.state", equalTo(List.of("INTERDIT", "VALIDE")));
    // Neither does a parent lift what the minor said: not a block, not a médecin traitant.
    asPatient(OTHER).delete(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    asPatient(OTHER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    grants(OTHER).body("grants.state", equalTo(List.of("INTERDIT")));
    refused(grantedBy(OTHER), 409, "PROFESSIONAL_BLOCKED");
    asPatient(OTHER).delete(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    grants(OTHER).body("grants.state", equalTo(List.of("VALIDE")));
    assertThat(decide(dossier, DOCTOR_2).allowed()).isFalse();
    String doctor = dossier.path("/treating-physicians/" + DOCTOR);
    asPatient(OTHER).put(doctor).then().statusCode(204);
    asPatient(OTHER).delete(doctor).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("TREATING_PHYSICIAN");
    physicians("MEDECIN_TRAITANT");
    // What the minor takes back of theirs binds, and stays as it was to them.
    asPatient(OWNER).delete(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR_2).rule()).isEqualTo("GRANT");
    asPatient(OWNER).delete(dossier.path("/grants/" + hidden)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR_2).allowed()).isFalse();
    grants(OTHER)
        .body("grants.state", equalTo(List.of("VALIDE")))
        .body("grants.revokedAt", equalTo(java.util.Collections.singletonList(null)));
    asPatient(OTHER).delete(dossier.path("/grants/" + hidden)).then().statusCode(204);
    grants(OTHER).body("grants.state", equalTo(List.of("EXPIRE")));
    // A wish that was said over shows as they said it.
    for (String who : List.of(OTHER, OWNER)) {
      asPatient(who)
          .body("{\"opposed\":" + who.equals(OWNER) + "}")
          .put(dossier.path("/emergency-wishes/BREAK_GLASS"))
          .then()
          .statusCode(204);
    }
    wishes(OTHER).body("wishes.opposed", equalTo(Arrays.asList(false, null)));
  }

  private ValidatableResponse grants(String ins) {
    return asPatient(ins).get(dossier.path("/grants")).then().statusCode(200);
  }

  private ValidatableResponse wishes(String ins) {
    return asPatient(ins).get(dossier.path("/emergency-wishes")).then().statusCode(200);
  }

  private ValidatableResponse requests(String ins) {
    return asPatient(ins).get(dossier.path("/access-requests")).then().statusCode(200);
  }

  private Response grantedBy(String ins) {
    return asPatient(ins).body(toProfessional(DOCTOR_2)).post(dossier.path("/grants"));
  }

  @Test
  void nobody_decides_by_a_representation_that_is_over_or_to_come_or_a_mandate_to_read() {
    Instant now = Instant.now();
    Instant before = now.minus(1, ChronoUnit.DAYS);
    UUID id = UUID.randomUUID();
    long version = 2;
    for (ActsFor acts :
        List.of(
            acts(id, Kind.PARENT, before, Optional.of(now)),
            acts(id, Kind.GUARDIAN_OF_ADULT, now.plus(1, ChronoUnit.DAYS), Optional.empty()),
            acts(id, Kind.PERSON_OF_TRUST, before, Optional.of(now.plus(1, ChronoUnit.DAYS))))) {
      represented(dossier, OWNER, State.OPEN, version++, acts);
      refused(grantedBy(OTHER), 403, "NO_STANDING");
    }
    ActsFor guardian = acts(id, Kind.GUARDIAN_OF_ADULT, before, Optional.empty());
    represented(dossier, OWNER, State.OPEN, version++, guardian);
    grantedBy(OTHER).then().statusCode(201);
    represented(dossier, OWNER, State.CLOSED, version, guardian);
    refused(asPatient(OTHER).put(dossier.path("/blocks/" + DOCTOR)), 403, "NO_STANDING");
  }

  @Test
  void who_acts_for_the_owner_sees_everything_by_a_rule_of_its_own_until_it_ends() {
    Instant before = Instant.now().minus(1, ChronoUnit.DAYS);
    Instant until = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MILLIS);
    assertThat(decideForOther(dossier).rule()).isEqualTo("NO_STANDING");
    UUID trusted = UUID.randomUUID();
    represented(
        dossier,
        OWNER,
        State.OPEN,
        2,
        acts(UUID.randomUUID(), Kind.PARENT, before, Optional.of(Instant.now())),
        acts(trusted, Kind.PERSON_OF_TRUST, before, Optional.of(until)));
    AccessDecision decision = decideForOther(dossier);
    assertThat(decision.rule()).isEqualTo("REPRESENTATIVE");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.until()).contains(until);
    assertThat(decision.representationId()).contains(trusted);
    assertThat(decide(dossier, DOCTOR).representationId()).isEmpty();
    // The owner sees that somebody can, and not who it was that could.
    String now =
        asPatient(OWNER)
            .get(dossier.path("/access"))
            .then()
            .body("who[0].rule", equalTo("OWNER"))
            .body("who[1].rule", equalTo("REPRESENTATIVE"))
            .body("who[1].granteeId", equalTo(trusted.toString()))
            .body("who[1].until", equalTo(until.toString()))
            .body("who[2].rule", equalTo("BREAK_GLASS"))
            .extract()
            .path("at");
    // Ended: the very next decision knows, though nothing has arrived here yet.
    represented(dossier, OWNER, State.OPEN, 3);
    assertThat(decideForOther(dossier).allowed()).isFalse();
    refused(grantedBy(OTHER), 403, "NO_STANDING");
    asPatient(OWNER)
        .get(dossier.path("/access"))
        .then()
        .body("who[1].rule", equalTo("BREAK_GLASS"));
    asPatient(OWNER)
        .get(dossier.path("/access?at=" + now))
        .then()
        .body("who[1].rule", equalTo("REPRESENTATIVE"));
    // Could this person see it then, and why; and why not now.
    String why = dossier.path("/access/explanation?representation=");
    String counted = "rules.find { it.counted }.rule";
    asPatient(OWNER)
        .get(why + trusted + "&at=" + now)
        .then()
        .statusCode(200)
        .body("decision.rule", equalTo("REPRESENTATIVE"))
        .body("decision.until", equalTo(until.toString()))
        .body(counted, equalTo("REPRESENTATIVE"));
    for (String notNow : List.of(trusted.toString(), UUID.randomUUID() + "&at=" + now)) {
      asPatient(OWNER)
          .get(why + notNow)
          .then()
          .statusCode(200)
          .body("decision.allowed", equalTo(false))
          .body(counted, equalTo("ANOTHER_PATIENT"));
    }
    refused(asPatient(OWNER).get(why + "x"), 422, "IDENTIFIER_INVALID");
    // Over, to come, and of a closed dossier.
    Dossier later = dossierOf(OWNER);
    represented(
        later,
        OWNER,
        State.OPEN,
        2,
        acts(UUID.randomUUID(), Kind.PARENT, before, Optional.of(Instant.now())),
        acts(UUID.randomUUID(), Kind.PARENT, until, Optional.empty()));
    assertThat(decideForOther(later).allowed()).isFalse();
    Dossier closed = dossierOf(OWNER);
    represented(
        closed,
        OWNER,
        State.CLOSED,
        2,
        acts(UUID.randomUUID(), Kind.PARENT, before, Optional.empty()));
    assertThat(decideForOther(closed).allowed()).isFalse();
  }

  private static AccessDecision decideForOther(Dossier dossier) {
    return decide(
        new DecisionRequest(
            dossier.id(),
            Actor.anonymous(Actor.Role.OWNER),
            Optional.of(TestTokens.patientRef(OTHER)),
            PurposeOfUse.NORMAL,
            false,
            false));
  }

  private static ActsFor acts(UUID id, Kind kind, Instant from, Optional<Instant> until) {
    return new ActsFor(id, TestTokens.patientRef(OTHER), kind, from, until);
  }

  @Test
  void another_doctor_may_be_given_the_same_right_without_the_status() {
    asPatient(OWNER).put(dossier.path("/same-right/" + DOCTOR)).then().statusCode(204);
    AccessDecision decision = decide(dossier, DOCTOR);
    assertThat(decision.rule()).isEqualTo("TREATING_PHYSICIAN");
    assertThat(decision.maskedToo()).isTrue();
    physicians("SAME_RIGHT");
    asPatient(OWNER).delete(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    physicians();
  }

  @Test
  void ending_a_treating_physician_ends_what_it_gave() {
    treating(dossier, DOCTOR);
    asPatient(OWNER).delete(dossier.path("/treating-physicians/" + DOCTOR)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
  }

  @Test
  void revoking_ends_the_right_however_often_it_was_granted() {
    UUID first = granted(dossier, DOCTOR);
    granted(dossier, DOCTOR);
    asPatient(OWNER).delete(dossier.path("/grants/" + first)).then().statusCode(204);
    assertThat(decide(dossier, DOCTOR).rule()).isEqualTo("NO_STANDING");
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .body("grants.state", equalTo(List.of("EXPIRE", "EXPIRE")));
  }

  @Test
  void a_grant_is_renewed_from_its_end_on_and_stays_in_the_history() {
    Instant end = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MILLIS);
    Instant next = end.plus(1, ChronoUnit.DAYS);
    String first =
        grant(
                dossier,
                """
                {"granteeKind":"PROFESSIONAL","granteeId":"%s","until":"%s"}
                """
                    .formatted(DOCTOR, end))
            .then()
            .statusCode(201)
            .extract()
            .path("grantId");
    String second = renew(first, next).then().statusCode(201).extract().path("grantId");
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .body("grants.grantId", equalTo(List.of(second, first)))
        .body("grants[0].from", equalTo(end.toString()))
        .body("grants[0].until", equalTo(next.toString()))
        .body("grants[1].until", equalTo(end.toString()));
    refused(renew(first, next), 422, "PERIOD_INVALID");
    refused(renew(granted(dossier, DOCTOR_2).toString(), next), 409, "GRANT_WITHOUT_END");
    refused(renew(UNKNOWN_GRANT, next), 404, "NO_SUCH_GRANT");
  }

  private Response renew(String grantId, Instant until) {
    return asPatient(OWNER)
        .body("{\"until\":\"" + until + "\"}")
        .post(dossier.path("/grants/" + grantId + "/renewal"));
  }

  @Test
  void regranting_keeps_the_history_of_the_old_grant() {
    UUID first = granted(dossier, DOCTOR);
    asPatient(OWNER).delete(dossier.path("/grants/" + first)).then().statusCode(204);
    UUID second = granted(dossier, DOCTOR);
    asPatient(OWNER)
        .get(dossier.path("/grants"))
        .then()
        .body("accessVersion", equalTo(3))
        .body("grants", hasSize(2))
        .body("grants[0].grantId", equalTo(second.toString()))
        .body("grants[0].state", equalTo("VALIDE"))
        .body("grants[1].grantId", equalTo(first.toString()))
        .body("grants[1].state", equalTo("EXPIRE"));
  }

  @Test
  void the_same_idempotency_key_gives_the_same_answer_and_one_grant() {
    String key = UUID.randomUUID().toString();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(
          asPatient(OWNER)
              .header("Idempotency-Key", key)
              .body(toProfessional(DOCTOR))
              .post(dossier.path("/grants"))
              .then()
              .statusCode(201)
              .extract()
              .asString());
    }
    assertThat(answers).containsOnly(answers.getFirst());
    asPatient(OWNER).get(dossier.path("/grants")).then().body("grants", hasSize(1));

    asPatient(OWNER)
        .header("Idempotency-Key", key)
        .body(toProfessional(DOCTOR_2))
        .post(dossier.path("/grants"))
        .then()
        .statusCode(422)
        .body("code", equalTo("IDEMPOTENCY_KEY_REUSED"));
    asPatient(OWNER)
        .header("Idempotency-Key", "not a key")
        .body(toProfessional(DOCTOR))
        .post(dossier.path("/grants"))
        .then()
        .statusCode(422)
        .body("code", equalTo("IDEMPOTENCY_KEY_INVALID"));
  }

  @Test
  void a_note_leaves_the_service_sealed_towards_the_dossier() throws Exception {
    String note = "Pour mon genou, après la chute";
    UUID grantId =
        UUID.fromString(
            grant(
                    dossier,
                    """
                    {"granteeKind":"PROFESSIONAL","granteeId":"%s","note":"%s"}
                    """
                        .formatted(DOCTOR, note))
                .then()
                .statusCode(201)
                .extract()
                .path("grantId"));
    UUID eventId;
    byte[] data;
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT id, data FROM event WHERE stream_id = ?")) {
      select.setObject(1, dossier.id());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        eventId = row.getObject(1, UUID.class);
        data = row.getBytes(2);
      }
    }
    assertThat(new String(data, StandardCharsets.UTF_8)).doesNotContain("genou");
    AccessGranted event = Wire.read(data, AccessGranted.class);
    assertThat(event.grantId()).isEqualTo(grantId);
    assertThat(
            dossier
                .keys()
                .open(
                    event.note().orElseThrow(),
                    new Binding(dossier.id(), eventId.toString(), AccessGranted.WIRE_NAME)))
        .isEqualTo(note.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_closed_dossier_takes_nobody_new_but_rights_can_still_be_taken_away() {
    Dossier closed = dossierOf(OWNER, State.CLOSED);
    grant(closed, toProfessional(DOCTOR))
        .then()
        .statusCode(409)
        .body("code", equalTo("DOSSIER_CLOSED"));
    asPatient(OWNER)
        .put(closed.path("/treating-physicians/" + DOCTOR))
        .then()
        .statusCode(409)
        .body("code", equalTo("DOSSIER_CLOSED"));
    asPatient(OWNER).put(closed.path("/blocks/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER).delete(closed.path("/blocks/" + DOCTOR)).then().statusCode(204);
    asPatient(OWNER)
        .body("{\"opposed\":true}")
        .put(closed.path("/emergency-wishes/BREAK_GLASS"))
        .then()
        .statusCode(204);
    asPatient(OWNER)
        .get(closed.path("/access"))
        .then()
        .statusCode(200)
        .body("who.rule", equalTo(List.of("OWNER")));
  }

  @Test
  void each_refusal_has_its_code() {
    refused(grant(dossier, "{}"), 422, "FIELD_MISSING");
    refused(grant(dossier, ""), 422, "FIELD_MISSING");
    refused(grant(dossier, "{\"granteeKind\":\"PROFESSIONAL\"}"), 422, "FIELD_MISSING");
    refused(grant(dossier, "{\"granteeKind\":\"EMPLOYER\"}"), 400, "REQUEST_NOT_READABLE");
    refused(grant(dossier, "{"), 400, "REQUEST_NOT_READABLE");
    refused(grant(dossier, toProfessional("12")), 422, "IDENTIFIER_INVALID");
    refused(grant(dossier, toProfessional("899700024451")), 422, "IDENTIFIER_INVALID");
    refused(
        grant(
            dossier,
            """
            {"granteeKind":"PROFESSIONAL","granteeId":"%s","until":"2020-01-01T00:00:00Z"}
            """
                .formatted(DOCTOR)),
        422,
        "PERIOD_INVALID");
    refused(
        grant(
            dossier,
            """
            {"granteeKind":"PROFESSIONAL","granteeId":"%s","note":"%s"}
            """
                .formatted(DOCTOR, "a".repeat(1_001))),
        422,
        "NOTE_TOO_LONG");
    refused(
        asPatient(OWNER).delete(dossier.path("/grants/" + UNKNOWN_GRANT)), 404, "NO_SUCH_GRANT");
    refused(asPatient(OWNER).delete(dossier.path("/grants/none")), 404, "NO_SUCH_GRANT");
    // A number without its type digit would be taken and bar nobody.
    for (String nobody : List.of("x", DOCTOR.substring(1), STRUCTURE, "8" + DOCTOR)) {
      for (String path : List.of("/blocks/", "/treating-physicians/")) {
        refused(asPatient(OWNER).put(dossier.path(path + nobody)), 422, "IDENTIFIER_INVALID");
      }
    }
    for (String structure : List.of(DOCTOR, STRUCTURE.substring(1))) {
      refused(
          grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + structure + "\"}"),
          422,
          "IDENTIFIER_INVALID");
    }
    refused(grant(dossier, toProfessional(STRUCTURE)), 422, "IDENTIFIER_INVALID");
    refused(
        asPatient(OWNER).body("{}").put(dossier.path("/emergency-wishes/BREAK_GLASS")),
        422,
        "FIELD_MISSING");
    refused(
        asPatient(OWNER).body("{\"opposed\":true}").put(dossier.path("/emergency-wishes/OTHER")),
        404,
        "NO_SUCH_RESOURCE");
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(204);
    refused(grant(dossier, toProfessional(DOCTOR)), 409, "PROFESSIONAL_BLOCKED");
    refused(
        asPatient(OWNER).put(dossier.path("/treating-physicians/" + DOCTOR)),
        409,
        "PROFESSIONAL_BLOCKED");
  }

  private static void refused(Response response, int status, String code) {
    response
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .body("code", equalTo(code));
  }

  @Test
  void while_the_registry_does_not_answer_nobody_learns_whether_there_is_a_dossier() {
    granted(dossier, DOCTOR);
    for (String path : List.of("/registry/", "/registry/" + dossier.id())) {
      Neighbours.answer(path, _ -> new Neighbours.Answer(503, "{}"));
    }
    Dossier unheard = new Dossier(UUID.randomUUID(), dossier.keys());
    for (Dossier asked : List.of(dossier, unheard)) {
      refused(
          asPatient(OTHER).body(toProfessional(DOCTOR)).post(asked.path("/grants")),
          503,
          "REGISTRY_UNAVAILABLE");
      refused(
          as(SERVICE)
              .body(
                  """
                  {"dossierId":"%s","actor":{"role":"PROFESSIONAL","id":"%s","profession":"10"},
                   "purpose":"normal","regulation":false,"wordsGiven":false}
                  """
                      .formatted(asked.id(), DOCTOR_2))
              .post("/decisions"),
          503,
          "REGISTRY_UNAVAILABLE");
    }
    // Who has standing is not kept out by it.
    assertThat(decide(dossier, DOCTOR).allowed()).isTrue();
    assertThat(grant(dossier, toProfessional(DOCTOR_2)).statusCode()).isEqualTo(201);
  }

  @Test
  void a_registry_that_is_slow_is_not_waited_for() {
    Neighbours.answer(
        "/registry/",
        _ -> {
          LockSupport.parkNanos(Duration.ofSeconds(60).toNanos());
          return new Neighbours.Answer(404, "{}");
        });
    Dossier unheard = new Dossier(UUID.randomUUID(), dossier.keys());
    long from = System.nanoTime();
    refused(grant(unheard, toProfessional(DOCTOR)), 503, "REGISTRY_UNAVAILABLE");
    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(50));
  }

  @Test
  void somebody_else_and_an_unknown_dossier_get_the_same_bytes() throws Exception {
    granted(dossier, DOCTOR);
    Dossier unknown = new Dossier(UUID.randomUUID(), dossier.keys());
    List<JsonNode> answers = new ArrayList<>();
    for (Dossier asked : List.of(dossier, unknown)) {
      nobodyWasRefused();
      for (Response response :
          List.of(
              asPatient(OTHER).body(toProfessional(DOCTOR)).post(asked.path("/grants")),
              asPatient(OTHER).body("{}").post(asked.path("/grants")),
              asPatient(OTHER).get(asked.path("/grants")),
              asPatient(OTHER).delete(asked.path("/grants/" + UNKNOWN_GRANT)),
              asPatient(OTHER).put(asked.path("/blocks/" + DOCTOR)),
              asPatient(OTHER).put(asked.path("/blocks/x")),
              asPatient(OTHER).delete(asked.path("/blocks/" + DOCTOR)),
              asPatient(OTHER).put(asked.path("/treating-physicians/" + DOCTOR)),
              asPatient(OTHER).delete(asked.path("/treating-physicians/" + DOCTOR)),
              asPatient(OTHER).get(asked.path("/treating-physicians")),
              asPatient(OTHER).put(asked.path("/same-right/" + DOCTOR)),
              asPatient(OTHER).post(asked.path("/grants/" + UNKNOWN_GRANT + "/renewal")),
              asPatient(OTHER).get(asked.path("/emergency-wishes")),
              asPatient(OTHER).body("{}").put(asked.path("/emergency-wishes/BREAK_GLASS")),
              asPatient(OTHER).get(asked.path("/access")))) {
        assertThat(response.statusCode()).isEqualTo(403);
        answers.add(withoutCorrelation(response.asByteArray()));
      }
    }
    answers.add(withoutCorrelation(asPatient(OTHER).get("/dossiers/none/access").asByteArray()));
    assertThat(answers).containsOnly(answers.getFirst());
    assertThat(answers.getFirst().get("code").asText()).isEqualTo("NO_STANDING");
  }

  private static JsonNode withoutCorrelation(byte[] problem) throws Exception {
    JsonNode tree = Wire.JSON.readTree(problem);
    ((com.fasterxml.jackson.databind.node.ObjectNode) tree).remove("correlation");
    return tree;
  }

  @Test
  void what_operates_the_service_answers_without_a_token() {
    for (String path : List.of("/q/health", "/q/openapi")) {
      given().get(path).then().statusCode(200);
    }
  }
}
