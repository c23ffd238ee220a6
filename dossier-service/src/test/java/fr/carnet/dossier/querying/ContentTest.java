package fr.carnet.dossier.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.deciding.ItemRulesTest;
import fr.carnet.dossier.documents.Files;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.dossier.DossierFacts;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.AccessTraced.Audience;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What a dossier holds: who puts it in, and to whom it shows. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class ContentTest {
  private static final String CONDITION = right(ItemKind.CONDITION);
  private static final String ALLERGY = right(ItemKind.ALLERGY);
  private static final String DIRECTIVE = right(ItemKind.ADVANCE_DIRECTIVE);

  @Inject DataSource dataSource;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);
  private final String doctorId = nationalId();
  private final String doctor = TestTokens.professional(doctorId, "10");
  private final String colleagueId = nationalId();
  private final String colleague = TestTokens.professional(colleagueId, "10");
  private final String pharmacist = TestTokens.professional(nationalId(), "21");

  private static String nationalId() {
    return "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
  }

  private static String right(ItemKind kind) {
    return ItemRulesTest.RIGHT.get(kind);
  }

  private UUID open() {
    everyClass(false);
    return Dossiers.open(ins);
  }

  private static void everyClass(boolean maskedToo) {
    decide(ItemKind.CLASSES, maskedToo);
  }

  private static void decide(Set<String> classes, boolean maskedToo) {
    decide(classes, Set.of(), maskedToo);
  }

  private static void decide(Set<String> classes, Set<String> types, boolean maskedToo) {
    Neighbours.answer(
        "/decisions",
        _ ->
            Neighbours.Answer.ok(
                """
                {"allowed":true,"rule":"GRANT","classes":%s,"types":%s,"maskedToo":%s,
                 "policyVersion":"test-1","accessVersion":3}
                """
                    .formatted(
                        classes.stream().map(code -> '"' + code + '"').toList(),
                        types.stream().map(code -> '"' + code + '"').toList(),
                        maskedToo)));
  }

  private static RequestSpecification as(String token) {
    return given().auth().oauth2(token).contentType(ContentType.JSON);
  }

  private static ValidatableResponse add(UUID dossier, String token, String content) {
    return add(dossier, token, content, "");
  }

  private static ValidatableResponse add(UUID dossier, String token, String content, String flags) {
    return as(token)
        .body("{\"content\":" + content + flags + "}")
        .post("/dossiers/" + dossier + "/items")
        .then();
  }

  private static String added(UUID dossier, String token, String content) {
    return added(dossier, token, content, "");
  }

  private static String added(UUID dossier, String token, String content, String flags) {
    return add(dossier, token, content, flags).statusCode(201).extract().path("itemId");
  }

  private static ValidatableResponse items(UUID dossier, String token) {
    return as(token).get("/dossiers/" + dossier + "/items").then().statusCode(200);
  }

  private static List<String> ids(UUID dossier, String token) {
    return items(dossier, token).extract().path("items.itemId");
  }

  private static ValidatableResponse item(UUID dossier, String token, String item) {
    return as(token).get("/dossiers/" + dossier + "/items/" + item).then();
  }

  private static ValidatableResponse mask(UUID dossier, String token, String mask) {
    return as(token).body(mask.replace('\'', '"')).post("/dossiers/" + dossier + "/masks").then();
  }

  private String masked(UUID dossier, String mask) {
    return mask(dossier, owner, mask).statusCode(201).extract().path("maskId");
  }

  private void unmask(UUID dossier, String mask) {
    as(owner).delete("/dossiers/" + dossier + "/masks/" + mask).then().statusCode(204);
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }

  private void awaitLines(UUID dossier, int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              try (Connection connection = dataSource.getConnection();
                  Statement select = connection.createStatement();
                  ResultSet row =
                      select.executeQuery(
                          "SELECT count(*) FROM care_line WHERE dossier_id = '" + dossier + "'")) {
                row.next();
                return row.getInt(1) == count;
              }
            });
  }

  @Test
  void every_kind_is_put_in_by_those_whose_it_is_and_read_back_with_its_author() {
    UUID dossier = open();
    Map<ItemKind, String> ids = new LinkedHashMap<>();
    for (ItemKind kind : ItemKind.values()) {
      switch (kind) {
        case EMERGENCY_CONTACT, ADVANCE_DIRECTIVE, NOTE ->
            ids.put(kind, added(dossier, owner, right(kind)));
        case DISPENSING -> {
          String dispensing = dispensing(ids.get(ItemKind.PRESCRIPTION));
          add(dossier, pharmacist, right(kind))
              .statusCode(422)
              .body("code", equalTo("PRESCRIPTION_UNKNOWN"))
              .body("field", equalTo("prescriptionId"));
          ids.put(kind, added(dossier, pharmacist, dispensing));
        }
        case DOCUMENT ->
            add(dossier, doctor, right(kind))
                .statusCode(422)
                .body("code", equalTo("DOCUMENT_WITHOUT_FILE"));
        case CONDITION,
            ALLERGY,
            TREATMENT,
            PRESCRIPTION,
            LABORATORY_RESULT,
            IMAGING_RESULT,
            CONSULTATION_REPORT,
            HOSPITAL_REPORT,
            VACCINATION,
            CARE_PLAN,
            CERTIFICATE ->
            ids.put(kind, added(dossier, doctor, right(kind)));
      }
    }
    List<String> newestFirst = new ArrayList<>(ids.values()).reversed();
    items(dossier, colleague).body("items.itemId", equalTo(newestFirst));
    assertThat(ids(dossier, owner)).isEqualTo(newestFirst);
    ids.forEach(
        (kind, id) -> {
          item(dossier, owner, id)
              .statusCode(200)
              .body("item.content.kind", equalTo(kind.name()))
              .body("item.version", equalTo(1))
              .body("versions", empty());
          as(colleague)
              .get("/dossiers/" + dossier + "/items?kind=" + kind)
              .then()
              .body("items.itemId", contains(id));
        });
    item(dossier, colleague, ids.get(ItemKind.LABORATORY_RESULT))
        .body("item.author.id", equalTo(doctorId))
        .body("item.author.structure", equalTo("3750100125"))
        .body("item.aboutDate", equalTo("2026-05-03"))
        .body("item.content.value", equalTo(13.2f));
    item(dossier, colleague, ids.get(ItemKind.NOTE))
        .body("item.author.role", equalTo("OWNER"))
        .body("item.aboutDate", equalTo(Dossiers.today().toString()));
    as(owner)
        .get("/dossiers/" + dossier + "/items?kind=NO")
        .then()
        .statusCode(422)
        .body("code", equalTo("KIND_UNKNOWN"));
  }

  @Test
  void a_wrong_item_is_refused_with_the_field_and_nothing_of_it_is_quoted() {
    UUID dossier = open();
    add(dossier, doctor, CONDITION.replace("J45.0", "asthma"))
        .statusCode(422)
        .body("code", equalTo("ITEM_CODE_INVALID"))
        .body("field", equalTo("code"));
    add(dossier, doctor, CONDITION.replace("\"code\":\"J45.0\",", ""))
        .statusCode(400)
        .body("code", equalTo("REQUEST_NOT_READABLE"))
        .body("field", equalTo("content.code"));
    add(dossier, doctor, CONDITION.replace("\"label\"", "\"cip13\":\"3400933515102\",\"label\""))
        .statusCode(400)
        .body("code", equalTo("REQUEST_NOT_READABLE"))
        .body("field", equalTo("content.cip13"));
    add(dossier, doctor, "{\"kind\":\"SECRET-WORD\"}")
        .statusCode(400)
        .body("code", equalTo("REQUEST_NOT_READABLE"))
        .body("field", startsWith("content"));
    add(dossier, owner, right(ItemKind.CERTIFICATE))
        .statusCode(403)
        .body("code", equalTo("KIND_NOT_YOURS"));
    items(dossier, owner).body("items", empty());
  }

  @Test
  void feeding_needs_no_grant_but_an_open_dossier_and_one_that_is_closed_is_as_none() {
    UUID dossier = open();
    Dossiers.decisionsAre(false, "NO_STANDING");
    String item = added(dossier, doctor, CONDITION);
    for (String barred :
        List.of(
            TestTokens.withRole("mutuelle", "complementary-insurer"),
            TestTokens.withRole("billing-1", "billing"),
            TestTokens.withRole("agent-1", "counter-agent"))) {
      add(dossier, barred, CONDITION).statusCode(403).body("code", equalTo("ROLE_MISSING"));
    }
    String stranger = TestTokens.patient(Dossiers.newIns());
    String notTheirs = refused(add(dossier, stranger, CONDITION));
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
    as(owner).body("{}").post("/dossiers/" + dossier + "/closing").then().statusCode(200);
    String none = refused(add(UUID.randomUUID(), doctor, CONDITION));
    assertThat(refused(add(dossier, doctor, CONDITION))).isEqualTo(none).isEqualTo(notTheirs);
    assertThat(refused(as(doctor).delete("/dossiers/" + dossier + "/items/" + item).then()))
        .isEqualTo(none);
    add(dossier, doctor, right(ItemKind.DISPENSING)).body("code", equalTo("NO_STANDING"));
    add(dossier, owner, CONDITION).statusCode(409).body("code", equalTo("DOSSIER_CLOSED"));
  }

  /** A refusal for want of standing, without what is of this request alone. */
  private static String refused(ValidatableResponse answer) {
    return answer
        .statusCode(403)
        .body("code", equalTo("NO_STANDING"))
        .extract()
        .asString()
        .replaceAll("\"correlation\":\"[^\"]*\"", "");
  }

  @Test
  void the_same_idempotency_key_adds_once_and_answers_the_same() {
    UUID dossier = open();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      answers.add(
          as(doctor)
              .header("Idempotency-Key", "add-once")
              .body("{\"content\":" + CONDITION + "}")
              .post("/dossiers/" + dossier + "/items")
              .then()
              .statusCode(201)
              .extract()
              .asString());
    }
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
    items(dossier, owner).body("items", hasSize(1));
  }

  @Test
  void who_may_not_feed_is_counted_and_traced_where_there_is_a_dossier() throws Exception {
    // given
    UUID dossier = open();
    as(owner).body("{}").post("/dossiers/" + dossier + "/closing").then();
    UUID none = UUID.randomUUID();
    // when
    for (UUID into : List.of(dossier, none)) {
      add(into, doctor, right(ItemKind.CONDITION))
          .statusCode(403)
          .body("code", equalTo("NO_STANDING"));
    }
    // then
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .anySatisfy(
                        trace -> {
                          assertThat(trace.action()).isEqualTo("feed");
                          assertThat(trace.outcome()).isEqualTo(AccessTraced.Outcome.REFUSED);
                          assertThat(trace.actor().id()).contains(doctorId);
                        }));
    assertThat(Dossiers.traces(none)).isEmpty();
    // and whoever tries many doors is stopped
    for (int refusal = 3; refusal <= 20; refusal++) {
      add(UUID.randomUUID(), doctor, right(ItemKind.CONDITION)).statusCode(403);
    }
    add(none, doctor, right(ItemKind.CONDITION))
        .statusCode(429)
        .body("code", equalTo("TOO_MANY_REFUSALS"));
  }

  @Test
  void an_author_without_standing_sees_what_they_wrote_and_nothing_else() {
    UUID dossier = open();
    String own = added(dossier, doctor, right(ItemKind.CONDITION));
    String masked = added(dossier, doctor, right(ItemKind.ALLERGY));
    String another = added(dossier, owner, right(ItemKind.NOTE));
    as(owner)
        .body("{\"of\":\"ITEM\",\"itemId\":\"" + masked + "\"}")
        .post("/dossiers/" + dossier + "/masks")
        .then()
        .statusCode(201);
    // when nothing is allowed, but to see what one wrote
    Neighbours.answer(
        "/decisions",
        _ ->
            Neighbours.Answer.ok(
                """
                {"allowed":false,"rule":"NO_STANDING","classes":[],"types":[],"ownItems":true,
                 "maskedToo":false,"policyVersion":"test-1","accessVersion":3}
                """));
    // then
    String all = "/dossiers/" + dossier;
    items(dossier, doctor).body("items.itemId", containsInAnyOrder(own, masked));
    as(doctor).get(all + "/items/" + own).then().statusCode(200);
    as(doctor).get(all + "/items/" + another).then().statusCode(404);
    for (String what : List.of("/summary", "/timeline", "/care")) {
      as(doctor).get(all + what).then().statusCode(403).body("code", equalTo("NO_STANDING"));
    }
    for (UUID asked : List.of(dossier, UUID.randomUUID())) {
      as(colleague)
          .get("/dossiers/" + asked + "/items")
          .then()
          .statusCode(403)
          .body("code", equalTo("NO_STANDING"));
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .anySatisfy(
                        trace -> {
                          assertThat(trace.rule()).isEqualTo("AUTHOR");
                          assertThat(trace.itemIds()).containsExactlyInAnyOrder(own, masked);
                        }));
    // and a look that shows nothing names nothing, but where the owner may not know of an author
    as(doctor).get(all + "/items/" + another).then().statusCode(404);
    String hidden = added(dossier, colleague, CONDITION, ",\"invisibleUntilAnnounced\":true");
    as(colleague).get(all + "/items?kind=ALLERGY").then().statusCode(200);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              assertThat(looks(dossier, doctorId)).anyMatch(trace -> trace.itemIds().isEmpty());
              assertThat(looks(dossier, colleagueId))
                  .isNotEmpty()
                  .allMatch(trace -> trace.itemIds().equals(List.of(hidden)));
            });
    // and once nothing of theirs is left, nothing is said any more
    for (String item : List.of(own, masked)) {
      as(doctor).delete(all + "/items/" + item).then().statusCode(204);
    }
    as(doctor).get(all + "/items").then().statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  @Test
  void only_its_author_replaces_with_the_line_of_versions_and_takes_back() {
    UUID dossier = open();
    String item = added(dossier, doctor, CONDITION);
    String path = "/dossiers/" + dossier + "/items/";
    String better = "{\"content\":" + CONDITION.replace("Asthme", "Asthme sévère") + "}";
    for (String token : List.of(colleague, owner)) {
      for (String id : List.of(item, UUID.randomUUID().toString())) {
        as(token)
            .body(better)
            .put(path + id)
            .then()
            .statusCode(404)
            .body("code", equalTo("ITEM_NOT_FOUND"));
        as(token).delete(path + id).then().statusCode(404).body("code", equalTo("ITEM_NOT_FOUND"));
      }
    }
    as(doctor).body(better).put(path + item).then().statusCode(200).body("itemId", equalTo(item));
    as(doctor)
        .body("{\"content\":" + ALLERGY + "}")
        .put(path + item)
        .then()
        .statusCode(409)
        .body("code", equalTo("KIND_CHANGED"));
    item(dossier, owner, item)
        .body("item.version", equalTo(2))
        .body("item.title", equalTo("Asthme sévère"))
        .body("versions.version", contains(1))
        .body("versions[0].content.label", equalTo("Asthme"))
        .body("versions[0].author.id", equalTo(doctorId));
    as(doctor).delete(path + item).then().statusCode(204);
    for (String token : List.of(doctor, owner, colleague)) {
      item(dossier, token, item).statusCode(404).body("code", equalTo("ITEM_NOT_FOUND"));
      items(dossier, token).body("items", empty());
    }
  }

  @Test
  void what_is_invisible_until_announced_shows_to_the_owner_then_or_after_a_month()
      throws SQLException {
    UUID dossier = open();
    String flag = ",\"invisibleUntilAnnounced\":true";
    String told = added(dossier, doctor, CONDITION, flag);
    String untold = added(dossier, doctor, ALLERGY, flag);
    String export = "/dossiers/" + dossier + "/export";
    items(dossier, owner).body("items", empty());
    as(owner).get(export).then().statusCode(200).body("items", empty());
    item(dossier, owner, told).statusCode(404);
    mask(dossier, owner, "{'of':'ITEM','itemId':'" + told + "'}")
        .statusCode(422)
        .body("code", equalTo("MASK_INVALID"));
    Instant added = Instant.parse(item(dossier, colleague, told).extract().path("item.addedAt"));
    item(dossier, colleague, told)
        .body(
            "item.announcement.before",
            equalTo(added.atZone(Paris.ZONE).plusWeeks(2).toInstant().toString()))
        .body(
            "item.announcement.visibleFrom",
            equalTo(added.atZone(Paris.ZONE).plusMonths(1).toInstant().toString()))
        .body("item.announcement.announcedAt", nullValue());
    String announcement = "/dossiers/" + dossier + "/items/" + told + "/announcement";
    as(colleague).post(announcement).then().statusCode(404);
    as(doctor).post(announcement).then().statusCode(204);
    as(doctor).post(announcement).then().statusCode(204);
    assertThat(ids(dossier, owner)).containsExactly(told);
    item(dossier, owner, told).statusCode(200).body("item.announcement", nullValue());
    as(owner).get(export).then().body("items.item.itemId", contains(told));
    // A month, by the calendar of Paris; a minute before it is not over.
    age(untold, "interval '1 month' - interval '1 minute'");
    assertThat(ids(dossier, owner)).containsExactly(told);
    age(untold, "interval '1 month'");
    assertThat(ids(dossier, owner)).containsExactly(untold, told);
    asItWas(untold);
    String seen = added(dossier, doctor, CONDITION);
    as(doctor)
        .post("/dossiers/" + dossier + "/items/" + seen + "/announcement")
        .then()
        .statusCode(409)
        .body("code", equalTo("NOTHING_TO_ANNOUNCE"));
  }

  /** Not aged any more: a rebuilt row is to equal it. */
  private void asItWas(String item) throws SQLException {
    sql("UPDATE item SET added_at = changed_at WHERE item_id = '" + item + "'");
  }

  private void age(String item, String by) throws SQLException {
    sql(
        "UPDATE item SET added_at = ((now() AT TIME ZONE 'Europe/Paris') - ("
            + by
            + ")) AT TIME ZONE 'Europe/Paris' WHERE item_id = '"
            + item
            + "'");
  }

  @Test
  void a_minors_secret_care_is_invisible_to_representatives_and_to_nobody_else()
      throws SQLException {
    UUID dossier = open();
    String secret = added(dossier, doctor, CONDITION, ",\"invisibleToRepresentatives\":true");
    String other = added(dossier, doctor, ALLERGY);
    assertThat(ids(dossier, owner)).containsExactly(other, secret);
    assertThat(ids(dossier, colleague)).containsExactly(other, secret);
    try (Connection connection = dataSource.getConnection()) {
      HeldItems.Selection all = new HeldItems.Selection(Optional.empty(), Optional.empty(), 10);
      assertThat(HeldItems.select(connection, dossier, Viewer.representative(), all))
          .extracting(item -> item.itemId().toString())
          .containsExactly(other);
      assertThat(
              HeldItems.one(connection, dossier, Viewer.representative(), UUID.fromString(secret)))
          .isEmpty();
    }
  }

  @Test
  void what_is_dispensed_on_a_minors_secret_prescription_is_secret_whatever_the_pharmacist_says()
      throws Exception {
    // given
    UUID dossier = open();
    String prescription = right(ItemKind.PRESCRIPTION);
    String secret = added(dossier, doctor, prescription, ",\"invisibleToRepresentatives\":true");
    String other = added(dossier, doctor, prescription);
    // when
    String secretToo = added(dossier, pharmacist, dispensing(secret));
    String shown = added(dossier, pharmacist, dispensing(other));
    // then
    String service = TestTokens.withRole("audit-service", "decisions");
    assertThat(keptFrom(service, "/dossiers/" + dossier + "/kept-from/REPRESENTATIVE"))
        .containsExactlyInAnyOrder(secret, secretToo);
    assertThat(ids(dossier, owner)).contains(secretToo, shown);
    // and nobody turns what shows into what must not
    String path = "/dossiers/" + dossier + "/items/";
    String onTheSecretOne = "{\"content\":" + dispensing(secret) + "}";
    as(pharmacist)
        .body(onTheSecretOne)
        .put(path + shown)
        .then()
        .statusCode(422)
        .body("code", equalTo("PRESCRIPTION_UNKNOWN"));
    as(pharmacist).body(onTheSecretOne).put(path + secretToo).then().statusCode(200);
  }

  private static String dispensing(String prescription) {
    return right(ItemKind.DISPENSING).replace("01a2002e-9329-7756-990e-ac0f75b69a43", prescription);
  }

  /** Of something that has no code. */
  private static String dispensing(String prescription, String label) {
    return dispensing(prescription)
        .replace("\"cip13\":\"3400931959496\",", "")
        .replace("Ventoline", label);
  }

  @Test
  void what_was_dispensed_tells_of_its_prescription_only_to_those_to_whom_that_shows() {
    // given
    UUID dossier = open();
    String path = "/dossiers/" + dossier + "/items/";
    String prescription = ofNoCode(ItemKind.PRESCRIPTION);
    String one = added(dossier, doctor, prescription);
    String hidden = added(dossier, doctor, prescription, ",\"invisibleUntilAnnounced\":true");
    String dispensed = added(dossier, pharmacist, dispensing(one, "Sirop"));
    String moved = added(dossier, pharmacist, dispensing(hidden, "Sirop"));
    assertThat(ids(dossier, owner)).containsExactly(dispensed, one);
    assertThat(ids(dossier, colleague)).containsExactly(moved, dispensed, hidden, one);
    item(dossier, colleague, moved).body("item.content.prescriptionId", equalTo(hidden));
    // when it is masked: who wrote one of the two keeps sight and is told nothing
    String mask = masked(dossier, "{'of':'ITEM','itemId':'" + one + "'}");
    assertThat(ids(dossier, colleague)).containsExactly(moved, hidden);
    for (String author : List.of(doctor, pharmacist)) {
      item(dossier, author, dispensed)
          .body("item.content.prescriptionId", equalTo(one))
          .body("item.masked", nullValue());
    }
    everyClass(true);
    for (String told : List.of(owner, colleague)) {
      item(dossier, told, dispensed)
          .body("item.content.prescriptionId", equalTo(one))
          .body("item.masked", equalTo(true));
    }
    // and of a class that does not show, or of which that does not show, there is no number
    decide(Set.of("43"), false);
    unmask(dossier, mask);
    items(dossier, colleague)
        .body("items.itemId", contains(moved, dispensed))
        .body("items.content.prescriptionId", equalTo(nulls(2)));
    everyClass(false);
    // when what was dispensed on the one is said to be of the other: the owner knows of that alone
    as(pharmacist)
        .body("{\"content\":" + dispensing(one, "Sirop") + "}")
        .put(path + moved)
        .then()
        .statusCode(200);
    item(dossier, owner, moved)
        .body("item.content.prescriptionId", equalTo(one))
        .body("versions", empty());
    item(dossier, pharmacist, moved).body("versions.content.prescriptionId", contains(hidden));
    as(doctor).post(path + hidden + "/announcement").then().statusCode(204);
    item(dossier, owner, moved).body("versions.content.prescriptionId", contains(hidden));
    // when it is deleted: what was dispensed was dispensed
    as(doctor).delete(path + one).then().statusCode(204);
    for (String token : List.of(owner, colleague, doctor, pharmacist)) {
      items(dossier, token)
          .body("items.itemId", contains(moved, dispensed, hidden))
          .body("items.content.prescriptionId", equalTo(nulls(3)));
      as(token)
          .get("/dossiers/" + dossier + "/timeline?kind=DISPENSING")
          .then()
          .body("entries.item.itemId", contains(moved, dispensed))
          .body("entries.item.content.prescriptionId", equalTo(nulls(2)));
    }
    assertThat(as(owner).get("/dossiers/" + dossier + "/export").asString()).doesNotContain(one);
  }

  @Test
  void who_may_not_dispense_learns_of_no_prescription() {
    UUID dossier = open();
    String path = "/dossiers/" + dossier + "/items/";
    String condition = added(dossier, doctor, CONDITION);
    String there = added(dossier, doctor, right(ItemKind.PRESCRIPTION));
    String dispensed = added(dossier, pharmacist, dispensing(there));
    for (String prescription : List.of(there, UUID.randomUUID().toString())) {
      String dispensing = dispensing(prescription);
      add(dossier, doctor, dispensing).statusCode(403).body("code", equalTo("PHARMACISTS_ONLY"));
      add(dossier, owner, dispensing).statusCode(403).body("code", equalTo("KIND_NOT_YOURS"));
      String body = "{\"content\":" + dispensing + "}";
      as(doctor).body(body).put(path + condition).then().body("code", equalTo("KIND_CHANGED"));
      String another = TestTokens.professional(nationalId(), "21");
      for (String token : List.of(doctor, owner, another)) {
        as(token).body(body).put(path + dispensed).then().body("code", equalTo("ITEM_NOT_FOUND"));
      }
    }
  }

  @Test
  void a_service_is_told_of_which_items_owner_and_representatives_may_not_know() throws Exception {
    UUID dossier = open();
    String shown = added(dossier, doctor, CONDITION);
    String unannounced = added(dossier, doctor, CONDITION, ",\"invisibleUntilAnnounced\":true");
    String deleted = added(dossier, doctor, CONDITION, ",\"invisibleUntilAnnounced\":true");
    String secret = added(dossier, doctor, CONDITION, ",\"invisibleToRepresentatives\":true");
    String prescription =
        added(dossier, doctor, right(ItemKind.PRESCRIPTION), ",\"invisibleUntilAnnounced\":true");
    String dispensed = added(dossier, pharmacist, dispensing(prescription));
    as(doctor).delete("/dossiers/" + dossier + "/items/" + deleted).then().statusCode(204);
    String service = TestTokens.withRole("audit-service", "decisions");
    String path = "/dossiers/" + dossier + "/kept-from/";
    assertThat(keptFrom(service, path + "OWNER"))
        .containsExactlyInAnyOrder(unannounced, deleted, prescription, dispensed);
    as(doctor)
        .post("/dossiers/" + dossier + "/items/" + prescription + "/announcement")
        .then()
        .statusCode(204);
    assertThat(keptFrom(service, path + "OWNER")).containsExactlyInAnyOrder(unannounced, deleted);
    assertThat(keptFrom(service, path + "REPRESENTATIVE"))
        .containsExactlyInAnyOrder(unannounced, deleted, secret)
        .doesNotContain(shown);
    age(unannounced, "interval '1 month'");
    assertThat(keptFrom(service, path + "OWNER")).containsExactly(deleted);
    asItWas(unannounced);
    assertThat(keptFrom(service, "/dossiers/" + UUID.randomUUID() + "/kept-from/OWNER")).isEmpty();
    as(service).get(path + "PROFESSIONAL").then().statusCode(404);
    for (String nobody : List.of(owner, doctor, TestTokens.withRole("x", "auditor"))) {
      as(nobody).get(path + "OWNER").then().statusCode(403);
    }
  }

  @Test
  void a_trace_says_from_whom_all_that_was_shown_is_kept() {
    UUID dossier = open();
    String unannounced = added(dossier, doctor, CONDITION, ",\"invisibleUntilAnnounced\":true");
    String secret = added(dossier, doctor, ALLERGY, ",\"invisibleToRepresentatives\":true");
    item(dossier, doctor, unannounced).statusCode(200);
    item(dossier, doctor, secret).statusCode(200);
    items(dossier, doctor).statusCode(200);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().startsWith("read-"))
                    .extracting(AccessTraced::keptFrom)
                    .containsExactly(
                        Optional.of(List.of(Audience.OWNER, Audience.REPRESENTATIVE)),
                        Optional.of(List.of(Audience.REPRESENTATIVE)),
                        Optional.of(List.of(Audience.REPRESENTATIVE))));
    items(dossier, owner).statusCode(200);
    added(dossier, doctor, CONDITION);
    items(dossier, doctor).statusCode(200);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().startsWith("read-"))
                    .hasSize(5)
                    .last()
                    .extracting(AccessTraced::keptFrom)
                    .isEqualTo(Optional.empty()));
  }

  /** Looks by which this author was let in. */
  private static List<AccessTraced> looks(UUID dossier, String author) {
    return Dossiers.traces(dossier).stream()
        .filter(trace -> trace.rule().equals("AUTHOR"))
        .filter(trace -> trace.actor().id().equals(Optional.of(author)))
        .toList();
  }

  private static List<String> keptFrom(String token, String path) {
    return as(token).get(path).then().statusCode(200).extract().path("itemIds");
  }

  @Test
  void a_service_that_replays_is_told_life_authors_ids_and_digests_and_no_content() {
    UUID dossier = open();
    String item = added(dossier, doctor, CONDITION);
    String gone = added(dossier, doctor, CONDITION);
    as(doctor).delete("/dossiers/" + dossier + "/items/" + gone).then().statusCode(204);
    String mask = masked(dossier, "{'of':'ITEM','itemId':'" + item + "'}");
    Dossiers.passed(dossier, "line", Dossiers.imaging("mri", 1, 1));
    awaitLines(dossier, 1);
    String service = TestTokens.withRole("audit-service", "decisions");
    String path = "/dossiers/" + dossier + "/facts";
    String answer = as(service).get(path).then().statusCode(200).extract().asString();
    DossierFacts facts = Wire.read(answer.getBytes(StandardCharsets.UTF_8), DossierFacts.class);
    assertThat(facts.version()).isEqualTo(5);
    assertThat(facts.life()).isEqualTo(DossierFacts.Life.OPEN);
    assertThat(facts.items().get(UUID.fromString(item)).author().id()).contains(doctorId);
    assertThat(facts.items().get(UUID.fromString(gone)).deleted()).isTrue();
    assertThat(facts.masks().keySet()).containsExactly(UUID.fromString(mask));
    assertThat(facts.care()).containsEntry("line", false);
    // The digests are of what is sealed on Kafka.
    Map<String, String> sealed = new LinkedHashMap<>();
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              for (var record : Dossiers.of(Topic.DOSSIER_EVENTS, dossier)) {
                String fact = new String(record.value(), StandardCharsets.UTF_8);
                if (fact.contains("\"author\"")) {
                  ItemAdded added = Wire.read(record.value(), ItemAdded.class);
                  sealed.put(added.itemId().toString(), added.body().digest());
                }
              }
              assertThat(sealed).hasSize(2);
            });
    facts
        .items()
        .forEach((id, each) -> assertThat(each.body()).isEqualTo(sealed.get(id.toString())));
    assertThat(answer).doesNotContain("\"J45").doesNotContain("Asthme");
    for (String nobody : List.of(owner, doctor, TestTokens.withRole("x", "auditor"))) {
      as(nobody).get(path).then().statusCode(403);
    }
  }

  @Test
  void a_trace_states_whether_the_dossier_knew_that_the_reader_cares_for_the_patient() {
    // given
    UUID dossier = open();
    // when: nothing yet; then care of their own; then what somebody of their structure wrote
    String performer = TestTokens.professional("899700024450", "10");
    items(dossier, performer);
    Dossiers.passed(dossier, "line", Dossiers.imaging("mri", 1, 1));
    awaitLines(dossier, 1);
    items(dossier, performer);
    items(dossier, pharmacist);
    added(dossier, doctor, CONDITION);
    items(dossier, pharmacist);
    items(dossier, owner);
    // then
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals("read-items"))
                    .extracting(AccessTraced::careRelation)
                    .containsExactly(
                        Optional.of(false),
                        Optional.of(true),
                        Optional.of(false),
                        Optional.of(true),
                        Optional.empty()));
  }

  @Test
  void of_advance_directives_the_newest_is_in_force_revocable_and_never_masked() {
    UUID dossier = open();
    String first = added(dossier, owner, DIRECTIVE);
    String second = added(dossier, owner, DIRECTIVE.replace("Rien", "Peu"));
    assertThat(ids(dossier, doctor)).containsExactly(second);
    items(dossier, owner)
        .body("items.itemId", contains(second, first))
        .body("items.inForce", contains(true, false));
    mask(dossier, owner, "{'of':'ITEM','itemId':'" + second + "'}")
        .statusCode(409)
        .body("code", equalTo("DIRECTIVE_NEVER_MASKED"));
    String note = added(dossier, owner, right(ItemKind.NOTE));
    masked(dossier, "{'of':'CLASS','classCode':'90'}");
    assertThat(ids(dossier, doctor)).containsExactly(second).doesNotContain(note);
    as(owner).delete("/dossiers/" + dossier + "/items/" + second).then().statusCode(204);
    // Revoked: an earlier one does not come back.
    assertThat(ids(dossier, doctor)).isEmpty();
    items(dossier, owner).body("items.itemId", contains(note, first));
  }

  @Test
  void a_professional_sees_the_classes_that_the_decision_opens_and_what_they_wrote() {
    UUID dossier = open();
    String condition = added(dossier, doctor, CONDITION);
    String report = added(dossier, doctor, right(ItemKind.CONSULTATION_REPORT));
    decide(Set.of("10"), false);
    assertThat(ids(dossier, colleague)).containsExactly(report);
    item(dossier, colleague, condition).statusCode(404);
    assertThat(ids(dossier, doctor)).containsExactly(report, condition);
    Dossiers.decisionsAre(false, "NO_STANDING");
    item(dossier, colleague, report).statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  @Test
  void of_a_class_that_a_decision_opens_in_part_the_types_that_it_names_show() {
    UUID dossier = open();
    String condition = added(dossier, doctor, CONDITION);
    String laboratory = added(dossier, doctor, right(ItemKind.LABORATORY_RESULT));
    added(dossier, doctor, right(ItemKind.CONSULTATION_REPORT));
    decide(Set.of(), Set.of("11502-2", "60591-5"), false);
    assertThat(ids(dossier, colleague)).containsExactly(laboratory, condition);
    decide(Set.of("11"), Set.of("60591-5", "68599-0", "83901-9"), false);
    assertThat(ids(dossier, colleague)).containsExactly(condition);
  }

  @Test
  void the_patient_masks_any_item_act_or_class_and_shows_it_again() {
    UUID dossier = open();
    String condition = added(dossier, doctor, CONDITION);
    String treatment = added(dossier, doctor, right(ItemKind.TREATMENT));
    String prescription = added(dossier, doctor, right(ItemKind.PRESCRIPTION));
    String imaging = added(dossier, doctor, right(ItemKind.IMAGING_RESULT));
    Map<String, List<String>> left =
        Map.of(
            "{'of':'ITEM','itemId':'" + condition + "'}",
            List.of(imaging, prescription, treatment),
            "{'of':'ACT','system':'CIP13','code':'3400931959496'}",
            List.of(imaging, condition),
            "{'of':'ACT','system':'CCAM','code':'QEQJ001'}",
            List.of(prescription, treatment, condition),
            "{'of':'CLASS','classCode':'42'}",
            List.of(imaging, treatment, condition));
    List<String> all = List.of(imaging, prescription, treatment, condition);
    left.forEach(
        (mask, shown) -> {
          String maskId = masked(dossier, mask);
          mask(dossier, owner, mask).statusCode(409).body("code", equalTo("MASKED_ALREADY"));
          assertThat(ids(dossier, colleague)).as(mask).isEqualTo(shown);
          items(dossier, colleague).body("items.masked", equalTo(nulls(shown.size())));
          // Who wrote it keeps sight of it, and is not told that it is masked.
          assertThat(ids(dossier, doctor)).isEqualTo(all);
          items(dossier, doctor).body("items.masked", equalTo(nulls(4)));
          List<Boolean> marked =
              all.stream().map(id -> shown.contains(id) ? null : Boolean.TRUE).toList();
          everyClass(true);
          for (String token : List.of(owner, colleague)) {
            items(dossier, token)
                .body("items.itemId", equalTo(all))
                .body("items.masked", equalTo(marked));
          }
          everyClass(false);
          as(owner)
              .get("/dossiers/" + dossier + "/masks")
              .then()
              .body("masks.maskId", contains(maskId));
          unmask(dossier, maskId);
          assertThat(ids(dossier, colleague)).isEqualTo(all);
        });
    mask(dossier, doctor, "{'of':'CLASS','classCode':'42'}").statusCode(403);
    as(doctor).get("/dossiers/" + dossier + "/masks").then().statusCode(403);
    for (String wrong :
        List.of(
            "{'of':'ITEM','itemId':'nothing'}",
            "{'of':'ACT','system':'CCAM','code':'1'}",
            "{'of':'CLASS','classCode':'99'}")) {
      mask(dossier, owner, wrong).statusCode(422).body("code", equalTo("MASK_INVALID"));
    }
    as(owner)
        .delete("/dossiers/" + dossier + "/masks/" + UUID.randomUUID())
        .then()
        .statusCode(404)
        .body("code", equalTo("MASK_NOT_FOUND"));
  }

  private static List<Boolean> nulls(int count) {
    List<Boolean> nulls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nulls.add(null);
    }
    return nulls;
  }

  @Test
  void the_patient_masks_a_care_line_an_act_a_category_and_all_of_the_care_history() {
    UUID dossier = open();
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
    Dossiers.passed(dossier, "k2", laboratory("blood", "0592", 2));
    Dossiers.passed(dossier, "k3", laboratory("sugar", "0552", 3));
    awaitLines(dossier, 3);
    Map<String, List<String>> left =
        Map.of(
            "{'of':'ITEM','itemId':'mri'}", List.of("blood", "sugar"),
            "{'of':'ACT','system':'NABM','code':'592'}", List.of("mri", "sugar"),
            "{'of':'CATEGORY','category':'LABORATORY'}", List.of("mri"),
            "{'of':'CLASS','classCode':'60'}", List.of());
    left.forEach(
        (mask, shown) -> {
          String maskId = masked(dossier, mask);
          care(dossier, colleague, "").body("items.itemId", equalTo(shown));
          as(colleague)
              .get("/dossiers/" + dossier + "/summary")
              .then()
              .body("recentCare.itemId", equalTo(shown));
          everyClass(true);
          for (String token : List.of(owner, colleague)) {
            care(dossier, token, "")
                .body("items.itemId", contains("mri", "blood", "sugar"))
                .body(
                    "items.masked",
                    equalTo(
                        List.of("mri", "blood", "sugar").stream()
                            .map(id -> shown.contains(id) ? null : Boolean.TRUE)
                            .toList()));
            // Never here, whoever asks.
            recent(dossier, token, "CCAM", "QEQJ001")
                .then()
                .body(
                    "done.item.itemId",
                    equalTo(shown.contains("mri") ? List.of("mri") : List.of()));
          }
          everyClass(false);
          unmask(dossier, maskId);
          care(dossier, colleague, "").body("items", hasSize(3));
        });
  }

  private static Care laboratory(String item, String code, int daysAgo) {
    return Dossiers.line(
        item, CareCategory.LABORATORY, ActSystem.NABM, code, daysAgo, 1, Optional.empty());
  }

  private static ValidatableResponse care(UUID dossier, String token, String query) {
    return as(token).get("/dossiers/" + dossier + "/care" + query).then().statusCode(200);
  }

  /** Everything that somebody is answered about a dossier, in order. */
  private static final class Answers {
    private final UUID dossier;
    private final List<String> all = new ArrayList<>();

    Answers(UUID dossier) {
      this.dossier = dossier;
    }

    Answers get(String token, String path) {
      return add(path, as(token).get("/dossiers/" + dossier + path));
    }

    /** All pages of a list. */
    Answers pages(String token, String path) {
      Optional<String> cursor = Optional.empty();
      do {
        Response page =
            as(token)
                .get(
                    "/dossiers/"
                        + dossier
                        + path
                        + "limit=1"
                        + cursor.map(at -> "&cursor=" + at).orElse(""));
        add(path, page);
        cursor = Optional.ofNullable(page.path("next"));
        assertThat(all).as("pages come to an end").hasSizeLessThan(100);
      } while (cursor.isPresent());
      return this;
    }

    /** Whatever is called so. */
    Answers found(String token, String text) {
      return add(
          "search " + text,
          as(token).body("{\"text\":\"" + text + "\"}").post("/dossiers/" + dossier + "/search"));
    }

    /** The owner looks as a doctor would. */
    Answers preview(String token, boolean asIfGranted) {
      return add(
          "preview",
          as(token)
              .body(
                  "{\"nationalId\":\"899700024450\",\"profession\":\"10\",\"asIfGranted\":"
                      + asIfGranted
                      + "}")
              .post("/dossiers/" + dossier + "/preview"));
    }

    Answers add(String what, Response answer) {
      all.add(what + " " + answer.statusCode() + " " + answer.asString());
      return this;
    }

    /** Where a page ended: an id, or a day and an id. */
    private static String place(String cursor) {
      return cursor.matches("[0-9a-f]{8}-.{27}")
          ? cursor
          : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    }

    /** With ids and times replaced, each id by when it came first. */
    String withoutIdsAndTimes() {
      Map<String, String> names = new LinkedHashMap<>();
      Matcher ids =
          Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
              .matcher(
                  Pattern.compile("\"next\":\"([A-Za-z0-9_-]+)\"")
                      .matcher(String.join("\n", all).replaceAll("\"correlation\":\"[^\"]*\"", ""))
                      .replaceAll(next -> "next " + place(next.group(1))));
      return ids.replaceAll(id -> names.computeIfAbsent(id.group(), _ -> "id" + names.size()))
          .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "time");
    }
  }

  @Test
  void what_is_masked_invisible_or_deleted_is_to_those_who_must_not_see_it_as_if_it_never_was() {
    UUID full = open();
    String otherIns = Dossiers.newIns();
    String otherOwner = TestTokens.patient(otherIns);
    UUID plain = Dossiers.open(otherIns);
    // Given: what both hold, and what only the full one holds, in between.
    String first = added(full, doctor, CONDITION);
    added(plain, doctor, CONDITION);
    String deleted = added(full, doctor, ALLERGY);
    String masked = added(full, doctor, right(ItemKind.CONSULTATION_REPORT));
    String ofAct = added(full, doctor, right(ItemKind.TREATMENT));
    String unannounced =
        added(full, doctor, right(ItemKind.CERTIFICATE), ",\"invisibleUntilAnnounced\":true");
    added(full, doctor, right(ItemKind.CARE_PLAN));
    added(plain, doctor, right(ItemKind.CARE_PLAN));
    // Of a kind of which one is hidden, so that no count tells.
    added(full, doctor, right(ItemKind.CONSULTATION_REPORT));
    added(plain, doctor, right(ItemKind.CONSULTATION_REPORT));
    as(doctor).delete("/dossiers/" + full + "/items/" + deleted).then().statusCode(204);
    // Of acts of their own, so that only the mask of the prescription hides what was dispensed.
    String prescription = added(full, doctor, ofNoCode(ItemKind.PRESCRIPTION));
    String dispensed = added(full, pharmacist, dispensing(prescription, "Sirop"));
    // Of both there was a version before, in one of what is masked, and no directive in force.
    List<String> rewritten =
        List.of(
            replaced(full, doctor, right(ItemKind.TREATMENT), ofNoCode(ItemKind.TREATMENT)),
            replaced(full, owner, DIRECTIVE, DIRECTIVE.replace("Rien", "Peu")));
    List<String> rewrittenToo =
        List.of(
            replaced(
                plain,
                doctor,
                ofNoCode(ItemKind.TREATMENT).replace("Sirop", "Autre"),
                ofNoCode(ItemKind.TREATMENT)),
            replaced(
                plain,
                otherOwner,
                DIRECTIVE.replace("Rien", "Autre"),
                DIRECTIVE.replace("Rien", "Peu")));
    for (UUID dossier : List.of(full, plain)) {
      Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
      Dossiers.passed(dossier, "k2", laboratory("sugar", "0552", 9));
    }
    Dossiers.passed(full, "k3", laboratory("blood", "0592", 2));
    Dossiers.passed(
        full,
        "k4",
        Dossiers.line(
            "pill",
            CareCategory.MEDICATION,
            ActSystem.CIP13,
            "3400931959496",
            3,
            1,
            Optional.empty()));
    Dossiers.passed(
        full,
        "k5",
        Dossiers.line(
            "tooth", CareCategory.DENTAL_CARE, ActSystem.NGAP, "SC", 4, 1, Optional.empty()));
    awaitLines(full, 5);
    awaitLines(plain, 2);
    // Then: to the owner, what is invisible and what was deleted never was.
    assertThat(ofOwner(full, owner, List.of(unannounced, deleted)))
        .isEqualTo(ofOwner(plain, otherOwner, unknown(2)));
    // And to a professional, what is masked; of the certificate the profession sees nothing.
    masked(full, "{'of':'ITEM','itemId':'" + masked + "'}");
    masked(full, "{'of':'ITEM','itemId':'" + prescription + "'}");
    masked(full, "{'of':'ACT','system':'CIP13','code':'3400931959496'}");
    masked(full, "{'of':'ACT','system':'NABM','code':'592'}");
    masked(full, "{'of':'CATEGORY','category':'DENTAL_CARE'}");
    decide(Set.of("10", "11", "31", "42", "43", "44", "45", "60", "90"), false);
    List<String> hidden = List.of(masked, ofAct, deleted, unannounced, prescription, dispensed);
    assertThat(ofProfessional(full, colleague, hidden))
        .isEqualTo(ofProfessional(plain, colleague, unknown(hidden.size())));
    for (int i = 0; i < rewritten.size(); i++) {
      assertThat(versions(full, colleague, rewritten.get(i)))
          .isEqualTo(versions(plain, colleague, rewrittenToo.get(i)));
      item(full, owner, rewritten.get(i)).body("versions.version", contains(1));
    }
    item(full, doctor, rewritten.getFirst()).body("versions.version", contains(1));
    // And so it looks to the owner who looks as they would.
    assertThat(new Answers(full).preview(owner, true).withoutIdsAndTimes())
        .isEqualTo(new Answers(plain).preview(otherOwner, true).withoutIdsAndTimes());
    // What the comparison rests on: the same answers tell two dossiers apart that differ.
    masked(full, "{'of':'ITEM','itemId':'" + first + "'}");
    assertThat(ofProfessional(full, colleague, hidden))
        .isNotEqualTo(ofProfessional(plain, colleague, unknown(hidden.size())));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(full))
                    .filteredOn(trace -> trace.action().equals("read-items"))
                    .flatExtracting(AccessTraced::itemIds)
                    .contains(first)
                    .doesNotContain(masked, ofAct, deleted, unannounced, prescription, dispensed));
  }

  private static List<String> unknown(int ids) {
    return Stream.generate(() -> UUID.randomUUID().toString()).limit(ids).toList();
  }

  private static String replaced(UUID dossier, String token, String before, String now) {
    String item = added(dossier, token, before);
    as(token)
        .body("{\"content\":" + now + "}")
        .put("/dossiers/" + dossier + "/items/" + item)
        .then()
        .statusCode(200);
    return item;
  }

  private static String versions(UUID dossier, String token, String item) {
    return new Answers(dossier).get(token, "/items/" + item).withoutIdsAndTimes();
  }

  /** Without the act that the test masks. */
  private static String ofNoCode(ItemKind kind) {
    return right(kind)
        .replace("Ventoline", "Sirop")
        .replaceAll("\"product\":[{][^}]*},|,?\"cip13\":\"[0-9]*\"", "");
  }

  @Test
  void to_the_owner_too_no_summary_timeline_search_or_preview_tells_of_what_is_not_yet_theirs() {
    UUID full = open();
    String otherIns = Dossiers.newIns();
    String otherOwner = TestTokens.patient(otherIns);
    UUID plain = Dossiers.open(otherIns);
    // Given: what both hold, and between it in one of them what is invisible, and what was deleted.
    added(full, doctor, CONDITION);
    added(plain, doctor, CONDITION);
    for (String content :
        List.of(ALLERGY, CONDITION, right(ItemKind.TREATMENT), right(ItemKind.CERTIFICATE))) {
      added(full, doctor, content, ",\"invisibleUntilAnnounced\":true");
      String deleted = added(full, doctor, content);
      as(doctor).delete("/dossiers/" + full + "/items/" + deleted).then().statusCode(204);
    }
    String prescription =
        added(full, doctor, right(ItemKind.PRESCRIPTION), ",\"invisibleUntilAnnounced\":true");
    String dispensed = added(full, pharmacist, dispensing(prescription));
    String shown = Dossiers.document(full, doctor, Files.pdf(), "");
    String unannounced =
        Dossiers.document(full, doctor, Files.pdf(), ",\"invisibleUntilAnnounced\":true");
    String deletedFile = Dossiers.document(full, doctor, Files.pdf(), "");
    as(doctor).delete("/dossiers/" + full + "/items/" + deletedFile).then().statusCode(204);
    String shownToo = Dossiers.document(plain, doctor, Files.pdf(), "");
    added(full, doctor, right(ItemKind.CARE_PLAN));
    added(plain, doctor, right(ItemKind.CARE_PLAN));
    // Of a kind of which one is hidden, so that no count tells.
    added(full, doctor, right(ItemKind.CERTIFICATE));
    added(plain, doctor, right(ItemKind.CERTIFICATE));
    // Then: whatever the owner asks, also through the eyes of a doctor who sees it already.
    assertThat(atAGlance(full, owner)).isEqualTo(atAGlance(plain, otherOwner));
    List<String> hidden = List.of(unannounced, deletedFile, prescription, dispensed);
    assertThat(all(full, owner, shown, hidden))
        .isEqualTo(all(plain, otherOwner, shownToo, unknown(hidden.size())))
        .contains("%PDF", "\"files\":[{", "\"elsewhere\":[{");
    as(colleague)
        .get("/dossiers/" + full + "/summary")
        .then()
        .body("allergies", hasSize(1))
        .body("conditions", hasSize(2));
    added(full, doctor, ALLERGY);
    assertThat(atAGlance(full, owner)).isNotEqualTo(atAGlance(plain, otherOwner));
    assertThat(all(full, owner, shown, hidden))
        .isNotEqualTo(all(plain, otherOwner, shownToo, hidden));
  }

  /** All that the owner can fetch. */
  private static String all(UUID dossier, String token, String shown, List<String> hidden) {
    Answers answers =
        new Answers(dossier)
            .get(token, "/items")
            .pages(token, "/items?")
            .pages(token, "/items?kind=DOCUMENT&")
            .get(token, "/export")
            .add("shown", as(token).get("/dossiers/" + dossier + "/documents/" + shown));
    for (String id : hidden) {
      String document = "/dossiers/" + dossier + "/documents/" + id;
      answers
          .add("hidden", as(token).get(document))
          .add("version", as(token).get(document + "?version=1"))
          .add("item", as(token).get("/dossiers/" + dossier + "/items/" + id))
          .add("dispense", dispense(dossier, token, id));
    }
    return answers.withoutIdsAndTimes();
  }

  @Test
  void to_a_representative_what_is_secret_not_announced_or_deleted_is_as_if_it_never_was() {
    // Given: two dossiers for which the same person acts.
    UUID full = open();
    UUID plain = Dossiers.open(Dossiers.newIns());
    String trusted = Dossiers.newIns();
    String representative = TestTokens.patient(trusted);
    String secretFlag = ",\"invisibleToRepresentatives\":true";
    for (UUID dossier : List.of(full, plain)) {
      Dossiers.personOfTrust(dossier, trusted);
      added(dossier, doctor, CONDITION);
    }
    // And what only one of them holds, between what both hold.
    String secret = added(full, doctor, CONDITION, secretFlag);
    added(full, doctor, right(ItemKind.CERTIFICATE), secretFlag);
    String secretFile = Dossiers.document(full, doctor, Files.pdf(), secretFlag);
    String unannounced = added(full, doctor, ALLERGY, ",\"invisibleUntilAnnounced\":true");
    String prescription =
        added(full, doctor, right(ItemKind.PRESCRIPTION), ",\"invisibleUntilAnnounced\":true");
    String dispensed = added(full, pharmacist, dispensing(prescription));
    String deleted = added(full, doctor, ALLERGY);
    as(doctor).delete("/dossiers/" + full + "/items/" + deleted).then().statusCode(204);
    for (UUID dossier : List.of(full, plain)) {
      added(dossier, doctor, right(ItemKind.CERTIFICATE));
      added(dossier, doctor, right(ItemKind.CARE_PLAN));
      Dossiers.document(dossier, doctor, Files.pdf(), "");
      Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
      awaitLines(dossier, 1);
    }
    Dossiers.decisionsAre(true, "REPRESENTATIVE");
    // Then
    List<String> hidden =
        List.of(secret, secretFile, unannounced, deleted, prescription, dispensed);
    assertThat(ofRepresentative(full, representative, hidden))
        .isEqualTo(ofRepresentative(plain, representative, unknown(hidden.size())));
    // What the comparison rests on.
    everyClass(false);
    added(full, doctor, CONDITION);
    Dossiers.decisionsAre(true, "REPRESENTATIVE");
    assertThat(ofRepresentative(full, representative, hidden))
        .isNotEqualTo(ofRepresentative(plain, representative, hidden));
  }

  private static String ofRepresentative(UUID dossier, String token, List<String> hidden) {
    Answers answers = new Answers(dossier);
    for (String id : hidden) {
      answers
          .add("item", as(token).get("/dossiers/" + dossier + "/items/" + id))
          .add("document", as(token).get("/dossiers/" + dossier + "/documents/" + id));
    }
    return answers
        .get(token, "/items")
        .pages(token, "/items?")
        .pages(token, "/items?kind=CONDITION&")
        .pages(token, "/items?kind=DOCUMENT&")
        .get(token, "/summary")
        .get(token, "/timeline")
        .pages(token, "/timeline?")
        .pages(token, "/timeline?kind=CERTIFICATE&")
        .found(token, "asthme")
        .found(token, "certificat")
        .found(token, "arachide")
        .found(token, "lettre")
        .get(token, "/care")
        .pages(token, "/care?")
        .withoutIdsAndTimes();
  }

  private static String atAGlance(UUID dossier, String token) {
    return new Answers(dossier)
        .get(token, "/summary")
        .get(token, "/timeline")
        .pages(token, "/timeline?")
        .pages(token, "/timeline?kind=ALLERGY&")
        .found(token, "arachide")
        .found(token, "asthme")
        .found(token, "certificat")
        .found(token, "J45.0")
        .preview(token, true)
        .preview(token, false)
        .withoutIdsAndTimes();
  }

  private String ofProfessional(UUID dossier, String token, List<String> hidden) {
    Answers answers = new Answers(dossier);
    for (String id : hidden) {
      String path = "/dossiers/" + dossier + "/items/" + id;
      answers
          .add("dispense", dispense(dossier, token, id))
          .add("item", as(token).get(path))
          .add("delete", as(token).delete(path))
          .add("announce", as(token).post(path + "/announcement"));
    }
    return answers
        .get(token, "/items")
        .pages(token, "/items?")
        .pages(token, "/items?kind=CONSULTATION_REPORT&")
        .pages(token, "/items?kind=TREATMENT&")
        .pages(token, "/items?kind=DISPENSING&")
        .get(token, "/care")
        .pages(token, "/care?")
        .get(token, "/care?category=DENTAL_CARE")
        .get(token, "/care?category=LABORATORY")
        .get(token, "/summary")
        .get(token, "/timeline")
        .pages(token, "/timeline?")
        .pages(token, "/timeline?kind=CARE&")
        .pages(token, "/timeline?kind=CONSULTATION_REPORT&")
        .pages(token, "/timeline?category=DENTAL_CARE&")
        .found(token, "consultation")
        .found(token, "arachide")
        .found(token, "ventoline")
        .found(token, "sirop")
        .found(token, "3400931959496")
        .found(token, "biologie")
        .found(token, "certificat")
        .pages(token, "/care/changes?")
        .add("recent", recent(dossier, token, "NABM", "592"))
        .add("recent", recent(dossier, token, "CIP13", "3400931959496"))
        .get(token, "/masks")
        .withoutIdsAndTimes();
  }

  private static Response dispense(UUID dossier, String token, String prescription) {
    return as(token)
        .body("{\"content\":" + dispensing(prescription) + "}")
        .post("/dossiers/" + dossier + "/items");
  }

  private static Response recent(UUID dossier, String token, String system, String code) {
    return as(token)
        .body("{\"system\":\"" + system + "\",\"code\":\"" + code + "\"}")
        .post("/dossiers/" + dossier + "/care/recent");
  }

  private String ofOwner(UUID dossier, String token, List<String> hidden) {
    Answers answers = new Answers(dossier);
    for (String id : hidden) {
      String path = "/dossiers/" + dossier + "/items/" + id;
      answers
          .add("item", as(token).get(path))
          .add("delete", as(token).delete(path))
          .add("replace", as(token).body("{\"content\":" + ALLERGY + "}").put(path))
          .add(
              "mask",
              as(token)
                  .body("{\"of\":\"ITEM\",\"itemId\":\"" + id + "\"}")
                  .post("/dossiers/" + dossier + "/masks"));
    }
    return answers
        .pages(token, "/items?kind=CERTIFICATE&")
        .pages(token, "/items?kind=ALLERGY&")
        .get(token, "/masks")
        .withoutIdsAndTimes();
  }

  @Test
  void nothing_of_an_item_is_readable_on_kafka_but_ids_and_its_author() {
    UUID dossier = open();
    String item = added(dossier, doctor, CONDITION);
    as(doctor)
        .body("{\"content\":" + CONDITION.replace("Asthme", "Bronchite") + "}")
        .put("/dossiers/" + dossier + "/items/" + item)
        .then()
        .statusCode(200);
    masked(dossier, "{'of':'ACT','system':'CCAM','code':'QEQJ001'}");
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> Dossiers.of(Topic.DOSSIER_EVENTS, dossier).size() == 4);
    String all =
        Dossiers.of(Topic.DOSSIER_EVENTS, dossier).stream()
            .map(record -> new String(record.value(), StandardCharsets.UTF_8))
            .reduce("", String::concat);
    assertThat(all)
        .contains(item, doctorId, "3750100125")
        // The short ones as they would stand in JSON: three letters alone come by chance in Base64.
        .doesNotContain("CONDITION", "\"J45", "Asthme", "Bronchite", "QEQJ001", "\"ACT\"");
  }

  @Test
  void the_rebuilt_content_equals_the_live_one() {
    UUID dossier = open();
    String item = added(dossier, doctor, CONDITION, ",\"invisibleUntilAnnounced\":true");
    String path = "/dossiers/" + dossier + "/items/" + item;
    as(doctor).body("{\"content\":" + CONDITION + "}").put(path).then().statusCode(200);
    as(doctor).post(path + "/announcement").then().statusCode(204);
    added(dossier, owner, DIRECTIVE);
    added(dossier, owner, DIRECTIVE);
    String mask = masked(dossier, "{'of':'ITEM','itemId':'" + item + "'}");
    unmask(dossier, mask);
    masked(dossier, "{'of':'CLASS','classCode':'60'}");
    String before = items(dossier, owner).extract().asString();
    String deleted = added(dossier, doctor, ALLERGY);
    as(doctor).delete("/dossiers/" + dossier + "/items/" + deleted).then().statusCode(204);
    as(TestTokens.withRole("op", "operator"))
        .post("/operations/rebuilds/dossier")
        .then()
        .statusCode(200)
        .body("differences.findAll { it.primaryKey.contains('" + dossier + "') }", empty());
    assertThat(items(dossier, owner).extract().asString()).isEqualTo(before);
    mask(dossier, owner, "{'of':'CLASS','classCode':'60'}")
        .statusCode(409)
        .body("code", equalTo("MASKED_ALREADY"));
  }
}
