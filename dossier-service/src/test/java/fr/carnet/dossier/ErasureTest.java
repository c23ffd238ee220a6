package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import fr.carnet.dossier.arriving.Erasing;
import fr.carnet.dossier.forgetting.ErasureCertificate;
import fr.carnet.dossier.forgetting.WhenStartedThenForgetAgain;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.keys.Replica;
import fr.carnet.events.Headers;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.CannotOpen;
import fr.carnet.sealing.SealingSession;
import fr.carnet.testkit.RealServers;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What an erasure takes away, and what it leaves. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class ErasureTest {
  private static final String ACTOR = "owner";
  private static final byte[] PDF = fr.carnet.dossier.documents.Files.pdf();

  @Inject Erasing erasing;
  @Inject DataSource dataSource;

  @Inject KeyRing keys;
  @Inject WhenStartedThenForgetAgain forgetAgain;
  @Inject StoredBesideForTests beside;

  @ConfigProperty(name = "carnet.erasure-journal")
  Path journal;

  @ConfigProperty(name = "carnet.master-key-file")
  String masterKeyFile;

  @Test
  void an_erasure_leaves_no_row_of_the_dossier_but_that_of_its_destroyed_key() throws Exception {
    // given a dossier of which every table about dossiers has rows
    String ins = Dossiers.newIns();
    UUID dossier = openWithReceipt(ins);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
    awaitCare(ins, dossier, "item-1");
    Dossiers.decisionsAre(true, "GRANT");
    read(TestTokens.professional("899700024450", "10"), dossier).statusCode(200);
    fill(ins, dossier);
    given()
        .auth()
        .oauth2(TestTokens.withRole("officer", "privacy-officer"))
        .contentType(ContentType.JSON)
        .body("{\"kind\":\"HEIRS\",\"familyName\":\"H\",\"givenName\":\"C\",\"words\":\"w\"}")
        .post("/dossiers/" + dossier + "/release-requests")
        .then()
        .statusCode(201);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(rowsOf(dossier))
                    .containsAll(
                        texts(
                            """
                            SELECT table_name::text FROM information_schema.columns
                            WHERE table_schema = 'public' AND column_name = 'dossier_id'
                            """))
                    .contains("item_version", "document_chunk", "first_use", "command_receipt"));
    // when
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    // then
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
    assertThat(
            texts("SELECT wrapped IS NULL FROM dossier_key WHERE dossier_id = '" + dossier + "'"))
        .containsExactly("t");
    read(TestTokens.patient(ins), dossier).statusCode(403).body("code", equalTo("NO_STANDING"));
    read(TestTokens.professional("899700024450", "10"), dossier).statusCode(403);
    given().auth().oauth2(TestTokens.patient(ins)).get("/dossiers/mine").then().statusCode(404);
  }

  @Test
  void an_erasure_is_in_the_journal_and_in_the_log_and_leaves_a_tombstone() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    Dossiers.publicKey(dossier);
    erasing.erase(dossier, ErasureCause.ARCHIVE_ENDED, ACTOR);
    assertThat(Files.readString(journal)).contains(dossier.toString());
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              assertThat(Dossiers.of(Topic.DOSSIER_REGISTRY, dossier).getLast().value()).isNull();
              assertThat(
                      new String(
                          Dossiers.of(Topic.DOSSIER_EVENTS, dossier).getLast().value(),
                          StandardCharsets.UTF_8))
                  .isEqualTo("{\"cause\":\"ARCHIVE_ENDED\"}");
            });
  }

  @Test
  void what_is_stored_beside_the_database_is_deleted_with_it() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    assertThat(beside.hasForgotten(dossier)).isFalse();
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    assertThat(beside.hasForgotten(dossier)).isTrue();
  }

  @Test
  void an_erased_dossier_is_erased_once_and_commands_on_it_are_refused_as_on_none()
      throws Exception {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    long journalled = Files.size(journal);
    assertThatThrownBy(() -> erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR))
        .isInstanceOf(Refusal.class)
        .hasMessage("NO_STANDING");
    assertThat(Files.size(journal)).isEqualTo(journalled);
    for (UUID asked : List.of(dossier, UUID.randomUUID())) {
      given()
          .auth()
          .oauth2(TestTokens.patient(ins))
          .contentType(ContentType.JSON)
          .body("{}")
          .post("/dossiers/" + asked + "/closing")
          .then()
          .statusCode(403)
          .body("code", equalTo("NO_STANDING"));
    }
  }

  @Test
  void the_person_may_open_a_new_dossier_afterwards_with_nothing_of_the_old_one() throws Exception {
    String ins = Dossiers.newIns();
    UUID old = Dossiers.open(ins);
    Dossiers.passed(old, "line-1", Dossiers.imaging("item-1", 3, 1));
    awaitCare(ins, old, "item-1");
    erasing.erase(old, ErasureCause.REQUESTED, ACTOR);
    UUID opened = Dossiers.open(ins);
    assertThat(opened).isNotEqualTo(old);
    read(TestTokens.patient(ins), opened).statusCode(200).body("items.size()", equalTo(0));
    read(TestTokens.patient(ins), old).statusCode(403);
  }

  @Test
  void the_certificate_says_what_was_destroyed_and_what_remains_until_when() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    Dossiers.publicKey(dossier);
    Instant before = Instant.now().minusSeconds(60);
    ErasureCertificate certificate = erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    // when, and by which entry of the log
    assertThat(certificate.erasedAt()).isBetween(before, Instant.now().plusSeconds(60));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(idOfLast(Topic.DOSSIER_EVENTS, dossier))
                    .isEqualTo(certificate.eventId().toString()));
    // what, here and elsewhere
    assertThat(certificate.destroyed())
        .extracting(ErasureCertificate.Words::en)
        .satisfiesExactly(
            key -> assertThat(key).startsWith("The key of the dossier.").contains("opens no more"),
            tie -> assertThat(tie).startsWith("The identity").contains("here at once", "minutes"),
            content -> assertThat(content).startsWith("All content").contains("documents"),
            rights ->
                assertThat(rights).startsWith("Grants, blocks and wishes").contains("minutes"));
    assertThat(certificate.destroyed())
        .extracting(ErasureCertificate.Words::fr)
        .satisfiesExactly(
            key -> assertThat(key).contains("clé"),
            tie -> assertThat(tie).contains("ici aussitôt", "minutes"),
            content -> assertThat(content).contains("documents"),
            rights -> assertThat(rights).contains("autorisations", "minutes"));
    // which proofs still verify, and how
    assertThat(certificate.proofs())
        .singleElement()
        .satisfies(
            proof -> {
              assertThat(proof.en()).contains("digest", "GET /log?dossier=" + dossier, "sha256");
              assertThat(proof.fr()).contains("empreinte", "GET /log?dossier=" + dossier, "sha256");
            });
    // what remains, until when
    ZonedDateTime erased = certificate.erasedAt().atZone(Paris.ZONE);
    assertThat(certificate.remaining())
        .extracting(ErasureCertificate.Remaining::what, ErasureCertificate.Remaining::until)
        .containsExactly(
            tuple("INSURER_WINDOW", Optional.of(erased.plusMonths(24).toInstant())),
            tuple("INSURER_DELIVERIES", Optional.of(erased.plusDays(7).toInstant())),
            tuple("INSURER_REJECTIONS", Optional.of(erased.plusDays(30).toInstant())),
            tuple("REGISTRY", Optional.empty()),
            tuple("DATABASE_FILES", Optional.empty()),
            tuple("KEY_BACKUPS", Optional.of(erased.plusDays(30).toInstant())),
            tuple("FACTS_ABOUT_PROFESSIONALS", Optional.empty()));
    // and no instant where nobody can name one
    assertThat(words(certificate, "REGISTRY").en())
        .contains("pseudonym", "the first change in the same partition", "a day or more later");
    assertThat(words(certificate, "REGISTRY").fr())
        .contains("pseudonyme", "premier changement dans la même partition", "un jour ou plus");
    assertThat(words(certificate, "DATABASE_FILES").en())
        .contains("the key too", "until their space", "is written over", "30 days by the manual");
    assertThat(words(certificate, "DATABASE_FILES").fr())
        .contains("la clé aussi", "soit réécrite", "30 jours selon le manuel");
  }

  private static ErasureCertificate.Words words(ErasureCertificate certificate, String what) {
    return certificate.remaining().stream()
        .filter(remaining -> remaining.what().equals(what))
        .findFirst()
        .orElseThrow()
        .words();
  }

  private static String idOfLast(Topic topic, UUID dossier) {
    return new String(
        Dossiers.of(topic, dossier).getLast().headers().lastHeader(Headers.ID).value(),
        StandardCharsets.UTF_8);
  }

  @Test
  void the_privacy_officer_reads_the_certificate_and_it_says_nothing_of_the_person()
      throws Exception {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    String officer = TestTokens.withRole("officer", "privacy-officer");
    certificate(officer, dossier).statusCode(404).body("code", equalTo("NO_SUCH_ERASURE"));
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    String told =
        certificate(officer, dossier)
            .statusCode(200)
            .body("cause", equalTo("REQUESTED"))
            .body("destroyed[0].en", notNullValue())
            .body("destroyed[0].fr", notNullValue())
            .body("remaining.find { it.what == 'KEY_BACKUPS' }.until", notNullValue())
            .extract()
            .asString();
    assertThat(told).doesNotContain(ins, TestTokens.patientRef(ins).value(), "Testaud", "Camille");
    for (String other :
        List.of(
            TestTokens.patient(ins),
            TestTokens.professional("899700024450", "10"),
            TestTokens.withRole("op", "operator"))) {
      certificate(other, dossier).statusCode(403);
    }
  }

  private static ValidatableResponse certificate(String token, UUID dossier) {
    return given().auth().oauth2(token).get("/erasures/" + dossier).then();
  }

  @Test
  void what_passes_after_an_erasure_makes_no_row_and_stops_nobody() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    Dossiers.publicKey(dossier);
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
    Dossiers.withdrawn(dossier, "line-2");
    awaitCareRead();
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
  }

  @Test
  void an_erasure_waits_for_what_is_being_projected_and_takes_it_out() throws Exception {
    // given a batch of the feed that has looked at the key row and not committed
    UUID dossier = Dossiers.open(Dossiers.newIns());
    Dossiers.publicKey(dossier);
    try (Connection feed = dataSource.getConnection()) {
      feed.setAutoCommit(false);
      assertThat(keys.destroyed(feed, List.of(dossier))).isEmpty();
      // when
      CompletableFuture<ErasureCertificate> erasure = eraseInBackground(dossier);
      await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofMinutes(5))
          .until(() -> !erasure.isDone());
      try (Statement insert = feed.createStatement()) {
        insert.execute(
            "INSERT INTO care_line (dossier_id, line_key, withdrawn) VALUES ('%s', 'late', true)"
                .formatted(dossier));
      }
      feed.commit();
      // then
      erasure.get(2, TimeUnit.MINUTES);
    }
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
  }

  @Test
  void a_replica_that_remembers_a_session_opens_nothing_after_the_erasure() throws Exception {
    // given a replica that has opened a line
    UUID dossier = Dossiers.open(Dossiers.newIns());
    SealingSession session = SealingSession.towards(dossier, Dossiers.publicKey(dossier));
    Binding binding = new Binding(dossier, "line-1", "care.line-passed.v1");
    KeyRing.SealedBody body =
        new KeyRing.SealedBody(session.seal(new byte[] {1, 2, 3}, binding), binding);
    KeyRing replica = Replica.withKeys(masterKeyFile);
    assertThat(opened(replica, body)).containsExactly(1, 2, 3);
    // when
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    // then
    for (KeyRing ring : List.of(keys, replica, Replica.withKeys(masterKeyFile))) {
      assertThat(inTransaction(tx -> ring.openKept(tx, List.of(body))).getFirst()).isEmpty();
      assertThatThrownBy(() -> inTransaction(tx -> ring.open(tx, body)))
          .isInstanceOf(KeyRing.Destroyed.class);
    }
  }

  @Test
  void what_is_put_in_within_a_month_is_sealed_with_one_session_which_goes_with_the_dossier()
      throws Exception {
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    for (String text : List.of("Une", "Deux", "Trois")) {
      write(ins, dossier, text);
    }
    String sessions =
        "SELECT session FROM opened_session WHERE dossier_id = '" + dossier + "' ORDER BY 1";
    // given a month later
    int thisMonth = texts(sessions).size();
    execute(
        "UPDATE content_session SET month = month - interval '1 month' WHERE dossier_id = '"
            + dossier
            + "'");
    // when
    write(ins, dossier, "Quatre");
    // then: one for the opening, one a month
    assertThat(thisMonth).isEqualTo(2);
    assertThat(texts(sessions)).hasSize(3);
    given()
        .auth()
        .oauth2(TestTokens.patient(ins))
        .get("/dossiers/" + dossier + "/items")
        .then()
        .statusCode(200)
        .body("items.title", equalTo(List.of("Quatre", "Trois", "Deux", "Une")));
    // and all of it opens again in a rebuild
    rebuild("dossier").statusCode(200).body("differences", empty());
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
  }

  /** Where what a transaction tells Kafka of one dossier waits until the gate opens. */
  private final class Gate implements AutoCloseable {
    private static final String WAITING =
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 77001 AND NOT granted";

    private final Connection keeper;

    Gate(Topic topic, UUID dossier) throws SQLException {
      execute(
          """
          CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_advisory_xact_lock_shared(77001); RETURN NEW; END $$
          """);
      execute(
          """
          CREATE TRIGGER gate BEFORE INSERT ON outbox FOR EACH ROW
          WHEN (NEW.aggregatetype = '%s' AND NEW.aggregateid = '%s') EXECUTE FUNCTION gate()
          """
              .formatted(topic.wireName(), dossier));
      keeper = dataSource.getConnection();
      keep("SELECT pg_advisory_lock(77001)");
    }

    private void keep(String sql) throws SQLException {
      try (Statement statement = keeper.createStatement()) {
        statement.execute(sql);
      }
    }

    void awaitSomebody() {
      await().atMost(Duration.ofMinutes(5)).until(() -> !texts(WAITING).isEmpty());
    }

    void open() throws SQLException {
      keep("SELECT pg_advisory_unlock_all()");
    }

    @Override
    public void close() throws SQLException {
      open();
      keeper.close();
      execute("DROP TRIGGER gate ON outbox");
    }
  }

  /** Who was not refused before: nobody is refused often without being stopped. */
  private static String newDoctor() {
    return TestTokens.professional(
        "8" + (10_000_000_000L + System.nanoTime() % 1_000_000_000), "10");
  }

  private static CompletableFuture<Response> readInBackground(
      String token, UUID dossier, String what) {
    return CompletableFuture.supplyAsync(
        () -> given().auth().oauth2(token).get("/dossiers/" + dossier + what));
  }

  private static void requireWaiting(CompletableFuture<?>... waiting) {
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofMinutes(5))
        .until(() -> Stream.of(waiting).noneMatch(CompletableFuture::isDone));
  }

  private static void write(String ins, UUID dossier, String text) {
    given()
        .auth()
        .oauth2(TestTokens.patient(ins))
        .contentType(ContentType.JSON)
        .body("{\"content\":{\"kind\":\"NOTE\",\"title\":\"%s\",\"text\":\"x\"}}".formatted(text))
        .post("/dossiers/" + dossier + "/items")
        .then()
        .statusCode(201);
  }

  @Test
  void a_read_that_is_held_open_is_whole_and_an_erasure_waits_for_it() throws Exception {
    Map<UUID, String> erased = new LinkedHashMap<>();
    for (String what : List.of("/summary", "/items", "/timeline", "/export", "/care")) {
      // given a read that has read and not committed its trace
      String ins = Dossiers.newIns();
      UUID dossier = Dossiers.open(ins);
      erased.put(dossier, ins);
      write(ins, dossier, "Remarque");
      Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
      awaitCare(ins, dossier, "item-1");
      try (Gate gate = new Gate(Topic.ACCESS_TRACES, dossier)) {
        CompletableFuture<Response> read = readInBackground(TestTokens.patient(ins), dossier, what);
        gate.awaitSomebody();
        // when
        CompletableFuture<ErasureCertificate> erasure = eraseInBackground(dossier);
        requireWaiting(read, erasure);
        gate.open();
        // then
        Response answer = read.get(2, TimeUnit.MINUTES);
        assertThat(answer.statusCode()).as(what).isEqualTo(200);
        assertThat(answer.asString())
            .contains(what.equals("/items") ? "Remarque" : "item-1")
            .contains(what.equals("/care") ? "item-1" : "Remarque");
        erasure.get(2, TimeUnit.MINUTES);
      }
    }
    requireForgotten(erased);
  }

  @Test
  void a_read_that_meets_an_erasure_waits_for_it_and_finds_nothing() throws Exception {
    // given an erasure that has taken everything out and not committed
    Dossiers.decisionsAre(true, "GRANT");
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    write(ins, dossier, "Remarque");
    Dossiers.publicKey(dossier);
    try (Gate gate = new Gate(Topic.DOSSIER_REGISTRY, dossier)) {
      CompletableFuture<ErasureCertificate> erasure = eraseInBackground(dossier);
      gate.awaitSomebody();
      // when
      CompletableFuture<Response> owner =
          readInBackground(TestTokens.patient(ins), dossier, "/summary");
      CompletableFuture<Response> doctor = readInBackground(newDoctor(), dossier, "/summary");
      requireWaiting(owner, doctor, erasure);
      gate.open();
      // then
      erasure.get(2, TimeUnit.MINUTES);
      for (CompletableFuture<Response> read : List.of(owner, doctor)) {
        Response answer = read.get(2, TimeUnit.MINUTES);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.asString()).contains("NO_STANDING").doesNotContain("Remarque");
      }
    }
    assertThat(Dossiers.traces(dossier))
        .noneMatch(trace -> trace.outcome() == AccessTraced.Outcome.RELEASED);
    requireForgotten(Map.of(dossier, ins));
  }

  @Test
  void a_read_that_was_decided_before_an_erasure_finds_nothing_after_it() throws Exception {
    // given
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    write(ins, dossier, "Remarque");
    Dossiers.publicKey(dossier);
    // when it is erased while access-control decides that the read is allowed
    CountDownLatch erased = new CountDownLatch(1);
    Dossiers.decisionsAre(
        true,
        "GRANT",
        () -> {
          eraseInBackground(dossier).join();
          erased.countDown();
        });
    int status = readInBackground(newDoctor(), dossier, "/summary").join().statusCode();
    // then: 503 where erasing took longer than a decision may
    assertThat(status).isIn(403, 503);
    assertThat(erased.await(30, TimeUnit.SECONDS)).isTrue();
    Dossiers.decisionsAre(true, "GRANT");
    requireForgotten(Map.of(dossier, ins));
  }

  /** Not by a read, the feed, a rebuild, nor by a replica that remembers. */
  private void requireForgotten(Map<UUID, String> erased) throws Exception {
    for (Map.Entry<UUID, String> one : erased.entrySet()) {
      UUID dossier = one.getKey();
      for (String token : List.of(TestTokens.patient(one.getValue()), newDoctor())) {
        read(token, dossier).statusCode(403);
      }
      Dossiers.passed(dossier, "line-after", Dossiers.imaging("item-after", 3, 1));
    }
    awaitCareRead();
    for (String projection : List.of("care-history", "dossier")) {
      rebuild(projection).statusCode(200).body("differences", empty());
    }
    for (UUID dossier : erased.keySet()) {
      assertThat(rowsOf(dossier)).containsExactly("dossier_key");
      KeyRing.SealedBody body = sealedFor(dossier);
      for (KeyRing ring : List.of(keys, Replica.withKeys(masterKeyFile))) {
        assertThat(inTransaction(tx -> ring.openKept(tx, List.of(body))).getFirst()).isEmpty();
      }
    }
  }

  /** Feed, reads, a rebuild and a replica go on while half of the dossiers are erased. */
  @Test
  void nothing_that_races_with_an_erasure_shows_anything_after_it_and_a_rebuild_equals_the_live()
      throws Exception {
    // given
    Dossiers.decisionsAre(true, "GRANT");
    String doctor = TestTokens.professional("899700024450", "10");
    Map<UUID, String> people = new LinkedHashMap<>();
    for (int i = 0; i < 8; i++) {
      String ins = Dossiers.newIns();
      people.put(Dossiers.open(ins), ins);
    }
    people.forEach((dossier, ins) -> fill(ins, dossier));
    List<UUID> all = List.copyOf(people.keySet());
    all.forEach(Dossiers::publicKey);
    List<UUID> erased = all.subList(0, all.size() / 2);
    Map<UUID, List<String>> before = new LinkedHashMap<>();
    for (UUID dossier : all.subList(erased.size(), all.size())) {
      before.put(dossier, held(people.get(dossier), dossier));
    }
    KeyRing replica = Replica.withKeys(masterKeyFile);
    AtomicBoolean going = new AtomicBoolean(true);
    Set<UUID> gone = ConcurrentHashMap.newKeySet();
    AtomicInteger shownAfter = new AtomicInteger();
    AtomicInteger lines = new AtomicInteger();
    // when
    try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> feed =
          others.submit(
              () -> {
                while (going.get()) {
                  int line = lines.incrementAndGet();
                  Dossiers.passed(
                      all.get(line % all.size()),
                      "race-" + line,
                      Dossiers.imaging("item-" + line, 3, 1));
                }
              });
      Future<?> reads =
          others.submit(
              () -> {
                while (going.get()) {
                  for (UUID dossier : all) {
                    boolean wasGone = gone.contains(dossier);
                    if (read(doctor, dossier).extract().statusCode() == 200 && wasGone) {
                      shownAfter.incrementAndGet();
                    }
                  }
                }
              });
      Future<?> replicas =
          others.submit(
              () -> {
                while (going.get()) {
                  for (UUID dossier : all) {
                    boolean wasGone = gone.contains(dossier);
                    if (!inTransaction(tx -> replica.openKept(tx, List.of(sealedFor(dossier))))
                            .getFirst()
                            .isEmpty()
                        && wasGone) {
                      shownAfter.incrementAndGet();
                    }
                  }
                }
                return true;
              });
      await().atMost(Duration.ofMinutes(5)).until(() -> lines.get() > 40);
      Future<?> rebuilds =
          others.submit(
              () -> {
                rebuild("care-history").statusCode(200);
                rebuild("dossier").statusCode(200);
              });
      for (UUID dossier : erased) {
        erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
        gone.add(dossier);
      }
      int then = lines.get();
      rebuilds.get(60, TimeUnit.SECONDS);
      await().atMost(Duration.ofMinutes(5)).until(() -> lines.get() > then + 40);
      going.set(false);
      for (Future<?> each : List.of(feed, reads, replicas)) {
        each.get(2, TimeUnit.MINUTES);
      }
    }
    awaitCareRead();
    // then
    assertThat(shownAfter).hasValue(0);
    for (UUID dossier : erased) {
      assertThat(rowsOf(dossier)).containsExactly("dossier_key");
      read(TestTokens.patient(people.get(dossier)), dossier).statusCode(403);
    }
    for (UUID dossier : all.subList(erased.size(), all.size())) {
      read(TestTokens.patient(people.get(dossier)), dossier)
          .statusCode(200)
          .body("items", not(empty()));
    }
    for (String projection : List.of("care-history", "dossier", "first-uses")) {
      rebuild(projection).statusCode(200).body("differences", empty());
    }
    // and who was not erased is answered as before
    before.forEach(
        (dossier, answers) ->
            assertThat(held(people.get(dossier), dossier)).isEqualTo(answers).hasSize(5));
    assertThat(texts("SELECT dossier_id FROM first_use"))
        .containsAll(before.keySet().stream().map(UUID::toString).toList())
        .doesNotContainAnyElementsOf(erased.stream().map(UUID::toString).toList());
    System.out.printf("%d lines fed while %d dossiers were erased%n", lines.get(), erased.size());
  }

  /** An item and a document with a version before, a mask, and somebody who acts. */
  private static void fill(String ins, UUID dossier) {
    String owner = TestTokens.patient(ins);
    String path = "/dossiers/" + dossier;
    write(ins, dossier, "Remarque");
    String note = given().auth().oauth2(owner).get(path + "/items").path("items[0].itemId");
    given()
        .auth()
        .oauth2(owner)
        .contentType(ContentType.JSON)
        .body("{\"content\":{\"kind\":\"NOTE\",\"title\":\"Autre\",\"text\":\"y\"}}")
        .put(path + "/items/" + note)
        .then()
        .statusCode(200);
    given()
        .auth()
        .oauth2(owner)
        .contentType(ContentType.JSON)
        .body("{\"of\":\"ITEM\",\"itemId\":\"" + note + "\"}")
        .post(path + "/masks")
        .then()
        .statusCode(201);
    String document = Dossiers.document(dossier, owner, PDF, "");
    Dossiers.documentAnew(
        dossier, document, owner, fr.carnet.dossier.documents.Files.pdfWith("/Lang(fr)"));
    Dossiers.personOfTrust(dossier, Dossiers.newIns());
  }

  /** What the owner is answered of it, and the bytes of what it names. */
  private static List<String> held(String ins, UUID dossier) {
    String owner = TestTokens.patient(ins);
    String path = "/dossiers/" + dossier;
    List<String> held = new ArrayList<>();
    for (String what : List.of("/items", "/masks", "/representatives")) {
      held.add(
          given()
              .auth()
              .oauth2(owner)
              .get(path + what)
              .then()
              .statusCode(200)
              .extract()
              .asString());
    }
    List<String> files =
        given()
            .auth()
            .oauth2(owner)
            .get(path + "/export")
            .then()
            .statusCode(200)
            .extract()
            .path("files.path");
    for (String file : files) {
      held.add(given().auth().oauth2(owner).get(file).then().statusCode(200).extract().asString());
    }
    return held;
  }

  private static KeyRing.SealedBody sealedFor(UUID dossier) {
    Binding binding = new Binding(dossier, "line", "care.line-passed.v1");
    return new KeyRing.SealedBody(
        SealingSession.towards(dossier, Dossiers.publicKey(dossier)).seal(new byte[1], binding),
        binding);
  }

  private static ValidatableResponse rebuild(String projection) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("op", "operator"))
        .post("/operations/rebuilds/" + projection)
        .then();
  }

  @Test
  void a_backup_from_before_an_erasure_brings_nothing_back() throws Exception {
    // given a backup of everything that the database has of a dossier
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
    awaitCare(ins, dossier, "item-1");
    List<String> tables =
        texts(
            """
            SELECT table_name::text FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'dossier_id' ORDER BY 1
            """);
    execute("CREATE SCHEMA backup");
    for (String table : tables) {
      execute(
          "CREATE TABLE backup.%1$s AS SELECT * FROM %1$s WHERE dossier_id = '%2$s'"
              .formatted(table, dossier));
    }
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    await().atMost(Duration.ofMinutes(5)).until(() -> isRelayed(dossier));
    // when the database is set back to it
    execute("DELETE FROM dossier_key WHERE dossier_id = '" + dossier + "'");
    for (String table : tables) {
      execute("INSERT INTO %1$s SELECT * FROM backup.%1$s".formatted(table));
    }
    execute("DROP SCHEMA backup CASCADE");
    execute("DELETE FROM event WHERE version = 2 AND stream_id = '" + dossier + "'");
    execute("UPDATE stream SET version = 1 WHERE id = '" + dossier + "'");
    read(TestTokens.patient(ins), dossier).statusCode(200).body("items.itemId", hasItem("item-1"));
    // then the journal is applied before anything is served, and all of it is gone again
    assertThat(forgetAgain.apply()).isEqualTo(1);
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
    read(TestTokens.patient(ins), dossier).statusCode(403);
    assertThat(forgetAgain.apply()).isZero();
    // and what Kafka holds of it, read again from the start, makes nothing but the erasure
    execute("UPDATE consumer_offset SET next_offset = 0");
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () ->
                !texts(
                        "SELECT id FROM event WHERE type = 'dossier.erased.v1' AND stream_id = '"
                            + dossier
                            + "'")
                    .isEmpty());
    awaitCareRead();
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
    certificate(TestTokens.withRole("officer", "privacy-officer"), dossier).statusCode(200);
  }

  @Test
  void an_erasure_that_was_journalled_and_did_not_commit_is_finished_at_the_next_start()
      throws Exception {
    // given
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    Files.writeString(
        journal,
        "{\"dossierId\":\"%s\",\"cause\":\"REQUESTED\",\"actor\":\"owner\",\"at\":\"2026-11-21T12:00:00Z\"}%n"
            .formatted(dossier),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    // when
    forgetAgain.apply();
    read(TestTokens.patient(ins), dossier).statusCode(403);
    erasing.finish();
    // then
    assertThat(rowsOf(dossier)).containsExactly("dossier_key");
    await().atMost(Duration.ofMinutes(5)).until(() -> isRelayed(dossier));
    certificate(TestTokens.withRole("officer", "privacy-officer"), dossier).statusCode(200);
  }

  private static boolean isRelayed(UUID dossier) {
    return Dossiers.of(Topic.DOSSIER_REGISTRY, dossier).stream()
        .anyMatch(record -> record.value() == null);
  }

  @Test
  void the_log_keeps_every_byte_of_an_erased_dossier() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    Dossiers.publicKey(dossier);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
    List<byte[]> before = logOf(dossier);
    erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    await().atMost(Duration.ofMinutes(5)).until(() -> isRelayed(dossier));
    List<byte[]> after = logOf(dossier);
    assertThat(after).hasSize(before.size() + 1).containsAll(before);
  }

  private static List<byte[]> logOf(UUID dossier) {
    List<byte[]> values = new ArrayList<>();
    for (Topic topic : Topic.AUDITED) {
      Dossiers.of(topic, dossier).forEach(record -> values.add(record.value()));
    }
    return values;
  }

  @Test
  void with_the_master_key_rotated_everything_opens_and_the_log_is_as_it_was() throws Exception {
    // given a dossier with an item and a document, and what a sender has sealed
    String operator = TestTokens.withRole("op", "operator");
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    write(ins, dossier, "Avant");
    String document = Dossiers.document(dossier, TestTokens.patient(ins), PDF, "");
    Binding binding = new Binding(dossier, "line-1", "care.line-passed.v1");
    SealingSession session = SealingSession.towards(dossier, Dossiers.publicKey(dossier));
    KeyRing.SealedBody body =
        new KeyRing.SealedBody(session.seal(new byte[] {7}, binding), binding);
    inTransaction(tx -> keys.open(tx, body));
    String log = digestOfLog();
    KeyRing replica = Replica.withKeys(masterKeyFile);
    inTransaction(tx -> replica.open(tx, body));
    // when a version is added, nothing can be dropped before all is wrapped anew
    masterKey(operator).post("/operations/master-key/versions").then().statusCode(200);
    masterKey(operator)
        .delete("/operations/master-key/versions/older")
        .then()
        .statusCode(409)
        .body("code", equalTo("MASTER_KEY_IN_USE"));
    masterKey(operator)
        .post("/operations/master-key/rewrapping")
        .then()
        .statusCode(200)
        .body("keys", greaterThan(0))
        .body("sessions", greaterThan(0))
        .body("remaining", equalTo(0));
    masterKey(operator)
        .post("/operations/master-key/rewrapping")
        .then()
        .statusCode(200)
        .body("keys", equalTo(0));
    masterKey(operator)
        .delete("/operations/master-key/versions/older")
        .then()
        .statusCode(200)
        .body("versions", equalTo(1));
    // then everything opens: for who remembers the old key, and for who starts now
    for (KeyRing ring : List.of(keys, replica, Replica.withKeys(masterKeyFile))) {
      assertThat(opened(ring, body)).containsExactly(7);
      KeyRing.SealedBody other = sealedFor(dossier);
      assertThat(opened(ring, other)).containsExactly(0);
    }
    assertThat(digestOfLog()).isEqualTo(log);
    assertThat(file(ins, dossier, document)).isEqualTo(PDF);
    // and goes on: with what is put in now, and with all that Kafka has, opened again
    write(ins, dossier, "Après");
    Dossiers.open(Dossiers.newIns());
    rebuild("dossier").statusCode(200).body("differences", empty());
    given()
        .auth()
        .oauth2(TestTokens.patient(ins))
        .get("/dossiers/" + dossier + "/items")
        .then()
        .statusCode(200)
        .body("items.title", equalTo(List.of("Après", "Lettre", "Avant")));
    masterKey(TestTokens.withRole("officer", "privacy-officer"))
        .post("/operations/master-key/versions")
        .then()
        .statusCode(403);
  }

  @Test
  void with_the_master_key_lost_nothing_opens() throws Exception {
    UUID dossier = Dossiers.open(Dossiers.newIns());
    KeyRing another = Replica.withKeys("target/another-master-key.json");
    KeyRing.SealedBody body = sealedFor(dossier);
    assertThatThrownBy(() -> inTransaction(tx -> another.open(tx, body)))
        .isInstanceOf(CannotOpen.class);
  }

  private static byte[] file(String ins, UUID dossier, String document) {
    return given()
        .auth()
        .oauth2(TestTokens.patient(ins))
        .get("/dossiers/" + dossier + "/documents/" + document)
        .then()
        .statusCode(200)
        .extract()
        .asByteArray();
  }

  private String digestOfLog() throws SQLException {
    return texts("SELECT md5(string_agg(md5(data), '' ORDER BY stream_id, version)) FROM event")
        .getFirst();
  }

  private static RequestSpecification masterKey(String token) {
    return given().auth().oauth2(token);
  }

  private CompletableFuture<ErasureCertificate> eraseInBackground(UUID dossier) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private <T> T inTransaction(Transactions.Work<T> work) throws SQLException {
    return Transactions.run(dataSource, work);
  }

  private byte[] opened(KeyRing ring, KeyRing.SealedBody body) throws SQLException {
    return Transactions.run(dataSource, tx -> ring.open(tx, body));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Until the reader of care has come to where the topic ends now. */
  private void awaitCareRead() {
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            new HashMap<>(RealServers.kafkaSettings()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      ends.putAll(
          consumer.endOffsets(
              consumer.partitionsFor(Topic.CARE_REIMBURSEMENTS.wireName()).stream()
                  .map(info -> new TopicPartition(info.topic(), info.partition()))
                  .toList()));
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> {
              for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                assertThat(
                        texts(
                            """
                            SELECT coalesce(max(next_offset), 0) FROM consumer_offset
                            WHERE consumer = 'care-history' AND topic = '%s' AND partition = %d
                            """
                                .formatted(end.getKey().topic(), end.getKey().partition())))
                    .first()
                    .satisfies(
                        text ->
                            assertThat(Long.parseLong(text))
                                .isGreaterThanOrEqualTo(end.getValue()));
              }
            });
  }

  private static UUID openWithReceipt(String ins) {
    return UUID.fromString(
        given()
            .auth()
            .oauth2(TestTokens.patient(ins))
            .header("Idempotency-Key", "opening-" + UUID.randomUUID())
            .contentType(ContentType.JSON)
            .body("{\"consentWording\":\"v1\"}")
            .post("/dossiers")
            .then()
            .statusCode(201)
            .extract()
            .path("dossierId"));
  }

  private static ValidatableResponse read(String token, UUID dossier) {
    return given().auth().oauth2(token).get("/dossiers/" + dossier + "/care").then();
  }

  private static void awaitCare(String ins, UUID dossier, String item) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                read(TestTokens.patient(ins), dossier)
                    .statusCode(200)
                    .body("items.itemId", hasItem(item)));
  }

  /** The tables that name a dossier, but for those of the log and what is under way to it. */
  private List<String> rowsOf(UUID dossier) throws SQLException {
    List<String> found = new ArrayList<>();
    for (String table :
        texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")) {
      if (!List.of("event", "stream", "outbox", "applied").contains(table)
          && !texts("SELECT 1 FROM " + table + " t WHERE t::text LIKE '%" + dossier + "%' LIMIT 1")
              .isEmpty()) {
        found.add(table);
      }
    }
    return found;
  }

  private List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
