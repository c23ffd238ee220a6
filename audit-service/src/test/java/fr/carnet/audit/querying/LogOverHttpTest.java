package fr.carnet.audit.querying;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Headers;
import fr.carnet.events.Sealed;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.ContentEvent;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.platform.RankTest;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.ConsistencyProof;
import fr.carnet.transparency.EntryBundle;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TiledTree;
import fr.carnet.transparency.VerifierKey;
import fr.carnet.transparency.verifying.Verify;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealServersForQuarkus.class)
class LogOverHttpTest {
  private static final String CANARY = "Q0FOQVJZLXNlYWxlZA";
  private static final Sealed SEALED = new Sealed("session-" + CANARY, "key-" + CANARY, CANARY);
  private static final String OWNER_INS = "253072B07300470";
  private static final String OTHER_INS = "295109912611193";
  private static final String DOCTOR = "899700024450";
  private static KafkaProducer<byte[], byte[]> producer;

  @Inject DataSource dataSource;

  @ConfigProperty(name = "carnet.checkpoint-file")
  String checkpointFile;

  private UUID dossier = UUID.randomUUID();
  private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();

  @BeforeAll
  static void connect() {
    producer =
        new KafkaProducer<>(
            RealServers.kafkaSettings(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterAll
  static void disconnect() {
    producer.close();
  }

  /** The owner owns the one dossier; nobody else has a right to anything. */
  @BeforeEach
  void decide() {
    keptFromOwner();
    refusalsAreCounted();
    Neighbours.answer("/decisions", this::decided);
  }

  private Neighbours.Answer decided(Neighbours.Request request) {
    DecisionRequest asked =
        Wire.read(request.body().getBytes(StandardCharsets.UTF_8), DecisionRequest.class);
    boolean owner =
        asked.dossierId().equals(dossier)
            && asked.patientRef().equals(Optional.of(TestTokens.patientRef(OWNER_INS)));
    return Neighbours.Answer.ok(
        new String(
            Wire.write(
                new AccessDecision(
                    owner,
                    owner ? "OWNER" : "NO_STANDING",
                    Set.of(),
                    owner,
                    Optional.empty(),
                    "policy-1",
                    7,
                    Optional.empty())),
            StandardCharsets.UTF_8));
  }

  /** The access-control-service counts refusals: 20 an account. */
  private static void refusalsAreCounted() {
    Map<String, Integer> refusals = new ConcurrentHashMap<>();
    Neighbours.answer(
        "/refusals",
        asked -> {
          RefusedCaller refused =
              Wire.read(asked.body().getBytes(StandardCharsets.UTF_8), RefusedCaller.class);
          boolean tooMany = refusals.merge(refused.account(), 1, Integer::sum) > 20;
          return Neighbours.Answer.ok("{\"tooMany\":" + tooMany + "}");
        });
  }

  /** The items of which the owner may not know, as the dossier-service says. */
  private void keptFromOwner(UUID... items) {
    Neighbours.answer(
        "/dossiers/" + dossier + "/kept-from/OWNER",
        _ ->
            Neighbours.Answer.ok(
                new String(Wire.write(Map.of("itemIds", List.of(items))), StandardCharsets.UTF_8)));
  }

  @AfterEach
  void forget() {
    Neighbours.forgetAll();
  }

  private void record(Topic topic, UUID of, String type, String actor, String time, Object fact)
      throws ExecutionException, InterruptedException {
    send(fact(topic, of, type, actor, time, fact));
  }

  private static ProducerRecord<byte[], byte[]> fact(
      Topic topic, UUID of, String type, String actor, String time, Object fact) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic.wireName(),
            of.toString().getBytes(StandardCharsets.UTF_8),
            fact instanceof byte[] bytes ? bytes : Wire.write(fact));
    Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            type,
            Headers.SUBJECT,
            of.toString(),
            Headers.STREAM_VERSION,
            "3",
            Headers.ACTOR,
            actor,
            Headers.CORRELATION,
            "c0ffee00-0000-4000-8000-000000000000",
            Headers.TIME,
            time)
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  private void send(ProducerRecord<byte[], byte[]> record)
      throws ExecutionException, InterruptedException {
    sent.add(record);
    producer.send(record).get();
  }

  private long count(String sql) {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long entries(String and) {
    return count(
        "SELECT count(*) FROM log_facts JOIN log_entry USING (index) WHERE dossier_id = '"
            + dossier
            + "' "
            + and);
  }

  private void awaitEntries(long number) {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> entries("") >= number);
  }

  private long traces(String action) {
    return entries("AND convert_from(value, 'UTF8') LIKE '%\"action\":\"" + action + "\"%'");
  }

  private void awaitTraces(String action, long number) {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> traces(action) >= number);
    assertThat(traces(action)).isEqualTo(number);
    await().atMost(Duration.ofMinutes(5)).until(() -> count("SELECT count(*) FROM outbox") == 0);
  }

  private static Response as(String token, String path) {
    return given().auth().oauth2(token).get(path);
  }

  private static String auditor() {
    return TestTokens.withRole("auditor-1", "auditor");
  }

