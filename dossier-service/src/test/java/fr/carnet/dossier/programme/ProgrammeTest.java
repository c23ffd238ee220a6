package fr.carnet.dossier.programme;

import static fr.carnet.dossier.Dossiers.imaging;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import fr.carnet.dossier.Dossiers;
import fr.carnet.dossier.arriving.Erasing;
import fr.carnet.dossier.programme.Statements.Line;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Numbers for those who run the programme, and what is paid for openings. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class ProgrammeTest {
  private static final String PROGRAMME = TestTokens.withRole("programme-1", "programme");
  private static final String PAYER = TestTokens.withRole("payer-1", "payer");
  private static final String DOCTOR = TestTokens.professional("899700024450", "10");
  private static final String PHARMACIST = TestTokens.professional("899700024450", "21");
  private static final String PHARMACY = "3750100125";
  private static final Duration SOON = Duration.ofMinutes(5);

  /** Each test has a caisse that nobody else is of. */
  private static final AtomicInteger CAISSES = new AtomicInteger(101);

  @Inject DataSource dataSource;
  @Inject FigureMonths months;
  @Inject Statements statements;
  @Inject Erasing erasing;

  private final String caisse = Integer.toString(CAISSES.getAndIncrement());

  @BeforeEach
  void professionalsMayRead() {
    Dossiers.decisionsAre(true, "GRANT");
    Neighbours.answer("/registry", _ -> Neighbours.Answer.ok("{\"version\":99,\"open\":false}"));
  }

  /** What a test made up would differ from what is recorded. */
  @AfterEach
  void forgetOpeningsThatNobodyMade() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement delete = connection.createStatement()) {
      delete.execute("DELETE FROM opening WHERE opened_at < '2020-01-01'");
    }
  }

  private static ValidatableResponse post(String path, String token, String body) {
    return given().auth().oauth2(token).contentType(ContentType.JSON).body(body).post(path).then();
  }

  private static ValidatableResponse get(String path, String token) {
    return given().auth().oauth2(token).get(path).then();
  }

  /** Opens a dossier of this test's caisse; online, or by whom the token says. */
  private UUID open(String ins, Optional<String> by, String traits) {
    String body =
        """
        {"consentWording":"v1","affiliation":{"scheme":"01","caisse":"%s","policyholder":true}%s%s}
        """
            .formatted(caisse, by.isPresent() ? ",\"ins\":\"" + ins + "\"" : "", traits);
    return UUID.fromString(
        post("/dossiers", by.orElseGet(() -> TestTokens.patient(ins)), body)
            .statusCode(201)
            .extract()
            .path("dossierId"));
  }

  private UUID open() {
    return open(Dossiers.newIns(), Optional.empty(), "");
  }

  private static void read(UUID dossier) {
    get("/dossiers/" + dossier + "/summary", DOCTOR).statusCode(200);
  }

  private static void lookUp(UUID dossier) {
    post(
            "/dossiers/" + dossier + "/care/recent",
            DOCTOR,
            "{\"system\":\"CCAM\",\"code\":\"QEQJ001\"}")
        .statusCode(200);
  }

  private static YearMonth thisMonth() {
    return YearMonth.from(Dossiers.today());
  }

  /** The counts of this test's caisse, were this month over. */
  private Map<Group, Long> counts(YearMonth month) throws SQLException {
    return Transactions.run(dataSource, tx -> FigureMonths.counts(tx, month)).entrySet().stream()
        .filter(entry -> entry.getKey().caisse().equals("01-" + caisse))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private Map<Stage, Long> stages() throws SQLException {
    return counts(thisMonth()).entrySet().stream()
        .collect(
            Collectors.groupingBy(
                entry -> entry.getKey().stage(), Collectors.summingLong(Map.Entry::getValue)));
  }

  private Group group(Channel channel, AgeGroup age) {
    return new Group(channel, "01-" + caisse, age, Stage.OPENED);
  }

  /** Fixes the next month that is not fixed yet, as if it were over by now. */
  private YearMonth fixNext() throws SQLException {
    YearMonth next = nextToFix();
    await().atMost(SOON).until(() -> months.fix(dayAfter(next)));
    return next;
  }

  private static Instant dayAfter(YearMonth month) {
    return Months.end(month).plus(Duration.ofDays(1));
  }

  private YearMonth nextToFix() throws SQLException {
    YearMonth next = thisMonth();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT max(month) FROM figure_month");
        ResultSet row = select.executeQuery()) {
      row.next();
      if (row.getDate(1) != null) {
        next = YearMonth.from(row.getDate(1).toLocalDate()).plusMonths(1);
      }
    }
    return next;
  }

  @Test
  void dossiers_are_counted_by_channel_caisse_and_age_at_the_end_of_the_month()
      throws SQLException {
    open();
    open(Dossiers.newIns(), Optional.of(PHARMACIST), ",\"birthDate\":\"1953-07-14\"");
    open(Dossiers.newIns(), Optional.of(DOCTOR), "");
    String birthday = Dossiers.today().withDayOfMonth(1).plusMonths(1).minusYears(40).toString();
    open(
        Dossiers.newIns("1" + birthday.substring(2, 4) + birthday.substring(5, 7)),
        Optional.of(TestTokens.withRole("agent-7", "counter-agent")),
        ",\"birthDate\":\"" + birthday + "\"");
    assertThat(counts(thisMonth()))
        .isEqualTo(
            Map.of(
                group(Channel.ONLINE, AgeGroup.FROM_60), 1L,
                group(Channel.PHARMACIST, AgeGroup.FROM_60), 1L,
                group(Channel.PROFESSIONAL, AgeGroup.UNKNOWN), 1L,
                group(Channel.COUNTER, AgeGroup.FROM_18), 1L));
    // who turns 40 on the first of the next month is in the next group by its end
    assertThat(counts(thisMonth().plusMonths(1)))
        .containsEntry(group(Channel.COUNTER, AgeGroup.FROM_40), 1L);
    assertThat(counts(thisMonth().minusMonths(1))).isEmpty();
  }

  @Test
  void who_closed_or_was_erased_is_not_counted_and_who_reopened_is() throws SQLException {
    String ins = Dossiers.newIns();
    UUID closed = open(ins, Optional.empty(), "");
    UUID erased = open();
    assertThat(stages()).isEqualTo(Map.of(Stage.OPENED, 2L));
    post(
            "/dossiers/" + closed + "/closing",
            TestTokens.patient(ins),
            "{\"reason\":\"FERMETURE_DEMANDE_PATIENT\"}")
        .statusCode(200);
    assertThat(stages()).isEqualTo(Map.of(Stage.OPENED, 1L));
    erasing.erase(erased, ErasureCause.REQUESTED, "owner");
    assertThat(stages()).isEmpty();
    post(
            "/dossiers/" + closed + "/reopening",
            TestTokens.patient(ins),
            "{\"consentWording\":\"v2\"}")
        .statusCode(200);
    assertThat(stages()).isEqualTo(Map.of(Stage.OPENED, 1L));
  }

  @Test
  void the_funnel_is_opened_then_fed_then_read_by_a_professional_then_an_act_looked_up()
      throws SQLException {
    // given: a line alone; a line and a read; a line and a look-up; only reads; only the owner's
    UUID fed = open();
    UUID read = open();
    UUID lookedUp = open();
    UUID unfed = open();
    String owner = Dossiers.newIns();
    UUID own = open(owner, Optional.empty(), "");
    for (UUID dossier : List.of(fed, read, lookedUp, own)) {
      Dossiers.passed(dossier, "line-1", imaging("item-1", 10, 1));
    }
    UUID withdrawn = open();
    Dossiers.passed(withdrawn, "line-1", imaging("item-1", 10, 1));
    Dossiers.withdrawn(withdrawn, "line-1");
    // when
    read(read);
    read(unfed);
    lookUp(lookedUp);
    get("/dossiers/" + own + "/summary", TestTokens.patient(owner)).statusCode(200);
    Dossiers.decisionsAre(false, "NO_STANDING");
    get("/dossiers/" + fed + "/summary", DOCTOR).statusCode(403);
    // then
    Map<Stage, Long> expected =
        Map.of(Stage.OPENED, 2L, Stage.FED, 2L, Stage.READ, 1L, Stage.LOOKED_UP, 1L);
    await().atMost(SOON).untilAsserted(() -> assertThat(stages()).isEqualTo(expected));
    assertThat(Figures.Funnel.of(expected)).isEqualTo(new Figures.Funnel(6, 4, 2, 1));
    // and it is the same after a rebuild of what it rests on
    for (String projection : List.of("first-uses", "care-history")) {
      String differences =
          post(
                  "/operations/rebuilds/" + projection,
                  TestTokens.withRole("operator-1", "operator"),
                  "")
              .statusCode(200)
              .extract()
              .jsonPath()
              .getList("differences")
              .toString();
      for (UUID dossier : List.of(fed, read, lookedUp, unfed, own, withdrawn)) {
        assertThat(differences).doesNotContain(dossier.toString());
      }
    }
    assertThat(stages()).isEqualTo(expected);
  }

  @Test
  void a_later_read_changes_nothing_and_an_erasure_takes_the_first_one_along_for_ever()
      throws SQLException {
    UUID dossier = open();
    lookUp(dossier);
    await().atMost(SOON).until(() -> firstUse(dossier).isPresent());
    Optional<Instant> first = firstUse(dossier);
    read(dossier);
    lookUp(dossier);
    await().atMost(SOON).until(() -> Dossiers.traces(dossier).size() == 3);
    UUID next = open();
    read(next);
    await().atMost(SOON).until(() -> firstUse(next).isPresent());
    assertThat(firstUse(dossier)).isEqualTo(first);
    erasing.erase(dossier, ErasureCause.REQUESTED, "owner");
    assertThat(firstUse(dossier)).isEmpty();
    post("/operations/rebuilds/first-uses", TestTokens.withRole("operator-1", "operator"), "")
        .statusCode(200)
        .body("differences.toString()", not(containsString(dossier.toString())));
    assertThat(firstUse(dossier)).isEmpty();
    assertThat(firstUse(next)).isPresent();
  }

  private Optional<Instant> firstUse(UUID dossier) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT read_at FROM first_use WHERE dossier_id = ?")) {
      select.setObject(1, dossier);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getTimestamp(1).toInstant()) : Optional.empty();
      }
    }
  }

  @Test
  void figures_stand_against_the_goal_and_once_fixed_they_stay_whoever_is_erased_later()
      throws SQLException {
    // given: eleven of one caisse, and nine of another
    List<UUID> dossiers = IntStream.range(0, 11).mapToObj(_ -> open()).toList();
    String few = Integer.toString(CAISSES.getAndIncrement());
    for (int i = 0; i < 9; i++) {
      post(
              "/dossiers",
              TestTokens.patient(Dossiers.newIns()),
              "{\"consentWording\":\"v1\",\"affiliation\":{\"scheme\":\"01\",\"caisse\":\""
                  + few
                  + "\",\"policyholder\":true}}")
          .statusCode(201);
    }
    // when
    YearMonth month = fixNext();
    // then
    String url = "/figures/" + month;
    String answer = get(url, PROGRAMME).statusCode(200).extract().asString();
    JsonPath figures = JsonPath.from(answer);
    assertThat(figures.getInt("byCaisse.'01-" + caisse + "'")).isEqualTo(10);
    assertThat(answer).doesNotContain("01-" + few);
    assertThat(figures.getInt("total.goal.dossiers")).isEqualTo(40_000_000);
    assertThat(figures.getString("total.goal.until")).isEqualTo("2023-11-06");
    assertThat(figures.getFloat("total.goal.elapsedPercent")).isEqualTo(100f);
    for (String sum : List.of("byChannel", "byCaisse", "byAgeGroup")) {
      assertThat(figures.<String, Integer>getMap(sum).values().stream().mapToInt(n -> n).sum())
          .as(sum)
          .isEqualTo(figures.getInt("total.open"));
    }
    get("/figures", PROGRAMME)
        .statusCode(200)
        .body("months.month", hasItem(month.toString()))
        .body(
            "months.find { it.month == '" + month + "' }.open",
            equalTo(figures.getInt("total.open")));
    // when two of the eleven are forgotten, and it is asked to be fixed again
    erasing.erase(dossiers.get(0), ErasureCause.REQUESTED, "owner");
    erasing.erase(dossiers.get(1), ErasureCause.REQUESTED, "owner");
    assertThat(months.fix(dayAfter(month))).isTrue();
    // then that month stands, and the next does not have them
    assertThat(get(url, PROGRAMME).extract().asString()).isEqualTo(answer);
    assertThat(get("/figures/" + fixNext(), PROGRAMME).extract().asString())
        .doesNotContain("01-" + caisse);
  }

  @Test
  void a_month_is_not_fixed_before_what_happened_in_it_has_been_read() throws SQLException {
    UUID dossier = open();
    YearMonth next = nextToFix();
    try (Connection holding = dataSource.getConnection();
        Statement statement = holding.createStatement()) {
      holding.setAutoCommit(false);
      statement.execute("SELECT 1 FROM consumer_offset WHERE consumer = 'first-uses' FOR UPDATE");
      read(dossier);
      await().atMost(SOON).until(() -> !Dossiers.traces(dossier).isEmpty());
      await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> !months.fix(dayAfter(next)));
      get("/figures/" + next, PROGRAMME).statusCode(404);
      holding.rollback();
    }
    assertThat(fixNext()).isEqualTo(next);
    assertThat(firstUse(dossier)).isPresent();
  }

  @Test
  void figures_are_for_the_programme_and_only_of_months_that_are_fixed() {
    for (String token :
        List.of(
            DOCTOR,
            TestTokens.patient(Dossiers.newIns()),
            TestTokens.withRole("operator-1", "operator"),
            TestTokens.withRole("billing-1", "billing"))) {
      get("/figures", token).statusCode(403);
      get("/figures/2018-11", token).statusCode(403);
      get("/statements/2018-11", token).statusCode(403);
    }
    get("/figures/2001-01", PROGRAMME).statusCode(404).body("code", equalTo("MONTH_NOT_FIXED"));
    get("/figures/november", PROGRAMME).statusCode(422).body("code", equalTo("MONTH_INVALID"));
  }

  @Test
  void each_opening_by_a_pharmacist_is_paid_once_to_the_pharmacy_whatever_becomes_of_it()
      throws SQLException {
    // given: two openings by pharmacists, one by a doctor, one online, of which one will be erased
    Instant over = Months.end(thisMonth()).plus(Duration.ofDays(2));
    long before = ofPharmacy(over);
    String ins = Dossiers.newIns();
    UUID reopened = open(ins, Optional.of(PHARMACIST), "");
    UUID erased = open(Dossiers.newIns(), Optional.of(PHARMACIST), "");
    open(Dossiers.newIns(), Optional.of(DOCTOR), "");
    open();
    // when
    post(
            "/dossiers/" + reopened + "/closing",
            TestTokens.patient(ins),
            "{\"reason\":\"FERMETURE_DEMANDE_PATIENT\"}")
        .statusCode(200);
    post(
            "/dossiers/" + reopened + "/reopening",
            TestTokens.withRole("agent-7", "counter-agent"),
            "{\"consentWording\":\"v2\"}")
        .statusCode(200);
    erasing.erase(erased, ErasureCause.REQUESTED, "owner");
    // then
    assertThat(ofPharmacy(over)).isEqualTo(before + 2);
    // and the same after a rebuild of the rows
    post("/operations/rebuilds/dossier", TestTokens.withRole("operator-1", "operator"), "")
        .statusCode(200);
    assertThat(ofPharmacy(over)).isEqualTo(before + 2);
    Statements.Statement payers = statements.of(thisMonth(), over);
    assertThat(payers.lines()).allMatch(line -> line.channel() == Channel.PHARMACIST);
    assertThat(payers.lines())
        .contains(
            new Line(
                Optional.of(PHARMACY), Channel.PHARMACIST, before + 2, 100, (before + 2) * 100));
    assertThat(Wire.JSON.valueToTree(payers).toString())
        .doesNotContain(reopened.toString(), erased.toString(), "899700024450");
  }

  @Test
  void openings_recorded_before_an_upgrade_are_paid_like_those_noted_since() throws Exception {
    open(Dossiers.newIns(), Optional.of(PHARMACIST), "");
    open(Dossiers.newIns(), Optional.of(DOCTOR), "");
    open();
    String migration;
    try (InputStream file = getClass().getResourceAsStream("/db/migration/V170__programme.sql")) {
      migration = new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
    String upgrade =
        migration.substring(
            migration.indexOf("INSERT INTO opening"), migration.indexOf("-- What was"));
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "CREATE TEMP TABLE noted ON COMMIT DROP AS SELECT o.* FROM opening o JOIN event e"
              + " ON e.id = o.event_id; DELETE FROM opening");
      assertThat(statement.executeUpdate(upgrade)).isGreaterThanOrEqualTo(2);
      try (ResultSet row =
          statement.executeQuery(
              "(TABLE noted EXCEPT TABLE opening) UNION ALL (TABLE opening EXCEPT TABLE noted)")) {
        assertThat(row.next()).isFalse();
      }
      connection.rollback();
    }
  }

  @Test
  void no_statement_is_made_while_an_opening_is_being_recovered() throws SQLException {
    await().atMost(SOON).untilAsserted(() -> get("/statements/mine", PHARMACIST).statusCode(200));
    // given the opening of a dossier that a restored database lacks, and cannot apply
    UUID lost = UUID.randomUUID();
    execute(
        """
        INSERT INTO parked (consumer, topic, partition, record_offset, stream_key, reason,
                            header_names, header_values)
        VALUES ('dossier-recovery', 'dossier.events', 0, %d, '%s', 'MISSING_KEY', '{}', '{}')
        """
            .formatted(lost.getLeastSignificantBits() & Long.MAX_VALUE, lost));
    try {
      for (String path : List.of("/statements/mine", "/statements/2019-03")) {
        get(path, path.endsWith("mine") ? PHARMACIST : PAYER)
            .statusCode(503)
            .body("code", equalTo("STATEMENT_NOT_READY"));
      }
    } finally {
      execute("DELETE FROM parked WHERE stream_key = '" + lost + "'");
    }
    // then it is made again once nothing lacks
    get("/statements/mine", PHARMACIST).statusCode(200);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What a pharmacy is to be paid for this month, in openings. */
  private long ofPharmacy(Instant now) {
    long[] openings = new long[1];
    await()
        .atMost(SOON)
        .ignoreExceptionsMatching(e -> "STATEMENT_NOT_READY".equals(e.getMessage()))
        .until(
            () -> {
              openings[0] =
                  statements.of(List.of(PHARMACY), Channel.PHARMACIST, now).stream()
                      .filter(statement -> statement.month().equals(thisMonth()))
                      .mapToLong(Statements.Statement::openings)
                      .sum();
              return true;
            });
    return openings[0];
  }

  @Test
  void a_month_is_of_paris_and_its_statement_is_exact_for_the_pharmacy_and_for_the_payer()
      throws SQLException {
    // given: in February 2019 Paris is an hour before UTC, and in April two
    opened("2019-02-28T22:59:59Z", PHARMACY);
    opened("2019-02-28T23:00:00Z", PHARMACY);
    opened("2019-03-31T21:59:59Z", PHARMACY);
    opened("2019-03-31T22:00:00Z", PHARMACY);
    opened("2019-03-10T10:00:00Z", "3310000001");
    opened("2019-03-10T10:00:00Z", "899700024450");
    opened("2019-03-10T10:00:00Z", null);
    opened("2018-06-30T10:00:00Z", PHARMACY);
    // then the pharmacist sees the pharmacy's and their own
    await().atMost(SOON).untilAsserted(() -> get("/statements/mine", PHARMACIST).statusCode(200));
    JsonPath mine = get("/statements/mine", PHARMACIST).extract().jsonPath();
    assertThat(mine.getList("months.month")).contains("2019-04", "2019-03", "2019-02");
    assertThat(mine.getList("months.month")).doesNotContain("2018-06", thisMonth().toString());
    Map<String, Object> march = mine.getMap("months.find { it.month == '2019-03' }");
    assertThat(march).containsEntry("openings", 3).containsEntry("amountCents", 300);
    assertThat(mine.getList("months.find { it.month == '2019-03' }.lines.payee"))
        .containsExactly(PHARMACY, "899700024450");
    // and the payer all of the month, also what nobody knows whom to pay
    get("/statements/2019-03", PAYER)
        .statusCode(200)
        .body("openings", equalTo(5))
        .body("amountCents", equalTo(500))
        .body("lines", hasSize(4))
        .body("lines[0].payee", equalTo("3310000001"))
        .body("lines[0].feeCents", equalTo(100))
        .body("lines[3].payee", nullValue());
    get("/statements/2018-06", PAYER)
        .statusCode(200)
        .body("lines", hasSize(0))
        .body("amountCents", equalTo(0));
  }

  @Test
  void a_statement_is_of_a_month_that_is_over_and_for_pharmacists_only() {
    get("/statements/mine", DOCTOR).statusCode(403).body("code", equalTo("PHARMACISTS_ONLY"));
    get("/statements/mine", PAYER).statusCode(403);
    // Who may not see a group under 10 does not see what tells it.
    get("/statements/2019-03", PROGRAMME).statusCode(403).body("code", equalTo("ROLE_MISSING"));
    get("/statements/" + thisMonth(), PAYER)
        .statusCode(404)
        .body("code", equalTo("MONTH_NOT_OVER"));
    get("/statements/2019-13", PAYER).statusCode(422).body("code", equalTo("MONTH_INVALID"));
    assertThatThrownBy(
            () -> statements.of(thisMonth(), Months.end(thisMonth()).plus(Duration.ofHours(23))))
        .isInstanceOf(Refusal.class)
        .hasMessage("MONTH_NOT_OVER");
  }

  /** As if a pharmacist had opened a dossier then. */
  private void opened(String at, String payee) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO opening (event_id, opened_at, channel, payee)"
                    + " VALUES (gen_random_uuid(), ?, 'PHARMACIST', ?)")) {
      insert.setTimestamp(1, Timestamp.from(Instant.parse(at)));
      insert.setString(2, payee);
      insert.executeUpdate();
    }
  }
}
