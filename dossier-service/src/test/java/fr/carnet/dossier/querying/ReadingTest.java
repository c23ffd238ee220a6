package fr.carnet.dossier.querying;

import static fr.carnet.dossier.Dossiers.imaging;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.keys.KeyRing.SealedBody;
import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.TopicReader;
import fr.carnet.eventstore.Transactions;
import fr.carnet.platform.RankTest;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.sealing.Binding;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Who reads what, and that every release and every refusal leaves exactly one trace. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class ReadingTest {
  private static final Pattern CORRELATION =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  @Inject DataSource dataSource;
  @Inject WhenLogIsNotWhole log;
  @Inject KeyRing keys;
  @Inject BeanManager beans;

  private final String ins = Dossiers.newIns();
  private final String owner = TestTokens.patient(ins);

  private static String doctor() {
    // Another one each time, so that no test uses up another's refusals.
    return TestTokens.professional(
        "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000), "10");
  }

  private static ValidatableResponse care(UUID dossier, String token, String query) {
    return given().auth().oauth2(token).get("/dossiers/" + dossier + "/care" + query).then();
  }

  private void awaitItems(UUID dossier, int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> care(dossier, owner, "").statusCode(200).body("items", hasSize(count)));
  }

  private static List<AccessTraced> awaitTraces(UUID dossier, int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> assertThat(Dossiers.traces(dossier)).hasSizeGreaterThanOrEqualTo(count));
    return Dossiers.traces(dossier);
  }

  /** How many, once none is on its way. */
  private int settledTraces(UUID dossier) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              try (Connection connection = dataSource.getConnection();
                  Statement select = connection.createStatement();
                  ResultSet row = select.executeQuery("SELECT count(*) FROM outbox")) {
                row.next();
                return row.getLong(1) == 0;
              }
            });
    return Dossiers.traces(dossier).size();
  }

  @Test
  void a_read_leaves_exactly_one_trace_that_names_what_was_shown() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    awaitItems(dossier, 1);
    int before = settledTraces(dossier);
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = doctor();
    care(dossier, doctor, "").statusCode(200).body("items", hasSize(1));
    Dossiers.decisionsAre(false, "NO_STANDING");
    care(dossier, doctor, "").statusCode(403).body("code", equalTo("NO_STANDING"));
    // One more by the owner: when its trace is there, those before it are.
    care(dossier, owner, "").statusCode(200);
    List<AccessTraced> traces = awaitTraces(dossier, before + 3);
    assertThat(traces).hasSize(before + 3);
    AccessTraced released = traces.get(before);
    assertThat(released.outcome()).isEqualTo(AccessTraced.Outcome.RELEASED);
    assertThat(released.rule()).isEqualTo("GRANT");
    assertThat(released.itemIds()).containsExactly("item-1");
    assertThat(released.accessVersion()).contains(3L);
    assertThat(traces.get(before + 1).outcome()).isEqualTo(AccessTraced.Outcome.REFUSED);
    assertThat(traces.get(before + 1).itemIds()).isEmpty();
    assertThat(traces.get(before + 2).actor()).isEqualTo(Actor.anonymous(Actor.Role.OWNER));
  }

  @Test
  void if_the_trace_cannot_be_written_no_data_leave() throws SQLException {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    awaitItems(dossier, 1);
    sql("ALTER TABLE outbox ADD CONSTRAINT full_disk CHECK (type <> 'access.traced.v1') NOT VALID");
    try {
      for (String path : List.of("/care", "/summary")) {
        String answer =
            given()
                .auth()
                .oauth2(owner)
                .get("/dossiers/" + dossier + path)
                .then()
                .statusCode(500)
                .body("code", equalTo("INTERNAL_ERROR"))
                .extract()
                .asString();
        assertThat(answer).doesNotContain("QEQJ001", "item-1", "Testaud");
      }
    } finally {
      sql("ALTER TABLE outbox DROP CONSTRAINT full_disk");
    }
    care(dossier, owner, "").statusCode(200).body("items", hasSize(1));
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        var execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }

  @Test
  void no_decision_means_no_access_and_owners_still_read() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.noDecisions();
    care(dossier, doctor(), "").statusCode(503).body("code", equalTo("DECISION_UNAVAILABLE"));
    Neighbours.answer("/decisions", _ -> Neighbours.Answer.HUNG_UP);
    care(dossier, doctor(), "").statusCode(503).body("code", equalTo("DECISION_UNAVAILABLE"));
    care(dossier, owner, "").statusCode(200);
  }

  @Test
  void while_the_log_is_not_whole_nobody_but_owners_reads_where_the_operator_has_so_decided()
      throws Exception {
    UUID dossier = Dossiers.open(ins);
    UUID none = UUID.randomUUID();
    Dossiers.decisionsAre(true, "GRANT");
    Duration silence = Duration.ofSeconds(4);
    // given: it was not decided so
    logIs(503);
    care(dossier, doctor(), "").statusCode(200);
    try (AutoCloseable _ = log.watching(URI.create(Neighbours.url()), silence)) {
      // then
      awaitStopped(dossier);
      care(none, doctor(), "").statusCode(503).body("code", equalTo("LOG_NOT_WHOLE"));
      care(dossier, owner, "").statusCode(200);
      // when it is whole again
      logIs(200);
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(() -> care(dossier, doctor(), "").statusCode(200));
      // when nobody says whether it is
      Neighbours.answer(
          "/q/health/well",
          _ -> {
            throw new IllegalStateException("no answer");
          });
      awaitStopped(dossier);
      care(dossier, owner, "").statusCode(200);
    }
    care(dossier, doctor(), "").statusCode(200);
  }

  @Test
  void while_the_log_is_not_whole_a_release_is_not_used_up_for_nothing() throws Exception {
    // given
    UUID open = Dossiers.open(Dossiers.newIns());
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(true, "GRANT");
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
    String officer = TestTokens.withRole("officer-1", "privacy-officer");
    String path = "/dossiers/" + dossier;
    posted(officer, path + "/closing", "{\"reason\":\"FERMETURE_DECES\"}").statusCode(200);
    String request =
        posted(
                officer,
                path + "/release-requests",
                "{\"kind\":\"HEIRS\",\"familyName\":\"H\",\"givenName\":\"C\",\"words\":\"w\"}")
            .statusCode(201)
            .extract()
            .path("requestId");
    String secret =
        posted(
                officer,
                path + "/release-requests/" + request + "/decision",
                "{\"reason\":\"CAUSES_OF_DEATH\",\"endsAt\":\"%s\"}"
                    .formatted(Instant.now().plus(Duration.ofDays(1))))
            .statusCode(200)
            .extract()
            .path("secret");
    String bearer = TestTokens.patient(Dossiers.newIns());
    String shown = "{\"secret\":\"" + secret + "\"}";
    logIs(503);
    try (AutoCloseable _ = log.watching(URI.create(Neighbours.url()), Duration.ofSeconds(60))) {
      awaitStopped(open);
      // when
      posted(bearer, path + "/releases/" + request, shown)
          .statusCode(503)
          .body("code", equalTo("LOG_NOT_WHOLE"));
      // then
      logIs(200);
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(() -> care(open, doctor(), "").statusCode(200));
      posted(bearer, path + "/releases/" + request, shown).statusCode(200);
      posted(bearer, path + "/releases/" + request, shown)
          .statusCode(409)
          .body("code", equalTo("RELEASE_USED"));
    }
  }

  private static ValidatableResponse posted(String token, String path, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path).then();
  }

  @Test
  void it_is_the_setting_of_the_operator_that_stops_reading() throws Exception {
    // given
    logIs(503);
    System.setProperty("carnet.audit-url", Neighbours.url());
    try {
      // when
      List<AutoCloseable> undecided = new ArrayList<>();
      WhenLogIsNotWhole reads = started(undecided);

      // then
      assertThat(undecided).isEmpty();
      reads.refuseOthers();

      // when
      System.setProperty("carnet.reading-needs-log", "true");
      List<AutoCloseable> decided = new ArrayList<>();
      WhenLogIsNotWhole stops = started(decided);

      // then
      assertThat(decided).hasSize(1);
      try (AutoCloseable _ = decided.getFirst()) {
        await()
            .atMost(Duration.ofMinutes(5))
            .untilAsserted(
                () ->
                    assertThatThrownBy(stops::refuseOthers)
                        .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal ->
                                assertThat(refusal.reason())
                                    .isEqualTo(ReadingRefusal.LOG_NOT_WHOLE)));
      }
    } finally {
      System.clearProperty("carnet.audit-url");
      System.clearProperty("carnet.reading-needs-log");
    }
  }

  /** Made and started as at the start of the service, by the settings of now. */
  private WhenLogIsNotWhole started(List<AutoCloseable> workers) {
    @SuppressWarnings("unchecked")
    Bean<WhenLogIsNotWhole> bean =
        (Bean<WhenLogIsNotWhole>) beans.resolve(beans.getBeans(WhenLogIsNotWhole.class));
    WhenLogIsNotWhole made = bean.create(beans.createCreationalContext(bean));
    made.start(new Workers(workers));
    return made;
  }

  /** Keeps what runs until it stops; nothing else is declared. */
  private record Workers(List<AutoCloseable> workers) implements Machinery.Starting {
    @Override
    public void worker(AutoCloseable worker) {
      workers.add(worker);
    }

    @Override
    public void reader(TopicReader reader) {
      throw new AssertionError("no reader");
    }

    @Override
    public void streams(Topic topic) {
      throw new AssertionError("no streams");
    }

    @Override
    public void rebuild(String projection, Rebuild rebuild) {
      throw new AssertionError("no read model");
    }
  }

  private static void logIs(int status) {
    Neighbours.answer("/q/health/well", _ -> new Neighbours.Answer(status, "{}"));
  }

  private static void awaitStopped(UUID dossier) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                care(dossier, doctor(), "").statusCode(503).body("code", equalTo("LOG_NOT_WHOLE")));
  }

  @Test
  void while_access_control_hangs_others_are_refused_and_owners_read() throws IOException {
    // What is shipped is half a second; tests wait longer, for the sake of busy machines.
    Properties shipped = new Properties();
    try (InputStream in = Reading.class.getResourceAsStream("/application.properties")) {
      shipped.load(in);
    }
    assertThat(
            Stream.of("connect", "read")
                .map("quarkus.rest-client.access-control.%s-timeout"::formatted)
                .mapToInt(name -> Integer.parseInt(shipped.getProperty(name)))
                .sum())
        .isLessThanOrEqualTo(500);
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = doctor();
    care(dossier, doctor, "").statusCode(200);
    Neighbours.answer(
        "/decisions",
        _ -> {
          LockSupport.parkNanos(Duration.ofSeconds(60).toNanos());
          return Neighbours.Answer.ok("{\"allowed\":true,\"rule\":\"GRANT\",\"classes\":[\"60\"]}");
        });
    List<Duration> refusals = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      long begin = System.nanoTime();
      care(dossier, doctor, "").statusCode(503).body("code", equalTo("DECISION_UNAVAILABLE"));
      refusals.add(Duration.ofNanos(System.nanoTime() - begin));
      care(dossier, owner, "").statusCode(200);
    }
    // None waits for the answer.
    assertThat(refusals).allMatch(each -> each.compareTo(Duration.ofSeconds(50)) < 0);
    // Back again, it is asked again.
    Dossiers.decisionsAre(true, "GRANT");
    care(dossier, doctor, "").statusCode(200);
  }

  private static ValidatableResponse inEmergency(
      String path, String token, String purpose, String reason) {
    return given()
        .auth()
        .oauth2(token)
        .header("Carnet-Purpose", purpose)
        .header("Carnet-Reason", reason)
        .get(path)
        .then();
  }

  /** What access-control is asked from now on; it allows by this rule. */
  private static Queue<DecisionRequest> decisionsAsked(String rule) {
    Queue<DecisionRequest> asked = new ConcurrentLinkedQueue<>();
    Neighbours.answer(
        "/decisions",
        request -> {
          asked.add(
              Wire.read(request.body().getBytes(StandardCharsets.UTF_8), DecisionRequest.class));
          return Neighbours.Answer.ok(
              """
              {"allowed":true,"rule":"%s","classes":["60"],"maskedToo":false,
               "policyVersion":"test-1","accessVersion":3}
              """
                  .formatted(rule));
        });
    return asked;
  }

  @Test
  void break_glass_needs_a_reason_in_words_whatever_dossier_is_asked_for() {
    UUID dossier = Dossiers.open(ins);
    Queue<DecisionRequest> asked = decisionsAsked("BREAK_GLASS");
    Set<String> answers = new HashSet<>();
    for (UUID each : List.of(dossier, UUID.randomUUID())) {
      for (String path : List.of("/care", "/summary", "/timeline", "/items")) {
        String url = "/dossiers/" + each + path;
        String doctor = doctor();
        answers.add(
            given()
                .auth()
                .oauth2(doctor)
                .header("Carnet-Purpose", "bris_de_glace")
                .get(url)
                .then()
                .statusCode(422)
                .body("code", equalTo("REASON_MISSING"))
                .extract()
                .asString());
        for (String blank : List.of("", "%20%20", "+")) {
          answers.add(
              inEmergency(url, doctor, "bris_de_glace", blank)
                  .statusCode(422)
                  .body("code", equalTo("REASON_MISSING"))
                  .extract()
                  .asString());
        }
        for (String unknown : List.of("curiosite", "BREAK_GLASS")) {
          inEmergency(url, doctor, unknown, "motif")
              .statusCode(422)
              .body("code", equalTo("PURPOSE_UNKNOWN"));
        }
      }
    }
    assertThat(answers.stream().map(ReadingTest::anonymous).distinct()).hasSize(1);
    assertThat(asked).isEmpty();
  }

  @Test
  void break_glass_is_asked_for_as_such_and_traced_with_its_words_sealed() throws SQLException {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    awaitItems(dossier, 1);
    Queue<DecisionRequest> asked = decisionsAsked("BREAK_GLASS");
    // Percent-encoded, and as somebody in an emergency types it.
    for (String reason : List.of("Inconscient%20%C3%A0%20l%27arriv%C3%A9e", "saturation 80 %")) {
      inEmergency("/dossiers/" + dossier + "/care", doctor(), "bris_de_glace", reason)
          .statusCode(200)
          .body("items", hasSize(1));
    }
    assertThat(asked)
        .hasSize(2)
        .allSatisfy(
            request -> {
              assertThat(request.dossierId()).isEqualTo(dossier);
              assertThat(request.purpose()).isEqualTo(PurposeOfUse.BREAK_GLASS);
              assertThat(request.wordsGiven()).isTrue();
              assertThat(request.regulation()).isFalse();
            });
    List<ConsumerRecord<byte[], byte[]>> traces = awaitTraces(dossier, PurposeOfUse.BREAK_GLASS, 2);
    List<String> words = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> trace : traces) {
      AccessTraced traced = Wire.read(trace.value(), AccessTraced.class);
      assertThat(traced.rule()).isEqualTo("BREAK_GLASS");
      assertThat(traced.itemIds()).containsExactly("item-1");
      assertThat(new String(trace.value(), StandardCharsets.UTF_8))
          .doesNotContain("Inconscient", "saturation");
      String id =
          new String(trace.headers().lastHeader(Headers.ID).value(), StandardCharsets.UTF_8);
      SealedBody body =
          new SealedBody(
              traced.words().orElseThrow(), new Binding(dossier, id, AccessTraced.WIRE_NAME));
      words.add(
          new String(
              Transactions.run(dataSource, tx -> keys.open(tx, body)), StandardCharsets.UTF_8));
    }
    assertThat(words).containsExactlyInAnyOrder("Inconscient à l'arrivée", "saturation 80 %");
  }

  private static List<ConsumerRecord<byte[], byte[]>> awaitTraces(
      UUID dossier, PurposeOfUse purpose, int count) {
    return await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                Dossiers.of(Topic.ACCESS_TRACES, dossier).stream()
                    .filter(
                        record ->
                            Wire.read(record.value(), AccessTraced.class).purpose() == purpose)
                    .toList(),
            records -> records.size() >= count);
  }

  @Test
  void regulation_is_asked_for_with_what_the_token_claims_and_traced() {
    UUID dossier = Dossiers.open(ins);
    Queue<DecisionRequest> asked = decisionsAsked("MEDICAL_REGULATION");
    String path = "/dossiers/" + dossier + "/summary";
    String id = "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000);
    for (boolean claimed : List.of(true, false)) {
      given()
          .auth()
          .oauth2(TestTokens.professional(id, "10", claimed))
          .header("Carnet-Purpose", "centre_15")
          .get(path)
          .then()
          .statusCode(200);
    }
    assertThat(asked)
        .hasSize(2)
        .allSatisfy(
            request -> {
              assertThat(request.purpose()).isEqualTo(PurposeOfUse.MEDICAL_REGULATION);
              assertThat(request.wordsGiven()).isFalse();
            })
        .extracting(DecisionRequest::regulation)
        .containsExactly(true, false);
    assertThat(awaitTraces(dossier, PurposeOfUse.MEDICAL_REGULATION, 2))
        .extracting(record -> Wire.read(record.value(), AccessTraced.class).words())
        .allMatch(Optional::isEmpty);
    // Without a purpose the claim alone is no regulation.
    care(dossier, TestTokens.professional(id, "10", true), "").statusCode(200);
    assertThat(List.copyOf(asked).getLast().purpose()).isEqualTo(PurposeOfUse.NORMAL);
  }

  @Test
  void reversals_before_after_and_partial_are_summed_when_read() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "reversal-first", imaging("reversed", 5, -1));
    Dossiers.passed(dossier, "then-the-line", imaging("reversed", 5, 1));
    Dossiers.passed(dossier, "three", imaging("partly", 6, 3));
    Dossiers.passed(dossier, "minus-one", imaging("partly", 6, -1));
    Dossiers.passed(dossier, "three", imaging("partly", 6, 3));
    Dossiers.passed(dossier, "kept", imaging("kept", 7, 1));
    awaitItems(dossier, 2);
    care(dossier, owner, "")
        .body("items[0].itemId", equalTo("partly"))
        .body("items[0].quantity", equalTo(2))
        .body("items[1].itemId", equalTo("kept"));
  }

  @Test
  void a_withdrawn_line_stays_withdrawn_whatever_comes_again() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "secret", imaging("secret", 5, 1));
    Dossiers.passed(dossier, "other", imaging("other", 6, 1));
    awaitItems(dossier, 2);
    Dossiers.withdrawn(dossier, "secret");
    Dossiers.passed(dossier, "secret", imaging("secret", 5, 1));
    Dossiers.passed(dossier, "last", imaging("last", 7, 1));
    awaitItems(dossier, 2);
    care(dossier, owner, "").body("items.itemId", equalTo(List.of("other", "last")));
  }

  @Test
  void the_window_has_24_months_with_both_ends() {
    UUID dossier = Dossiers.open(ins);
    int first =
        (int)
            java.time.temporal.ChronoUnit.DAYS.between(
                Dossiers.today().minusMonths(24), Dossiers.today());
    Dossiers.passed(dossier, "too-old", imaging("too-old", first + 1, 1));
    Dossiers.passed(dossier, "first-day", imaging("first-day", first, 1));
    Dossiers.passed(dossier, "today", imaging("today", 0, 1));
    awaitItems(dossier, 2);
    care(dossier, owner, "").body("items.itemId", equalTo(List.of("today", "first-day")));
  }

  @Test
  void pages_neither_skip_nor_repeat_while_lines_arrive() {
    UUID dossier = Dossiers.open(ins);
    for (int i = 0; i < 25; i++) {
      Dossiers.passed(dossier, "line-" + i, imaging("item-" + (10 + i), 1 + i / 5, 1));
    }
    awaitItems(dossier, 25);
    List<String> seen = new ArrayList<>();
    String cursor = "";
    int page = 0;
    do {
      var answer =
          care(dossier, owner, "?limit=7" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
              .statusCode(200)
              .extract();
      seen.addAll(answer.<List<String>>path("items.itemId"));
      cursor = answer.path("next") == null ? "" : answer.path("next");
      // Newer than every page that is still to come.
      Dossiers.passed(dossier, "new-" + page, imaging("new-" + page++, 0, 1));
    } while (!cursor.isEmpty());
    assertThat(seen).hasSize(25).doesNotHaveDuplicates();
    care(dossier, owner, "?cursor=nonsense")
        .statusCode(422)
        .body("code", equalTo("CURSOR_INVALID"));
    care(dossier, owner, "?limit=0").statusCode(422).body("code", equalTo("LIMIT_INVALID"));
    care(dossier, owner, "?category=OTHER")
        .statusCode(422)
        .body("code", equalTo("CATEGORY_UNKNOWN"));
    care(dossier, owner, "?category=LABORATORY").statusCode(200).body("items", empty());
  }

  @Test
  void an_empty_history_says_so_in_both_languages() {
    UUID dossier = Dossiers.open(ins);
    care(dossier, owner, "")
        .body("notice.en", equalTo("No reimbursement known in the period."))
        .body("notice.fr", equalTo("Aucun remboursement connu sur la période."));
  }

  @Test
  void a_closed_dossier_shows_to_its_owner_only() {
    UUID dossier = Dossiers.open(ins);
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":2,\"open\":false}"));
    given()
        .auth()
        .oauth2(owner)
        .contentType(ContentType.JSON)
        .body("{}")
        .post("/dossiers/" + dossier + "/closing")
        .then()
        .statusCode(200);
    // Even if the decision has not heard of the closing.
    Dossiers.decisionsAre(true, "GRANT");
    care(dossier, doctor(), "").statusCode(403).body("code", equalTo("NO_STANDING"));
    care(dossier, owner, "").statusCode(200);
  }

  @Test
  void a_dossier_that_may_not_be_seen_and_none_give_the_same_answer() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(false, "NO_STANDING");
    String doctor = doctor();
    String hidden = care(dossier, doctor, "").statusCode(403).extract().asString();
    String none = care(UUID.randomUUID(), doctor, "").statusCode(403).extract().asString();
    assertThat(anonymous(hidden)).isEqualTo(anonymous(none));
    assertThat(anonymous(search(ins, doctor)))
        .isEqualTo(anonymous(search(Dossiers.newIns(), doctor)));
  }

  private static String search(String ins, String token) {
    return given()
        .auth()
        .oauth2(token)
        .contentType(ContentType.JSON)
        .body("{\"ins\":\"" + ins + "\"}")
        .post("/dossiers/search")
        .then()
        .statusCode(403)
        .extract()
        .asString();
  }

  private static String anonymous(String answer) {
    return CORRELATION.matcher(answer).replaceAll("*");
  }

  @Test
  void who_is_refused_too_often_is_stopped() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(false, "NO_STANDING");
    String doctor = doctor();
    for (int i = 0; i < 20; i++) {
      care(dossier, doctor, "").statusCode(403);
    }
    care(dossier, doctor, "").statusCode(429).body("code", equalTo("TOO_MANY_REFUSALS"));
    care(dossier, owner, "").statusCode(200);
  }

  @Test
  void an_export_of_more_than_a_record_can_name_leaves_as_many_traces_as_it_needs()
      throws SQLException {
    // given: ten thousand and one items
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 10, 1));
    await().atMost(Duration.ofMinutes(5)).until(() -> shown(dossier) == 1);
    sql(
        """
        INSERT INTO care_line
        SELECT made.* FROM care_line one, generate_series(2, 10001) n,
          jsonb_populate_record(
            one, jsonb_build_object('line_key', 'line-' || n, 'item_id', 'item-' || n)) made
        WHERE one.dossier_id = '%s'
        """
            .formatted(dossier));
    try {
      // when
      int exported =
          given()
              .auth()
              .oauth2(owner)
              .get("/dossiers/" + dossier + "/export")
              .then()
              .statusCode(200)
              .extract()
              .jsonPath()
              .getList("care")
              .size();
      // then
      assertThat(exported).isEqualTo(10_001);
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(
              () ->
                  assertThat(Dossiers.traces(dossier))
                      .filteredOn(traced -> traced.action().equals("export"))
                      .extracting(traced -> traced.itemIds().size())
                      .containsExactly(10_000, 1));
    } finally {
      sql("DELETE FROM care_line WHERE line_key <> 'line-1' AND dossier_id = '" + dossier + "'");
    }
  }

  private int shown(UUID dossier) {
    return care(dossier, owner, "").extract().jsonPath().getList("items").size();
  }

  @Test
  void a_refusal_that_cannot_be_counted_is_not_said() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(false, "NO_STANDING");
    Neighbours.answer("/refusals", _ -> new Neighbours.Answer(503, "{}"));
    try {
      for (UUID each : List.of(dossier, UUID.randomUUID())) {
        care(each, doctor(), "").statusCode(503).body("code", equalTo("DECISION_UNAVAILABLE"));
      }
      care(dossier, owner, "").statusCode(200);
    } finally {
      Dossiers.refusalsAreCounted();
    }
  }

  @Test
  void to_be_told_at_an_opening_that_there_is_a_dossier_counts_as_a_refusal() {
    Dossiers.open(ins);
    String pharmacist =
        TestTokens.professional("8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000), "21");
    for (int i = 0; i < 20; i++) {
      opening(pharmacist).statusCode(409).body("code", equalTo("DOSSIER_EXISTS"));
    }
    opening(pharmacist).statusCode(429).body("code", equalTo("TOO_MANY_REFUSALS"));
    // It is one count with that of reading; and a patient is told of their own as often as they
    // ask.
    Dossiers.decisionsAre(false, "NO_STANDING");
    care(UUID.randomUUID(), pharmacist, "").statusCode(429);
    for (int i = 0; i < 21; i++) {
      opening(owner).statusCode(409).body("code", equalTo("DOSSIER_EXISTS"));
    }
  }

  private ValidatableResponse opening(String token) {
    return given()
        .auth()
        .oauth2(token)
        .contentType(ContentType.JSON)
        .body("{\"consentWording\":\"v1\",\"ins\":\"" + ins + "\"}")
        .post("/dossiers")
        .then();
  }

  @Test
  void a_dossier_that_may_not_be_seen_and_none_take_the_same_time() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(false, "NO_STANDING");
    double[] ofHidden = new double[48];
    double[] ofNone = new double[48];
    for (int i = 0; i < ofHidden.length + 4; i++) {
      String doctor = doctor();
      // In drawn order: a token's first use is slower, whatever it asks for.
      boolean hiddenFirst = ThreadLocalRandom.current().nextBoolean();
      double first = nanos(hiddenFirst ? dossier : UUID.randomUUID(), doctor);
      double second = nanos(hiddenFirst ? UUID.randomUUID() : dossier, doctor);
      // The first ones are slow for nobody in particular.
      if (i >= 4) {
        ofHidden[i - 4] = hiddenFirst ? first : second;
        ofNone[i - 4] = hiddenFirst ? second : first;
      }
    }
    assertThat(Arrays.stream(ofHidden).min().orElseThrow()).isGreaterThan(50e6);
    assertThat(Arrays.stream(ofNone).min().orElseThrow()).isGreaterThan(50e6);
    RankTest test = RankTest.of(ofHidden, ofNone);
    assertThat(test.z()).as(test.toString()).isBetween(-3.89, 3.89);
  }

  private static double nanos(UUID dossier, String token) {
    long begin = System.nanoTime();
    care(dossier, token, "").statusCode(403);
    return System.nanoTime() - begin;
  }

  @Test
  void a_finding_by_ins_with_a_grant_gives_the_dossier() {
    UUID dossier = Dossiers.open(ins);
    Dossiers.decisionsAre(true, "GRANT");
    given()
        .auth()
        .oauth2(doctor())
        .contentType(ContentType.JSON)
        .body("{\"ins\":\"" + ins + "\"}")
        .post("/dossiers/search")
        .then()
        .statusCode(200)
        .body("dossierId", equalTo(dossier.toString()));
  }

  @Test
  void a_poison_line_is_parked_and_others_go_on() {
    UUID poisoned = Dossiers.open(ins);
    String otherIns = Dossiers.newIns();
    UUID other = Dossiers.open(otherIns);
    Dossiers.passed(poisoned, "good", imaging("good", 3, 1));
    Dossiers.send(
        poisoned,
        "care.line-passed.v1",
        "{\"lineKey\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Dossiers.passed(poisoned, "behind", imaging("behind", 2, 1));
    Dossiers.passed(other, "line", imaging("line", 3, 1));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> care(other, TestTokens.patient(otherIns), "").body("items", hasSize(1)));
    care(poisoned, owner, "").body("items", hasSize(1));
    String operator = TestTokens.withRole("op", "operator");
    var parked =
        given()
            .auth()
            .oauth2(operator)
            .get("/operations/parked")
            .then()
            .statusCode(200)
            .body("reason", not(empty()))
            .extract()
            .<List<Integer>>path("findAll { it.reason == 'NOT_APPLICABLE' }.id");
    assertThat(parked).isNotEmpty();
    for (int id : parked) {
      given().auth().oauth2(operator).delete("/operations/parked/" + id).then().statusCode(204);
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> care(poisoned, owner, "").body("items", hasSize(2)));
  }

  @Test
  void the_care_history_rebuilt_from_kafka_equals_the_live_one_and_an_altered_row_is_named()
      throws SQLException {
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    Dossiers.passed(dossier, "line-2", imaging("item-2", 11, 1));
    awaitItems(dossier, 2);
    for (String projection : List.of("care-history", "dossier")) {
      rebuild(projection).statusCode(200).body("differences", empty());
    }
    sql(
        "UPDATE care_line SET quantity = 9 WHERE line_key = 'line-2' AND dossier_id = '"
            + dossier
            + "'");
    rebuild("care-history")
        .statusCode(200)
        .body("differences", hasSize(1))
        .body("differences[0].primaryKey", equalTo("(" + dossier + ",line-2)"))
        .body("differences[0].kind", equalTo("ALTERED"));
    care(dossier, owner, "").body("items.quantity", equalTo(List.of(1, 1)));
  }

  private static ValidatableResponse rebuild(String projection) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("op", "operator"))
        .post("/operations/rebuilds/" + projection)
        .then();
  }

  @Test
  void health_and_api_documents_answer_without_a_token_and_nothing_else() {
    for (String open : List.of("/q/health/ready", "/q/openapi", "/q/swagger-ui/")) {
      given().get(open).then().statusCode(200);
    }
    // Who has started this process knows by this that no other answers on its port.
    given().get("/q/health/ready").then().header("Carnet-Process", "unnamed");
    UUID any = UUID.randomUUID();
    for (String closed :
        List.of(
            "/q/metrics",
            "/dossiers/mine",
            "/dossiers/" + any + "/care",
            "/dossiers/" + any + "/summary",
            "/registry/" + any,
            "/operations/parked")) {
      given().get(closed).then().statusCode(401);
    }
    given().auth().oauth2(owner).get("/registry/" + any).then().statusCode(403);
    given().auth().oauth2(owner).get("/operations/parked").then().statusCode(403);
  }
}
