package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.CodeLists;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WarehouseExtract;
import fr.carnet.events.Paris;
import fr.carnet.local.chaos.AuditScenario;
import fr.carnet.local.chaos.ChaosReport;
import fr.carnet.local.chaos.DecisionsScenario;
import fr.carnet.local.chaos.FeedScenario;
import fr.carnet.local.chaos.MessagesScenario;
import fr.carnet.local.chaos.RelayScenario;
import fr.carnet.local.chaos.TimingScenario;
import fr.carnet.local.chaos.ValveScenario;
import fr.carnet.local.looking.Look.Finding;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Insisting;
import fr.carnet.local.story.Story;
import fr.carnet.platform.Clients;
import fr.carnet.platform.Durability;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import picocli.CommandLine;

/** The packaged services, started by the launcher, used as people and other systems use them. */
@Tag("suite")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static LocalDate today() {
    return LocalDate.now(Paris.ZONE);
  }

  private static final long SEED = 20_261_121;

  /** Within which those are refused who cannot be decided about. */
  private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

  /**
   * What the services held of each dossier, by the one clock of deciding, at moments at which
   * nothing was on its way.
   */
  private static final Map<Instant, Map<String, List<JsonNode>>> HELD = new TreeMap<>();

  private static Suite suite;

  @BeforeAll
  static void start() throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    // Codes are looked for in the published lists, or in small ones in their layout.
    Optional<Path> published =
        Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES"))
            .map(Path::of)
            .filter(Files::isDirectory);
    System.out.println(
        "code lists: " + (published.isPresent() ? "the published ones" : "made here"));
    Path lists = Files.createTempDirectory(target, "code-lists");
    CodeLists.writeFor(lists, published);
    suite =
        Suite.of(
                SuiteOptions.forTests(Files.createTempDirectory(target, "end-to-end"))
                    .withCodeLists(lists)
                    // PostgreSQL is killed too, and loses nothing that it acknowledged.
                    .withDurability(Durability.DURABLE))
            .start();
  }

  @AfterAll
  static void stop() {
    suite.close();
  }

  @Test
  @Order(1)
  void every_step_of_the_story_holds_and_it_can_be_played_again() {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    assertThat(Story.play(suite, out)).as(() -> told.toString(StandardCharsets.UTF_8)).isTrue();
    assertThat(Story.play(suite, out)).as(() -> told.toString(StandardCharsets.UTF_8)).isTrue();
    System.out.println(told.toString(StandardCharsets.UTF_8));
    keepWhatTheServicesHold();
  }

  @Test
  @Order(2)
  void a_barred_party_with_a_valid_token_gets_nothing_from_any_service() {
    Api api = new Api();
    String dossier = patientsDossier(api);
    String barred = suite.accounts().serviceToken("complementary-insurer");
    List<Api.Answer> answers = new ArrayList<>();
    for (String path : List.of("/care", "/summary")) {
      answers.add(
          api.get(suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + path), barred));
    }
    answers.add(api.get(suite.url(Service.DOSSIER).resolve("/dossiers/mine"), barred));
    answers.add(api.get(suite.url(Service.DOSSIER).resolve("/registry/" + dossier), barred));
    answers.add(
        api.get(suite.url(Service.ACCESS).resolve("/dossiers/" + dossier + "/grants"), barred));
    answers.add(
        api.get(suite.url(Service.ACCESS).resolve("/dossiers/" + dossier + "/access"), barred));
    answers.add(api.get(suite.url(Service.AUDIT).resolve("/dossiers/" + dossier + "/log"), barred));
    answers.add(api.get(suite.url(Service.AUDIT).resolve("/log?dossier=" + dossier), barred));
    answers.add(api.get(suite.url(Service.INGEST).resolve("/rejections/counts"), barred));
    answers.add(api.get(suite.url(Service.INGEST).resolve("/registry/" + dossier), barred));
    answers.add(api.get(suite.url(Service.INGEST).resolve("/extracts/any"), barred));
    for (Api.Answer answer : answers) {
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.json().has("items")).isFalse();
    }
  }

  @Test
  @Order(2)
  void what_an_export_says_is_elsewhere_is_there_for_its_owner() {
    Api api = new Api();
    String owner = suite.accounts().token("patient");
    String dossier = patientsDossier(api);
    JsonNode elsewhere =
        api.get(suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + "/export"), owner)
            .json()
            .path("elsewhere");
    assertThat(elsewhere).isNotEmpty();
    for (JsonNode each : elsewhere) {
      Service holds =
          Arrays.stream(Service.values())
              .filter(service -> service.title().equals(each.path("service").asText()))
              .findFirst()
              .orElseThrow();
      assertThat(api.get(suite.url(holds).resolve(each.path("path").asText()), owner).status())
          .as(each.toString())
          .isEqualTo(200);
    }
  }

  private static String patientsDossier(Api api) {
    return dossierOf(api, "patient");
  }

  private static String dossierOf(Api api, String account) {
    return api.get(
            suite.url(Service.DOSSIER).resolve("/dossiers/mine"), suite.accounts().token(account))
        .json()
        .path("dossierId")
        .asText();
  }

  @Test
  @Order(3)
  void nothing_personal_is_in_clear_outside_the_dossier_and_after_an_erasure_nowhere()
      throws Exception {
    // given the story's people, their care, and what was written into two dossiers
    Set<String> insurers = new HashSet<>();
    for (SentLine line : Story.insurersLines(today())) {
      addWords(line, insurers);
    }
    assertThat(insurers).hasSizeGreaterThan(2_000);
    Set<String> written =
        new HashSet<>(List.of("Orsini", "Paulette", "1953-07-", "Marchetti", "1984-02-"));
    written.addAll(Story.CONTENTS.words());
    written.addAll(Story.LEFT.words());
    Set<String> pseudonym = Set.of(Accounts.patientRef(Story.LEAVER_INS));
    Set<String> all = new HashSet<>(insurers);
    all.addAll(written);
    Set<String> sought = new HashSet<>(all);
    sought.addAll(pseudonym);
    // when everything is dumped
    Dump before = Dump.of(suite, sought);
    // then it is where it must be, and nowhere else
    for (Dump.In in :
        List.of(
            Dump.In.KAFKA,
            Dump.In.LOGS,
            Dump.In.METRICS,
            Dump.In.ACCESS_DATABASE,
            Dump.In.AUDIT_DATABASE)) {
      assertThat(before.find(in, all)).as("in clear in " + in).isEmpty();
    }
    assertThat(before.find(Dump.In.INGEST_DATABASE, written)).isEmpty();
    assertThat(words(before.find(Dump.In.DOSSIER_DATABASE, written)))
        .as("the dossier's own database holds what was written")
        .contains(Story.CONTENTS.mark(), Story.LEFT.mark(), "Orsini", "Marchetti");
    // given proofs of what is in the log of the one who leaves
    String leaver = dossierOf(new Api(), Story.LEAVER);
    Forgotten forgotten = new Forgotten(suite, leaver);
    assertThat(forgotten.opened().toString()).contains("Marchetti", Story.LEFT.mark());
    KeptProofs proofs = KeptProofs.of(suite, leaver);
    // when the seven days are over
    erase(leaver);
    // then
    Dump after = Dump.of(suite, sought);
    Set<String> leavers = new HashSet<>(List.of("Marchetti", "1984-02-", Story.LEAVER_INS));
    leavers.add(Story.LEFT.mark());
    for (Dump.In in :
        List.of(
            Dump.In.KAFKA,
            Dump.In.LOGS,
            Dump.In.METRICS,
            Dump.In.ACCESS_DATABASE,
            Dump.In.AUDIT_DATABASE,
            Dump.In.DOSSIER_DATABASE)) {
      assertThat(after.find(in, leavers)).as("still in " + in).isEmpty();
    }
    // The tie between person and dossier stays on the registry until Kafka compacts it.
    assertThat(words(before.find(Dump.In.ACCESS_DATABASE, pseudonym))).isEqualTo(pseudonym);
    for (Dump.In in :
        List.of(
            Dump.In.LOGS,
            Dump.In.METRICS,
            Dump.In.ACCESS_DATABASE,
            Dump.In.AUDIT_DATABASE,
            Dump.In.DOSSIER_DATABASE)) {
      assertThat(after.find(in, pseudonym)).as("still in " + in).isEmpty();
    }
    assertThat(words(after.find(Dump.In.DOSSIER_DATABASE, written)))
        .contains(Story.CONTENTS.mark(), "Orsini");
    assertThat(forgotten.opened()).as("what the keys that are left open").isEmpty();
    proofs.requireStillVerified();
    System.out.printf(
        "looked for %d words in %d and %d places%n", all.size(), before.size(), after.size());
  }

  private static Set<String> words(List<Finding> findings) {
    return findings.stream().map(Finding::word).collect(Collectors.toSet());
  }

  /** As at the end of the days of reflection: journalled, and carried out by the service. */
  private static void erase(String dossier) throws Exception {
    suite.stop(Service.DOSSIER);
    Files.writeString(
        suite.data().resolve("erasures.ndjson"),
        "{\"dossierId\":\"%s\",\"cause\":\"REQUESTED\",\"actor\":\"owner\",\"at\":\"2026-11-21T12:00:00Z\"}%n"
            .formatted(dossier),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    suite.start(Service.DOSSIER);
    awaitForgotten(dossier);
  }

  /** In every service that knows of dossiers, and said so. */
  private static void awaitForgotten(String dossier) {
    try (Api api = new Api();
        Databases databases = new Databases(suite)) {
      String officer = suite.accounts().token("privacy-officer");
      URI certificate = suite.url(Service.DOSSIER).resolve("/erasures/" + dossier);
      String known = "SELECT count(*) FROM dossier WHERE dossier_id = '" + dossier + "'";
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  api.get(certificate, officer).status() == 200
                      && databases.number(Service.ACCESS, known) == 0
                      && databases.number(Service.INGEST, known) == 0);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addWords(SentLine line, Set<String> words) throws IOException {
    if (line.ins().length() == 15) {
      words.add(line.ins());
    }
    JsonNode json;
    try {
      json = JSON.readTree(line.json());
    } catch (IOException e) {
      // A broken line has nothing to look for but its beneficiary.
      return;
    }
    String lineId = json.path("lineId").asText();
    if (lineId.length() >= 8) {
      words.add(lineId);
    }
    String code = json.path("act").path("code").asText();
    // Codes that are but a few digits stand in any clock's fractions of a second.
    if (code.matches("[A-Z]{4}[0-9]{3}|3400[0-9]{9}")) {
      words.add(code);
    }
    String performer = json.path("performer").path("rpps").asText();
    // The doctor of the story acts in clear; that is no leak.
    if (performer.matches("[0-9]{11}") && !performer.equals("99700024450")) {
      words.add(performer);
    }
  }

  @Test
  @Order(4)
  void lines_openings_and_closings_survive_kills_of_ingest() throws Exception {
    held(new ValveScenario(suite, SEED, 2).run());
    keepWhatTheServicesHold();
  }

  @Test
  @Order(5)
  void what_is_taken_away_at_one_process_binds_the_next_decision_of_another() throws Exception {
    held(new DecisionsScenario(suite, SEED, 100).run());
  }

  @Test
  @Order(6)
  void what_was_committed_reaches_kafka_in_order_whoever_is_killed() throws Exception {
    held(new RelayScenario(suite, SEED, 2).run());
  }

  @Test
  @Order(7)
  void lines_by_all_three_ways_survive_kills_of_every_part() throws Exception {
    held(new FeedScenario(suite, SEED, 4, 3_000, false, System.out::println).run());
  }

  @Test
  @Order(8)
  void a_line_that_is_lost_is_found_out() {
    assertThatThrownBy(() -> new FeedScenario(suite, SEED + 1, 0, 400, true).run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1 are missing or of another quantity");
  }

  @Test
  @Order(8)
  void time_does_not_tell_a_sender_who_has_a_dossier() throws Exception {
    held(new TimingScenario(suite, SEED, 30, false, System.out::println).run());
  }

  @Test
  @Order(8)
  void time_that_tells_is_found_out() {
    assertThatThrownBy(() -> new TimingScenario(suite, SEED + 1, 20, true, _ -> {}).run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("time tells who has a dossier: new lines");
  }

  private static void held(ChaosReport report) {
    // The scenario throws when something does not hold; the report has the counts.
    System.out.println(report);
  }

  @Test
  @Order(9)
  void an_extract_is_loaded_with_one_command() throws IOException {
    // given
    Path extract = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "extract");
    List<String> people =
        BillingSystem.seeded(SEED, today()).withBeneficiaries(5).beneficiaryNumbers();
    new WarehouseExtract(SEED, today(), people, CodeLists.from(Optional.empty()), Optional.empty())
        .write(extract, 300, line -> {});
    // It knows from the data folder where the suite answers.
    String[] command = {extract.toString(), "--data", suite.data().toString()};
    // then: loaded, and refused once it is spoilt
    assertThat(new CommandLine(new LoadCommand()).execute(command)).isZero();
    Files.writeString(extract.resolve("ER_CAM_F.csv"), "x\n");
    assertThat(new CommandLine(new LoadCommand()).execute(command)).isEqualTo(1);
    assertThat(
            Files.exists(
                suite.extracts().resolve("billing-system").resolve(extract.getFileName()),
                LinkOption.NOFOLLOW_LINKS))
        .isFalse();
  }

  @Test
  @Order(9)
  void messages_of_any_kind_are_named_and_stop_nobody() throws Exception {
    held(new MessagesScenario(suite, SEED, 2_000, System.out::println).run());
  }

  @Test
  @Order(10)
  void there_is_one_log_whoever_is_killed_and_whatever_its_database_loses() throws Exception {
    held(new AuditScenario(suite, SEED, 3, 0, System.out::println).run());
  }

  @Test
  @Order(11)
  void with_access_control_killed_others_are_refused_in_half_a_second_and_owners_read()
      throws Exception {
    try (Api api = new Api()) {
      // given a doctor who reads
      String dossier = patientsDossier(api);
      String owner = suite.accounts().token("patient");
      String doctor = suite.accounts().token("doctor");
      URI grants = suite.url(Service.ACCESS).resolve("/dossiers/" + dossier + "/grants");
      Api.Answer granted =
          api.post(
              grants, owner, Map.of("granteeKind", "PROFESSIONAL", "granteeId", "899700024450"));
      assertThat(granted.status()).isEqualTo(201);
      List<URI> reads = new ArrayList<>();
      for (String what : List.of("/care", "/summary", "/timeline")) {
        reads.add(suite.url(Service.DOSSIER).resolve("/dossiers/" + dossier + what));
      }
      for (URI read : reads) {
        assertThat(Insisting.onAnAnswer(() -> api.get(read, doctor)).status()).isEqualTo(200);
      }
      // when
      suite.kill(Service.ACCESS);
      try {
        // then
        List<Duration> refusals = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
          URI read = reads.get(i % reads.size());
          long begin = System.nanoTime();
          Api.Answer others = api.get(read, doctor);
          refusals.add(Duration.ofNanos(System.nanoTime() - begin));
          assertThat(others.toString()).isEqualTo("status 503 DECISION_UNAVAILABLE");
          assertThat(others.json().has("items")).isFalse();
          assertThat(api.get(read, owner).status()).isEqualTo(200);
        }
        // The machine may hold up a few of them; the service none.
        assertThat(refusals.stream().sorted().toList().get(11)).isLessThan(HALF_A_SECOND);
        assertThat(refusals).allMatch(each -> each.compareTo(Duration.ofSeconds(10)) < 0);
        // and nothing hangs, however many ask
        List<Future<Integer>> answers = new ArrayList<>();
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int i = 0; i < 100; i++) {
            URI read = reads.get(i % reads.size());
            String token = i % 2 == 0 ? owner : doctor;
            answers.add(threads.submit(() -> api.get(read, token).status()));
          }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i).get()).isEqualTo(i % 2 == 0 ? 200 : 503);
        }
      } finally {
        suite.start(Service.ACCESS);
      }
      // then, with nothing else started again
      for (URI read : reads) {
        await()
            .atMost(Duration.ofMinutes(5))
            .untilAsserted(() -> assertThat(api.get(read, doctor).status()).isEqualTo(200));
      }
      URI grant = URI.create(grants + "/" + granted.json().path("grantId").asText());
      assertThat(api.delete(grant, owner).status()).isEqualTo(204);
      Api.Answer refused = Insisting.onAnAnswer(() -> api.get(reads.getFirst(), doctor));
      assertThat(refused.toString()).isEqualTo("status 403 NO_STANDING");
    }
  }

  /** After all that was killed, erased and set back. */
  @Test
  @Order(12)
  void what_the_log_yields_is_what_the_services_hold() {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(heldNow(now())).hasSizeGreaterThan(50));
  }

  /** Whatever has happened to these dossiers since. */
  @Test
  @Order(12)
  void what_the_log_yields_of_an_instant_is_what_the_services_held_then() throws Exception {
    assertThat(HELD).isNotEmpty();
    for (Map.Entry<Instant, Map<String, List<JsonNode>>> held : HELD.entrySet()) {
      assertThat(of(states(held.getKey()), "replayed"))
          .as("at " + held.getKey())
          .isEqualTo(held.getValue());
    }
  }

  private static void keepWhatTheServicesHold() {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              requireNothingOnItsWay();
              Instant now = now();
              HELD.put(now, heldNow(now));
            });
  }

  private static void requireNothingOnItsWay() throws SQLException {
    try (Databases databases = new Databases(suite)) {
      assertThat(databases.number(Service.INGEST, Databases.UNPASSED)).isZero();
      for (Service service : List.of(Service.DOSSIER, Service.ACCESS)) {
        assertThat(databases.number(service, "SELECT count(*) FROM outbox")).isZero();
      }
    }
  }

  private static Instant now() throws SQLException {
    try (Databases databases = new Databases(suite);
        Statement select = databases.connection(Service.AUDIT).createStatement();
        ResultSet row = select.executeQuery("SELECT now()")) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  /**
   * What the services say of each dossier, once the log holds all that was recorded up to a time
   * and yields the same: so it is what they held at that time.
   */
  private static Map<String, List<JsonNode>> heldNow(Instant at) throws Exception {
    List<JsonNode> states = states(at);
    assertThat(states)
        .isNotEmpty()
        .allSatisfy(
            state -> {
              assertThat(state.path("live").has("dossier")).isTrue();
              assertThat(state.path("live").has("access")).isTrue();
              assertThat(state.path("differs")).isEmpty();
            });
    return of(states, "live");
  }

  /** By dossier, what stands there of each of the two services. */
  private static Map<String, List<JsonNode>> of(List<JsonNode> states, String which) {
    return states.stream()
        .collect(
            Collectors.toMap(
                state -> state.path("dossierId").asText(),
                state ->
                    List.of(state.path(which).path("dossier"), state.path(which).path("access"))));
  }

  /** What the log yields up to an instant, with it, for each dossier; once it has come so far. */
  private static List<JsonNode> states(Instant at) throws Exception {
    HttpRequest replay =
        HttpRequest.newBuilder(suite.url(Service.AUDIT).resolve("/log/replay?instant=" + at))
            .header("Authorization", "Bearer " + suite.accounts().token("auditor"))
            .build();
    List<JsonNode> lines = new ArrayList<>();
    try (HttpClient client = Clients.http().build()) {
      HttpResponse<String> answer =
          await()
              .atMost(Duration.ofMinutes(5))
              .until(
                  () -> client.send(replay, HttpResponse.BodyHandlers.ofString()),
                  answered -> answered.statusCode() == 200);
      for (String line : answer.body().lines().toList()) {
        lines.add(JSON.readTree(line));
      }
    }
    List<JsonNode> states =
        lines.stream().filter(line -> line.has("state")).map(line -> line.path("state")).toList();
    assertThat(lines.getLast().path("end").path("dossiers").asInt()).isEqualTo(states.size());
    return states;
  }

  /** The last of all: it sets the suite back. */
  @Test
  @Order(1_000)
  void a_restored_suite_goes_on_and_does_not_bring_back_what_was_erased_since_the_backup()
      throws IOException {
    // given a backup of a suite in which two people have a dossier
    Api api = new Api();
    String erased = patientsDossier(api);
    api.post(
        suite.url(Service.DOSSIER).resolve("/dossiers"),
        suite.accounts().tokenWithIns("patient2"),
        Map.of("consentWording", "v1"));
    Path data = suite.data();
    suite.close();
    Path backups = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "backups");
    String[] command = {backups.toString(), "--data", data.toString()};
    assertThat(new CommandLine(new BackupCommand()).execute(command)).isZero();
    // when one is erased, and the backup restored
    Files.writeString(
        data.resolve("erasures.ndjson"),
        "{\"dossierId\":\"%s\",\"cause\":\"REQUESTED\",\"actor\":\"owner\",\"at\":\"2026-11-21T12:00:00Z\"}%n"
            .formatted(erased),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    assertThat(new CommandLine(new RestoreCommand()).execute(command)).isZero();
    suite = Suite.of(SuiteOptions.forTests(data)).start();
    assertThat(new CommandLine(new BackupCommand()).execute(command)).isEqualTo(1);
    // then
    URI mine = suite.url(Service.DOSSIER).resolve("/dossiers/mine");
    assertThat(api.get(mine, suite.accounts().token("patient")).status()).isEqualTo(404);
    assertThat(
            api.get(
                    suite.url(Service.DOSSIER).resolve("/dossiers/" + erased + "/summary"),
                    suite.accounts().token("patient"))
                .status())
        .isNotEqualTo(200);
    assertThat(api.get(mine, suite.accounts().token("patient2")).status()).isEqualTo(200);
    awaitForgotten(erased);
    // and all of the suite goes on: the erased person may open another dossier, which is fed and
    // read, by a decision, and the log holds it and is whole
    String owner = suite.accounts().token("patient");
    assertThat(
            api.post(
                    suite.url(Service.DOSSIER).resolve("/dossiers"),
                    suite.accounts().tokenWithIns("patient"),
                    Map.of("consentWording", "v1"))
                .status())
        .isEqualTo(201);
    String opened = patientsDossier(api);
    assertThat(opened).isNotEqualTo(erased);
    URI care = suite.url(Service.DOSSIER).resolve("/dossiers/" + opened + "/care");
    URI log = suite.url(Service.AUDIT).resolve("/dossiers/" + opened + "/log");
    URI whole = suite.url(Service.AUDIT).resolve("/q/health/well");
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                !api.get(care, owner).json().path("items").isEmpty()
                    && !api.get(log, owner).json().path("entries").isEmpty()
                    && api.get(whole, owner).status() == 200);
    // and the backup, in which the erased dossier still is, ends by itself
    assertThat(backups).isNotEmptyDirectory();
    Backup.removeEndedOf(data, Instant.now().plus(Duration.ofDays(31)));
    assertThat(backups).isEmptyDirectory();
  }
}
