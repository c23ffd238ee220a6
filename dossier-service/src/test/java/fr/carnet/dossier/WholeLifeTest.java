package fr.carnet.dossier;

import static fr.carnet.dossier.Dossiers.imaging;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import fr.carnet.dossier.arriving.Erasing;
import fr.carnet.dossier.arriving.Timetable;
import fr.carnet.dossier.documents.Files;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole life of a dossier over HTTP: who opens it, what it is asked for, how it ends. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class WholeLifeTest {
  private static final String AGENT = TestTokens.withRole("agent-7", "counter-agent");
  private static final String OFFICER = TestTokens.withRole("officer-1", "privacy-officer");
  private static final String CONSENT = "\"consentWording\":\"v1\"";
  private static final String REPRESENTATIVE =
      """
      "representative":{"kind":"PARENT","familyName":"Parentaud","givenName":"Dominique",
                        "evidence":"livret de famille"}\
      """;

  @Inject DataSource dataSource;
  @Inject Timetable timetable;
  @Inject Erasing erasing;
  @Inject StoredBesideForTests beside;

  @ConfigProperty(name = "carnet.erasure-journal")
  Path journal;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);

  @BeforeEach
  void ingestConfirms() {
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
  }

  private static ValidatableResponse post(String path, String token, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path).then();
  }

  private static ValidatableResponse get(String path, String token) {
    return given().auth().oauth2(token).get(path).then();
  }

  private static UUID opened(String token, String body) {
    return UUID.fromString(
        post("/dossiers", token, body).statusCode(201).extract().path("dossierId"));
  }

  private static DossierOpened recordedOpening(UUID dossier) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> !Dossiers.of(Topic.DOSSIER_EVENTS, dossier).isEmpty());
    return Wire.read(
        Dossiers.of(Topic.DOSSIER_EVENTS, dossier).getFirst().value(), DossierOpened.class);
  }

  private static void close(UUID dossier, String token, String reason) {
    post("/dossiers/" + dossier + "/closing", token, "{\"reason\":\"" + reason + "\"}")
        .statusCode(200);
  }

  @Test
  void each_channel_records_who_took_the_consent_how_and_which_wording() {
    String pharmacist = TestTokens.professional("899700024450", "21");
    String nurse = TestTokens.professional("899700024450", "60");
    Map<Channel, String> tokens =
        Map.of(
            Channel.ONLINE,
            owner,
            Channel.COUNTER,
            AGENT,
            Channel.PHARMACIST,
            pharmacist,
            Channel.PROFESSIONAL,
            nurse);
    tokens.forEach(
        (channel, token) -> {
          String of = channel == Channel.ONLINE ? "" : ",\"ins\":\"" + Dossiers.newIns() + "\"";
          DossierOpened opening = recordedOpening(opened(token, "{" + CONSENT + of + "}"));
          assertThat(opening.channel()).isEqualTo(channel);
          assertThat(opening.consentWording()).isEqualTo("v1");
          Actor takenBy = opening.consentTakenBy().orElseThrow();
          switch (channel) {
            case ONLINE -> assertThat(takenBy).isEqualTo(Actor.anonymous(Actor.Role.OWNER));
            case COUNTER -> assertThat(takenBy.role()).isEqualTo(Actor.Role.COUNTER_AGENT);
            case PHARMACIST, PROFESSIONAL -> {
              assertThat(takenBy.id()).contains("899700024450");
              assertThat(takenBy.structure().orElseThrow().value()).isEqualTo("3750100125");
            }
          }
        });
  }

  /**
   * A minor, and a protected adult.
   *
   * @param until exclusive; an adult's representation lasts until somebody ends it
   */
  @ParameterizedTest
  @CsvSource({
    "PARENT, 21606, 2016-06-05, 2034-06-05, MINOR_OPENS_AT_COUNTER",
    "GUARDIAN_OF_ADULT, 27606, 1976-06-05, , REPRESENTATIVE_AT_COUNTER_ONLY"
  })
  void a_dossier_is_opened_for_somebody_at_a_counter_by_a_representative_whose_identity_is_sealed(
      Representative.Kind kind, String begins, String birthDate, String until, String onlyThere) {
    String represented = Dossiers.newIns(begins);
    String representative = REPRESENTATIVE.replace("PARENT", kind.name());
    post(
            "/dossiers",
            TestTokens.patient(represented, birthDate),
            "{" + CONSENT + "," + representative + "}")
        .statusCode(403)
        .body("code", equalTo(onlyThere));
    String who =
        "{"
            + CONSENT
            + ",\"ins\":\""
            + represented
            + "\",\"familyName\":\"Enfantaud\",\"sex\":\"FEMALE\",\"birthDate\":\""
            + birthDate
            + "\"";
    Representative.Kind other =
        kind.isForMinors() ? Representative.Kind.GUARDIAN_OF_ADULT : Representative.Kind.PARENT;
    post("/dossiers", AGENT, who + "," + REPRESENTATIVE.replace("PARENT", other.name()) + "}")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATIVE_INVALID"));
    UUID dossier = opened(AGENT, who + "," + representative + "}");
    assertThat(onKafka(dossier))
        .doesNotContain("Parentaud", "Dominique", "livret", kind.name(), birthDate);
    get("/dossiers/" + dossier + "/export", TestTokens.patient(represented))
        .statusCode(200)
        .body("traits.representative.kind", equalTo(kind.name()))
        .body("traits.representative.familyName", equalTo("Parentaud"))
        .body("traits.representative.until", equalTo(until));
  }

  @Test
  void a_minor_opens_at_a_counter_alone_and_not_without_a_representative() {
    String child = Dossiers.newIns("21606");
    post("/dossiers", TestTokens.patient(child, "2016-06-05"), "{" + CONSENT + "}")
        .statusCode(403)
        .body("code", equalTo("MINOR_OPENS_AT_COUNTER"))
        .body("field", equalTo("birthDate"));
    post(
            "/dossiers",
            AGENT,
            "{" + CONSENT + ",\"ins\":\"" + child + "\",\"birthDate\":\"2016-06-05\"}")
        .statusCode(422)
        .body("code", equalTo("REPRESENTATIVE_MISSING"));
  }

  @Test
  void a_minor_is_no_adult_because_the_birth_date_was_left_out() {
    String child = Dossiers.newIns("21606");
    for (String token :
        List.of(
            AGENT,
            TestTokens.professional("899700024450", "21"),
            TestTokens.professional("899700024450", "10"))) {
      post("/dossiers", token, "{" + CONSENT + ",\"ins\":\"" + child + "\"}")
          .statusCode(422)
          .body("code", equalTo("BIRTH_DATE_MISSING"))
          .body("field", equalTo("birthDate"));
    }
  }

  @Test
  void an_opening_says_nothing_that_cannot_be_kept_and_read_again() {
    String of = "{" + CONSENT + ",\"ins\":\"" + ins + "\",";
    for (String born :
        List.of("+10053-07-14", "+999999953-07-14", "0053-07-14", "-0047-07-14", "2053-07-14")) {
      post("/dossiers", AGENT, of + "\"birthDate\":\"" + born + "\"}")
          .statusCode(422)
          .body("code", equalTo("BIRTH_DATE_INVALID"))
          .body("field", equalTo("birthDate"));
    }
    post("/dossiers", AGENT, of + "\"familyName\":\"a\\u0000b\"}")
        .statusCode(422)
        .body("code", equalTo("NAME_INVALID"));
    for (String half :
        List.of(
            "\"givenName\":\"\\ud83d\"}",
            "\"affiliation\":{\"scheme\":\"\\ude00\",\"caisse\":\"671\",\"policyholder\":true}}",
            REPRESENTATIVE.replace("Parentaud", "\\ud83d") + "}")) {
      post("/dossiers", AGENT, of + half)
          .statusCode(400)
          .body("code", equalTo("REQUEST_NOT_READABLE"));
    }
    UUID dossier = opened(AGENT, of + "\"givenName\":\"Zo\u00e9 \\ud83d\\ude00\"}");
    post(
            "/dossiers/" + dossier + "/representatives",
            AGENT,
            """
            {"kind":"GUARDIAN_OF_ADULT","ins":"%s","familyName":"T","givenName":"D",
             "evidence":"jugement","until":"+10000-01-01T00:00:00Z"}
            """
                .formatted(Dossiers.newIns()))
        .statusCode(422)
        .body("code", equalTo("REPRESENTATION_END_INVALID"))
        .body("field", equalTo("until"));
    post(
            "/dossiers/" + dossier + "/masks",
            owner,
            "{\"of\":\"ITEM\",\"itemId\":\"a\\u0000\\ud83d\"}")
        .statusCode(422)
        .body("code", equalTo("MASK_INVALID"));
    get("/dossiers/" + dossier + "/summary", owner).statusCode(200);
    get("/dossiers/" + dossier + "/export", owner)
        .statusCode(200)
        .body("traits.givenName", equalTo("Zo\u00e9 \ud83d\ude00"));
  }

  private static String onKafka(UUID dossier) {
    recordedOpening(dossier);
    StringBuilder all = new StringBuilder();
    for (Topic topic : List.of(Topic.DOSSIER_EVENTS, Topic.DOSSIER_REGISTRY)) {
      Dossiers.of(topic, dossier)
          .forEach(record -> all.append(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return all.toString();
  }

  @Test
  void scheme_caisse_and_policyholder_are_kept_with_the_opening_and_sealed() {
    UUID dossier =
        opened(
            owner,
            "{"
                + CONSENT
                + ",\"affiliation\":{\"scheme\":\"01\",\"caisse\":\"671\",\"policyholder\":true}}");
    assertThat(onKafka(dossier)).doesNotContain("671\"", "policyholder", "scheme");
    get("/dossiers/" + dossier + "/export", owner)
        .statusCode(200)
        .body("traits.affiliation.scheme", equalTo("01"))
        .body("traits.affiliation.caisse", equalTo("671"))
        .body("traits.affiliation.policyholder", equalTo(true));
  }

  @Test
  void traits_that_contradict_the_ins_are_refused_by_the_name_of_the_field() {
    post("/dossiers", TestTokens.patient(ins, "1954-07-14"), "{" + CONSENT + "}")
        .statusCode(422)
        .body("code", equalTo("INS_CONTRADICTS_BIRTH_YEAR"))
        .body("field", equalTo("birthDate"));
    post("/dossiers", AGENT, "{" + CONSENT + ",\"ins\":\"" + ins + "\",\"sex\":\"FEMALE\"}")
        .statusCode(422)
        .body("code", equalTo("INS_CONTRADICTS_SEX"))
        .body("field", equalTo("sex"));
  }

  @Test
  void a_person_whose_ins_changes_keeps_the_one_dossier() {
    UUID dossier = Dossiers.open(ins);
    String another = Dossiers.newIns();
    String path = "/dossiers/" + dossier + "/ins";
    String body = "{\"ins\":\"" + another + "\",\"evidence\":\"attestation de droits\"}";
    post(path, owner, body).statusCode(403).body("code", equalTo("ROLE_MISSING"));
    post(path, AGENT, "{\"ins\":\"" + another + "\"}")
        .statusCode(422)
        .body("code", equalTo("EVIDENCE_MISSING"));
    post(path, AGENT, body.replace(another, Dossiers.newIns("15408")))
        .statusCode(422)
        .body("code", equalTo("INS_CONTRADICTS_BIRTH_YEAR"));
    post(path, AGENT, body).statusCode(200);
    post(path, AGENT, body).statusCode(409).body("code", equalTo("INS_ALREADY_RECORDED"));
    // then: one dossier under both, and no second one under either
    for (String each : List.of(ins, another)) {
      get("/dossiers/mine", TestTokens.patient(each))
          .statusCode(200)
          .body("dossierId", equalTo(dossier.toString()));
      post("/dossiers", TestTokens.patient(each), "{" + CONSENT + "}")
          .statusCode(409)
          .body("code", equalTo("DOSSIER_EXISTS"));
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              var records = Dossiers.of(Topic.DOSSIER_REGISTRY, dossier);
              assertThat(
                      Wire.read(records.getLast().value(), DossierRegistered.class).patientRefs())
                  .containsExactlyInAnyOrder(
                      TestTokens.patientRef(ins), TestTokens.patientRef(another));
            });
    assertThat(onKafka(dossier)).doesNotContain(another, "attestation");
    // and another person's INS is not taken
    UUID other = Dossiers.open(Dossiers.newIns());
    post("/dossiers/" + other + "/ins", AGENT, body)
        .statusCode(409)
        .body("code", equalTo("DOSSIER_EXISTS"));
  }

  @Test
  void a_closing_has_a_date_and_a_reason_and_the_owner_sees_when_the_archive_ends() {
    UUID dossier = Dossiers.open(ins);
    post("/dossiers/" + dossier + "/closing", AGENT, "{}")
        .statusCode(403)
        .body("code", equalTo("CLOSING_REASON_NOT_YOURS"))
        .body("field", equalTo("reason"));
    close(dossier, AGENT, "FERMETURE_ERREUR");
    JsonPath mine = get("/dossiers/mine", owner).statusCode(200).extract().jsonPath();
    assertThat(mine.getString("state")).isEqualTo("CLOSED");
    LocalDate end = Instant.parse(mine.getString("archiveEndsAt")).atZone(Paris.ZONE).toLocalDate();
    assertThat(end).isEqualTo(LocalDate.now(Paris.ZONE).plusYears(10));
    get("/dossiers/" + dossier + "/export", owner)
        .body("life[1].type", equalTo("dossier.closed.v1"))
        .body("life[1].facts.reason", equalTo("FERMETURE_ERREUR"))
        .body("life[1].by", equalTo("counter-agent:agent-7"));
    // and reopening brings it back
    post("/dossiers/" + dossier + "/reopening", AGENT, "{" + CONSENT + "}").statusCode(200);
    get("/dossiers/mine", owner).body("state", equalTo("OPEN")).body("archiveEndsAt", nullValue());
  }

  @Test
  void erasure_is_asked_for_shown_with_its_deadline_to_the_owner_only_and_withdrawn() {
    UUID dossier = Dossiers.open(ins);
    String path = "/dossiers/" + dossier + "/erasure-request";
    post(path, TestTokens.patient(Dossiers.newIns()), "")
        .statusCode(403)
        .body("code", equalTo("NO_STANDING"));
    String deadline = LocalDate.now(Paris.ZONE).plusMonths(3).toString();
    post(path, owner, "").statusCode(201).body("deadline", equalTo(deadline));
    post(path, owner, "").statusCode(409).body("code", equalTo("ERASURE_PENDING"));
    get("/dossiers/mine", owner).body("erasure.deadline", equalTo(deadline));
    get("/dossiers/" + dossier + "/summary", owner)
        .body("erasure.deadline", equalTo(deadline))
        .body("erasure.carriedOutFrom", notNullValue());
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = TestTokens.professional("810000000" + System.nanoTime() % 1000, "10");
    get("/dossiers/" + dossier + "/summary", doctor)
        .statusCode(200)
        .body("$", not(hasKey("erasure")));
    given().auth().oauth2(owner).delete(path).then().statusCode(204);
    get("/dossiers/mine", owner).body("erasure", nullValue());
    given()
        .auth()
        .oauth2(owner)
        .delete(path)
        .then()
        .statusCode(409)
        .body("code", equalTo("ERASURE_NOT_REQUESTED"));
  }

  private static String requested(UUID dossier) {
    return requested(dossier, ReleaseRequested.Kind.HEIRS);
  }

  private static String requested(UUID dossier, ReleaseRequested.Kind kind) {
    return post(
            "/dossiers/" + dossier + "/release-requests",
            OFFICER,
            """
            {"kind":"%s","familyName":"Heritaud","givenName":"Claude",
             "words":"causes du décès, acte de notoriété"}
            """
                .formatted(kind))
        .statusCode(201)
        .extract()
        .path("requestId");
  }

  private static ValidatableResponse decided(UUID dossier, String request, String body) {
    return post(
        "/dossiers/" + dossier + "/release-requests/" + request + "/decision", OFFICER, body);
  }

  private static String granting(Duration in) {
    return granting("CAUSES_OF_DEATH", in);
  }

  private static String granting(String reason, Duration in) {
    return "{\"reason\":\"%s\",\"endsAt\":\"%s\"}".formatted(reason, Instant.now().plus(in));
  }

  private static ValidatableResponse used(UUID dossier, String request, String secret) {
    return post(
        "/dossiers/" + dossier + "/releases/" + request,
        TestTokens.patient(Dossiers.newIns()),
        "{\"secret\":\"" + secret + "\"}");
  }

  @ParameterizedTest
  @EnumSource
  void a_release_shows_the_archive_once_to_who_has_its_secret_and_all_of_it_is_traced(
      ReleaseRequested.Kind kind) throws SQLException {
    // given: a dossier with care and a document, whose owner has died
    UUID dossier = Dossiers.open(ins);
    String document = Dossiers.document(dossier, owner, Files.pdf(), "");
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> get("/dossiers/" + dossier + "/care", owner).body("items", hasSize(1)));
    String request = requested(dossier, kind);
    String granting =
        granting(
            switch (kind) {
              case HEIRS -> "CAUSES_OF_DEATH";
              case FORENSIC -> "COURT_ORDER";
            },
            Duration.ofDays(30));
    decided(dossier, request, granting)
        .statusCode(409)
        .body("code", equalTo("RELEASE_OF_OPEN_DOSSIER"));
    get("/dossiers/" + dossier + "/release-requests/" + request, OFFICER)
        .statusCode(200)
        .body("kind", equalTo(kind.name()));
    close(dossier, OFFICER, "FERMETURE_DECES");
    get("/timetable", OFFICER).body("requests.requestId", hasItem(request));
    // when
    String secret =
        decided(dossier, request, granting)
            .statusCode(200)
            .body("granted", equalTo(true))
            .extract()
            .path("secret");
    // then: a guess is worth nothing, the secret one look
    used(dossier, request, "guess").statusCode(403).body("code", equalTo("NO_STANDING"));
    Map<String, byte[]> answer = unzipped(used(dossier, request, secret).statusCode(200));
    JsonPath read = dossierIn(answer);
    assertThat(read.getString("traits.familyName")).isEqualTo("Testaud");
    assertThat(read.getString("care[0].itemId")).isEqualTo("item-1");
    assertThat(read.getList("files.path"))
        .as("what only the token of the owner opens")
        .containsOnlyNulls();
    assertThat(answer.get("documents/" + document + "-v1.pdf")).isEqualTo(Files.pdf());
    used(dossier, request, secret).statusCode(409).body("code", equalTo("RELEASE_USED"));
    // by somebody who is not the owner, for ever
    get("/dossiers/" + dossier + "/export", owner)
        .body("life.find { it.type == 'dossier.release-used.v1' }.by", equalTo("patient"));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("read-released-archive"))
                    .extracting(AccessTraced::rule)
                    .containsExactly("NO_STANDING", "RELEASE_" + kind, "RELEASE_USED"));
    AccessTraced look =
        Dossiers.traces(dossier).stream()
            .filter(trace -> trace.rule().equals("RELEASE_" + kind))
            .findFirst()
            .orElseThrow();
    assertThat(look.itemIds()).containsExactly("item-1", document);
    assertThat(look.grantId()).contains(UUID.fromString(request));
    // and neither the requester nor the secret stands anywhere in clear
    await().atMost(Duration.ofMinutes(5)).until(() -> onKafka(dossier).contains("secretHash"));
    assertThat(onKafka(dossier)).doesNotContain(secret, "Heritaud", "notoriété");
    assertThat(
            countOf(
                "SELECT count(*) FROM command_receipt WHERE encode(answer, 'escape') LIKE ?",
                "%" + secret + "%"))
        .isZero();
  }

  @Test
  void a_release_shows_nothing_that_the_patient_hid_nor_a_minors_secret_care() {
    // given
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = TestTokens.professional("899700024450", "10");
    UUID dossier = Dossiers.open(ins);
    String shown = added(dossier, owner, note("Carnet de marche"), "");
    // Masks are of what an item says now: of what it said before, nothing shows.
    String rewritten = added(dossier, owner, note("Journal intime"), "");
    given()
        .auth()
        .oauth2(owner)
        .contentType(ContentType.JSON)
        .body("{\"content\":" + note("Liste de courses") + "}")
        .put("/dossiers/" + dossier + "/items/" + rewritten)
        .then()
        .statusCode(200);
    String file = Dossiers.document(dossier, owner, Files.pdf(), "");
    Dossiers.documentAnew(dossier, file, owner, Files.pdf());
    String masked = added(dossier, owner, note("Journal intime"), "");
    String secret =
        added(dossier, doctor, condition("J45.0"), ",\"invisibleToRepresentatives\":true");
    String unannounced =
        added(dossier, doctor, condition("E11.9"), ",\"invisibleUntilAnnounced\":true");
    String maskedFile = Dossiers.document(dossier, owner, Files.pdf(), "");
    String secretFile =
        Dossiers.document(dossier, doctor, Files.pdf(), ",\"invisibleToRepresentatives\":true");
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    Dossiers.passed(dossier, "line-2", imaging("item-2", 11, 1));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> get("/dossiers/" + dossier + "/care", owner).body("items", hasSize(2)));
    for (String item : List.of(masked, maskedFile, "item-2")) {
      post(
              "/dossiers/" + dossier + "/masks",
              owner,
              "{\"of\":\"ITEM\",\"itemId\":\"" + item + "\"}")
          .statusCode(201);
    }
    get("/dossiers/" + dossier + "/export", owner)
        .body("items.item.itemId", hasItems(shown, masked, secret))
        .body("care", hasSize(2));
    close(dossier, OFFICER, "FERMETURE_DECES");
    String request = requested(dossier);
    // when
    String secretOfRelease =
        decided(dossier, request, granting(Duration.ofDays(30))).extract().path("secret");
    // then
    Map<String, byte[]> answer = unzipped(used(dossier, request, secretOfRelease).statusCode(200));
    assertThat(answer).containsOnlyKeys("dossier.json", "documents/" + file + "-v2.pdf");
    JsonPath read = dossierIn(answer);
    assertThat(read.getList("items.item.itemId")).containsExactly(file, rewritten, shown);
    assertThat(read.getList("items.versions.flatten()")).isEmpty();
    assertThat(read.getList("files.version")).containsExactly(2);
    assertThat(read.getList("care.itemId")).containsExactly("item-1");
    assertThat(new String(answer.get("dossier.json"), StandardCharsets.UTF_8))
        .doesNotContain(masked, secret, unannounced, "item-2", "intime", "mask", "elsewhere")
        .doesNotContain(maskedFile, secretFile);
  }

  /** The entries of a ZIP that is whole, by name. */
  private static Map<String, byte[]> unzipped(ValidatableResponse answer) {
    byte[] zip = answer.contentType("application/zip").extract().asByteArray();
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  private static JsonPath dossierIn(Map<String, byte[]> zip) {
    return JsonPath.from(new String(zip.get("dossier.json"), StandardCharsets.UTF_8));
  }

  private static String note(String title) {
    return "{\"kind\":\"NOTE\",\"title\":\"" + title + "\",\"text\":\"x\"}";
  }

  private static String condition(String code) {
    return "{\"kind\":\"CONDITION\",\"code\":\"" + code + "\",\"label\":\"Affection\"}";
  }

  private static String added(UUID dossier, String token, String content, String more) {
    return post("/dossiers/" + dossier + "/items", token, "{\"content\":" + content + more + "}")
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  @Test
  void the_privacy_officer_reads_the_words_on_which_to_decide_and_that_is_traced()
      throws SQLException {
    UUID dossier = Dossiers.open(ins);
    close(dossier, OFFICER, "FERMETURE_DECES");
    String path = "/dossiers/" + dossier + "/release-requests/";
    String request = requested(dossier);
    get(path + request, OFFICER)
        .statusCode(200)
        .body("kind", equalTo("HEIRS"))
        .body("familyName", equalTo("Heritaud"))
        .body("givenName", equalTo("Claude"))
        .body("words", equalTo("causes du décès, acte de notoriété"));
    for (String other : List.of(AGENT, owner, TestTokens.professional("899700024450", "10"))) {
      get(path + request, other).statusCode(403);
    }
    get(path + UUID.randomUUID(), OFFICER).statusCode(404).body("code", equalTo("NO_SUCH_REQUEST"));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("read-release-request"))
                    .extracting(AccessTraced::rule)
                    .containsExactly("PRIVACY_OFFICER"));
    erasing.erase(dossier, ErasureCause.REQUESTED, "owner");
    get(path + request, OFFICER).statusCode(404).body("code", equalTo("NO_SUCH_REQUEST"));
  }

  @Test
  void a_request_is_declined_with_a_reason_and_a_release_is_said_once_only() {
    UUID dossier = Dossiers.open(ins);
    close(dossier, OFFICER, "FERMETURE_DECES");
    String request = requested(dossier);
    decided(dossier, request, "{\"reason\":\"STANDING_NOT_SHOWN\"}")
        .statusCode(200)
        .body("granted", equalTo(false))
        .body("secret", nullValue());
    decided(dossier, request, granting(Duration.ofDays(1)))
        .statusCode(409)
        .body("code", equalTo("RELEASE_ALREADY_DECIDED"));
    post(
            "/dossiers/" + dossier + "/release-requests",
            AGENT,
            "{\"kind\":\"HEIRS\",\"familyName\":\"H\",\"givenName\":\"C\",\"words\":\"w\"}")
        .statusCode(403);
    // and with the same key the secret is not said again
    String second = requested(dossier);
    String body = granting(Duration.ofDays(1));
    for (boolean first : new boolean[] {true, false}) {
      given()
          .auth()
          .oauth2(OFFICER)
          .header("Idempotency-Key", "release-" + second)
          .contentType(ContentType.JSON)
          .body(body)
          .post("/dossiers/" + dossier + "/release-requests/" + second + "/decision")
          .then()
          .statusCode(200)
          .body("secret", first ? notNullValue() : nullValue());
    }
  }

  @Test
  void the_timetable_shows_what_comes_next_and_whose_only_to_the_privacy_officer() {
    UUID closed = Dossiers.open(ins);
    close(closed, owner, "FERMETURE_DEMANDE_PATIENT");
    String other = Dossiers.newIns();
    UUID toErase = Dossiers.open(other);
    post("/dossiers/" + toErase + "/erasure-request", TestTokens.patient(other), "")
        .statusCode(201);
    String operator = TestTokens.withRole("operator-1", "operator");
    JsonPath counts = get("/timetable", operator).statusCode(200).extract().jsonPath();
    assertThat(counts.getLong("erasures.soon")).isPositive();
    assertThat(counts.getLong("archives.later")).isPositive();
    assertThat(counts.getMap("$")).doesNotContainKeys("next", "requests");
    List<Map<String, Object>> next =
        get("/timetable", OFFICER).statusCode(200).extract().jsonPath().getList("next");
    assertThat(next)
        .anySatisfy(
            entry ->
                assertThat(entry)
                    .containsEntry("dossierId", toErase.toString())
                    .containsEntry("cause", "REQUESTED")
                    .containsEntry("deadline", LocalDate.now(Paris.ZONE).plusMonths(3).toString()));
    assertThat(next)
        .anySatisfy(
            entry ->
                assertThat(entry)
                    .containsEntry("dossierId", closed.toString())
                    .containsEntry("cause", "ARCHIVE_ENDED"));
    get("/timetable", owner).statusCode(403);
  }

  @Test
  void the_timetable_destroys_what_is_due_once_whatever_runs_beside_it_and_nothing_else()
      throws Exception {
    // given: one that is closed, one to be erased, one whose owner thought again, one in use
    String archived = Dossiers.newIns();
    UUID closed = Dossiers.open(archived);
    close(closed, TestTokens.patient(archived), "FERMETURE_DEMANDE_PATIENT");
    String unwanted = Dossiers.newIns();
    UUID toErase = Dossiers.open(unwanted);
    UUID withdrawn = Dossiers.open(ins);
    for (String who : List.of(unwanted, ins)) {
      UUID dossier = who.equals(ins) ? withdrawn : toErase;
      post("/dossiers/" + dossier + "/erasure-request", TestTokens.patient(who), "")
          .statusCode(201);
    }
    given()
        .auth()
        .oauth2(owner)
        .delete("/dossiers/" + withdrawn + "/erasure-request")
        .then()
        .statusCode(204);
    Instant now = Instant.now();
    // when: within the days to think again; then after them, on two replicas at once
    assertThat(timetable.run(now.plus(Duration.ofDays(6)))).doesNotContain(toErase, closed);
    List<UUID> destroyed = twice(now.plus(Duration.ofDays(8)));
    // then
    assertThat(destroyed).containsOnlyOnce(toErase).doesNotContain(withdrawn, closed);
    get("/dossiers/mine", TestTokens.patient(unwanted)).statusCode(404);
    get("/dossiers/mine", TestTokens.patient(archived)).statusCode(200);
    // when: ten years on
    destroyed = twice(now.atZone(Paris.ZONE).plusYears(10).plusMinutes(1).toInstant());
    // then: the archive is no more, and its owner may begin anew
    assertThat(destroyed).containsOnlyOnce(closed).doesNotContain(withdrawn, toErase);
    get("/dossiers/mine", TestTokens.patient(archived)).statusCode(404);
    assertThat(Dossiers.open(archived)).isNotEqualTo(closed);
    get("/dossiers/mine", owner).statusCode(200).body("state", equalTo("OPEN"));
  }

  @Test
  void the_timetable_destroys_by_itself_what_has_become_due() throws SQLException {
    // given: an erasure that was asked for eight days ago, and one just now
    UUID dossier = Dossiers.open(ins);
    String other = Dossiers.newIns();
    UUID later = Dossiers.open(other);
    post("/dossiers/" + later + "/erasure-request", TestTokens.patient(other), "").statusCode(201);
    becomesDue(dossier);
    // when nobody does anything
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> get("/dossiers/mine", owner).extract().statusCode() == 404);
    // then
    get("/erasures/" + dossier, OFFICER).statusCode(200).body("cause", equalTo("REQUESTED"));
    get("/dossiers/mine", TestTokens.patient(other)).statusCode(200);
  }

  /** Has it be asked for, more than seven days ago. */
  private void becomesDue(UUID dossier) throws SQLException {
    post("/dossiers/" + dossier + "/erasure-request", owner, "").statusCode(201);
    carriedOutFrom(dossier, "now() - interval '1 day'");
    execute(
        "UPDATE dossier SET erasure_from = now() - interval '1 day' WHERE dossier_id = '%s'"
            .formatted(dossier));
  }

  private void carriedOutFrom(UUID dossier, String instant) throws SQLException {
    execute(
        """
        UPDATE event SET data = convert_to(jsonb_set(convert_from(data, 'UTF8')::jsonb,
            '{carriedOutFrom}', to_jsonb(%s))::text, 'UTF8')
        WHERE type = 'dossier.erasure-requested.v1' AND stream_id = '%s'
        """
            .formatted(instant, dossier));
  }

  @Test
  void an_erasure_that_failed_is_told_to_the_operator_and_cannot_be_withdrawn_any_more()
      throws Exception {
    // given: files are in a bucket that does not answer
    UUID dossier = Dossiers.open(ins);
    beside.silentFor(dossier);
    List<String> warnings = new CopyOnWriteArrayList<>();
    Logger log = Logger.getLogger(Timetable.class.getName());
    Handler heard = heard(warnings);
    log.addHandler(heard);
    try {
      // when it is due
      becomesDue(dossier);
      // then: it is in the journal, and would be carried out at any start
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(
              () -> assertThat(warnings).anyMatch(w -> w.contains("DOCUMENT_STORE_UNAVAILABLE")));
      assertThat(java.nio.file.Files.readString(journal)).contains(dossier.toString());
      get("/dossiers/mine", owner).statusCode(200);
      given()
          .auth()
          .oauth2(owner)
          .delete("/dossiers/" + dossier + "/erasure-request")
          .then()
          .statusCode(409)
          .body("code", equalTo("ERASURE_UNDER_WAY"));
    } finally {
      log.removeHandler(heard);
      beside.answersAgain();
    }
    // when the bucket answers
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> get("/dossiers/mine", owner).extract().statusCode() == 404);
    // then
    assertThat(beside.hasForgotten(dossier)).isTrue();
    get("/erasures/" + dossier, OFFICER).statusCode(200).body("cause", equalTo("REQUESTED"));
  }

  private static Handler heard(List<String> warnings) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
          warnings.add(record.getMessage() + Arrays.toString(record.getParameters()));
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void who_withdraws_while_it_is_being_erased_is_judged_when_that_has_failed() throws Exception {
    // given: an erasure holds the dossier's stream
    UUID dossier = Dossiers.open(ins);
    String path = "/dossiers/" + dossier + "/erasure-request";
    post(path, owner, "").statusCode(201);
    try (Connection erasure = dataSource.getConnection();
        Statement hold = erasure.createStatement()) {
      erasure.setAutoCommit(false);
      hold.execute("SELECT 1 FROM stream WHERE id = '" + dossier + "' FOR UPDATE");
      // when: asked for within the seven days, which are over before the erasure fails
      CompletableFuture<Integer> withdrawal =
          CompletableFuture.supplyAsync(
              () -> given().auth().oauth2(owner).delete(path).statusCode());
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  countOf(
                          """
                          SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND query LIKE ?
                          """,
                          "%stream%")
                      > 0);
      carriedOutFrom(dossier, "clock_timestamp()");
      erasure.rollback();
      erasure.setAutoCommit(true);
      // then
      assertThat(withdrawal.get(2, TimeUnit.MINUTES)).isEqualTo(409);
    }
    get("/dossiers/mine", owner).statusCode(200).body("erasure", notNullValue());
  }

  @Test
  void after_an_erasure_by_the_timetable_the_space_of_what_was_deleted_is_freed()
      throws SQLException {
    String forgotten =
        """
        SELECT coalesce(min(vacuum_count + autovacuum_count), 0) FROM pg_stat_user_tables
        WHERE schemaname = 'public' AND (relname IN ('command_receipt', 'parked', 'outbox')
          OR relname IN (SELECT table_name FROM information_schema.columns
                         WHERE table_schema = 'public' AND column_name = ?))
        """;
    UUID dossier = Dossiers.open(ins);
    long before = countOf(forgotten, "dossier_id");
    assertThat(before).isNotNegative();
    post("/dossiers/" + dossier + "/erasure-request", owner, "").statusCode(201);
    // when
    assertThat(timetable.run(Instant.now().plus(Duration.ofDays(8)))).contains(dossier);
    // then
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(countOf(forgotten, "dossier_id")).isGreaterThan(before));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<UUID> twice(Instant at) throws Exception {
    List<UUID> destroyed = new ArrayList<>();
    try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<UUID>>> runs =
          replicas.invokeAll(List.of(() -> timetable.run(at), () -> timetable.run(at)));
      for (Future<List<UUID>> run : runs) {
        destroyed.addAll(run.get());
      }
    }
    return destroyed;
  }

  @Test
  void a_rebuilt_view_tells_the_same_life() {
    String person = Dossiers.newIns();
    UUID used = Dossiers.open(person);
    post(
            "/dossiers/" + used + "/ins",
            AGENT,
            "{\"ins\":\"" + Dossiers.newIns() + "\",\"evidence\":\"attestation\"}")
        .statusCode(200);
    close(used, AGENT, "FERMETURE_DECES");
    String request = requested(used);
    String secret = decided(used, request, granting(Duration.ofDays(1))).extract().path("secret");
    used(used, request, secret).statusCode(200);
    UUID toErase = Dossiers.open(ins);
    post("/dossiers/" + toErase + "/erasure-request", owner, "").statusCode(201);
    List<Map<String, Object>> differences =
        post("/operations/rebuilds/dossier", TestTokens.withRole("operator-1", "operator"), "")
            .statusCode(200)
            .extract()
            .jsonPath()
            .getList("differences");
    for (UUID dossier : List.of(used, toErase)) {
      assertThat(differences)
          .noneMatch(difference -> difference.toString().contains(dossier.toString()));
    }
    get("/dossiers/mine", TestTokens.patient(person)).body("state", equalTo("CLOSED"));
    get("/dossiers/mine", owner).body("erasure.deadline", notNullValue());
  }

  @Test
  void an_export_is_everything_about_oneself_and_names_in_its_trace_what_it_shows() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 2));
    Dossiers.passed(dossier, "line-2", imaging("item-1", 10, -1));
    Dossiers.passed(dossier, "line-3", imaging("item-old", 900, 1));
    Dossiers.passed(dossier, "line-4", imaging("item-secret", 5, 1));
    Dossiers.withdrawn(dossier, "line-4");
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                get("/dossiers/" + dossier + "/export", owner)
                    .statusCode(200)
                    .body("care", hasSize(2))
                    .body("care[0].lines", hasSize(2)));
    String answer = get("/dossiers/" + dossier + "/export", owner).extract().asString();
    JsonPath export = JsonPath.from(answer);
    assertThat(export.getString("traits.familyName")).isEqualTo("Testaud");
    assertThat(export.getString("traits.birthDate")).isEqualTo("1953-07-14");
    assertThat(export.getString("life[0].type")).isEqualTo("dossier.opened.v1");
    assertThat(export.getString("life[0].facts.consentWording")).isEqualTo("v1");
    assertThat(export.getList("care.itemId")).containsExactly("item-1", "item-old");
    assertThat(export.getList("care[0].lines.quantity"))
        .map(quantity -> ((Number) quantity).intValue())
        .containsExactlyInAnyOrder(2, -1);
    assertThat(export.getList("items")).isEmpty();
    assertThat(answer).doesNotContain("item-secret", "wrappedKey", "publicKey", "secretHash");
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .anySatisfy(
                        trace -> {
                          assertThat(trace.action()).isEqualTo("export");
                          assertThat(trace.itemIds()).containsExactly("item-1", "item-old");
                        }));
    // only for the owner, whatever the patient allowed
    Dossiers.decisionsAre(true, "GRANT");
    get("/dossiers/" + dossier + "/export", TestTokens.professional("899700024450", "10"))
        .statusCode(403)
        .body("code", equalTo("NO_STANDING"));
  }

  @Test
  void an_export_has_what_was_put_in_who_acts_what_is_masked_and_where_the_rest_is() {
    // given: one of each, and what the owner may not know of
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = TestTokens.professional("899700024450", "10");
    UUID dossier = Dossiers.open(ins);
    String path = "/dossiers/" + dossier;
    String note = added(dossier, owner, note("Carnet de marche"), "");
    String document = Dossiers.document(dossier, owner, Files.pdf(), "");
    byte[] second = Files.pdfWith("/Lang(fr)");
    Dossiers.documentAnew(dossier, document, owner, second);
    String hidden =
        Dossiers.document(dossier, doctor, Files.pdf(), ",\"invisibleUntilAnnounced\":true");
    String deleted = Dossiers.document(dossier, owner, Files.pdf(), "");
    given().auth().oauth2(owner).delete(path + "/items/" + deleted).then().statusCode(204);
    String mask =
        post(path + "/masks", owner, "{\"of\":\"ITEM\",\"itemId\":\"" + note + "\"}")
            .statusCode(201)
            .extract()
            .path("maskId");
    String representation = Dossiers.personOfTrust(dossier, Dossiers.newIns());
    post(
            path + "/representatives/" + representation + "/end",
            AGENT,
            "{\"cause\":\"ENDED\",\"evidence\":\"révocation\"}")
        .statusCode(204);
    // when
    String answer = get(path + "/export", owner).statusCode(200).extract().asString();
    // then
    JsonPath export = JsonPath.from(answer);
    assertThat(export.getList("items.item.itemId")).containsExactly(document, note);
    assertThat(export.getList("masks.maskId")).containsExactly(mask);
    assertThat(export.getString("masks[0].mask.itemId")).isEqualTo(note);
    assertThat(export.getList("representatives.representationId")).containsExactly(representation);
    assertThat(export.getString("representatives[0].familyName")).isEqualTo("Confiançaud");
    assertThat(export.getString("representatives[0].ended")).isEqualTo("ENDED");
    assertThat(export.getList("life.type"))
        .containsExactly(
            "dossier.opened.v1",
            "dossier.representative-recorded.v1",
            "dossier.representation-ended.v1");
    assertThat(export.getList("life.facts.representationId"))
        .containsExactly(null, representation, representation);
    assertThat(export.getList("elsewhere.path"))
        .containsExactlyInAnyOrder(
            path + "/access",
            path + "/grants",
            path + "/access-requests",
            path + "/emergency-wishes",
            path + "/treating-physicians",
            path + "/notices",
            path + "/looks",
            path + "/log");
    assertThat(export.getList("elsewhere.what.fr")).doesNotContainNull().hasSize(8);
    assertThat(answer).doesNotContain(hidden, deleted, "révocation", "désignation");
    // and the same with the files, of which the one can be fetched alone
    Map<String, byte[]> zip = unzipped(get(path + "/export.zip", owner).statusCode(200));
    assertThat(new String(zip.get("dossier.json"), StandardCharsets.UTF_8)).isEqualTo(answer);
    assertThat(zip)
        .containsOnlyKeys(
            "dossier.json",
            "documents/" + document + "-v2.pdf",
            "documents/" + document + "-v1.pdf");
    assertThat(zip.get("documents/" + document + "-v1.pdf")).isEqualTo(Files.pdf());
    assertThat(zip.get("documents/" + document + "-v2.pdf")).isEqualTo(second);
    assertThat(export.getList("files.file")).hasSize(2).isSubsetOf(zip.keySet());
    for (int file = 0; file < 2; file++) {
      assertThat(
              given()
                  .auth()
                  .oauth2(owner)
                  .get(export.getString("files[" + file + "].path"))
                  .asByteArray())
          .isEqualTo(zip.get(export.getString("files[" + file + "].file")));
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("export"))
                    .extracting(AccessTraced::itemIds)
                    .containsExactly(List.of(document, note), List.of(document, note)));
    get(path + "/export.zip", doctor).statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  private long countOf(String sql, String parameter) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, parameter);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
