package fr.carnet.dossier.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.deciding.AnyItem;
import fr.carnet.dossier.deciding.ItemRulesTest;
import fr.carnet.dossier.documents.Files;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ExtractableResponse;
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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody with three minutes reads, and what the owner sees who looks as they would. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class AtAGlanceTest {
  @Inject DataSource dataSource;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);
  private final String doctorId = nationalId();
  private final String doctor = TestTokens.professional(doctorId, "10");
  private final String authorId = nationalId();
  private final String author = TestTokens.professional(authorId, "10");
  private final LocalDate today = Dossiers.today();

  /** By national id. */
  private static final Map<String, Set<String>> CLASSES = new ConcurrentHashMap<>();

  private static final Set<String> MASKED_TOO = ConcurrentHashMap.newKeySet();
  private static final Set<String> OF_PHARMACISTS =
      Set.of("11", "31", "42", "43", "44", "45", "60");

  private static String nationalId() {
    return "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
  }

  @BeforeEach
  void decisionsAreByGrant() {
    CLASSES.clear();
    MASKED_TOO.clear();
    Neighbours.answer("/decisions", asked -> Neighbours.Answer.ok(decided(asked.body())));
  }

  /** As access-control decides: by what was granted, or as if it were. */
  private static String decided(String body) {
    DecisionRequest asked = Wire.read(body.getBytes(StandardCharsets.UTF_8), DecisionRequest.class);
    String who = asked.actor().id().orElse("nobody");
    boolean allowed = CLASSES.containsKey(who) || asked.asIfGranted();
    Set<String> classes =
        CLASSES.getOrDefault(
            who,
            asked.actor().profession().equals(Optional.of("21"))
                ? OF_PHARMACISTS
                : ItemKind.CLASSES);
    return new String(
        Wire.write(
            new AccessDecision(
                allowed,
                allowed ? "GRANT" : "NO_STANDING",
                allowed ? classes : Set.of(),
                MASKED_TOO.contains(who),
                Optional.empty(),
                "test-1",
                3,
                Optional.empty())),
        StandardCharsets.UTF_8);
  }

  private static void grant(String professional) {
    CLASSES.put(professional, ItemKind.CLASSES);
  }

  private static RequestSpecification as(String token) {
    return given().auth().oauth2(token).contentType(ContentType.JSON);
  }

  private static String added(UUID dossier, String token, String content) {
    return added(dossier, token, content, "");
  }

  private static String added(UUID dossier, String token, String content, String flags) {
    return as(token)
        .body("{\"content\":" + content.replace('\'', '"') + flags + "}")
        .post("/dossiers/" + dossier + "/items")
        .then()
        .statusCode(201)
        .extract()
        .path("itemId");
  }

  private static String right(ItemKind kind) {
    return ItemRulesTest.RIGHT.get(kind);
  }

  private static ValidatableResponse get(UUID dossier, String token, String path) {
    return as(token).get("/dossiers/" + dossier + path).then().statusCode(200);
  }

  private static ExtractableResponse<Response> page(UUID dossier, String token, String query) {
    return get(dossier, token, "/timeline" + query).extract();
  }

  /** The ids of a page, of items and of care. */
  private static List<String> ids(ExtractableResponse<Response> page) {
    return page.path("entries.collect { it.item != null ? it.item.itemId : it.care.itemId }");
  }

  private static List<String> timeline(UUID dossier, String token, String query) {
    return ids(page(dossier, token, query));
  }

  private void mask(UUID dossier, String mask) {
    as(owner)
        .body(mask.replace('\'', '"'))
        .post("/dossiers/" + dossier + "/masks")
        .then()
        .statusCode(201);
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
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
            });
  }

  private static AccessTraced awaitTrace(UUID dossier, String action) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                Dossiers.traces(dossier).stream().anyMatch(trace -> trace.action().equals(action)));
    List<AccessTraced> traces =
        Dossiers.traces(dossier).stream().filter(trace -> trace.action().equals(action)).toList();
    assertThat(traces).hasSize(1);
    return traces.getFirst();
  }

  @Test
  void the_summary_is_in_the_order_of_what_matters_in_an_emergency() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    String note = added(dossier, owner, right(ItemKind.NOTE));
    String contact = added(dossier, owner, right(ItemKind.EMERGENCY_CONTACT));
    String revised = added(dossier, owner, right(ItemKind.ADVANCE_DIRECTIVE));
    String directive = added(dossier, owner, right(ItemKind.ADVANCE_DIRECTIVE));
    String over =
        added(
            dossier,
            author,
            "{'kind':'CONDITION','code':'I21.9','label':'Infarctus','since':'2025-01-02',"
                + "'until':'2025-02-02'}");
    String lasting = added(dossier, author, right(ItemKind.CONDITION));
    String newer = added(dossier, author, "{'kind':'CONDITION','code':'E11','label':'Diabète'}");
    String past =
        added(dossier, author, treatment("Passé", today.minusDays(9), today.minusDays(1)));
    String last = added(dossier, author, treatment("Dernier jour", today.minusDays(5), today));
    String begun = added(dossier, author, treatment("Commencé", today, today.plusDays(9)));
    String later =
        added(dossier, author, treatment("À venir", today.plusDays(1), today.plusDays(2)));
    String mild =
        added(dossier, author, "{'kind':'ALLERGY','substance':'Pollen','severity':'MILD'}");
    String worst =
        added(
            dossier, owner, "{'kind':'ALLERGY','substance':'Venin','severity':'LIFE_THREATENING'}");
    String severe = added(dossier, author, right(ItemKind.ALLERGY));
    added(dossier, author, right(ItemKind.CONSULTATION_REPORT));
    String report =
        added(
            dossier,
            author,
            right(ItemKind.CONSULTATION_REPORT).replace("2026-05-03", "2026-06-03"));
    for (int day = 1; day <= 11; day++) {
      Dossiers.passed(dossier, "k" + day, Dossiers.imaging("care-" + day, day, 1));
    }
    awaitLines(dossier, 11);
    String summary =
        get(dossier, doctor, "/summary")
            .body("allergies.itemId", contains(worst, severe, mild))
            .body("currentTreatments.itemId", contains(begun, last))
            .body("conditions.itemId", contains(newer, lasting, over))
            .body("advanceDirectives.itemId", contains(directive))
            .body("emergencyContacts.itemId", contains(contact))
            .body("recentCare.itemId", hasSize(10))
            .body("recentCare[0].itemId", equalTo("care-1"))
            .body("rest.kind", contains("TREATMENT", "CONSULTATION_REPORT", "NOTE"))
            .body("rest.count", contains(2, 2, 1))
            .body("rest.newest.itemId", contains(later, report, note))
            .extract()
            .asString();
    assertThat(summary)
        .containsSubsequence(
            "\"patient\":",
            "\"allergies\":",
            "\"currentTreatments\":",
            "\"conditions\":",
            "\"advanceDirectives\":",
            "\"emergencyContacts\":",
            "\"recentCare\":",
            "\"rest\":")
        .doesNotContain(past, revised, "care-11");
    // To the owner the directive before still shows, among the rest.
    get(dossier, owner, "/summary")
        .body("advanceDirectives.itemId", contains(directive))
        .body("rest.find { it.kind == 'ADVANCE_DIRECTIVE' }.newest.itemId", equalTo(revised));
    AccessTraced trace =
        await()
            .atMost(Duration.ofMinutes(5))
            .until(
                () ->
                    Dossiers.traces(dossier).stream()
                        .filter(read -> read.actor().id().equals(Optional.of(doctorId)))
                        .findFirst(),
                Optional::isPresent)
            .get();
    assertThat(trace.itemIds())
        .contains(worst, begun, lasting, directive, contact, "care-1", report)
        .doesNotContain(past, revised, "care-11");
  }

  private static String treatment(String label, LocalDate from, LocalDate until) {
    return "{'kind':'TREATMENT','label':'%s','from':'%s','until':'%s'}"
        .formatted(label, from, until);
  }

  @Test
  void nothing_that_somebody_sends_as_an_item_takes_a_read_from_anybody() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    String begun = added(dossier, author, treatment("Commencé", today, today.plusDays(9)));
    String result = right(ItemKind.LABORATORY_RESULT).replace("2026-05-03", today.toString());
    Map<String, String> wrong =
        Map.of(
            "{'kind':'TREATMENT','label':'X','until':'+999999999-12-31'}",
            "ITEM_DATE_INVALID",
            "{'kind':'TREATMENT','label':'X','until':'-0001-01-01'}",
            "ITEM_DATE_INVALID",
            "{'kind':'TREATMENT','label':'X','from':'+999999999-12-31'}",
            "ITEM_DATE_INVALID",
            result.replace("13.2", "1E+1001").replace("16.5", "1E+1001"),
            "ITEM_NUMBER_INVALID",
            result.replace("13.2", "1E-1001"),
            "ITEM_NUMBER_INVALID",
            "{'kind':'CONDITION','code':'E11','label':'\\ud83d'}",
            "ITEM_TEXT_INVALID");
    wrong.forEach(
        (content, code) ->
            sent(dossier, author, content).statusCode(422).body("code", equalTo(code)));
    given()
        .auth()
        .oauth2(author)
        .multiPart(
            "metadata", "{\"title\":\"\\ud83d\",\"typeCode\":\"34112-3\"}", "application/json")
        .multiPart("file", "a", Files.pdf(), "application/pdf")
        .post("/dossiers/" + dossier + "/documents")
        .then()
        .statusCode(422)
        .body("code", equalTo("ITEM_TEXT_INVALID"));
    // and of anything else, whatever it is, some is taken and some refused
    Random dice = new Random(20261122);
    List<ItemKind> kinds = List.of(ItemKind.values());
    Map<Integer, Integer> answers = new HashMap<>();
    for (int i = 0; i < 120; i++) {
      ItemKind kind = kinds.get(i % kinds.size());
      List<String> fields = AnyItem.fields(kind);
      String content =
          AnyItem.with(
              kind,
              Map.of(
                  fields.get(dice.nextInt(fields.size())),
                  AnyItem.VALUES.get(dice.nextInt(AnyItem.VALUES.size()))));
      String token = kind.mayBeWrittenBy(Actor.Role.PROFESSIONAL) ? author : owner;
      int status =
          as(token)
              .body("{\"content\":" + content + "}")
              .post("/dossiers/" + dossier + "/items")
              .statusCode();
      assertThat(status).as(content).isIn(201, 400, 403, 422);
      answers.merge(status, 1, Integer::sum);
    }
    assertThat(answers.get(201)).as("taken").isGreaterThan(10);
    assertThat(answers.get(422)).as("refused").isGreaterThan(10);
    for (String token : List.of(owner, doctor)) {
      get(dossier, token, "/summary").body("currentTreatments.itemId", hasItem(begun));
      get(dossier, token, "/timeline?limit=200");
      get(dossier, token, "/items?limit=200");
      search(dossier, token, "ventoline").statusCode(200);
    }
    get(dossier, owner, "/export");
    get(dossier, owner, "/export.zip");
    preview(dossier, doctorId, "10", true, "?limit=200");
    // nor what somebody asks for by itself
    for (String query : List.of("?from=%2B999999999-01-01", "?to=0000-01-01", "?to=-0001-01-01")) {
      as(owner)
          .get("/dossiers/" + dossier + "/timeline" + query)
          .then()
          .statusCode(422)
          .body("code", equalTo("DAY_INVALID"));
    }
  }

  private static ValidatableResponse sent(UUID dossier, String token, String content) {
    return as(token)
        .body("{\"content\":" + content.replace('\'', '"') + "}")
        .post("/dossiers/" + dossier + "/items")
        .then();
  }

  @Test
  void the_timeline_goes_across_all_kinds_by_the_day_that_they_are_about_and_is_filtered() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    String old = added(dossier, author, right(ItemKind.CONDITION));
    String note = added(dossier, owner, right(ItemKind.NOTE));
    String second = added(dossier, owner, right(ItemKind.NOTE));
    String report =
        added(
            dossier,
            author,
            right(ItemKind.CONSULTATION_REPORT)
                .replace("2026-05-03", today.minusDays(2).toString()));
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
    Dossiers.passed(
        dossier,
        "k2",
        Dossiers.line(
            "blood", CareCategory.LABORATORY, ActSystem.NABM, "0592", 3, 1, Optional.empty()));
    Dossiers.passed(dossier, "reversed", Dossiers.imaging("reversed", 4, 1));
    Dossiers.passed(dossier, "reversal", Dossiers.imaging("reversed", 4, -1));
    awaitLines(dossier, 4);
    List<String> all = List.of(second, note, "mri", report, "blood", old);
    for (String token : List.of(owner, doctor)) {
      assertThat(timeline(dossier, token, "")).isEqualTo(all);
    }
    get(dossier, doctor, "/timeline")
        .body("entries[0].day", equalTo(today.toString()))
        .body("entries[2].care.act.code", equalTo("QEQJ001"))
        .body("entries[2].item", nullValue())
        .body("entries[3].item.content.title", equalTo("Consultation"))
        .body("entries[3].care", nullValue())
        .body("next", nullValue());
    assertThat(timeline(dossier, doctor, "?kind=NOTE")).containsExactly(second, note);
    assertThat(timeline(dossier, doctor, "?kind=CARE")).containsExactly("mri", "blood");
    assertThat(timeline(dossier, doctor, "?category=LABORATORY")).containsExactly("blood");
    assertThat(timeline(dossier, doctor, "?kind=NOTE&category=LABORATORY")).isEmpty();
    assertThat(timeline(dossier, doctor, "?from=" + today.minusDays(2)))
        .isEqualTo(all.subList(0, 4));
    assertThat(timeline(dossier, doctor, "?to=" + today.minusDays(2))).isEqualTo(all.subList(3, 6));
    assertThat(
            timeline(dossier, doctor, "?from=" + today.minusDays(3) + "&to=" + today.minusDays(1)))
        .containsExactly("mri", report, "blood");
    // A profession sees of it what it sees of the lists.
    CLASSES.put(doctorId, Set.of("10", "90"));
    assertThat(timeline(dossier, doctor, "")).containsExactly(second, note, report);
    assertThat(timeline(dossier, doctor, "?kind=CARE")).isEmpty();
    Map<String, String> wrong =
        Map.of(
            "?kind=OTHER", "KIND_UNKNOWN",
            "?category=OTHER", "CATEGORY_UNKNOWN",
            "?from=yesterday", "DAY_INVALID",
            "?to=2026-02-30", "DAY_INVALID",
            "?cursor=nonsense", "CURSOR_INVALID",
            "?limit=201", "LIMIT_INVALID");
    wrong.forEach(
        (query, code) ->
            as(doctor)
                .get("/dossiers/" + dossier + "/timeline" + query)
                .then()
                .statusCode(422)
                .body("code", equalTo(code)));
  }

  private record Placed(LocalDate day, String id) {}

  @Test
  void a_page_of_the_timeline_and_one_item_are_traced_with_what_they_show_and_no_more() {
    UUID dossier = Dossiers.open(ins);
    String oldest = added(dossier, owner, right(ItemKind.NOTE));
    String second = added(dossier, owner, right(ItemKind.NOTE));
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 0, 1));
    awaitLines(dossier, 1);
    List<String> shown = timeline(dossier, owner, "?limit=2");
    assertThat(shown).hasSize(2);
    assertThat(awaitTrace(dossier, "read-timeline").itemIds()).isEqualTo(shown);
    get(dossier, owner, "/items/" + oldest);
    assertThat(awaitTrace(dossier, "read-item").itemIds())
        .containsExactly(oldest)
        .doesNotContain(second);
  }

  @Test
  void whatever_is_added_between_pages_of_the_timeline_none_is_skipped_and_none_repeated() {
    UUID dossier = Dossiers.open(ins);
    for (long seed = 1; seed <= 4; seed++) {
      Random dice = new Random(seed);
      // Days of their own for each seed, so that one dossier does.
      LocalDate last = today.minusDays(100 * seed);
      String range = "from=" + last.minusDays(6) + "&to=" + last;
      Map<String, LocalDate> days = new HashMap<>();
      for (int i = 0; i < 12; i++) {
        put(dossier, dice, seed, last, days);
      }
      awaitShown(dossier, range, days.keySet());
      Set<String> before = Set.copyOf(days.keySet());
      List<Placed> seen = new ArrayList<>();
      Set<String> mustFollow = new HashSet<>();
      Optional<String> cursor = Optional.empty();
      do {
        ExtractableResponse<Response> page =
            page(
                dossier,
                owner,
                "?"
                    + range
                    + "&limit="
                    + (1 + dice.nextInt(4))
                    + cursor.map(at -> "&cursor=" + at).orElse(""));
        List<String> shown = ids(page);
        shown.forEach(id -> seen.add(new Placed(days.get(id), id)));
        cursor = Optional.ofNullable(page.path("next"));
        if (cursor.isPresent() && days.size() < 24) {
          String one = put(dossier, dice, seed, last, days);
          awaitShown(dossier, range, Set.of(one));
          if (days.get(one).isBefore(seen.getLast().day())) {
            mustFollow.add(one);
          }
        }
      } while (cursor.isPresent());
      assertThat(seen).as("seed %d", seed).doesNotHaveDuplicates();
      assertThat(seen.stream().map(Placed::id))
          .as("seed %d", seed)
          .containsAll(before)
          .containsAll(mustFollow);
      assertThat(seen)
          .as("seed %d", seed)
          .isSortedAccordingTo(
              Comparator.comparing(Placed::day).thenComparing(Placed::id).reversed());
    }
  }

  /** An item or care, on one of a week's days. */
  private String put(
      UUID dossier, Random dice, long seed, LocalDate last, Map<String, LocalDate> days) {
    int ago = dice.nextInt(7);
    String id;
    if (dice.nextBoolean()) {
      id =
          added(
              dossier,
              author,
              right(ItemKind.CONSULTATION_REPORT)
                  .replace("2026-05-03", last.minusDays(ago).toString()));
    } else {
      // Ids of care are any; those of items begin with their time.
      id = (dice.nextBoolean() ? "0" : "z") + "care-" + seed + "-" + days.size();
      Dossiers.passed(dossier, id, Dossiers.imaging(id, (int) (100 * seed) + ago, 1));
    }
    days.put(id, last.minusDays(ago));
    return id;
  }

  private void awaitShown(UUID dossier, String range, Collection<String> ids) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> timeline(dossier, owner, "?" + range + "&limit=200").containsAll(ids));
  }

  private static ValidatableResponse search(UUID dossier, String token, String text) {
    return as(token)
        .body("{\"text\":\"" + text + "\"}")
        .post("/dossiers/" + dossier + "/search")
        .then();
  }

  private static List<String> found(UUID dossier, String token, String text) {
    return ids(search(dossier, token, text).statusCode(200).body("more", equalTo(false)).extract());
  }

  @Test
  void search_finds_words_of_titles_labels_and_codes_without_accents_and_case() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    String oedema =
        added(
            dossier,
            author,
            "{'kind':'CONDITION','code':'R60.0','label':'Œdème localisé à droite'}");
    String report =
        added(
            dossier,
            author,
            right(ItemKind.CONSULTATION_REPORT).replace("Consultation", "L’ŒDÈME vu en urgence"));
    String prescription = added(dossier, author, right(ItemKind.PRESCRIPTION));
    String analysis = added(dossier, author, right(ItemKind.LABORATORY_RESULT));
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
    awaitLines(dossier, 1);
    for (String token : List.of(owner, doctor)) {
      assertThat(found(dossier, token, "oedeme")).containsExactly(oedema, report);
      assertThat(found(dossier, token, "œdème LOCALISÉ")).containsExactly(oedema);
      assertThat(found(dossier, token, "droite oed")).containsExactly(oedema);
      assertThat(found(dossier, token, "l'oedeme")).containsExactly(report);
      assertThat(found(dossier, token, "R600")).containsExactly(oedema);
      assertThat(found(dossier, token, "r60.0")).containsExactly(oedema);
      assertThat(found(dossier, token, "ventoline")).containsExactly(prescription);
      assertThat(found(dossier, token, "3400931959496")).containsExactly(prescription);
      assertThat(found(dossier, token, "718-7")).containsExactly(analysis);
      assertThat(found(dossier, token, "irm du sein")).containsExactly("mri");
      assertThat(found(dossier, token, "qeqj001")).containsExactly("mri");
      assertThat(found(dossier, token, "act|")).isEmpty();
      // What a report says is no title.
      assertThat(found(dossier, token, "revoir")).isEmpty();
      assertThat(found(dossier, token, "oedeme fracture")).isEmpty();
    }
    for (String wrong : List.of("", " a ", "\\u0301\\u0301.", "x".repeat(101))) {
      search(dossier, doctor, wrong)
          .statusCode(422)
          .body("code", equalTo("TEXT_INVALID"))
          .body("field", equalTo("text"));
    }
    as(doctor)
        .body("{}")
        .post("/dossiers/" + dossier + "/search")
        .then()
        .statusCode(422)
        .body("code", equalTo("FIELD_MISSING"));
  }

  @Test
  void search_never_finds_what_is_masked_invisible_or_deleted_and_its_trace_names_what_was_shown() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    String shown = added(dossier, author, right(ItemKind.CONDITION));
    String masked = added(dossier, author, right(ItemKind.CONDITION));
    String invisible =
        added(dossier, author, right(ItemKind.CONDITION), ",\"invisibleUntilAnnounced\":true");
    String deleted = added(dossier, author, right(ItemKind.CONDITION));
    as(author).delete("/dossiers/" + dossier + "/items/" + deleted).then().statusCode(204);
    mask(dossier, "{'of':'ITEM','itemId':'" + masked + "'}");
    mask(dossier, "{'of':'CATEGORY','category':'IMAGING'}");
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
    awaitLines(dossier, 1);
    assertThat(found(dossier, doctor, "asthme")).containsExactly(invisible, shown);
    AccessTraced trace = awaitTrace(dossier, "search-dossier");
    assertThat(trace.itemIds()).containsExactly(invisible, shown);
    assertThat(trace.words()).isEmpty();
    assertThat(found(dossier, owner, "asthme")).containsExactly(masked, shown);
    assertThat(found(dossier, doctor, "irm")).isEmpty();
    assertThat(found(dossier, owner, "irm")).containsExactly("mri");
    CLASSES.put(doctorId, Set.of("10"));
    assertThat(found(dossier, doctor, "asthme")).isEmpty();
    CLASSES.remove(doctorId);
    search(dossier, doctor, "asthme").statusCode(403).body("code", equalTo("NO_STANDING"));
  }

  @Test
  void search_gives_the_hundred_newest_and_says_that_there_is_more() {
    UUID dossier = Dossiers.open(ins);
    for (int day = 1; day <= 100; day++) {
      Dossiers.passed(dossier, "k" + day, Dossiers.imaging("care-" + day, day, 1));
    }
    awaitLines(dossier, 100);
    search(dossier, owner, "irm").body("entries", hasSize(100)).body("more", equalTo(false));
    String newest =
        added(
            dossier,
            author,
            right(ItemKind.IMAGING_RESULT).replace("2026-05-03", today.toString()));
    search(dossier, owner, "irm")
        .body("entries", hasSize(100))
        .body("entries[0].item.itemId", equalTo(newest))
        .body("entries[99].care.itemId", equalTo("care-99"))
        .body("more", equalTo(true));
  }

  private ExtractableResponse<Response> preview(
      UUID dossier, String id, String profession, boolean asIfGranted, String query) {
    return as(owner)
        .body(eyes(id, profession, asIfGranted))
        .post("/dossiers/" + dossier + "/preview" + query)
        .then()
        .statusCode(200)
        .extract();
  }

  private static String eyes(String id, String profession, boolean asIfGranted) {
    return "{\"nationalId\":\"%s\",\"profession\":\"%s\",\"structure\":\"3750100125\",\"asIfGranted\":%s}"
        .formatted(id, profession, asIfGranted);
  }

  /** What somebody is answered, as it stands within a preview. */
  private static String within(UUID dossier, String token, String query) {
    return "\"summary\":"
        + get(dossier, token, "/summary").extract().asString()
        + ",\"timeline\":"
        + get(dossier, token, "/timeline" + query).extract().asString()
        + "}";
  }

  @Test
  void the_preview_is_byte_for_byte_what_the_professional_then_sees_before_and_after_the_grant() {
    UUID dossier = Dossiers.open(ins);
    added(dossier, author, right(ItemKind.CONDITION));
    added(dossier, author, right(ItemKind.LABORATORY_RESULT));
    added(dossier, owner, right(ItemKind.NOTE));
    String masked = added(dossier, author, right(ItemKind.TREATMENT));
    mask(dossier, "{'of':'ACT','system':'CIP13','code':'3400931959496'}");
    mask(dossier, "{'of':'ITEM','itemId':'" + masked + "'}");
    mask(dossier, "{'of':'CATEGORY','category':'LABORATORY'}");
    Dossiers.passed(dossier, "k1", Dossiers.imaging("mri", 1, 1));
    Dossiers.passed(
        dossier,
        "k2",
        Dossiers.line(
            "blood", CareCategory.LABORATORY, ActSystem.NABM, "0592", 2, 1, Optional.empty()));
    awaitLines(dossier, 2);
    String pharmacistId = nationalId();
    Map<String, String> tokens =
        Map.of(
            doctorId, doctor,
            authorId, author,
            pharmacistId, TestTokens.professional(pharmacistId, "21"));
    Map<String, String> expected = new HashMap<>();
    for (String id : tokens.keySet()) {
      String profession = id.equals(pharmacistId) ? "21" : "10";
      // Before: nothing, and nothing it is.
      as(tokens.get(id)).get("/dossiers/" + dossier + "/summary").then().statusCode(403);
      assertThat(preview(dossier, id, profession, false, "").asString())
          .isEqualTo("{\"allowed\":false,\"rule\":\"NO_STANDING\"}");
      for (String query : List.of("", "?limit=1", "?kind=CONDITION")) {
        expected.put(id + query, preview(dossier, id, profession, true, query).asString());
      }
      // After: what was shown, as if it had been granted; and the preview shows what holds.
      CLASSES.put(id, profession.equals("21") ? OF_PHARMACISTS : ItemKind.CLASSES);
      for (String query : List.of("", "?limit=1", "?kind=CONDITION")) {
        String seen =
            "{\"allowed\":true,\"rule\":\"GRANT\"," + within(dossier, tokens.get(id), query);
        assertThat(expected.get(id + query)).isEqualTo(seen);
        assertThat(preview(dossier, id, profession, false, query).asString()).isEqualTo(seen);
      }
    }
    // An author keeps sight of what is masked, a colleague does not, a profession has its classes.
    assertThat(expected.get(authorId)).contains(masked, "718-7").doesNotContain("blood");
    assertThat(expected.get(doctorId)).contains("718-7").doesNotContain(masked, "blood");
    assertThat(expected.get(pharmacistId)).contains("J45.0").doesNotContain(masked, "718-7");
    // A médecin traitant sees what is masked, and that it is.
    MASKED_TOO.add(doctorId);
    assertThat(preview(dossier, doctorId, "10", false, "").asString())
        .contains(masked, "\"masked\":true")
        .endsWith(within(dossier, doctor, ""));
  }

  @Test
  void the_preview_is_for_the_owner_alone_and_is_traced_as_their_own_reading() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    MASKED_TOO.add(doctorId);
    String item = added(dossier, author, right(ItemKind.CONDITION));
    List<String> supposed = new ArrayList<>();
    Neighbours.answer(
        "/decisions",
        asked -> {
          if (asked.body().contains("\"asIfGranted\":true")) {
            supposed.add(asked.body());
          }
          return Neighbours.Answer.ok(decided(asked.body()));
        });
    for (String token :
        List.of(
            doctor,
            author,
            TestTokens.patient(Dossiers.newIns()),
            TestTokens.withRole("agent-1", "counter-agent"),
            TestTokens.withRole("officer-1", "privacy-officer"))) {
      as(token)
          .body(eyes(doctorId, "10", true))
          .post("/dossiers/" + dossier + "/preview")
          .then()
          .statusCode(403)
          .body("code", equalTo("NO_STANDING"));
    }
    assertThat(supposed).isEmpty();
    preview(dossier, nationalId(), "10", true, "");
    assertThat(supposed).hasSize(1);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(previews(dossier)).hasSize(6));
    Map<AccessTraced.Outcome, List<AccessTraced>> traces =
        previews(dossier).stream().collect(Collectors.groupingBy(AccessTraced::outcome));
    assertThat(traces.get(AccessTraced.Outcome.REFUSED)).hasSize(5);
    AccessTraced own = traces.get(AccessTraced.Outcome.RELEASED).getFirst();
    assertThat(own.actor()).isEqualTo(Actor.anonymous(Actor.Role.OWNER));
    assertThat(own.rule()).isEqualTo("OWNER");
    assertThat(own.itemIds()).containsExactly(item);
    Dossiers.noDecisions();
    as(owner)
        .body(eyes(doctorId, "10", true))
        .post("/dossiers/" + dossier + "/preview")
        .then()
        .statusCode(503)
        .body("code", equalTo("DECISION_UNAVAILABLE"));
  }

  private static List<AccessTraced> previews(UUID dossier) {
    return Dossiers.traces(dossier).stream()
        .filter(trace -> trace.action().equals("preview"))
        .toList();
  }

  @Test
  void of_a_closed_dossier_the_preview_shows_that_nobody_else_sees_anything() {
    UUID dossier = Dossiers.open(ins);
    grant(doctorId);
    added(dossier, author, right(ItemKind.CONDITION));
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
    as(owner).body("{}").post("/dossiers/" + dossier + "/closing").then().statusCode(200);
    assertThat(preview(dossier, doctorId, "10", true, "").asString())
        .isEqualTo("{\"allowed\":false,\"rule\":\"NO_STANDING\"}");
  }

  @Test
  void whose_eyes_are_to_be_looked_through_must_be_said() {
    UUID dossier = Dossiers.open(ins);
    Map<String, String> wrong =
        Map.of(
            "{}", "FIELD_MISSING nationalId",
            "{\"nationalId\":\"899700024450\"}", "FIELD_MISSING profession",
            "{\"nationalId\":\"3750100125\",\"profession\":\"10\"}",
                "IDENTIFIER_INVALID nationalId",
            "{\"nationalId\":\"899700024450\",\"profession\":\"10\",\"structure\":\"899700024450\"}",
                "IDENTIFIER_INVALID structure");
    wrong.forEach(
        (body, told) -> {
          ExtractableResponse<Response> answer =
              as(owner)
                  .body(body)
                  .post("/dossiers/" + dossier + "/preview")
                  .then()
                  .statusCode(422)
                  .extract();
          assertThat(answer.path("code") + " " + answer.path("field")).isEqualTo(told);
        });
    get(dossier, owner, "/summary").body("rest", empty());
  }
}