  /** One of each kind of fact, with the canary wherever something is sealed. */
  private void story() throws ExecutionException, InterruptedException {
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierOpened.WIRE_NAME,
        "owner",
        "2026-05-01T08:00:00Z",
        new DossierOpened("public-key", Channel.ONLINE, "v1", SEALED, Optional.empty()));
    record(
        Topic.CARE_REIMBURSEMENTS,
        dossier,
        CareLinePassed.WIRE_NAME,
        "service:ingest",
        "2026-05-01T09:00:00Z",
        new CareLinePassed("line-key", SEALED));
    record(
        Topic.ACCESS_EVENTS,
        dossier,
        AccessGranted.WIRE_NAME,
        "owner",
        "2026-05-02T08:00:00Z",
        new AccessGranted(
            UUID.fromString("00000000-0000-7000-8000-000000000001"),
            new Grantee(Grantee.Kind.PROFESSIONAL, new NationalId(DOCTOR)),
            Instant.parse("2026-05-02T08:00:00Z"),
            Optional.empty(),
            Optional.of(SEALED)));
    record(
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        "professional:" + DOCTOR,
        "2026-05-03T10:00:00Z",
        new AccessTraced(
            new Actor(
                Actor.Role.PROFESSIONAL,
                Optional.of(DOCTOR),
                Optional.of("10"),
                Optional.of(new NationalId("3750100125"))),
            PurposeOfUse.BREAK_GLASS,
            "read-care-history",
            AccessTraced.Outcome.RELEASED,
            "BREAK_GLASS",
            Optional.empty(),
            Optional.of("policy-1"),
            Optional.of(4L),
            List.of("item-1", "item-2"),
            Optional.of(SEALED)));
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierClosed.WIRE_NAME,
        "owner",
        "2026-05-04T08:00:00Z",
        new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty()));
    awaitEntries(5);
  }

  @Test
  void auditorFindsFactsInOrderByEveryFilterAndNeverContent() throws Exception {
    story();
    Response all = as(auditor(), "/log?dossier=" + dossier);
    assertThat(all.statusCode()).isEqualTo(200);
    assertThat(all.jsonPath().getList("entries.index", Long.class)).isSorted().hasSize(5);
    assertThat(all.jsonPath().getList("entries.type"))
        .containsExactlyInAnyOrder(
            "dossier.opened.v1",
            "care.line-passed.v1",
            "access.granted.v1",
            "access.traced.v1",
            "dossier.closed.v1");
    assertThat(all.asString()).doesNotContain(CANARY).doesNotContain("line-key");

    Response traced =
        as(auditor(), "/log?dossier=" + dossier + "&type=access.traced.v1&to=2026-05-03T10:00:01Z");
    assertThat(traced.jsonPath().getList("entries")).hasSize(1);
    assertThat(traced.jsonPath().getString("entries[0].facts.purpose")).isEqualTo("bris_de_glace");
    assertThat(traced.jsonPath().getString("entries[0].facts.rule")).isEqualTo("BREAK_GLASS");
    assertThat(traced.jsonPath().getInt("entries[0].facts.items")).isEqualTo(2);
    assertThat(traced.jsonPath().getList("entries[0].facts.itemIds"))
        .containsExactly("item-1", "item-2");
    assertThat(traced.jsonPath().getString("entries[0].correlation"))
        .isEqualTo("c0ffee00-0000-4000-8000-000000000000");
    assertThat(traced.jsonPath().getLong("entries[0].streamVersion")).isEqualTo(3);
    assertThat(traced.jsonPath().getString("entries[0].sha256")).hasSize(64);

    assertThat(
            as(auditor(), "/log?actor=professional:" + DOCTOR + "&dossier=" + dossier)
                .jsonPath()
                .getList("entries.type"))
        .containsExactly("access.traced.v1");
    assertThat(
            as(
                    auditor(),
                    "/log?dossier="
                        + dossier
                        + "&from=2026-05-02T08:00:00Z&to=2026-05-03T10:00:00Z")
                .jsonPath()
                .getList("entries.type"))
        .as("from is inclusive, to exclusive")
        .containsExactly("access.granted.v1");
    assertThat(
            as(
                    auditor(),
                    "/log?type=access.granted.v1&from=2026-05-02T08:00:00Z&to=2026-05-02T08:00:01Z")
                .jsonPath()
                .getList("entries.dossierId"))
        .contains(dossier.toString());
    awaitTraces("audit-search", 4);
    assertThat(as(auditor(), "/log?dossier=" + UUID.randomUUID()).jsonPath().getList("entries"))
        .isEmpty();
  }

  @Test
  void anErasureAddsAnEntryChangesNoneAndNoTableTellsWhoseTheDossierWas() throws Exception {
    // given
    story();
    String before = digestsOf("type <> 'dossier.erased.v1'");
    String ref = TestTokens.patientRef(OWNER_INS).value();
    record(
        Topic.DOSSIER_REGISTRY,
        dossier,
        DossierRegistered.WIRE_NAME,
        "owner",
        "2026-05-05T08:00:00Z",
        new DossierRegistered(
            dossier,
            List.of(TestTokens.patientRef(OWNER_INS)),
            "public-key",
            DossierRegistered.State.CLOSED,
            4));
    // when
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierErased.WIRE_NAME,
        "owner",
        "2026-05-05T08:00:01Z",
        new DossierErased(ErasureCause.REQUESTED));
    send(
        new ProducerRecord<>(
            Topic.DOSSIER_REGISTRY.wireName(),
            dossier.toString().getBytes(StandardCharsets.UTF_8),
            null));
    awaitEntries(6);
    // then
    assertThat(digestsOf("type <> 'dossier.erased.v1'")).isEqualTo(before);
    Response erased = as(auditor(), "/log?dossier=" + dossier + "&type=dossier.erased.v1");
    assertThat(erased.jsonPath().getString("entries[0].facts.cause")).isEqualTo("REQUESTED");
    for (String personal : List.of(OWNER_INS, ref)) {
      for (String text : List.of(personal, hex(personal))) {
        for (String table : tables()) {
          assertThat(
                  count(
                      "SELECT count(*) FROM %s t WHERE t::text LIKE '%%%s%%'"
                          .formatted(table, text)))
              .as(table)
              .isZero();
        }
      }
    }
  }

  private String digestsOf(String entries) throws SQLException {
    return text(
        """
        SELECT string_agg(index || md5(record_key) || md5(headers) || md5(value), ',' ORDER BY index)
        FROM log_facts JOIN log_entry USING (index) WHERE dossier_id = '%s' AND %s AND type NOT LIKE 'access.traced%%'
        """
            .formatted(dossier, entries));
  }

  private List<String> tables() throws SQLException {
    return List.of(
        text("SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'")
            .split(",", -1));
  }

  private String text(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aSearchAcrossDossiersIsTracedToo() throws Exception {
    story();
    String ofNoDossier =
        """
        SELECT count(*) FROM log_facts JOIN log_entry USING (index) WHERE dossier_id IS NULL AND type = 'access.traced.v1'
          AND convert_from(value, 'UTF8') LIKE '%"action":"audit-search"%'
        """;
    long before = count(ofNoDossier);
    assertThat(as(auditor(), "/log?limit=1&actor=professional:" + DOCTOR).statusCode())
        .isEqualTo(200);
    await().atMost(Duration.ofMinutes(5)).until(() -> count(ofNoDossier) > before);
  }

  @Test
  void aSearchInTimeBeginsLateAndLeavesNothingOut() throws Exception {
    story();
    awaitTraceFacts();
    for (String from :
        List.of(
            "1950-01-01T00:00:00Z",
            "2026-05-01T08:00:00Z",
            "2026-05-02T08:00:00.000001Z",
            "2026-05-04T08:00:00Z",
            "2030-01-01T00:00:00Z")) {
      List<Long> all =
          longs(
              """
              SELECT index FROM log_facts WHERE time >= '%s' AND repeat_of IS NULL
              ORDER BY index LIMIT 20
              """
                  .formatted(from));
      List<Long> found =
          as(auditor(), "/log?limit=20&from=" + from)
              .jsonPath()
              .getList("entries.index", Long.class);
      int both = Math.min(all.size(), found.size());
      assertThat(found.subList(0, both)).as(from).isEqualTo(all.subList(0, both));
      assertThat(found.isEmpty()).as(from).isEqualTo(all.isEmpty());
    }
  }

  private List<Long> longs(String sql) throws SQLException {
    List<Long> longs = new ArrayList<>();
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        longs.add(row.getLong(1));
      }
    }
    return longs;
  }

  @Test
  void pagesStayWhileEntriesArrive() throws Exception {
    story();
    List<Long> before =
        as(auditor(), "/log?type=access.granted.v1&limit=500")
            .jsonPath()
            .getList("entries.index", Long.class);
    List<Long> paged = new ArrayList<>();
    String after = "";
    for (int page = 0; page < before.size(); page++) {
      Response answer = as(auditor(), "/log?type=access.granted.v1&limit=1" + after);
      List<Long> indexes = answer.jsonPath().getList("entries.index", Long.class);
      paged.addAll(indexes);
      after = "&after=" + indexes.getLast();
      story();
      assertThat(
              as(auditor(), "/log?type=access.granted.v1&limit=1" + after)
                  .jsonPath()
                  .getList("entries"))
          .hasSize(1);
    }
    assertThat(paged).isEqualTo(before);
    for (String wrong :
        List.of("limit=0", "limit=501", "limit=x", "after=-1", "from=yesterday", "dossier=1")) {
      assertThat(as(auditor(), "/log?" + wrong).statusCode()).as(wrong).isEqualTo(422);
    }
  }

  @Test
  void repeatsShowOnceAndRecordsAreExact() throws Exception {
    story();
    producer.send(sent.getFirst()).get();
    awaitEntries(6);
    List<Long> shown =
        as(auditor(), "/log?type=dossier.opened.v1&dossier=" + dossier)
            .jsonPath()
            .getList("entries.index", Long.class);
    assertThat(shown).hasSize(1);
    long repeat =
        count(
            "SELECT index FROM log_facts WHERE repeat_of IS NOT NULL AND dossier_id = '"
                + dossier
                + "'");
    Response record = as(auditor(), "/log/" + repeat + "/record");
    assertThat(record.statusCode()).isEqualTo(200);
    assertThat(record.jsonPath().getLong("repeatOf")).isEqualTo(shown.getFirst());
    assertThat(Base64.getDecoder().decode(record.jsonPath().getString("value")))
        .isEqualTo(sent.getFirst().value());
    assertThat(Base64.getDecoder().decode(record.jsonPath().getString("key")))
        .isEqualTo(sent.getFirst().key());
    assertThat(record.jsonPath().getList("headers.name")).contains("ce_id", "ce_type", "ce_time");
    awaitTraces("audit-record", 1);
    long size = as(auditor(), "/log/size").jsonPath().getLong("size");
    assertThat(size).isEqualTo(count("SELECT size FROM log_head")).isPositive();
    assertThat(as(auditor(), "/log/" + (size + 1_000) + "/record").statusCode()).isEqualTo(404);
    assertThat(as(auditor(), "/log/x/record").statusCode()).isEqualTo(404);
  }

  @Test
  void theOwnerReadsWhoLookedAndLeavesOneTrace() throws Exception {
    story();
    Response own = as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log");
    assertThat(own.statusCode()).isEqualTo(200);
    assertThat(own.jsonPath().getList("entries.type"))
        .containsExactlyInAnyOrder(
            "dossier.opened.v1", "access.granted.v1", "access.traced.v1", "dossier.closed.v1");
    assertThat(own.jsonPath().getList("entries.facts.itemIds.flatten()"))
        .contains("item-1", "item-2");
    assertThat(own.asString())
        .contains("bris_de_glace", DOCTOR, "ONLINE", "FERMETURE_DEMANDE_PATIENT")
        .doesNotContain(CANARY)
        .doesNotContain("sha256");
    awaitTraces("read-own-log", 1);
    Response again = as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log?limit=500");
    assertThat(again.jsonPath().getList("entries")).hasSize(5);
    assertThat(again.asString()).contains("read-own-log", "\"rule\":\"OWNER\"");
    awaitTraces("read-own-log", 2);
    List<Long> first =
        as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log?limit=2")
            .jsonPath()
            .getList("entries.index", Long.class);
    assertThat(
            as(
                    TestTokens.patient(OWNER_INS),
                    "/dossiers/" + dossier + "/log?limit=2&after=" + first.getLast())
                .jsonPath()
                .getList("entries.index", Long.class))
        .hasSize(2)
        .allMatch(index -> index > first.getLast());
  }

  private static final UUID GRANT = UUID.fromString("00000000-0000-7000-8000-000000000001");

  @Test
  void aPageIsNoLargerThanMemoryHoweverManyItemsEachLookNames() throws Exception {
    // given: looks that each name some 700 KB of items
    String[] items =
        LongStream.range(0, 18_000)
            .mapToObj(_ -> UUID.randomUUID().toString())
            .toArray(String[]::new);
    for (int i = 10; i < 24; i++) {
      trace(
          "2026-03-01T10:00:" + i + "Z",
          PurposeOfUse.NORMAL,
          AccessTraced.Outcome.RELEASED,
          "GRANT",
          items);
    }
    awaitEntries(14);
    awaitTraceFacts();
    // when: they are read with the largest limit
    List<Integer> pages = new ArrayList<>();
    List<Long> read = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      JsonNode page =
          Wire.JSON.readTree(
              as(
                      TestTokens.patient(OWNER_INS),
                      "/dossiers/"
                          + dossier
                          + "/looks?limit=500"
                          + after.map(cursor -> "&after=" + cursor).orElse(""))
                  .asByteArray());
      pages.add(page.path("looks").size());
      page.path("looks").forEach(look -> read.add(look.path("index").asLong()));
      after = Optional.ofNullable(page.path("next").textValue());
    } while (after.isPresent());
    // then: in pages of which none is large, each once, the newest first
    assertThat(pages).hasSizeGreaterThan(1).allMatch(page -> page > 0 && page < 14);
    assertThat(read.subList(0, 14))
        .doesNotHaveDuplicates()
        .isSortedAccordingTo(Comparator.reverseOrder());
  }

  private void trace(
      String time, PurposeOfUse purpose, AccessTraced.Outcome outcome, String rule, String... items)
      throws ExecutionException, InterruptedException {
    record(
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        "professional:" + DOCTOR,
        time,
        new AccessTraced(
            new Actor(
                Actor.Role.PROFESSIONAL,
                Optional.of(DOCTOR),
                Optional.of("10"),
                Optional.of(new NationalId("3750100125"))),
            purpose,
            "read-items",
            outcome,
            rule,
            rule.equals("GRANT") ? Optional.of(GRANT) : Optional.empty(),
            Optional.of("policy-1"),
            Optional.of(4L),
            List.of(items),
            Optional.empty(),
            Optional.of(false)));
  }

  private void awaitTraceFacts() {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> count("SELECT size - next_index FROM log_head, log_facts_head") == 0L);
  }

  @Test
  void refusalsAndEmergenciesComeFirstInWordsWithRuleOwnDecisionAndProof() throws Exception {
    // given
    story();
    trace(
        "2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.RELEASED, "GRANT", "i1");
    trace("2026-05-03T12:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.REFUSED, "NO_STANDING");
    trace(
        "2026-05-03T13:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.RELEASED, "GRANT", "i2");
    awaitEntries(8);
    awaitTraceFacts();
    SignedNote newest = checkpoint();
    // when
    String path = "/dossiers/" + dossier + "/looks";
    Response looks = as(TestTokens.patient(OWNER_INS), path);
    // then
    assertThat(looks.statusCode()).isEqualTo(200);
    assertThat(looks.jsonPath().getList("looks.kind"))
        .containsExactly("REFUSED", "EMERGENCY", "LOOKED", "LOOKED");
    assertThat(looks.jsonPath().getString("looks[2].itemIds[0]")).as("the newest").isEqualTo("i2");
    assertThat(looks.jsonPath().getString("looks[2].told.who.french"))
        .contains("un médecin", DOCTOR, "3750100125");
    assertThat(looks.jsonPath().getString("looks[2].told.rule.english"))
        .isEqualTo("access had been given to them");
    assertThat(looks.jsonPath().getString("looks[2].decision.french"))
        .contains("vous avez autorisé le professionnel " + DOCTOR, "2 mai 2026");
    assertThat(looks.jsonPath().getLong("looks[2].decision.index"))
        .isEqualTo(indexOf("access.granted.v1"));
    assertThat(looks.jsonPath().getString("looks[1].told.purpose.french"))
        .contains("bris de glace");
    assertThat(looks.asString()).doesNotContain(CANARY).doesNotContain("careRelation");
    assertEachIsProven(looks.jsonPath(), "looks", 4, newest);
    awaitTraces("read-own-looks", 1);
    Response log = as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log?limit=7");
    assertEachIsProven(log.jsonPath(), "entries", 7, newest);
    // and page by page, while the log grows
    List<Long> indexes = looks.jsonPath().getList("looks.index", Long.class);
    List<Long> read = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      Response page =
          as(
              TestTokens.patient(OWNER_INS),
              path + "?limit=1" + after.map(cursor -> "&after=" + cursor).orElse(""));
      read.addAll(page.jsonPath().getList("looks.index", Long.class));
      after = Optional.ofNullable(page.jsonPath().getString("next"));
      awaitTraceFacts();
    } while (after.isPresent() && read.size() < 4);
    assertThat(read).isEqualTo(indexes);
    assertThat(as(TestTokens.patient(OWNER_INS), path + "?after=x").statusCode()).isEqualTo(422);
  }

  private Path looksFile(String token) throws IOException {
    Response answer = as(token, "/dossiers/" + dossier + "/looks/file");
    assertThat(answer.statusCode()).isEqualTo(200);
    Path file = Path.of("target", "looks-" + dossier + ".zip");
    return Files.write(file, answer.asByteArray());
  }

  @Test
  void theFileOfLooksIsSignedAndEachLineOfItIsProvenOfflineInTheOrderOfThePage() throws Exception {
    // given
    story();
    trace(
        "2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.RELEASED, "GRANT", "i1");
    trace("2026-05-03T12:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.REFUSED, "NO_STANDING");
    UUID hidden = UUID.randomUUID();
    trace(
        "2026-05-03T13:00:00Z",
        PurposeOfUse.NORMAL,
        AccessTraced.Outcome.RELEASED,
        "GRANT",
        hidden.toString());
    awaitEntries(8);
    checkpoint();
    awaitTraceFacts();
    keptFromOwner(hidden);
    String owner = TestTokens.patient(OWNER_INS);
    long searchable = count("SELECT next_index FROM log_facts_head");
    List<Long> indexes = new ArrayList<>();

    // when: the log has gone on, and what has come cannot be found yet
    execute(
        "ALTER TABLE log_facts_head ADD CONSTRAINT held CHECK (next_index <= %d) NOT VALID"
            .formatted(searchable));
    Path file;
    try {
      indexes.addAll(
          as(owner, "/dossiers/" + dossier + "/looks")
              .jsonPath()
              .getList("looks.index", Long.class));
      await()
          .atMost(Duration.ofMinutes(5))
          .until(() -> count("SELECT size FROM log_head") > searchable);
      file = looksFile(owner);
    } finally {
      execute("ALTER TABLE log_facts_head DROP CONSTRAINT held");
    }

    // then
    assertThat(checked(file))
        .startsWith("0 ")
        .contains("0 entries proven, and 3 without their bytes", "THE EXTRACT HOLDS");
    Map<String, String> files = files(Files.readAllBytes(file));
    assertThat(files.keySet())
        .containsExactly("checkpoint", "consultations.html", "looks.ndjson", "proofs", "manifest");
    assertThat(files.get("looks.ndjson").lines().map(line -> JsonPath.from(line).getLong("index")))
        .isEqualTo(indexes)
        .hasSize(3);
    assertThat(files.get("looks.ndjson")).contains("vous avez autorisé").doesNotContain("proof");
    assertThat(files.get("consultations.html"))
        .contains("Qui a consulté votre dossier", "Refusé", DOCTOR);
    assertThat(String.join("", files.values()))
        .as("no word, and no byte of an entry")
        .doesNotContain(hidden.toString(), CANARY, "careRelation");
    long signed = Checkpoint.parse(SignedNote.parse(files.get("checkpoint")).text()).size();
    assertThat(files.get("consultations.html"))
        .contains("s&#39;arrête avant la ligne " + signed + " du journal");
    awaitTraces("read-own-looks", 2);
  }

  private static void assertEachIsProven(
      JsonPath page, String lines, int number, SignedNote atLeast) {
    Checkpoint head = Checkpoint.parse(SignedNote.parse(page.getString("checkpoint")).text());
    assertThat(head.size()).isGreaterThanOrEqualTo(Checkpoint.parse(atLeast.text()).size());
    assertThat(page.getList(lines)).hasSize(number);
    for (int i = 0; i < number; i++) {
      String line = lines + "[" + i + "].";
      List<Hash> path =
          page.getList(line + "proof.path", String.class).stream().map(Hash::fromBase64).toList();
      Hash leaf = Hash.fromBase64(page.getString(line + "proof.leaf"));
      assertThat(
              new InclusionProof(page.getLong(line + "index"), head.size(), path)
                  .proves(leaf, head.root()))
          .isTrue();
    }
  }

  @Test
  void whatThePatientMayNotKnowOfIsInNoLineNoPageAndNoLength() throws Exception {
    // given: what its owner is told of a dossier, and a parent
    String owner = TestTokens.patient(OWNER_INS);
    String parent = TestTokens.patient(OTHER_INS);
    openedAndGranted();
    emergency();
    looked(false, "i2");
    refusal();
    awaitEntries(5);
    List<String> ownersOfOther = told(owner);
    represent(Representative.Kind.PARENT);
    List<String> parentsOfOther = told(parent);
    // when: the same is in another, and what the owner may not know of
    dossier = UUID.randomUUID();
    decide();
    UUID hidden = UUID.randomUUID();
    UUID takenBack = UUID.randomUUID();
    openedAndGranted();
    ofItem(ItemAdded.WIRE_NAME, new ItemAdded(hidden, doctor(DOCTOR), SEALED));
    ofItem(ItemAdded.WIRE_NAME, new ItemAdded(takenBack, doctor(DOCTOR), SEALED));
    ofItem(ItemReplaced.WIRE_NAME, new ItemReplaced(hidden, doctor(DOCTOR), SEALED));
    ofItem(ItemDeleted.WIRE_NAME, new ItemDeleted(takenBack));
    looked(true, hidden.toString());
    emergency();
    looked(true, hidden.toString(), "i2");
    looked(true, hidden.toString(), takenBack.toString());
    refusal();
    awaitEntries(11);
    keptFromOwner(hidden, takenBack);
    // then
    assertThat(told(owner)).isEqualTo(ownersOfOther);
    // when: and what a child does alone
    UUID secret = UUID.randomUUID();
    Actor confidant = doctor("810000000009");
    AccessTraced.Outcome released = AccessTraced.Outcome.RELEASED;
    AccessTraced.Outcome refused = AccessTraced.Outcome.REFUSED;
    long before = entries("");
    granted("owner", secret, "810000000009");
    seen(confidant, PurposeOfUse.NORMAL, released, "GRANT", Optional.of(secret), hidden.toString());
    seen(confidant, PurposeOfUse.NORMAL, refused, "NO_STANDING", Optional.empty());
    ofItem(MaskSet.WIRE_NAME, new MaskSet(UUID.randomUUID(), SEALED));
    awaitEntries(before + 4);
    represent(Representative.Kind.PARENT);
    Neighbours.answer(
        "/dossiers/" + dossier + "/kept-from/REPRESENTATIVE",
        _ -> Neighbours.Answer.ok("{\"itemIds\":[\"" + hidden + "\",\"" + takenBack + "\"]}"));
    // then
    assertThat(told(parent)).isEqualTo(parentsOfOther);
    decide();
    // and once it is announced
    assertThat(as(owner, "/dossiers/" + dossier + "/looks").asString()).contains(hidden.toString());
    assertThat(as(owner, "/dossiers/" + dossier + "/log").asString()).contains(hidden.toString());
    // and without the filter
    Neighbours.answer("/dossiers/", _ -> new Neighbours.Answer(503, "{}"));
    Neighbours.answer(
        "/dossiers/" + dossier + "/kept-from/OWNER", _ -> new Neighbours.Answer(503, "{}"));
    for (String path : List.of("/log", "/looks", "/looks/page", "/looks/file")) {
      Response nothing = as(owner, "/dossiers/" + dossier + path);
      assertThat(nothing.statusCode()).isEqualTo(503);
      assertThat(nothing.jsonPath().getString("code")).isEqualTo("DECISION_UNAVAILABLE");
    }
  }

  private void openedAndGranted() throws ExecutionException, InterruptedException {
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierOpened.WIRE_NAME,
        "owner",
        "2026-05-01T08:00:00Z",
        new DossierOpened("public-key", Channel.ONLINE, "v1", SEALED, Optional.empty()));
    // In this order in the log, though of two topics.
    awaitEntries(1);
    granted("owner", GRANT, DOCTOR);
    awaitEntries(2);
  }

  private void emergency() throws ExecutionException, InterruptedException {
    seen(
        doctor(DOCTOR),
        PurposeOfUse.BREAK_GLASS,
        AccessTraced.Outcome.RELEASED,
        "BREAK_GLASS",
        Optional.empty(),
        "i1");
  }

  private void refusal() throws ExecutionException, InterruptedException {
    seen(
        Actor.anonymous(Actor.Role.OTHER_PATIENT),
        PurposeOfUse.NORMAL,
        AccessTraced.Outcome.REFUSED,
        "NO_STANDING",
        Optional.empty());
  }

  private void ofItem(String type, ContentEvent event)
      throws ExecutionException, InterruptedException {
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        type,
        "professional:" + DOCTOR,
        "2026-05-20T08:30:00Z",
        event);
  }

  /** At items by a grant; whether there is care by the doctor is reckoned from hidden items too. */
  private void looked(boolean careRelation, String... items)
      throws ExecutionException, InterruptedException {
    record(
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        "professional:" + DOCTOR,
        "2026-05-20T09:00:00Z",
        new AccessTraced(
            doctor(DOCTOR),
            PurposeOfUse.NORMAL,
            "read-items",
            AccessTraced.Outcome.RELEASED,
            "GRANT",
            Optional.of(GRANT),
            Optional.of("policy-1"),
            Optional.of(4L),
            List.of(items),
            Optional.empty(),
            Optional.of(careRelation)));
  }

  /**
   * All that somebody is told of the log, byte for byte, but for what is another in any other
   * dossier: ids, indexes, times and proofs.
   */
  private List<String> told(String token) {
    List<String> told = new ArrayList<>();
    for (String path : List.of("/log?limit=3", "/log", "/looks?limit=4", "/looks/page")) {
      long before = entries("");
      Response answer = as(token, "/dossiers/" + dossier + path);
      assertThat(answer.statusCode()).isEqualTo(200);
      told.add(
          (path + "\n" + answer.asString())
              .replaceAll(",\"(proof\":\\{[^}]*}|checkpoint\":\"[^\"]*\")", "")
              .replaceAll(",\"completeUpTo\":[0-9]+", "")
              .replaceAll("(?s)<pre>.*?</pre>\n|<p class=\"small\">.*?</p>\n", "")
              .replaceAll("<td>[0-9]+</td>\n<td>[^<]*</td>", "INDEX, TIME")
              .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
              .replaceAll("[0-9-]{10}T[0-9:.]+Z", "TIME")
              .replaceAll("(\"index\":|\"next\":\"?([0-2]-)?|log:[0-9]+-)[0-9]+", "$2INDEX"));
      // The trace of it is a line of what is told next.
      awaitEntries(before + 1);
      awaitTraceFacts();
    }
    return told;
  }

  private static final UUID REPRESENTATION =
      UUID.fromString("00000000-0000-7000-8000-0000000000aa");

  private static final Instant REPRESENTED_SINCE = Instant.parse("2026-05-20T08:30:00Z");

  /** Whoever asks now acts for the owner, as this. */
  private void represent(Representative.Kind kind) {
    Neighbours.answer(
        "/decisions",
        _ ->
            Neighbours.Answer.ok(
                new String(
                    Wire.write(
                        new AccessDecision(
                            true,
                            AccessDecision.REPRESENTATIVE,
                            Set.of(),
                            Set.of(),
                            false,
                            true,
                            Optional.empty(),
                            Optional.empty(),
                            "policy-1",
                            7,
                            Optional.empty(),
                            Optional.of(REPRESENTATION),
                            Optional.of(kind),
                            Optional.of(REPRESENTED_SINCE))),
                    StandardCharsets.UTF_8)));
    Neighbours.answer(
        "/dossiers/" + dossier + "/kept-from/REPRESENTATIVE",
        _ -> Neighbours.Answer.ok("{\"itemIds\":[]}"));
  }

  private void granted(String by, UUID grant, String professional)
      throws ExecutionException, InterruptedException {
    record(
        Topic.ACCESS_EVENTS,
        dossier,
        AccessGranted.WIRE_NAME,
        by,
        "2026-05-20T08:00:00Z",
        new AccessGranted(
            grant,
            new Grantee(Grantee.Kind.PROFESSIONAL, new NationalId(professional)),
            Instant.parse("2026-05-20T08:00:00Z"),
            Optional.empty(),
            Optional.of(SEALED)));
  }

  private void seen(
      Actor by,
      PurposeOfUse purpose,
      AccessTraced.Outcome outcome,
      String rule,
      Optional<UUID> grant,
      String... items)
      throws ExecutionException, InterruptedException {
    record(
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        by.label(),
        "2026-05-20T09:00:00Z",
        new AccessTraced(
            by,
            purpose,
            "read-summary",
            outcome,
            rule,
            grant,
            Optional.of("policy-1"),
            Optional.of(4L),
            List.of(items),
            Optional.empty(),
            Optional.of(false)));
  }

  private static Actor doctor(String id) {
    return new Actor(Actor.Role.PROFESSIONAL, Optional.of(id), Optional.of("10"), Optional.empty());
  }

  /** Whom a child let in, shut out or asked, and who tried in vain, may tell of secret care. */
  @Test
  void parentsSeeWhatTheyAndTheOtherDidAndBesideOnlyWhatConcernsItemsTheyMayKnowOf()
      throws Exception {
    // given
    story();
    String confidant = "810000000009";
    String known = "810000000017";
    UUID secret = UUID.randomUUID();
    UUID own = UUID.randomUUID();
    UUID coParents = UUID.randomUUID();
    UUID mask = UUID.randomUUID();
    granted("owner", secret, confidant);
    granted("representative:" + REPRESENTATION, own, known);
    granted("representative:" + UUID.randomUUID(), coParents, "810000000025");
    AccessTraced.Outcome released = AccessTraced.Outcome.RELEASED;
    AccessTraced.Outcome refused = AccessTraced.Outcome.REFUSED;
    seen(doctor(confidant), PurposeOfUse.NORMAL, refused, "NO_STANDING", Optional.empty());
    seen(doctor(confidant), PurposeOfUse.NORMAL, released, "GRANT", Optional.of(secret));
    seen(doctor(confidant), PurposeOfUse.BREAK_GLASS, released, "BREAK_GLASS", Optional.empty());
    seen(doctor(known), PurposeOfUse.NORMAL, released, "GRANT", Optional.of(own), "i7");
    seen(doctor(DOCTOR), PurposeOfUse.NORMAL, released, "GRANT", Optional.of(GRANT), "i8");
    seen(
        Actor.anonymous(Actor.Role.OTHER_PATIENT),
        PurposeOfUse.NORMAL,
        refused,
        "NO_STANDING",
        Optional.empty());
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        MaskSet.WIRE_NAME,
        "owner",
        "2026-05-20T10:00:00Z",
        new MaskSet(mask, SEALED));
    awaitEntries(15);
    awaitTraceFacts();
    String owner = TestTokens.patient(OWNER_INS);
    // The owner sees all of it.
    assertThat(as(owner, "/dossiers/" + dossier + "/log").asString())
        .contains(confidant, secret.toString(), mask.toString());
    assertThat(as(owner, "/dossiers/" + dossier + "/looks").asString()).contains(confidant);
    // when
    represent(Representative.Kind.PARENT);
    String parent = TestTokens.patient(OTHER_INS);
    Response log = as(parent, "/dossiers/" + dossier + "/log?limit=500");
    Response looks = as(parent, "/dossiers/" + dossier + "/looks");
    Response page = as(parent, "/dossiers/" + dossier + "/looks/page");
    // then
    for (Response answer : List.of(log, looks, page)) {
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.asString())
          .contains(known)
          .doesNotContain(confidant, secret.toString(), GRANT.toString(), mask.toString())
          .doesNotContain("accessVersion");
    }
    assertThat(log.jsonPath().getList("entries.findAll { it.type.startsWith('access.') }.type"))
        .as("a grant of each parent; looks at known items, and another patient's refusal")
        .containsExactlyInAnyOrder(
            "access.granted.v1",
            "access.granted.v1",
            "access.traced.v1",
            "access.traced.v1",
            "access.traced.v1",
            "access.traced.v1");
    assertThat(log.jsonPath().getList("entries.facts.grantId.findAll { it }"))
        .containsExactlyInAnyOrder(own.toString(), coParents.toString());
    assertThat(looks.jsonPath().getList("looks.findAll { it.actor.role != 'REPRESENTATIVE' }.kind"))
        .containsExactly("REFUSED", "EMERGENCY", "LOOKED", "LOOKED");
    assertThat(looks.jsonPath().getList("looks.decision.index.findAll { it != null }"))
        .as("of decisions their own alone")
        .hasSize(1);
    assertThat(looks.jsonPath().getList("looks.decision.french.findAll { it != null }").toString())
        .contains("vous avez autorisé le professionnel " + known);
    awaitTraces("read-own-looks", 3);
    assertThat(
            entries(
                "AND actor = 'representative:" + REPRESENTATION + "' AND topic = 'access.traces'"))
        .isEqualTo(3);
    // and what they read themselves they see again
    awaitTraceFacts();
    assertThat(as(parent, "/dossiers/" + dossier + "/looks").asString())
        .contains(REPRESENTATION.toString(), "read-own-looks");
    // Of an adult a guardian sees what they would, from when they began: before, it may be a
    // minor's.
    represent(Representative.Kind.GUARDIAN_OF_ADULT);
    Response guardians = as(parent, "/dossiers/" + dossier + "/log?limit=500");
    assertThat(guardians.asString()).contains(confidant, mask.toString());
    assertThat(guardians.jsonPath().getList("entries.type"))
        .contains("access.traced.v1")
        .doesNotContain("access.granted.v1", "dossier.opened.v1");
    assertThat(guardians.jsonPath().getList("entries.time", String.class))
        .allMatch(time -> !Instant.parse(time).isBefore(REPRESENTED_SINCE));
    Response guardiansLooks = as(parent, "/dossiers/" + dossier + "/looks?limit=500");
    assertThat(guardiansLooks.asString()).contains(confidant);
    assertThat(guardiansLooks.jsonPath().getList("looks.time", String.class))
        .allMatch(time -> !Instant.parse(time).isBefore(REPRESENTED_SINCE));
    assertThat(guardiansLooks.jsonPath().getList("looks.decision.index.findAll { it != null }"))
        .isEmpty();
    represent(Representative.Kind.PERSON_OF_TRUST);
    assertThat(as(parent, "/dossiers/" + dossier + "/log").asString())
        .doesNotContain(confidant, secret.toString(), mask.toString());
  }

  @Test
  void thePageForPrintingIsInBothLanguagesRunsNothingAndEscapesEverything() throws Exception {
    story();
    trace(
        "2026-05-03T11:00:00Z",
        PurposeOfUse.NORMAL,
        AccessTraced.Outcome.REFUSED,
        "<script>alert('x')</script>&\"");
    awaitEntries(6);
    awaitTraceFacts();
    String path = "/dossiers/" + dossier + "/looks/page";
    Response french = as(TestTokens.patient(OWNER_INS), path);
    assertThat(french.contentType()).startsWith("text/html");
    assertThat(french.header("Content-Security-Policy")).contains("default-src 'none'");
    assertThat(french.asString())
        .contains("<html lang=\"fr\">", "Qui a consulté votre dossier", "3 mai 2026", "13:00")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;")
        .doesNotContain("<script")
        .doesNotContain("http://")
        .doesNotContain("https://");
    assertThat(as(TestTokens.patient(OWNER_INS), path + "?language=en").asString())
        .contains("<html lang=\"en\">", "Who looked at your dossier", "3 May 2026");
    assertThat(as(TestTokens.patient(OWNER_INS), path + "?language=de").statusCode())
        .isEqualTo(422);
    assertThat(as(TestTokens.patient(OTHER_INS), path).statusCode()).isEqualTo(403);
  }

  @Test
  void auditorFindsTracesByStructureRuleAndPurpose() throws Exception {
    story();
    trace("2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.RELEASED, "GRANT", "i");
    awaitEntries(6);
    awaitTraceFacts();
    String of = "/log?dossier=" + dossier;
    assertThat(as(auditor(), of + "&structure=3750100125").jsonPath().getList("entries"))
        .hasSize(2);
    assertThat(as(auditor(), of + "&structure=3750100126").jsonPath().getList("entries")).isEmpty();
    for (String one : List.of("&rule=BREAK_GLASS", "&purpose=bris_de_glace")) {
      assertThat(as(auditor(), of + one).jsonPath().getList("entries.facts.rule"))
          .containsExactly("BREAK_GLASS");
    }
    Response granted = as(auditor(), of + "&rule=GRANT&structure=3750100125");
    assertThat(granted.jsonPath().getList("entries.facts.careRelation")).containsExactly(false);
  }

  /** How many traces, each n of one with its own time. */
  private int traced(
      String professional,
      int number,
      Supplier<UUID> of,
      LongFunction<Instant> times,
      PurposeOfUse purpose,
      AccessTraced.Outcome outcome,
      boolean care) {
    return traced("read-items", professional, number, of, times, purpose, outcome, care);
  }

  private int traced(
      String action,
      String professional,
      int number,
      Supplier<UUID> of,
      LongFunction<Instant> times,
      PurposeOfUse purpose,
      AccessTraced.Outcome outcome,
      boolean care) {
    for (int n = 1; n <= number; n++) {
      var _ =
          producer.send(
              fact(
                  Topic.ACCESS_TRACES,
                  of.get(),
                  AccessTraced.WIRE_NAME,
                  "professional:" + professional,
                  times.apply(n).toString(),
                  new AccessTraced(
                      doctor(professional),
                      purpose,
                      action,
                      outcome,
                      "GRANT",
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      List.of(),
                      Optional.empty(),
                      Optional.of(care))));
    }
    return number;
  }

  @Test
  void unusualPatternsAreFoundInTracesAtTheirStatedThresholdsAndNotBelow() throws Exception {
    // given
    PurposeOfUse normal = PurposeOfUse.NORMAL;
    PurposeOfUse glass = PurposeOfUse.BREAK_GLASS;
    AccessTraced.Outcome released = AccessTraced.Outcome.RELEASED;
    AccessTraced.Outcome refused = AccessTraced.Outcome.REFUSED;
    Supplier<UUID> each = UUID::randomUUID;
    Supplier<UUID> one = () -> dossier;
    LongFunction<Instant> day = n -> Instant.parse("2031-03-03T09:00:00Z").plusSeconds(n);
    LongFunction<Instant> night = n -> Instant.parse("2031-03-03T22:30:00Z").plusSeconds(n * 3_600);
    LongFunction<Instant> evening = n -> Instant.parse("2031-03-03T18:00:00Z").plusSeconds(n * 60);
    LongFunction<Instant> slowly = n -> Instant.parse("2031-03-03T06:00:00Z").plusSeconds(n * 960);
    int traces =
        traced("many", 100, each, day, normal, released, true)
            + traced("fewer", 99, each, day, normal, released, true)
            + traced("often", 200, one, day, normal, released, true)
            + traced("night", 3, each, night, glass, released, true)
            + traced("evening", 9, each, evening, glass, released, true)
            + traced("stranger", 5, each, day, normal, released, false)
            + traced("guest", 4, each, day, normal, released, false)
            + traced("refused", 5, each, day, normal, refused, false)
            + traced("assist", "helps", 120, each, day, normal, released, false)
            + traced("slow", 5, each, slowly, normal, refused, false);
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                count("SELECT count(*) FROM log_facts WHERE time > timestamptz '2031-01-01Z'")
                    == traces);
    // when
    Response found =
        as(auditor(), "/log/patterns?from=2031-03-01T00:00:00Z&to=2031-04-01T00:00:00Z");
    // then
    assertThat(found.statusCode()).isEqualTo(200);
    assertThat(found.jsonPath().getList("found.pattern"))
        .containsExactly(
            "MANY_DOSSIERS", "BREAK_GLASS_BY_NIGHT", "WITHOUT_CARE_RELATION", "REFUSALS_IN_SERIES");
    assertThat(found.jsonPath().getList("found.actor"))
        .containsExactly(
            "professional:many",
            "professional:night",
            "professional:stranger",
            "professional:refused");
    assertThat(found.jsonPath().getList("found.dossiers")).containsExactly(100, 3, 5, 5);
    assertThat(found.jsonPath().getList("lookedFor.threshold")).containsExactly(100, 3, 5, 5);
    assertThat(found.jsonPath().getString("lookedFor[0].french")).contains("100 dossiers");
    assertThat(as(TestTokens.withRole("p", "privacy-officer"), "/log/patterns").statusCode())
        .isEqualTo(200);
    awaitNoDossierTrace("audit-patterns");
  }

  private Map<String, String> files(byte[] zip) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        files.put(each.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void factsAreExportedInThreeFormsEachSignedWithTheCheckpointThatCoversThem() throws Exception {
    // given
    story();
    trace("2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.REFUSED, "=1+1,\"x\"");
    awaitEntries(6);
    checkpoint();
    awaitTraceFacts();
    Map<String, String> held =
        Map.of("ndjson", "facts.ndjson", "csv", "facts.csv", "balp", "audit-events.ndjson");
    for (Map.Entry<String, String> form : held.entrySet()) {
      // when
      Response answer =
          as(
              auditor(),
              "/log/facts?to=2026-06-01T00:00:00Z&dossier=" + dossier + "&format=" + form.getKey());
      assertThat(answer.statusCode()).isEqualTo(200);
      Path file = Path.of("target", "facts-" + dossier + ".zip");
      Files.write(file, answer.asByteArray());
      // then
      assertThat(checked(file)).startsWith("0 ").contains("THE EXTRACT HOLDS");
      Map<String, String> files = files(answer.asByteArray());
      assertThat(files.keySet())
          .containsExactly("checkpoint", "conditions.json", form.getValue(), "manifest");
      assertThat(JsonPath.from(files.get("conditions.json")).getMap(""))
          .as("what was asked for, and nothing else")
          .isEqualTo(
              Map.of(
                  "format",
                  form.getKey(),
                  "dossier",
                  dossier.toString(),
                  "to",
                  "2026-06-01T00:00:00Z"));
      String facts = files.get(form.getValue());
      assertThat(facts).contains("bris_de_glace", DOCTOR).doesNotContain(CANARY);
      switch (form.getKey()) {
        case "ndjson" ->
            assertThat(facts.lines()).hasSize(6).allMatch(line -> line.startsWith("{"));
        case "csv" ->
            assertThat(facts)
                .startsWith("\"index\",\"time\"")
                .contains(",\"'=1+1,\"\"x\"\"\",")
                .contains("\r\n");
        default ->
            assertThat(facts.lines()).hasSize(2).allMatch(line -> line.contains("AuditEvent"));
      }
    }
    awaitTraces("audit-facts", 3);
    assertThat(as(auditor(), "/log/facts?format=pdf").statusCode()).isEqualTo(422);
    assertThat(as(TestTokens.withRole("p", "operator"), "/log/facts").statusCode()).isEqualTo(403);
  }

  private static String checked(Path file) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status =
        Verify.run(List.of(file.toString(), "--key", logKeys().getFirst().format()), out, out);
    return status + " " + said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aCaseFileHasFactsRulesProofsAndAPageInFrenchAndHoldsOffline() throws Exception {
    // given
    story();
    trace("2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.REFUSED, "NO_STANDING");
    awaitEntries(6);
    checkpoint();
    awaitTraceFacts();
    String rules =
        """
        {"rules":[
          {"code":"NO_STANDING","validFrom":"2018-11-05T23:00:00Z","validUntil":"2026-05-01T00:00:00Z",
           "english":"before","french":"avant","source":"CSP"},
          {"code":"NO_STANDING","validFrom":"2026-05-01T00:00:00Z",
           "english":"then","french":"règle alors en vigueur","source":"CSP L1111-17"}]}
        """;
    String path = "/log/case-file?dossier=" + dossier;
    assertThat(as(auditor(), path).statusCode())
        .as("without the rules there is no case")
        .isEqualTo(503);
    Neighbours.answer("/rules", _ -> Neighbours.Answer.ok(rules));
    // when
    Response answer = as(TestTokens.withRole("p", "privacy-officer"), path);
    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    Path file = Path.of("target", "case-" + dossier + ".zip");
    Files.write(file, answer.asByteArray());
    assertThat(checked(file)).startsWith("0 ").contains("5 entries proven", "THE EXTRACT HOLDS");
    Map<String, String> files = files(answer.asByteArray());
    assertThat(files.keySet())
        .containsExactly(
            "checkpoint", "plainte.html", "facts.ndjson", "rules.json", "entries", "manifest");
    assertThat(files.get("rules.json")).isEqualTo(rules);
    assertThat(files.get("facts.ndjson").lines()).hasSize(5);
    assertThat(files.get("plainte.html"))
        .contains("Dossier de réclamation", "s&#39;est vu refuser", "bris de glace", DOCTOR)
        .contains("règle alors en vigueur (CSP L1111-17)")
        .contains("Consultations : 1, dont en urgence : 1. Refus : 1.")
        .doesNotContain(CANARY)
        .doesNotContain("<script");
    assertThat(files.get("plainte.html").length()).as("one page").isLessThan(8_000);
    awaitTraces("audit-case", 1);
    // and of nobody who did nothing
    Map<String, String> of =
        files(as(auditor(), path + "&actor=professional:nobody").asByteArray());
    assertThat(of.get("facts.ndjson").lines()).as("what the patient decided").hasSize(3);
    assertThat(as(auditor(), "/log/case-file").statusCode()).isEqualTo(422);
    assertThat(as(TestTokens.patient(OWNER_INS), path).statusCode()).isEqualTo(403);
  }

  @Test
  void aCaseFileOfOneDayProvesTheOlderDecisionOnWhichALookOfThatDayRests() throws Exception {
    // given
    story();
    trace(
        "2026-05-03T11:00:00Z", PurposeOfUse.NORMAL, AccessTraced.Outcome.RELEASED, "GRANT", "i1");
    record(
        Topic.ACCESS_EVENTS,
        dossier,
        GrantRevoked.WIRE_NAME,
        "owner",
        "2026-05-04T08:00:00Z",
        new GrantRevoked(GRANT));
    awaitEntries(7);
    checkpoint();
    awaitTraceFacts();
    Neighbours.answer("/rules", _ -> Neighbours.Answer.ok("{\"rules\":[]}"));

    // when
    Response answer =
        as(
            auditor(),
            "/log/case-file?from=2026-05-03T00:00:00Z&to=2026-05-04T00:00:00Z&dossier=" + dossier);

    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    Path file = Path.of("target", "case-" + dossier + ".zip");
    Files.write(file, answer.asByteArray());
    assertThat(checked(file)).startsWith("0 ").contains("3 entries proven", "THE EXTRACT HOLDS");
    Map<String, String> files = files(answer.asByteArray());
    long granted = indexOf("access.granted.v1");
    assertThat(files.get("plainte.html"))
        .contains("le patient a autorisé le professionnel " + DOCTOR, "[ligne " + granted + "]")
        .contains("les lignes de soins n&#39;y sont pas");
    assertThat(files.get("facts.ndjson"))
        .as("what the page rests on")
        .contains("\"index\":" + granted + ",")
        .doesNotContain("dossier.opened.v1", "access.revoked.v1", "dossier.closed.v1");
    assertThat(files.get("entries").lines()).anyMatch(line -> line.startsWith(granted + " "));
  }

  @Test
  void othersGetTheSameBytesAsForAnUnknownDossier() throws Exception {
    story();
    Response other = as(TestTokens.patient(OTHER_INS), "/dossiers/" + dossier + "/log");
    Response unknown = as(TestTokens.patient(OTHER_INS), "/dossiers/" + UUID.randomUUID() + "/log");
    assertThat(other.statusCode()).isEqualTo(403);
    assertThat(unknown.statusCode()).isEqualTo(403);
    assertThat(withoutCorrelation(other)).isEqualTo(withoutCorrelation(unknown));
    assertThat(other.asString()).contains("NO_STANDING").doesNotContain(CANARY);
    awaitTraces("read-own-log", 1);
    assertThat(entries("AND convert_from(value, 'UTF8') LIKE '%\"outcome\":\"REFUSED\"%'"))
        .isEqualTo(1);
  }

  /** As after an emptied database, for as long as it takes. */
  @Test
  void whileTheSearchIsMadeAgainItIsSaidHowFarItIsAndNobodysRefusalIsLost() throws Exception {
    // given
    story();
    String owner = TestTokens.patient(OWNER_INS);
    String path = "/dossiers/" + dossier;
    List<String> answers = List.of("/looks", "/looks/page", "/log");
    for (String each : answers) {
      awaitTraceFacts();
      assertThat(as(owner, path + each).asString())
          .contains(DOCTOR)
          .doesNotContain("completeUpTo", "arrête avant");
      awaitTraces("read-own-looks", each.equals("/looks") ? 1 : 2);
    }
    awaitTraces("read-own-log", 1);
    awaitTraceFacts();
    // and nobody keeps made-up dossiers for ever
    long size = count("SELECT size FROM log_head");
    assertThat(as(TestTokens.patient(OTHER_INS), "/dossiers/" + UUID.randomUUID() + "/log"))
        .extracting(Response::statusCode)
        .isEqualTo(403);
    assertThat(count("SELECT count(*) FROM outbox")).isZero();
    assertThat(count("SELECT size FROM log_head")).isEqualTo(size);

    // when
    int given;
    execute("ALTER TABLE log_facts_head ADD CONSTRAINT held CHECK (next_index = 0) NOT VALID");
    try {
      execute("UPDATE log_facts_head SET next_index = 0");
      execute("TRUNCATE log_facts, trace_fact");

      // then
      for (String each : List.of("/looks", "/log")) {
        Response answer = as(owner, path + each);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.jsonPath().getLong("completeUpTo")).isZero();
      }
      assertThat(as(owner, path + "/looks/page").asString())
          .contains("Cette liste s&#39;arrête avant la ligne 0 du journal")
          .doesNotContain("Personne n");
      assertThat(as(auditor(), "/log?dossier=" + dossier).jsonPath().getLong("completeUpTo"))
          .isZero();
      // of no checkpoint, or of the one before the first entry; what is not answered leaves no
      // trace
      AtomicReference<Response> file = new AtomicReference<>();
      await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(
              () -> {
                file.set(as(owner, path + "/looks/file"));
                assertThat(file.get().statusCode()).isIn(200, 404);
              });
      if (file.get().statusCode() == 200) {
        assertThat(files(file.get().asByteArray()).get("consultations.html"))
            .contains("arrête avant la ligne 0 du journal");
      }
      given = file.get().statusCode() == 404 ? 0 : 1;
      assertThat(as(TestTokens.patient(OTHER_INS), path + "/looks").statusCode()).isEqualTo(403);
    } finally {
      execute("ALTER TABLE log_facts_head DROP CONSTRAINT held");
    }
    awaitTraces("audit-search", 1);
    awaitTraces("read-own-looks", 5 + given);
    assertThat(entries("AND convert_from(value, 'UTF8') LIKE '%\"outcome\":\"REFUSED\"%'"))
        .isEqualTo(1);
    awaitTraceFacts();
    assertThat(as(owner, path + "/looks").asString())
        .contains(DOCTOR)
        .doesNotContain("completeUpTo");
  }

  @Test
  void whoIsRefusedTooOftenIsStoppedAndWhatCannotBeCountedIsNotSaid() throws Exception {
    story();
    String other = TestTokens.patient(OTHER_INS);
    for (int i = 0; i < 20; i++) {
      UUID any = i / 4 % 2 == 0 ? dossier : UUID.randomUUID();
      String path = List.of("/log", "/looks", "/looks/page", "/looks/file").get(i % 4);
      assertThat(as(other, "/dossiers/" + any + path).statusCode()).as("" + i).isEqualTo(403);
    }
    for (UUID any : List.of(dossier, UUID.randomUUID())) {
      Response stopped = as(other, "/dossiers/" + any + "/log");
      assertThat(stopped.statusCode()).isEqualTo(429);
      assertThat(stopped.jsonPath().getString("code")).isEqualTo("TOO_MANY_REFUSALS");
    }
    assertThat(as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log").statusCode())
        .as("who may read is never kept from it")
        .isEqualTo(200);
    Neighbours.answer("/refusals", _ -> new Neighbours.Answer(503, "{}"));
    for (UUID any : List.of(dossier, UUID.randomUUID())) {
      Response uncounted = as(other, "/dossiers/" + any + "/looks");
      assertThat(uncounted.statusCode()).isEqualTo(503);
      assertThat(uncounted.jsonPath().getString("code")).isEqualTo("DECISION_UNAVAILABLE");
    }
  }

  @Test
  void aDossierWhoseLogMayNotBeReadIsAnsweredLikeNoneInBytesAndInTime() throws Exception {
    story();
    Neighbours.answer("/refusals", _ -> Neighbours.Answer.ok("{\"tooMany\":false}"));
    // As access-control does: of an unknown dossier it knows nothing.
    Function<Neighbours.Request, Neighbours.Answer> deciding = this::decided;
    Neighbours.answer(
        "/decisions",
        request ->
            request.body().contains(dossier.toString())
                ? deciding.apply(request)
                : new Neighbours.Answer(404, "{}"));
    List<String> paths = List.of("/log", "/looks", "/looks/page", "/looks/file");
    double[] ofHidden = new double[48];
    double[] ofNone = new double[48];
    String token = TestTokens.patient(OTHER_INS);
    for (int i = 0; i < ofHidden.length + 4; i++) {
      String path = paths.get(i % paths.size());
      boolean hiddenFirst = ThreadLocalRandom.current().nextBoolean();
      UUID none = UUID.randomUUID();
      Timed first = timed(token, "/dossiers/" + (hiddenFirst ? dossier : none) + path);
      Timed second = timed(token, "/dossiers/" + (hiddenFirst ? none : dossier) + path);
      assertThat(second.text()).isEqualTo(first.text());
      // The first ones are slow for nobody in particular.
      if (i >= 4) {
        ofHidden[i - 4] = (hiddenFirst ? first : second).nanos();
        ofNone[i - 4] = (hiddenFirst ? second : first).nanos();
      }
    }
    assertThat(Arrays.stream(ofHidden).min().orElseThrow()).isGreaterThan(50e6);
    assertThat(Arrays.stream(ofNone).min().orElseThrow()).isGreaterThan(50e6);
    RankTest test = RankTest.of(ofHidden, ofNone);
    assertThat(test.z()).as(test.toString()).isBetween(-3.89, 3.89);
  }

  private record Timed(String text, double nanos) {}

  private static Timed timed(String token, String path) {
    long begin = System.nanoTime();
    Response answer = as(token, path);
    double nanos = System.nanoTime() - begin;
    assertThat(answer.statusCode()).isEqualTo(403);
    return new Timed(
        (answer.headers() + answer.asString()).replace(answer.getHeader("X-Correlation-Id"), "*"),
        nanos);
  }

  private static String withoutCorrelation(Response answer) {
    return answer.asString().replace(answer.getHeader("X-Correlation-Id"), "");
  }

  @Test
  void withoutADecisionNothingIsShown() throws Exception {
    story();
    Neighbours.forgetAll();
    Response down = as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log");
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.jsonPath().getString("code")).isEqualTo("DECISION_UNAVAILABLE");
    Neighbours.answer(
        "/decisions",
        _ -> {
          await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
          return Neighbours.Answer.ok("{}");
        });
    Response slow = as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log");
    assertThat(slow.statusCode()).isEqualTo(503);
    Neighbours.answer("/decisions", _ -> Neighbours.Answer.ok("not JSON"));
    assertThat(as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log").statusCode())
        .isEqualTo(503);
    assertThat(traces("read-own-log")).isZero();
  }

  @Test
  void withoutTheTraceNoDataLeave() throws Exception {
    story();
    execute("ALTER TABLE outbox ADD CONSTRAINT closed CHECK (false) NOT VALID");
    try {
      for (Response answer :
          List.of(
              as(TestTokens.patient(OWNER_INS), "/dossiers/" + dossier + "/log"),
              as(auditor(), "/log?dossier=" + dossier),
              as(auditor(), "/log/" + indexOf("dossier.opened.v1") + "/record"))) {
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.asString())
            .contains("INTERNAL_ERROR")
            .doesNotContain("dossier.opened.v1")
            .doesNotContain("entries");
      }
    } finally {
      execute("ALTER TABLE outbox DROP CONSTRAINT closed");
    }
  }

  private long indexOf(String type) {
    return count(
        "SELECT index FROM log_facts WHERE dossier_id = '"
            + dossier
            + "' AND type = '"
            + type
            + "'");
  }

  @Test
  void eachRoleHasItsOwnAndNobodyElse() {
    for (String path :
        List.of(
            "/log",
            "/log/size",
            "/log/0/record",
            "/dossiers/" + dossier + "/log",
            "/dossiers/" + dossier + "/looks",
            "/dossiers/" + dossier + "/looks/page",
            "/dossiers/" + dossier + "/looks/file")) {
      assertThat(given().get(path).statusCode()).as(path).isEqualTo(401);
      assertThat(as(TestTokens.professional(DOCTOR, "10"), path).statusCode())
          .as(path)
          .isEqualTo(403);
      String wrong = path.startsWith("/dossiers") ? auditor() : TestTokens.patient(OWNER_INS);
      assertThat(as(wrong, path).statusCode()).as(path).isEqualTo(403);
    }
  }

  @Test
  void whatCannotBeReadIsAnEntryAllTheSame() throws Exception {
    record(
        Topic.ACCESS_TRACES,
        dossier,
        AccessTraced.WIRE_NAME,
        "professional:" + DOCTOR,
        "2026-05-03T10:00:00Z",
        ("{\"words\":\"" + CANARY).getBytes(StandardCharsets.UTF_8));
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        "dossier.of-tomorrow.v1",
        "owner",
        "2026-05-03T10:00:00Z",
        ("{\"title\":\"" + CANARY + "\"}").getBytes(StandardCharsets.UTF_8));
    awaitEntries(2);
    Response found = as(auditor(), "/log?dossier=" + dossier);
    assertThat(found.jsonPath().getList("entries")).hasSize(2);
    assertThat(found.asString()).doesNotContain(CANARY).doesNotContain("facts");
  }

  @Test
  void entriesAppearWithinASecondOrSo() throws Exception {
    record(
        Topic.DOSSIER_EVENTS,
        dossier,
        DossierClosed.WIRE_NAME,
        "owner",
        "2026-05-04T08:00:00Z",
        new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty()));
    awaitEntries(1);
    List<Long> millis =
        LongStream.range(0, 5)
            .map(
                each -> {
                  try {
                    long start = System.nanoTime();
                    record(
                        Topic.DOSSIER_EVENTS,
                        dossier,
                        DossierClosed.WIRE_NAME,
                        "owner",
                        "2026-05-04T08:00:00Z",
                        new DossierClosed(
                            ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty()));
                    awaitEntries(2 + each);
                    return (System.nanoTime() - start) / 1_000_000;
                  } catch (ExecutionException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .boxed()
            .toList();
    System.out.println("from Kafka to the log, ms: " + millis);
    assertThat(millis.stream().sorted().toList().get(2)).isLessThan(1_500);
    assertThat(as(TestTokens.withRole("op", "operator"), "/q/metrics").asString())
        .contains("carnet_audit_lag_records");
  }

  /** The newest checkpoint, once it covers everything that there is now. */
  private SignedNote checkpoint() {
    long size = count("SELECT size FROM log_head");
    return await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> SignedNote.parse(as(auditor(), "/checkpoint").asString()),
            note -> Checkpoint.parse(note.text()).size() >= size);
  }

  private static List<VerifierKey> logKeys() {
    return given().get("/log/keys").asString().lines().map(VerifierKey::parse).toList();
  }

  private static Optional<byte[]> served(String path) {
    Response answer = as(auditor(), "/" + path);
    return answer.statusCode() == 200 ? Optional.of(answer.asByteArray()) : Optional.empty();
  }

  @Test
  void checkpointsAndTilesAreServedAsTheSpecificationSays() throws Exception {
    story();
    SignedNote note = checkpoint();
    Response answer = as(auditor(), "/checkpoint");
    assertThat(answer.contentType()).isEqualTo("text/plain; charset=utf-8");
    assertThat(note.signers(logKeys()).holds()).isTrue();
    assertThat(logKeys().getFirst().algorithm()).isEqualTo(Algorithm.ED25519);
    Checkpoint head = Checkpoint.parse(note.text());
    assertThat(head.origin()).isEqualTo(logKeys().getFirst().name());
    TiledTree tree = new TiledTree(head.size(), tile -> served(tile.path()));
    assertThat(tree.root()).isEqualTo(head.root());
    for (long first = 0; first < head.size(); first += Span.FULL) {
      Span span = new Span(first / Span.FULL, (int) Math.min(Span.FULL, head.size() - first));
      List<byte[]> entries = EntryBundle.read(span, served(Tile.entriesPath(span)).orElseThrow());
      for (int i = 0; i < entries.size(); i++) {
        assertThat(Hash.ofLeaf(entries.get(i))).isEqualTo(tree.at(0, first + i));
      }
    }
    Response tile = as(auditor(), "/tile/0/000.p/1");
    assertThat(tile.contentType()).isEqualTo("application/octet-stream");
    assertThat(tile.header("Cache-Control")).contains("immutable");
    assertThat(tile.asByteArray()).hasSize(Hash.SIZE);
    awaitNoDossierTrace("audit-bundle");
    for (String wrong :
        List.of(
            "tile/0/x001/x000/000",
            "tile/0/0",
            "tile/00/000",
            "tile/64/000",
            "tile/1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/entries/x999/999",
            "tile/entries/..")) {
      assertThat(as(auditor(), "/" + wrong).statusCode()).as(wrong).isEqualTo(404);
    }
  }

  /** The size of the log moves with every line that passes the valve. */
  @Test
  void whoSendsLinesDoesNotSeeTheLogGrow() {
    for (String path :
        List.of(
            "checkpoint",
            "q/metrics",
            "tile/0/000.p/1",
            "tile/entries/000.p/1",
            "log/export",
            "log/state",
            "log/witnesses",
            "log/comparison",
            "notices",
            "log/proofs/inclusion?index=0",
            "log/proofs/consistency?from=0")) {
      assertThat(given().get("/" + path).statusCode()).as(path).isEqualTo(401);
      for (String role : List.of("billing", "professional", "counter-agent", "programme")) {
        assertThat(as(TestTokens.withRole("x", role), "/" + path).statusCode())
            .as(path)
            .isEqualTo(403);
      }
      assertThat(as(TestTokens.patient(OWNER_INS), "/" + path).statusCode()).isEqualTo(403);
    }
    for (String path : List.of("tile/entries/000.p/1", "log/export")) {
      assertThat(as(TestTokens.withRole("x", "operator"), "/" + path).statusCode())
          .as("exact bytes say facts in clear")
          .isEqualTo(403);
    }
  }

  @Test
  void everyEntryAndEveryEarlierTreeIsProven() throws Exception {
    story();
    Checkpoint earlier = Checkpoint.parse(checkpoint().text());
    story();
    awaitEntries(10);
    Checkpoint later = Checkpoint.parse(checkpoint().text());
    Response consistency =
        as(auditor(), "/log/proofs/consistency?from=" + earlier.size() + "&to=" + later.size());
    assertThat(
            new ConsistencyProof(earlier.size(), later.size(), hashes(consistency))
                .connects(earlier.root(), later.root()))
        .isTrue();
    assertThat(consistency.jsonPath().getString("fromRoot")).isEqualTo(earlier.root().base64());
    long index = count("SELECT max(index) FROM log_facts WHERE dossier_id = '" + dossier + "'");
    Response inclusion =
        as(auditor(), "/log/proofs/inclusion?index=" + index + "&size=" + later.size());
    assertThat(
            new InclusionProof(index, later.size(), hashes(inclusion))
                .proves(Hash.fromBase64(inclusion.jsonPath().getString("leaf")), later.root()))
        .isTrue();
    for (String missing :
        List.of(
            "inclusion?index=5&size=5",
            "inclusion?index=0&size=999999999",
            "consistency?from=6&to=5",
            "consistency?from=1&to=999999999")) {
      assertThat(as(auditor(), "/log/proofs/" + missing).statusCode()).isEqualTo(404);
    }
    for (String wrong : List.of("inclusion", "inclusion?index=x", "consistency?from=-1")) {
      assertThat(as(auditor(), "/log/proofs/" + wrong).statusCode()).isEqualTo(422);
    }
  }

  private static List<Hash> hashes(Response proof) {
    return proof.jsonPath().getList("path", String.class).stream().map(Hash::fromBase64).toList();
  }

  private String verified(Path file) throws Exception {
    // What is kept is from before: the log is signed anew meanwhile.
    Path kept = file.resolveSibling(file.getFileName() + "-kept");
    Files.copy(Path.of(checkpointFile), kept, StandardCopyOption.REPLACE_EXISTING);
    Files.write(file, as(auditor(), "/log/export").asByteArray());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    Verify.run(
        List.of(file.toString(), "--key", logKeys().getFirst().format(), "--kept", kept.toString()),
        out,
        out);
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theExportHoldsOfflineAndARowThatIsTouchedIsNamed() throws Exception {
    story();
    checkpoint();
    Path file = Path.of("target", "export-" + dossier);
    assertThat(verified(file)).contains("THE LOG HOLDS");
    List<String> compared = compared();
    assertThat(compared.getLast()).contains("\"place\":\"all\"", "\"differences\":0");
    assertThat(compared.stream().filter(line -> line.contains("care.reimbursements"))).hasSize(2);
    long victim = count("SELECT min(index) FROM log_facts WHERE dossier_id = '" + dossier + "'");
    String place =
        text(
            "SELECT topic || '-' || partition || '@' || record_offset FROM log_entry WHERE index = "
                + victim);
    execute("CREATE TABLE untouched AS SELECT * FROM log_entry WHERE index = " + victim);
    try {
      execute("UPDATE log_entry SET value = set_byte(value, 3, 0) WHERE index = " + victim);
      assertThat(verified(file)).contains("\nCHANGED index " + victim);
      assertThat(compared()).anyMatch(line -> line.contains("OTHER_BYTES " + place));
      // The log says so itself, loudly, and to whom it concerns.
      awaitNotice("LOG_NOT_VERIFIED", "index " + victim, true);
      given().get("/q/health/well").then().statusCode(503);
      given().get("/q/health/ready").then().statusCode(200);
      assertThat(as(auditor(), "/log/state").jsonPath().getBoolean("whole")).isFalse();
      execute(
          "UPDATE log_entry SET record_offset = record_offset + 1000000 WHERE index = " + victim);
      assertThat(verified(file)).contains("\nCHANGED index " + victim);
      assertThat(compared())
          .anyMatch(line -> line.contains("NOT_IN_LOG " + place))
          .anyMatch(line -> line.contains("NOT_ON_KAFKA " + place.replaceFirst("@.*", "@")));
      execute("DELETE FROM log_entry WHERE index = " + victim);
      assertThat(verified(file)).contains("\nREMOVED index " + victim);
    } finally {
      execute("DELETE FROM log_entry WHERE index = " + victim);
      execute("INSERT INTO log_entry SELECT * FROM untouched");
      execute("DROP TABLE untouched");
    }
    assertThat(verified(file)).contains("THE LOG HOLDS");
    awaitNotice("LOG_NOT_VERIFIED", "index " + victim, false);
    awaitWhole();
    assertThat(compared().getLast()).contains("\"differences\":0");
    awaitNoDossierTrace("audit-export");
  }

  /** What somebody does to the database, what is said of it, and how it is mended. */
  private record Change(String sql, String told, String mended) {}

  /** Entries and tree are whole: what people read of them is not. */
  @Test
  void whatIsFoundAndShownOtherwiseThanTheLogSaysIsNamed() throws Exception {
    // given
    story();
    checkpoint();
    awaitWhole();
    long look = indexOf("access.traced.v1");
    long grant = indexOf("access.granted.v1");
    String again = "UPDATE log_facts_head SET next_index = 0";
    for (Change change :
        List.of(
            new Change(
                "DELETE FROM trace_fact WHERE index = " + look, "index " + look + ":", again),
            new Change(
                "UPDATE log_facts SET repeat_of = 0 WHERE index = " + grant,
                "index " + grant + ":",
                again),
            new Change("UPDATE log_facts SET latest = '1970-01-01Z'", "index 0:", again),
            new Change(
                """
                INSERT INTO log_checkpoint
                SELECT 1000000000000000, note FROM log_checkpoint ORDER BY size LIMIT 1
                """,
                "the tree that was signed cannot be made: the checkpoint of ",
                "DELETE FROM log_checkpoint WHERE size = 1000000000000000"))) {
      try {
        // when
        execute(change.sql());

        // then
        awaitNotice("LOG_NOT_VERIFIED", change.told(), true);
        given().get("/q/health/well").then().statusCode(503);
      } finally {
        execute(change.mended());
      }

      // then
      awaitNotice("LOG_NOT_VERIFIED", change.told(), false);
    }
    awaitWhole();
    assertThat(count("SELECT count(*) FROM trace_fact WHERE index = " + look)).isEqualTo(1);
  }

  private static List<String> compared() {
    return as(TestTokens.withRole("op", "operator"), "/log/comparison").asString().lines().toList();
  }

  private static void awaitNotice(String code, String detail, boolean open) {
    for (String role : List.of("operator", "privacy-officer")) {
      await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () ->
                  as(TestTokens.withRole("somebody", role), "/notices")
                      .jsonPath()
                      .<Map<String, Object>>getList("")
                      .stream()
                      .anyMatch(
                          notice ->
                              notice.get("code").equals(code)
                                  && notice.get("detail").toString().startsWith(detail)
                                  && notice.containsKey("ended") != open
                                  && !notice.get("french").equals(notice.get("english"))));
    }
  }

  private static void awaitWhole() {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> given().get("/q/health/well").statusCode() == 200);
  }

  @Test
  void aLogThatFallsBehindIsToldLoudlyAndSaysSoAgainWhenItIsWhole() throws Exception {
    story();
    awaitWhole();
    assertThat(as(auditor(), "/log/state").jsonPath().getBoolean("whole")).isTrue();
    // given: whoever leads cannot write that the log holds all that Kafka has
    execute(
        "ALTER TABLE log_head ADD CONSTRAINT late CHECK (whole_at < now() - interval '61 s')"
            + " NOT VALID");
    try {
      execute("UPDATE log_head SET whole_at = now() - interval '61500 ms'");
      // then
      awaitNotice("LOG_BEHIND", "", true);
      given().get("/q/health/well").then().statusCode(503);
      String metrics = as(TestTokens.withRole("op", "operator"), "/q/metrics").asString();
      assertThat(metrics).contains("carnet_audit_notices 1.0");
      assertThat(metrics).containsPattern("carnet_audit_behind_seconds [6-9][0-9]");
    } finally {
      execute("ALTER TABLE log_head DROP CONSTRAINT late");
    }
    awaitNotice("LOG_BEHIND", "", false);
    awaitWhole();
  }

  @Test
  void aSearchThatFallsBehindIsToldAndLeavesTheLogWhole() throws Exception {
    story();
    awaitWhole();
    // given: whoever projects cannot write that a search finds all that the log has
    execute(
        "ALTER TABLE log_facts_head ADD CONSTRAINT late"
            + " CHECK (whole_at < now() - interval '61 s') NOT VALID");
    try {
      // when
      execute("UPDATE log_facts_head SET whole_at = now() - interval '61500 ms', aim = 0");

      // then
      awaitNotice("SEARCH_BEHIND", "", true);
      String metrics = as(TestTokens.withRole("op", "operator"), "/q/metrics").asString();
      assertThat(metrics).contains("carnet_audit_notices 1.0");
      assertThat(metrics).containsPattern("carnet_audit_search_behind_seconds [6-9][0-9]");
      given().get("/q/health/well").then().statusCode(200);
      assertThat(as(auditor(), "/log/state").jsonPath().getBoolean("whole")).isTrue();
    } finally {
      execute("ALTER TABLE log_facts_head DROP CONSTRAINT late");
    }
    awaitNotice("SEARCH_BEHIND", "", false);
  }

  @Test
  void perTopicItIsToldHowFarTheLogIs() throws Exception {
    story();
    checkpoint();
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> state("dossier.events", "recordsBehind") == 0);
    // given: the log cannot take what comes
    try (var connection = dataSource.getConnection();
        var lock = connection.createStatement()) {
      connection.setAutoCommit(false);
      lock.execute("LOCK TABLE log_entry IN EXCLUSIVE MODE");
      record(
          Topic.DOSSIER_EVENTS,
          dossier,
          DossierClosed.WIRE_NAME,
          "owner",
          "2026-05-04T08:00:00Z",
          new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty()));
      assertThat(state("dossier.events", "recordsBehind")).isEqualTo(1);
      await()
          .atMost(Duration.ofMinutes(5))
          .until(() -> state("dossier.events", "secondsBehind") >= 1);
      assertThat(state("care.reimbursements", "recordsBehind")).isZero();
      connection.rollback();
      connection.setAutoCommit(true);
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> state("dossier.events", "recordsBehind") == 0);
    // No witness is asked here, and that is told too.
    assertThat(as(auditor(), "/log/witnesses").jsonPath().getInt("of")).isZero();
    assertThat(as(auditor(), "/log/witnesses").jsonPath().getLong("size")).isPositive();
  }

  private static long state(String topic, String what) {
    return as(TestTokens.withRole("op", "operator"), "/log/state")
        .jsonPath()
        .getLong("topics.find { it.topic == '" + topic + "' }." + what);
  }

  private void awaitNoDossierTrace(String action) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                count(
                        "SELECT count(*) FROM log_facts JOIN log_entry USING (index) WHERE"
                            + " type = 'access.traced.v1' AND"
                            + " convert_from(value, 'UTF8') LIKE '%\"action\":\""
                            + action
                            + "\"%'")
                    > 0);
  }
}
