package fr.carnet.dossier.querying;

import static fr.carnet.dossier.Dossiers.imaging;
import static fr.carnet.dossier.Dossiers.line;
import static fr.carnet.dossier.Dossiers.processed;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import fr.carnet.dossier.Dossiers;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What a doctor wants of the care history, and what only its owner is shown. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class CareReadsTest {
  private static final String ONE_DOCTOR = "99700024450";
  private static final String ANOTHER_DOCTOR = "10000000017";

  @Inject DataSource dataSource;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);
  private final String doctorId = "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
  private final String doctor = TestTokens.professional(doctorId, "10");

  private static ValidatableResponse get(String token, String path) {
    return given().auth().oauth2(token).get(path).then();
  }

  private ValidatableResponse care(UUID dossier, String token, String path) {
    return get(token, "/dossiers/" + dossier + "/care" + path);
  }

  private ValidatableResponse recent(UUID dossier, String question) {
    return given()
        .auth()
        .oauth2(doctor)
        .contentType(ContentType.JSON)
        .body("{" + question + "}")
        .post("/dossiers/" + dossier + "/care/recent")
        .then();
  }

  private static String act(String system, String code) {
    return "\"system\":\"" + system + "\",\"code\":\"" + code + "\"";
  }

  private UUID open() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(true, "GRANT");
    return dossier;
  }

  /** Waits by rows, because reading would be a look. */
  private void awaitLines(UUID dossier, int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> rows("SELECT line_key", dossier).size() == count);
  }

  private void awaitWithdrawn(UUID dossier, int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> Collections.frequency(rows("SELECT withdrawn", dossier), "t") == count);
  }

  private List<String> rows(String select, UUID dossier) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                select
                    + " FROM care_line WHERE dossier_id = '"
                    + dossier
                    + "' ORDER BY line_key")) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }

  /** One trace, once it is on Kafka. */
  private static void awaitTrace(
      UUID dossier, String action, AccessTraced.Outcome outcome, String... items) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(Dossiers.traces(dossier))
                    .filteredOn(trace -> trace.action().equals(action))
                    .filteredOn(trace -> trace.outcome() == outcome)
                    .filteredOn(trace -> trace.itemIds().equals(List.of(items)))
                    .hasSize(1));
  }

  private static Care ccam(String item, String code, int daysAgo) {
    return line(item, CareCategory.IMAGING, ActSystem.CCAM, code, daysAgo, 1, Optional.empty());
  }

  @Test
  void items_are_named_in_the_readers_language_where_a_list_knows_them() {
    UUID dossier = open();
    Dossiers.passed(dossier, "known", imaging("known", 1, 1));
    Dossiers.passed(dossier, "unknown", ccam("unknown", "ZZZZ999", 2));
    awaitLines(dossier, 2);
    care(dossier, owner, "")
        .statusCode(200)
        .body("items[0].label", startsWith("IRM du sein"))
        .body("items[0].natureLabel", equalTo("Acte d'imagerie"))
        .body("items[0].performerSpecialtyLabel", equalTo("Radiologie"))
        .body("items[0].categoryLabel", equalTo("Imagerie"))
        .body("items[1].act.code", equalTo("ZZZZ999"))
        .body("items[1].label", nullValue());
    for (String english : List.of("en", "en-GB", "de, en;q=0.5")) {
      inLanguage(dossier, english).body("items[0].categoryLabel", equalTo("Imaging"));
    }
    for (String french : List.of("fr-CA", "de", "*", "not; a=header;;")) {
      inLanguage(dossier, french).body("items[0].categoryLabel", equalTo("Imagerie"));
    }
    get(owner, "/dossiers/" + dossier + "/summary")
        .body("recentCare[0].label", startsWith("IRM du sein"));
  }

  private ValidatableResponse inLanguage(UUID dossier, String language) {
    return given()
        .auth()
        .oauth2(owner)
        .header("Accept-Language", language)
        .get("/dossiers/" + dossier + "/care")
        .then()
        .statusCode(200);
  }

  @Test
  void care_shows_by_the_eight_categories_and_says_what_was_during_a_stay_and_may_be_missing() {
    UUID dossier = open();
    for (CareCategory category : CareCategory.values()) {
      Dossiers.passed(
          dossier,
          category.name(),
          line(category.name(), category, ActSystem.NGAP, "C", 3, 1, Optional.empty()));
    }
    awaitLines(dossier, 8);
    care(dossier, doctor, "")
        .body("items", hasSize(8))
        .body(
            "notice.en", startsWith("Care reimbursed in the last 24 months. It may be incomplete"))
        .body("notice.fr", startsWith("Soins remboursés au cours des 24 derniers mois."));
    for (CareCategory category : CareCategory.values()) {
      care(dossier, doctor, "?category=" + category)
          .body("items.itemId", contains(category.name()))
          .body("items.duringHospitalStay", contains(category == CareCategory.HOSPITAL_STAY));
    }
  }

  @Test
  void done_recently_is_the_same_act_or_one_of_its_ccam_family_net_of_reversals_newest_first() {
    UUID dossier = open();
    Dossiers.passed(dossier, "family", ccam("family", "QEQJ999", 2));
    Dossiers.passed(dossier, "same", ccam("same", "QEQJ001", 90));
    Dossiers.passed(dossier, "too-old", ccam("too-old", "QEQJ001", 91));
    Dossiers.passed(dossier, "other", ccam("other", "QEQK001", 3));
    Dossiers.passed(dossier, "reversed", imaging("reversed", 4, 1));
    Dossiers.passed(dossier, "reversal", imaging("reversed", 4, -1));
    awaitLines(dossier, 6);
    recent(dossier, act("CCAM", "QEQJ001"))
        .statusCode(200)
        .body("done.item.itemId", contains("family", "same"))
        .body("done.likeness", contains("SAME_CCAM_FAMILY", "SAME_CODE"))
        .body("done[1].item.performer.rpps", equalTo(ONE_DOCTOR))
        .body("done[1].resultFrom.rpps", equalTo(ONE_DOCTOR))
        .body("done[1].resultFrom.specialtyLabel", equalTo("Radiologie"))
        .body(
            "done[1].resultFrom.sentence.fr",
            equalTo("Demandez le résultat à RPPS " + ONE_DOCTOR + " (Radiologie)."));
    // One trace, and in it what was shown and nothing that was only compared.
    awaitTrace(dossier, "read-recent-care", AccessTraced.Outcome.RELEASED, "family", "same");
    recent(dossier, act("CCAM", "QEQJ001") + ",\"days\":91")
        .body("done.item.itemId", contains("family", "same", "too-old"));
    recent(dossier, act("CCAM", "ABCD001") + ",\"days\":730")
        .body("done", empty())
        .body("notice.en", startsWith("No reimbursement of it known in the last 730 days."));
  }

  @Test
  void the_result_is_to_be_asked_of_the_establishment_where_there_is_one() {
    UUID dossier = open();
    Dossiers.passed(
        dossier,
        "stay",
        Dossiers.performedBy(
            ccam("stay", "QEQJ001", 2),
            new CareProvider(Optional.of(ONE_DOCTOR), Optional.of("750100125"), Optional.empty())));
    awaitLines(dossier, 1);
    recent(dossier, act("CCAM", "QEQJ001"))
        .body("done[0].resultFrom.finess", equalTo("750100125"))
        .body("done[0].resultFrom.rpps", equalTo(ONE_DOCTOR))
        .body("done[0].resultFrom.sentence.en", equalTo("Ask FINESS 750100125 for the result."));
  }

  @Test
  void done_recently_knows_laboratory_codes_classes_of_medicines_and_codes_as_they_are() {
    UUID dossier = open();
    Map<String, Care> lines =
        Map.of(
            "blood", of("blood", ActSystem.NABM, "0592"),
            "painkiller", of("painkiller", ActSystem.CIP13, "3400931959496"),
            "stomach", of("stomach", ActSystem.CIP13, "3400934217944"),
            "unlisted", of("unlisted", ActSystem.CIP13, "3400900000006"),
            "device", of("device", ActSystem.LPP, "2203948"),
            "visit", of("visit", ActSystem.NGAP, "AMK"));
    lines.forEach((key, line) -> Dossiers.passed(dossier, key, line));
    awaitLines(dossier, lines.size());
    recently(dossier, "NABM", "592", "blood");
    recent(dossier, act("CIP13", "3400933515102"))
        .body("done.item.itemId", contains("painkiller"))
        .body("done.likeness", contains("SAME_ATC_CLASS"));
    recently(dossier, "CIP13", "3400900000006", "unlisted");
    recently(dossier, "LPP", "2203948", "device");
    recently(dossier, "NGAP", "AMK", "visit");
    recent(dossier, act("NGAP", "AMI")).body("done", empty());
  }

  private static Care of(String item, ActSystem system, String code) {
    return line(item, CareCategory.MEDICATION, system, code, 5, 1, Optional.empty());
  }

  private void recently(UUID dossier, String system, String code, String item) {
    recent(dossier, act(system, code))
        .body("done.item.itemId", contains(item))
        .body("done.likeness", contains("SAME_CODE"));
  }

  @Test
  void done_recently_is_asked_for_rightly_and_stands_behind_the_same_decision_and_filter() {
    UUID dossier = open();
    Dossiers.passed(dossier, "line", imaging("item", 1, 1));
    awaitLines(dossier, 1);
    for (String wrong :
        List.of("", "\"system\":\"CCAM\"", act("CIM10", "J45"), act("CCAM", "QEQJ"))) {
      recent(dossier, wrong).statusCode(422).body("code", equalTo("ACT_INVALID"));
    }
    for (String days : List.of("0", "731", "-1")) {
      recent(dossier, act("CCAM", "QEQJ001") + ",\"days\":" + days)
          .statusCode(422)
          .body("code", equalTo("DAYS_INVALID"));
    }
    // A decision that opens something else only: not even "none" is said.
    Neighbours.answer(
        "/decisions",
        _ ->
            Neighbours.Answer.ok(
                """
                {"allowed":true,"rule":"GRANT","classes":["11"],"maskedToo":false,
                 "policyVersion":"test-1","accessVersion":3}
                """));
    String incomplete = "Care reimbursed in the last 24 months. It may be";
    recent(dossier, act("CCAM", "QEQJ001"))
        .statusCode(200)
        .body("done", empty())
        .body("notice.en", startsWith(incomplete));
    care(dossier, doctor, "/changes")
        .statusCode(200)
        .body("changes", empty())
        .body("notice.en", startsWith(incomplete));
    Dossiers.decisionsAre(false, "NO_STANDING");
    recent(dossier, act("CCAM", "QEQJ001")).statusCode(403).body("code", equalTo("NO_STANDING"));
    care(dossier, doctor, "/changes").statusCode(403).body("code", equalTo("NO_STANDING"));
    awaitTrace(dossier, "read-recent-care", AccessTraced.Outcome.REFUSED);
  }

  @Test
  void what_changed_is_what_shows_otherwise_than_at_the_visit_before() throws SQLException {
    UUID dossier = open();
    Dossiers.passed(dossier, "old", imaging("old", 10, 1));
    Dossiers.passed(dossier, "taken-back", imaging("taken-back", 9, 1));
    Dossiers.passed(dossier, "more", imaging("more", 8, 1));
    Dossiers.passed(dossier, "secret", imaging("secret", 8, 1));
    awaitLines(dossier, 4);
    // The first visit: all is new.
    care(dossier, doctor, "/changes")
        .statusCode(200)
        .body("since", nullValue())
        .body("changes.kind", contains("NEW", "NEW", "NEW", "NEW"))
        .body("notice.en", startsWith("You have not looked at this care history before"));
    aPausePasses(dossier);
    care(dossier, doctor, "").body("items", hasSize(4));
    care(dossier, doctor, "/changes")
        .body("since", notNullValue())
        .body("changes", empty())
        .body("notice.fr", startsWith("Rien de nouveau depuis votre dernière consultation"));
    // When: months late, reversed, one more, withdrawn, repeated, and there and gone in between.
    Dossiers.passed(dossier, "late", imaging("late", 400, 1));
    Dossiers.passed(dossier, "back", imaging("taken-back", 9, -1));
    Dossiers.passed(dossier, "again", imaging("more", 8, 2));
    Dossiers.withdrawn(dossier, "secret");
    Dossiers.passed(dossier, "old", imaging("old", 10, 1).repeated(1));
    Dossiers.passed(dossier, "come", imaging("come-and-gone", 7, 1));
    Dossiers.passed(dossier, "gone", imaging("come-and-gone", 7, -1));
    awaitLines(dossier, 9);
    aPausePasses(dossier);
    // Then: the same on each page and at each glance of the visit.
    for (int glance = 0; glance < 2; glance++) {
      care(dossier, doctor, "?limit=1").statusCode(200);
      care(dossier, doctor, "/changes")
          .body("changes.kind", contains("QUANTITY_CHANGED", "REVERSED", "NEW"))
          .body("changes.itemId", contains("more", "taken-back", "late"))
          .body("changes[0].item.quantity", equalTo(3))
          .body("changes[1].item", nullValue())
          .body("changes[1].careFrom", equalTo(Dossiers.today().minusDays(9).toString()));
      String next =
          care(dossier, doctor, "/changes?limit=2")
              .body("changes.itemId", contains("more", "taken-back"))
              .extract()
              .path("next");
      care(dossier, doctor, "/changes?limit=2&cursor=" + next)
          .body("changes.itemId", contains("late"))
          .body("next", nullValue());
    }
    awaitTrace(dossier, "read-care-changes", AccessTraced.Outcome.RELEASED);
    aPausePasses(dossier);
    care(dossier, doctor, "/changes").body("changes", empty());
    // Of another professional's looks nothing follows.
    care(dossier, TestTokens.professional(doctorId + "1", "10"), "/changes")
        .body("since", nullValue())
        .body("changes.itemId", contains("more", "old", "late"));
    care(dossier, owner, "/changes").statusCode(403).body("code", equalTo("PROFESSIONALS_ONLY"));
  }

  @Test
  void a_category_a_further_page_and_the_summary_are_no_look() throws SQLException {
    UUID dossier = open();
    Dossiers.passed(dossier, "first", imaging("first", 10, 1));
    Dossiers.passed(dossier, "second", imaging("second", 11, 1));
    awaitLines(dossier, 2);
    String next = care(dossier, doctor, "?limit=1").extract().path("next");
    aPausePasses(dossier);
    Dossiers.passed(dossier, "news", imaging("news", 1, 1));
    awaitLines(dossier, 3);
    care(dossier, doctor, "?limit=1&cursor=" + next).statusCode(200);
    care(dossier, doctor, "?category=IMAGING").statusCode(200);
    get(doctor, "/dossiers/" + dossier + "/summary").statusCode(200);
    aPausePasses(dossier);
    care(dossier, doctor, "/changes").body("changes.itemId", contains("news"));
  }

  @Test
  void a_line_under_way_while_somebody_looked_is_news_to_them() throws SQLException {
    UUID dossier = open();
    Instant earlier = Instant.now().minusSeconds(60);
    Dossiers.passed(dossier, "first", imaging("first", 10, 1), earlier);
    awaitLines(dossier, 1);
    care(dossier, doctor, "").body("items", hasSize(1));
    // Stamped before the look, there after it.
    Dossiers.passed(dossier, "late", imaging("late", 9, 1), earlier.plus(1, ChronoUnit.MICROS));
    awaitLines(dossier, 2);
    aPausePasses(dossier);
    care(dossier, doctor, "/changes").body("changes.itemId", contains("late"));
  }

  @Test
  void if_the_trace_cannot_be_written_nothing_counts_as_seen() throws SQLException {
    UUID dossier = open();
    Dossiers.passed(dossier, "first", imaging("first", 10, 1));
    awaitLines(dossier, 1);
    sql("ALTER TABLE outbox ADD CONSTRAINT full_disk CHECK (type <> 'access.traced.v1') NOT VALID");
    try {
      care(dossier, doctor, "/changes").statusCode(500);
    } finally {
      sql("ALTER TABLE outbox DROP CONSTRAINT full_disk");
    }
    care(dossier, doctor, "/changes").body("since", nullValue()).body("changes", hasSize(1));
  }

  /** More than half an hour since the last look. */
  private void aPausePasses(UUID dossier) throws SQLException {
    sql(
        "UPDATE care_look SET looked_at = looked_at - interval '31 minutes' WHERE dossier_id = '"
            + dossier
            + "'");
  }

  @Test
  void the_medecin_traitant_whom_the_newest_care_names_is_proposed_to_the_owner_only() {
    UUID dossier = open();
    String proposals = "/dossiers/" + dossier + "/treating-physician-proposals";
    get(owner, proposals).statusCode(200).body("proposals", empty());
    named(dossier, "first", 300, 1, ONE_DOCTOR);
    named(dossier, "moved", 200, 1, ANOTHER_DOCTOR);
    named(dossier, "back", 100, 1, ONE_DOCTOR);
    named(dossier, "newest", 5, 1, ONE_DOCTOR);
    // Reversed: it names nobody.
    named(dossier, "mistake", 2, 1, ANOTHER_DOCTOR);
    Dossiers.passed(dossier, "reversal", visit("mistake", 2, -1, Optional.of(ANOTHER_DOCTOR)));
    Dossiers.passed(dossier, "unnamed", visit("unnamed", 1, 1, Optional.empty()));
    awaitLines(dossier, 7);
    get(owner, proposals)
        .body("proposals", hasSize(1))
        .body("proposals[0].nationalId", equalTo("8" + ONE_DOCTOR))
        .body("proposals[0].rpps", equalTo(ONE_DOCTOR))
        .body("proposals[0].since", equalTo(Dossiers.today().minusDays(100).toString()))
        .body("proposals[0].lastNamed", equalTo(Dossiers.today().minusDays(5).toString()));
    // Not even a professional with a grant.
    get(doctor, proposals).statusCode(403).body("code", equalTo("NO_STANDING"));
    awaitTrace(dossier, "read-treating-physician-proposals", AccessTraced.Outcome.REFUSED);
  }

  private static void named(UUID dossier, String item, int daysAgo, int quantity, String rpps) {
    Dossiers.passed(dossier, item, visit(item, daysAgo, quantity, Optional.of(rpps)));
  }

  private static Care visit(String item, int daysAgo, int quantity, Optional<String> rpps) {
    return line(item, CareCategory.MEDICAL_CARE, ActSystem.NGAP, "C", daysAgo, quantity, rpps);
  }

  @Test
  void the_owner_sees_when_a_line_was_first_seen_reversed_repeated_and_replaced() {
    UUID dossier = open();
    Instant begin = Instant.now().minus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    Dossiers.passed(dossier, "line", imaging("item", 40, 1), begin);
    Dossiers.passed(dossier, "line", imaging("item", 40, 1).repeated(2), begin.plusSeconds(60));
    // Billed with it, so no replacement of it; and care of another kind on the same day.
    Dossiers.passed(dossier, "sibling", ccam("sibling", "QEQJ001", 40), begin);
    Dossiers.passed(
        dossier, "other", visit("other-kind", 40, 1, Optional.empty()), begin.plusSeconds(864_000));
    awaitLines(dossier, 3);
    history(dossier, "item")
        .statusCode(200)
        .body("entries.kind", contains("FIRST", "REPEATED"))
        .body("entries[0].firstSeen", equalTo(begin.toString()))
        .body("entries[1].times", equalTo(2))
        .body("entries[1].sentence.en", startsWith("The insurer sent the same line again"))
        .body("entries[1].sentence.fr", startsWith("L'assurance a renvoyé la même ligne"));
    // Whatever comes first, the insurer's own days tell which line replaces which.
    Optional<LocalDate> corrected = Optional.of(Dossiers.today().minusDays(20));
    Optional<LocalDate> later = corrected.map(day -> day.plusDays(1));
    Dossiers.passed(dossier, "replacement", processed(ccam("right", "QEQK001", 40), corrected));
    Dossiers.passed(dossier, "third", processed(ccam("third", "QEQK002", 40), later));
    Dossiers.passed(
        dossier, "undated", processed(ccam("a-undated", "QEQK003", 40), Optional.empty()));
    awaitLines(dossier, 6);
    history(dossier, "item").body("entries.kind", contains("FIRST", "REPEATED"));
    Dossiers.passed(dossier, "reversal", processed(imaging("item", 40, -1), corrected));
    awaitLines(dossier, 7);
    history(dossier, "item")
        .body("entries.kind", contains("FIRST", "REPEATED", "REVERSAL", "REPLACED"))
        .body("entries[2].quantity", equalTo(-1))
        .body("entries[3].replacedBy", equalTo("right"));
    // Of lines that do not say when they were processed nothing of the kind is claimed, until a
    // copy says it; an older copy after it changes nothing.
    Care undated = processed(imaging("sibling", 40, -1), Optional.empty());
    Dossiers.passed(dossier, "sibling-reversal", undated);
    awaitLines(dossier, 8);
    history(dossier, "sibling").body("entries.kind", contains("FIRST", "REVERSAL"));
    Dossiers.passed(dossier, "sibling-reversal", processed(undated, corrected));
    Dossiers.passed(dossier, "sibling-reversal", undated);
    Dossiers.passed(dossier, "last", imaging("last", 1, 1));
    awaitLines(dossier, 9);
    history(dossier, "sibling").body("entries.replacedBy[2]", equalTo("right"));
    history(dossier, "right").body("entries.kind", contains("FIRST"));
    awaitTrace(dossier, "read-care-line-history", AccessTraced.Outcome.RELEASED, "right");
    // Only the owner; and of what was withdrawn there is no history.
    history(dossier, "never").statusCode(404).body("code", equalTo("ITEM_NOT_FOUND"));
    Dossiers.withdrawn(dossier, "other");
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> history(dossier, "other-kind").statusCode(404));
    care(dossier, doctor, "/item/history").statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  @Test
  void care_that_is_said_late_to_be_secret_is_kept_from_representatives_in_the_log_too() {
    // given: two lines of one item, and care of another
    UUID dossier = open();
    Dossiers.passed(dossier, "line-1", imaging("secret", 40, 1));
    Dossiers.passed(dossier, "line-2", imaging("secret", 40, 1));
    Dossiers.passed(dossier, "line-3", imaging("other", 40, 1));
    awaitLines(dossier, 3);
    // when: one of them is taken back; then the other stands still, and shows
    Dossiers.withdrawn(dossier, "line-1");
    awaitWithdrawn(dossier, 1);
    assertThat(keptFrom(dossier, "REPRESENTATIVE")).isEmpty();
    Dossiers.withdrawn(dossier, "line-2");
    awaitWithdrawn(dossier, 2);
    // then
    assertThat(keptFrom(dossier, "REPRESENTATIVE")).containsExactly("secret");
    assertThat(keptFrom(dossier, "OWNER")).isEmpty();
  }

  private static List<String> keptFrom(UUID dossier, String viewer) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("audit-service", "decisions"))
        .get("/dossiers/" + dossier + "/kept-from/" + viewer)
        .then()
        .statusCode(200)
        .extract()
        .path("itemIds");
  }

  private ValidatableResponse history(UUID dossier, String item) {
    return care(dossier, owner, "/" + item + "/history");
  }

  @Test
  void no_order_of_passing_changes_when_a_line_was_first_seen_and_how_often_it_was_repeated()
      throws SQLException {
    long seed = 20_261_122L;
    System.out.println("seed of passings: " + seed);
    Random random = new Random(seed);
    Instant begin = Instant.now().minusSeconds(1_000).truncatedTo(ChronoUnit.SECONDS);
    List<List<String>> histories = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      UUID dossier = Dossiers.open(Dossiers.newIns());
      List<Runnable> passings = new ArrayList<>();
      for (int line = 0; line < 4; line++) {
        String key = "line-" + line;
        for (int again = 0; again < 3; again++) {
          Care passing = imaging(key, 5, 1).repeated(again);
          Instant at = begin.plusSeconds(line * 10L + again);
          passings.add(() -> Dossiers.passed(dossier, key, passing, at));
        }
      }
      passings.add(() -> Dossiers.withdrawn(dossier, "line-3"));
      Collections.shuffle(passings, random);
      passings.forEach(Runnable::run);
      Dossiers.passed(dossier, "z-last", imaging("last", 1, 1), begin);
      awaitLines(dossier, 5);
      histories.add(
          rows(
              "SELECT concat_ws('|', line_key, withdrawn, item_id,"
                  + " first_seen AT TIME ZONE 'UTC', repeats)",
              dossier));
    }
    assertThat(histories.get(0).get(0))
        .startsWith("line-0|f|line-0|" + begin.toString().replace('T', ' ').replace("Z", ""))
        .endsWith("|2");
    assertThat(histories.get(0).get(3)).isEqualTo("line-3|t|line-3");
    assertThat(histories).allMatch(history -> history.equals(histories.getFirst()));
    given()
        .auth()
        .oauth2(TestTokens.withRole("op", "operator"))
        .post("/operations/rebuilds/care-history")
        .then()
        .statusCode(200)
        .body("differences", empty());
  }
}
