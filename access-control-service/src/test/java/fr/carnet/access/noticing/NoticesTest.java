package fr.carnet.access.noticing;

import static fr.carnet.access.TracesForTests.doctor;
import static fr.carnet.access.TracesForTests.publish;
import static fr.carnet.access.TracesForTests.read;
import static fr.carnet.access.TracesForTests.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import fr.carnet.access.AccessOverHttp;
import fr.carnet.access.TracesForTests;
import fr.carnet.access.TracesForTests.Trace;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.events.dossier.DossierRegistered.ActsFor;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.AccessTraced.Audience;
import fr.carnet.events.trace.AccessTraced.Outcome;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.Neighbours;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class NoticesTest extends AccessOverHttp {
  private static final Pattern CORRELATION =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  @Inject DataSource dataSource;
  @Inject GrantsThatEnd grantsThatEnd;

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
  private Dossier dossier;

  @BeforeEach
  void openADossier() {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
  }

  private ValidatableResponse notices(String query) {
    return asPatient(OWNER).get(dossier.path("/notices" + query)).then().statusCode(200);
  }

  private void awaitNotices(int count) {
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> notices("").body("notices", hasSize(count)));
  }

  private static ValidatableResponse noticesOfDoctor(String doctor) {
    return as(TestTokens.professional(doctor, "10")).get("/notices").then().statusCode(200);
  }

  /** What was published before it has been looked at by now: this one is of the same partition. */
  private void awaitLast(int count) {
    publish(read(dossier.id(), "899700036066", now.plusSeconds(60)));
    awaitNotices(count + 1);
  }

  @Test
  void a_professionals_first_access_is_told_once_however_often_it_comes() {
    Trace first = read(dossier.id(), DOCTOR, now);
    publish(first, first, read(dossier.id(), DOCTOR, now.plusSeconds(5)));
    awaitLast(1);
    notices("")
        .body("notices[1].code", equalTo("FIRST_ACCESS"))
        .body("notices[1].at", equalTo(now.toString()))
        .body("notices[1].who.role", equalTo("PROFESSIONAL"))
        .body("notices[1].who.id", equalTo(DOCTOR))
        .body("notices[1].who.profession", equalTo("10"))
        .body("notices[1].who.structure", equalTo(STRUCTURE))
        .body("notices[1].sentence.en", containsString("for the first time"))
        .body("notices[1].sentence.fr", containsString("pour la première fois"));
    // One that was earlier and comes late.
    publish(read(dossier.id(), DOCTOR, now.minusSeconds(5)));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                notices("")
                    .body("notices", hasSize(2))
                    .body("notices[1].at", equalTo(now.minusSeconds(5).toString())));
  }

  @Test
  void every_emergency_access_is_told_to_the_patient_and_to_the_medecins_traitants()
      throws SQLException {
    publish(read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now.minusSeconds(3_600)));
    awaitNotices(2);
    treating(dossier, DOCTOR_2);
    Instant later = Instant.now().truncatedTo(ChronoUnit.MICROS).plusSeconds(60);
    Trace again = read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, later);
    Trace regulation =
        read(dossier.id(), DOCTOR, PurposeOfUse.MEDICAL_REGULATION, later.plusSeconds(1));
    publish(again, again, regulation);
    awaitNotices(4);
    notices("")
        .body("notices[0].code", equalTo("MEDICAL_REGULATION"))
        .body("notices[1].code", equalTo("BREAK_GLASS"))
        .body(
            "notices.code",
            containsInAnyOrder("MEDICAL_REGULATION", "BREAK_GLASS", "BREAK_GLASS", "FIRST_ACCESS"));
    // The médecin traitant is told from when they are one, and only of this patient's.
    String ofThisDossier = "notices.findAll { it.dossierId == '" + dossier.id() + "' }";
    noticesOfDoctor(DOCTOR_2)
        .body(
            ofThisDossier + ".noticeId",
            equalTo(List.of(regulation.id().toString(), again.id().toString())));
    noticesOfDoctor(DOCTOR).body(ofThisDossier, empty());
    as(TestTokens.professional(DOCTOR_2, "60")).get("/notices").then().body("notices", empty());
    // Each marks for themselves.
    asPatient(OWNER).put(dossier.path("/notices/" + again.id() + "/read")).then().statusCode(204);
    noticesOfDoctor(DOCTOR_2).body(ofThisDossier + "[1].readAt", equalTo(null));
    String token = TestTokens.professional(DOCTOR_2, "10");
    as(token).put("/notices/" + again.id() + "/read").then().statusCode(204);
    as(token).put("/notices/" + UUID.randomUUID() + "/read").then().statusCode(404);
    noticesOfDoctor(DOCTOR_2).body(ofThisDossier + "[1].readAt", notNullValue());
    // Who is blocked is no médecin traitant any more; what cannot be known to hold is not told.
    execute(
        """
        INSERT INTO parked (consumer, topic, partition, record_offset, stream_key, reason,
                            header_names, header_values)
        VALUES ('dossier-registry', 'dossier.registry', 9, %d, '%s', 'UNREADABLE', '{}', '{}')
        """
            .formatted(System.nanoTime(), dossier.id()));
    noticesOfDoctor(DOCTOR_2).body(ofThisDossier, empty());
    execute("DELETE FROM parked WHERE stream_key = '" + dossier.id() + "'");
    noticesOfDoctor(DOCTOR_2).body(ofThisDossier, hasSize(2));
    asPatient(OWNER).put(dossier.path("/blocks/" + DOCTOR_2)).then().statusCode(204);
    noticesOfDoctor(DOCTOR_2).body(ofThisDossier, empty());
  }

  @Test
  void refusals_that_repeat_are_told_with_who_was_refused() {
    Actor patient = Actor.anonymous(Actor.Role.OTHER_PATIENT);
    for (int i = 0; i < 3; i++) {
      publish(refused(dossier.id(), doctor(NURSE), now.plusSeconds(i)));
      publish(refused(dossier.id(), patient, now.plusSeconds(10 + i)));
    }
    publish(refused(dossier.id(), doctor(DOCTOR), now));
    awaitNotices(2);
    notices("")
        .body("notices.code", equalTo(List.of("REFUSALS_REPEATED", "REFUSALS_REPEATED")))
        .body("notices[0].who.role", equalTo("OTHER_PATIENT"))
        .body("notices[0].who.id", equalTo(null))
        .body("notices[1].who.id", equalTo(NURSE))
        .body("notices[1].at", equalTo(now.plusSeconds(2).toString()));
  }

  @Test
  void a_notice_says_nothing_of_what_the_dossier_holds() {
    publish(read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now));
    awaitNotices(2);
    for (String path : List.of("/notices", "/notices/printable")) {
      assertThat(asPatient(OWNER).get(dossier.path(path)).asString())
          .doesNotContain("item-1", "item-2", "read-items", "itemIds", "2018-11");
    }
  }

  @Test
  void a_grant_that_ends_within_seven_days_is_told_once_and_by_the_databases_clock()
      throws SQLException {
    UUID soon = UUID.fromString(grantUntil(DOCTOR, Duration.ofDays(6)));
    grantUntil(DOCTOR_2, Duration.ofDays(8));
    grantUntil(NURSE, Duration.ofHours(20));
    String renewed = "899700032024";
    grantUntil(renewed, Duration.ofDays(5));
    grantUntil(renewed, Duration.ofDays(50));
    String blocked = "899700036066";
    grantUntil(blocked, Duration.ofDays(5));
    asPatient(OWNER).put(dossier.path("/blocks/" + blocked)).then().statusCode(204);
    grantsThatEnd.tell();
    grantsThatEnd.tell();
    notices("")
        .body("notices", hasSize(1))
        .body("notices[0].code", equalTo("GRANT_ENDS"))
        .body("notices[0].grant.grantId", equalTo(soon.toString()))
        .body("notices[0].grant.granteeKind", equalTo("PROFESSIONAL"))
        .body("notices[0].grant.granteeId", equalTo(DOCTOR))
        .body("notices[0].grant.endsAt", notNullValue())
        .body("notices[0].who", equalTo(null));
    // Time goes on: the grant of eight days has been there for two.
    execute(
        "UPDATE access_grant SET valid_from = valid_from - interval '2 days',"
            + " valid_until = valid_until - interval '2 days' WHERE grantee = '"
            + DOCTOR_2
            + "' AND dossier_id = '"
            + dossier.id()
            + "'");
    assertThat(grantsThatEnd.tell()).isPositive();
    notices("").body("notices", hasSize(2));
    execute(
        "UPDATE access_grant SET valid_until = valid_until + interval '2 days'"
            + ", valid_from = valid_from + interval '2 days' WHERE grantee = '"
            + DOCTOR_2
            + "' AND dossier_id = '"
            + dossier.id()
            + "'");
  }

  private String grantUntil(String professional, Duration duration) {
    return grant(
            dossier,
            "{\"granteeKind\":\"PROFESSIONAL\",\"granteeId\":\"%s\",\"until\":\"%s\"}"
                .formatted(professional, Instant.now().plus(duration)))
        .then()
        .statusCode(201)
        .extract()
        .path("grantId");
  }

  @Test
  void an_access_to_what_is_not_announced_is_told_once_it_is_and_an_emergency_at_once() {
    keptFromOwner(dossier, "item-1", "item-2");
    Trace hidden = read(dossier.id(), DOCTOR, now);
    publish(
        hidden,
        refused(dossier.id(), doctor(NURSE), now),
        refused(dossier.id(), doctor(NURSE), now.plusSeconds(1)),
        refused(dossier.id(), doctor(NURSE), now.plusSeconds(2)),
        read(dossier.id(), DOCTOR_2, PurposeOfUse.BREAK_GLASS, now.plusSeconds(60)));
    // then nothing tells of it: no row, no count, no page, no mark
    awaitNotices(2);
    notices("")
        .body("notices.code", equalTo(List.of("BREAK_GLASS", "REFUSALS_REPEATED")))
        .body("unread", equalTo(2))
        .body("notices.who.id", not(hasItem(DOCTOR)));
    assertThat(printed("en")).doesNotContain(DOCTOR, "for the first time").contains(DOCTOR_2);
    // when one of both is announced
    keptFromOwner(dossier, "item-2");
    notices("").body("notices", hasSize(4)).body("unread", equalTo(4));
    String first =
        notices("").extract().path("notices.find { it.who.id == '" + DOCTOR + "' }.noticeId");
    String mark = dossier.path("/notices/" + first + "/read");
    keptFromOwner(dossier, "item-2", "item-1", "item-3");
    asPatient(OWNER).put(mark).then().statusCode(404).body("code", equalTo("NO_SUCH_NOTICE"));
    keptFromOwner(dossier);
    asPatient(OWNER).put(mark).then().statusCode(204);
    notices("").body("notices", hasSize(4)).body("unread", equalTo(3));
  }

  @Test
  void what_is_hidden_leaves_the_notices_of_a_dossier_that_never_had_it() {
    // given two dossiers, and in one what neither its owner nor their guardian may know of
    actsFor(Representative.Kind.GUARDIAN_OF_ADULT, 2);
    List<Audience> both = List.of(Audience.OWNER, Audience.REPRESENTATIVE);
    publish(
        looked(DOCTOR, now, both, "item-1", "item-2"),
        looked(DOCTOR, now.plusSeconds(5), both, "item-2"),
        looked(DOCTOR_2, now.plusSeconds(6), both, "item-1"),
        // who looks later at what shows too is told of as who never looked before
        looked("899700032024", now.plusSeconds(7), both, "item-1"),
        looked("899700032024", now.plusSeconds(8), both, "item-2"));
    keptFromOwner(dossier, "item-1", "item-2");
    Neighbours.answer(
        dossier.path("/kept-from/REPRESENTATIVE"),
        _ -> Neighbours.Answer.ok("{\"itemIds\":[\"item-1\",\"item-2\"]}"));
    accesses("item-1", "item-8");
    List<String> owners = told(OWNER);
    List<String> guardians = told(OTHER);
    dossier = dossierOf(OWNER);
    actsFor(Representative.Kind.GUARDIAN_OF_ADULT, 2);
    accesses("item-8");
    // then
    assertThat(owners).isEqualTo(told(OWNER));
    assertThat(guardians).isEqualTo(told(OTHER));
  }

  private Trace looked(String professional, Instant at, String... items) {
    return looked(professional, at, List.of(), items);
  }

  private Trace looked(String professional, Instant at, List<Audience> keptFrom, String... items) {
    return new Trace(
        UUID.randomUUID(),
        dossier.id(),
        at,
        new AccessTraced(
            doctor(professional),
            PurposeOfUse.NORMAL,
            "read-items",
            Outcome.RELEASED,
            "GRANT",
            Optional.empty(),
            Optional.of("2018-11"),
            Optional.of(1L),
            List.of(items),
            Optional.empty(),
            Optional.empty(),
            Optional.of(keptFrom).filter(kept -> !kept.isEmpty())));
  }

  @Test
  void the_first_access_that_one_may_know_of_is_told_as_the_first() {
    // given: two looks at what is not announced, then one at what shows
    List<Audience> owner = List.of(Audience.OWNER);
    Trace hidden = looked(DOCTOR, now, owner, "item-1");
    Trace hiddenToo = looked(DOCTOR, now.plusSeconds(1), owner, "item-2");
    Trace shown = looked(DOCTOR, now.plusSeconds(2), "item-1", "item-8");
    Trace later = looked(DOCTOR, now.plusSeconds(3), "item-8");
    keptFromOwner(dossier, "item-1", "item-2");
    publish(shown, later, hiddenToo, hidden);
    // then
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> notices("").body("notices.at", contains(shown.at().toString())));
    notices("").body("unread", equalTo(1));
    // and once it is announced, the earliest is
    keptFromOwner(dossier);
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> notices("").body("notices.at", contains(hidden.at().toString())));
  }

  /** An emergency, refusals, and a look at these items. */
  private void accesses(String... items) {
    for (int i = 0; i < 3; i++) {
      publish(refused(dossier.id(), doctor(NURSE), now.plusSeconds(10 + i)));
    }
    publish(
        TracesForTests.trace(
            dossier.id(),
            doctor(DOCTOR),
            PurposeOfUse.MEDICAL_REGULATION,
            Outcome.RELEASED,
            now.plusSeconds(20),
            "find-by-ins"),
        looked("899700032024", now.plusSeconds(30), items));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> notices("").body("notices.who.id", hasItem("899700032024")));
  }

  /** All that somebody is told, byte for byte, but for ids and when it was read. */
  private List<String> told(String patient) {
    return Stream.of("", "?limit=2", "/printable")
        .map(
            path ->
                asPatient(patient)
                    .get(dossier.path("/notices" + path))
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString()
                    .replaceFirst("^\\{\"at\":\"[^\"]*\"", "{READ")
                    .replaceFirst("</h1>\n<p>[^<]*</p>", "</h1>READ")
                    .replaceAll("\"next\":\"[^\"]*\"", "NEXT")
                    .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"))
        .toList();
  }

  @Test
  void what_is_noted_after_the_filter_was_asked_is_told_by_the_next_one() {
    Neighbours.answer(
        dossier.path("/kept-from/OWNER"),
        _ -> {
          // Nothing is hidden yet: now something is written, not announced, and read.
          try {
            execute(
                "INSERT INTO notice (notice_id, dossier_id, code, at, who_role, who_id, trace_id,"
                    + " item_ids) VALUES (gen_random_uuid(), '"
                    + dossier.id()
                    + "', 'FIRST_ACCESS', clock_timestamp(), 'PROFESSIONAL', '"
                    + DOCTOR
                    + "', gen_random_uuid(), '{item-9}')");
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
          return Neighbours.Answer.ok("{\"itemIds\":[]}");
        });
    notices("").body("notices", empty()).body("unread", equalTo(0));
    keptFromOwner(dossier, "item-9");
    notices("").body("notices", empty());
    keptFromOwner(dossier);
    notices("").body("notices", hasSize(1)).body("unread", equalTo(1));
  }

  private ValidatableResponse noticesOfOther() {
    return asPatient(OTHER).get(dossier.path("/notices")).then().statusCode(200);
  }

  private void actsFor(Representative.Kind kind, long version) {
    ActsFor acts =
        new ActsFor(
            UUID.randomUUID(),
            TestTokens.patientRef(OTHER),
            kind,
            now.minusSeconds(60),
            Optional.empty());
    represented(dossier, OWNER, State.OPEN, version, acts);
  }

  @Test
  void a_guardian_of_an_adult_is_told_and_who_acts_for_a_minor_only_of_grants_of_their_own()
      throws SQLException {
    // given what the owner gave, what a parent gave, and accesses
    grantUntil(DOCTOR, Duration.ofDays(2));
    actsFor(Representative.Kind.PARENT, 2);
    noticesOfOther().body("notices", empty()).body("unread", equalTo(0));
    String given =
        asPatient(OTHER)
            .body(
                "{\"granteeKind\":\"PROFESSIONAL\",\"granteeId\":\"%s\",\"until\":\"%s\"}"
                    .formatted(DOCTOR_2, Instant.now().plus(Duration.ofDays(3))))
            .post(dossier.path("/grants"))
            .then()
            .statusCode(201)
            .extract()
            .path("grantId");
    grantsThatEnd.tell();
    Trace secret = read(dossier.id(), NURSE, now);
    publish(
        secret,
        read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now.plusSeconds(1)),
        read(dossier.id(), "899700034004", PurposeOfUse.BREAK_GLASS, now.minusSeconds(120)));
    awaitNotices(7);
    // then
    noticesOfOther()
        .body("notices.code", equalTo(List.of("GRANT_ENDS")))
        .body("notices[0].grant.grantId", equalTo(given))
        .body("unread", equalTo(1));
    asPatient(OTHER).put(dossier.path("/notices/" + given + "/read")).then().statusCode(204);
    noticesOfOther().body("unread", equalTo(0));
    // A notice that does not come would tell whom the minor shut out, or let in for longer.
    String unknowing =
        asPatient(OTHER)
            .body(
                "{\"granteeKind\":\"PROFESSIONAL\",\"granteeId\":\"%s\",\"until\":\"%s\"}"
                    .formatted(NURSE, Instant.now().plus(Duration.ofDays(4))))
            .post(dossier.path("/grants"))
            .then()
            .statusCode(201)
            .extract()
            .path("grantId");
    grant(dossier, "{\"granteeKind\":\"PROFESSIONAL\",\"granteeId\":\"" + NURSE + "\"}");
    asPatient(OWNER).delete(dossier.path("/grants/" + given)).then().statusCode(204);
    asPatient(OWNER).put(dossier.path("/blocks/" + NURSE)).then().statusCode(204);
    grantsThatEnd.tell();
    noticesOfOther()
        .body("notices.grant.grantId", containsInAnyOrder(given, unknowing))
        .body("unread", equalTo(1));
    String emergency =
        notices("")
            .extract()
            .path(
                "notices.find { it.code == 'BREAK_GLASS' && it.who.id == '"
                    + DOCTOR
                    + "' }.noticeId");
    asPatient(OTHER).put(dossier.path("/notices/" + emergency + "/read")).then().statusCode(404);
    notices("").body("unread", equalTo(7));
    // Of an adult a guardian is told as the owner is, from when they began: what was before may be
    // of a minor. Through a filter of their own.
    actsFor(Representative.Kind.GUARDIAN_OF_ADULT, 3);
    noticesOfOther().body("notices", hasSize(5)).body("unread", equalTo(5));
    Neighbours.answer(
        dossier.path("/kept-from/REPRESENTATIVE"),
        _ -> Neighbours.Answer.ok("{\"itemIds\":[\"item-1\",\"item-2\"]}"));
    noticesOfOther()
        .body("notices.code", containsInAnyOrder("GRANT_ENDS", "GRANT_ENDS", "BREAK_GLASS"))
        .body("unread", equalTo(3));
    asPatient(OTHER).put(dossier.path("/notices/" + emergency + "/read")).then().statusCode(204);
    noticesOfOther().body("unread", equalTo(2));
    notices("").body("notices", hasSize(7)).body("unread", equalTo(7));
  }

  @Test
  void who_is_refused_at_this_services_doors_again_and_again_is_told_of() throws SQLException {
    execute("DELETE FROM attempt");
    String stranger = "184027511504249";
    asPatient(stranger).get(dossier.path("/grants")).then().statusCode(403);
    asPatient(stranger).put(dossier.path("/blocks/" + DOCTOR)).then().statusCode(403);
    asPatient(stranger).get(dossier.path("/notices/printable")).then().statusCode(403);
    for (int i = 0; i < 2; i++) {
      visit(DOCTOR_2, "00000000").then().statusCode(403);
    }
    accept(DOCTOR_2, OWNER).then().statusCode(403);
    // Twice is not again and again; and what is not about a dossier that is, is of no dossier.
    accept(DOCTOR, OWNER).then().statusCode(403);
    accept(DOCTOR, OWNER).then().statusCode(403);
    asPatient(stranger).get("/dossiers/" + UUID.randomUUID() + "/grants").then().statusCode(403);
    awaitNotices(2);
    notices("")
        .body("notices.code", equalTo(List.of("REFUSALS_REPEATED", "REFUSALS_REPEATED")))
        .body("notices.who.role", containsInAnyOrder("OTHER_PATIENT", "PROFESSIONAL"))
        .body("notices.who.id", containsInAnyOrder(null, DOCTOR_2));
    // Who acts for a minor is told of none of it: who tries may tell of secret care.
    actsFor(Representative.Kind.PARENT, 2);
    noticesOfOther().body("notices", empty());
    // A list that is the minor's refuses them too, and names the representation.
    for (int i = 0; i < 3; i++) {
      asPatient(OTHER).get(dossier.path("/access")).then().statusCode(403);
    }
    awaitNotices(3);
    notices("").body("notices.who.role", hasItem("REPRESENTATIVE"));
  }

  private static Response visit(String doctor, String code) {
    return asDoctor(doctor)
        .body("{\"ins\":\"" + OWNER + "\",\"code\":\"" + code + "\"}")
        .post("/visits");
  }

  @Test
  void a_refusal_is_kept_as_often_as_it_is_counted_and_fills_no_log() throws SQLException {
    for (int i = 0; i < 23; i++) {
      asPatient("184027511504249")
          .get(dossier.path("/grants"))
          .then()
          .statusCode(i < 20 ? 403 : 429);
    }
    await()
        .atMost(Duration.ofMinutes(5))
        .until(() -> ofThisDossier("outbox WHERE aggregateid") == 0);
    // Of the same partition, and so behind all of them.
    publish(read(dossier.id(), DOCTOR, now));
    awaitNotices(2);
    assertThat(ofThisDossier("refused_access WHERE dossier_id::text")).isEqualTo(20);
  }

  private long ofThisDossier(String rows) throws SQLException {
    return count("SELECT count(*) FROM " + rows + " = '" + dossier.id() + "'");
  }

  @Test
  void what_cannot_be_filtered_is_not_told() {
    publish(read(dossier.id(), DOCTOR, now));
    awaitNotices(1);
    String notice = notices("").extract().path("notices[0].noticeId");
    Neighbours.answer(dossier.path("/kept-from/OWNER"), _ -> new Neighbours.Answer(503, "{}"));
    for (Response answer :
        List.of(
            asPatient(OWNER).get(dossier.path("/notices")),
            asPatient(OWNER).get(dossier.path("/notices/printable")),
            asPatient(OWNER).put(dossier.path("/notices/" + notice + "/read")))) {
      answer.then().statusCode(503).body("code", equalTo("FILTER_UNAVAILABLE"));
      assertThat(answer.asString()).doesNotContain(DOCTOR);
    }
    // Another patient learns nothing by it.
    asPatient(OTHER)
        .get(dossier.path("/notices"))
        .then()
        .statusCode(403)
        .body("code", equalTo("NO_STANDING"));
    keptFromOwner(dossier);
    notices("").body("unread", equalTo(1));
  }

  @Test
  void pages_neither_skip_nor_repeat_while_notices_arrive_and_what_is_read_is_marked() {
    for (int i = 0; i < 7; i++) {
      publish(read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now.plusSeconds(i / 2)));
    }
    awaitNotices(8);
    List<String> all = notices("").body("unread", equalTo(8)).extract().path("notices.noticeId");
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      var page = notices("?limit=3" + (cursor.isEmpty() ? "" : "&cursor=" + cursor)).extract();
      seen.addAll(page.<List<String>>path("notices.noticeId"));
      cursor = page.path("next") == null ? "" : page.path("next");
      publish(read(dossier.id(), DOCTOR_2, PurposeOfUse.BREAK_GLASS, now.plusSeconds(100)));
    } while (!cursor.isEmpty());
    assertThat(seen).isEqualTo(all);

    String path = dossier.path("/notices/" + all.get(3) + "/read");
    asPatient(OWNER).put(path).then().statusCode(204);
    String readAt =
        notices("?limit=200")
            .extract()
            .path("notices.find { it.noticeId == '" + all.get(3) + "' }.readAt");
    assertThat(readAt).isNotNull();
    asPatient(OWNER).put(path).then().statusCode(204);
    notices("?limit=200")
        .body("notices.find { it.noticeId == '" + all.get(3) + "' }.readAt", equalTo(readAt))
        .body("notices.findAll { it.readAt != null }", hasSize(1));
    for (String wrong : List.of("?cursor=nonsense", "?limit=0", "?limit=201", "?limit=x")) {
      asPatient(OWNER).get(dossier.path("/notices" + wrong)).then().statusCode(422);
    }
    for (String other : List.of(UUID.randomUUID().toString(), "x")) {
      asPatient(OWNER)
          .put(dossier.path("/notices/" + other + "/read"))
          .then()
          .statusCode(404)
          .body("code", equalTo("NO_SUCH_NOTICE"));
    }
  }

  @Test
  void notices_are_for_the_owner_and_another_patient_is_told_what_is_told_of_no_dossier() {
    publish(read(dossier.id(), DOCTOR, now));
    awaitNotices(1);
    String notice = notices("").extract().path("notices[0].noticeId");
    Dossier none = new Dossier(UUID.randomUUID(), dossier.keys());
    for (String path : List.of("/notices", "/notices/printable")) {
      assertThat(refusal(asPatient(OTHER).get(dossier.path(path)).then()))
          .isEqualTo(refusal(asPatient(OTHER).get(none.path(path)).then()));
    }
    String mark = "/notices/" + notice + "/read";
    assertThat(refusal(asPatient(OTHER).put(dossier.path(mark)).then()))
        .isEqualTo(refusal(asPatient(OTHER).put(none.path(mark)).then()));
    as(TestTokens.professional(DOCTOR_2, "10"))
        .put("/notices/" + notice + "/read")
        .then()
        .statusCode(404);
    // The owner is told of who tried.
    awaitNotices(2);
    notices("").body("notices.code", hasItem("REFUSALS_REPEATED")).body("unread", equalTo(2));
  }

  private static String refusal(ValidatableResponse answer) {
    return CORRELATION
        .matcher(answer.statusCode(403).body("code", equalTo("NO_STANDING")).extract().asString())
        .replaceAll("*");
  }

  @Test
  void a_trace_that_cannot_be_read_is_parked_and_other_dossiers_go_on() {
    Trace poison = read(dossier.id(), DOCTOR, now);
    publish(poison, "{\"actor\":{\"role\":\"NOBODY\"}}".getBytes(StandardCharsets.UTF_8));
    publish(read(dossier.id(), DOCTOR_2, now));
    Dossier other = dossierOf(OTHER);
    publish(read(other.id(), DOCTOR, now));
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () -> asPatient(OTHER).get(other.path("/notices")).then().body("notices", hasSize(1)));
    String operator = TestTokens.withRole("operator", "operator");
    List<Integer> parked =
        await()
            .atMost(Duration.ofMinutes(5))
            .until(
                () ->
                    as(operator)
                        .get("/operations/parked")
                        .then()
                        .extract()
                        .<List<Integer>>path(
                            "findAll { it.consumer == 'notices' && it.reason != 'BEHIND' }.id"),
                ids -> !ids.isEmpty());
    for (int id : parked) {
      as(operator).delete("/operations/parked/" + id).then().statusCode(204);
    }
    awaitNotices(1);
  }

  @Test
  void the_notices_made_anew_from_kafka_equal_the_live_ones_and_stay_marked() throws SQLException {
    publish(read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now));
    for (int i = 0; i < 4; i++) {
      publish(refused(dossier.id(), doctor(NURSE), now.plusSeconds(i)));
    }
    awaitNotices(3);
    String notice = notices("").extract().path("notices[0].noticeId");
    asPatient(OWNER).put(dossier.path("/notices/" + notice + "/read")).then().statusCode(204);
    rebuild().body("differences", hasSize(0));
    notices("").body("notices", hasSize(3)).body("unread", equalTo(2));
    execute("UPDATE notice SET who_id = 'x' WHERE notice_id = '" + notice + "'");
    rebuild()
        .body("differences", hasSize(1))
        .body("differences[0].primaryKey", containsString(notice));
  }

  private static ValidatableResponse rebuild() {
    return as(TestTokens.withRole("operator", "operator"))
        .post("/operations/rebuilds/notices")
        .then()
        .statusCode(200);
  }

  @Test
  void an_erasure_takes_the_notices_and_what_comes_after_it_makes_none() throws SQLException {
    grantUntil(DOCTOR, Duration.ofDays(3));
    grantsThatEnd.tell();
    publish(read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now));
    publish(refused(dossier.id(), doctor(NURSE), now));
    awaitNotices(3);
    String notice = notices("").extract().path("notices[0].noticeId");
    asPatient(OWNER).put(dossier.path("/notices/" + notice + "/read")).then().statusCode(204);
    // when the tombstone comes
    Transactions.run(
        dataSource,
        tx -> {
          new DossierRegistryProjection().ended(tx, java.util.Set.of(dossier.id()));
          return true;
        });
    publish(read(dossier.id(), DOCTOR_2, PurposeOfUse.BREAK_GLASS, now));
    Dossier other = dossierOf(OTHER);
    publish(read(other.id(), DOCTOR, now));
    await().atMost(Duration.ofMinutes(5)).untilAsserted(() -> assertThat(caughtUp()).isTrue());
    rebuild();
    // then
    for (String table : List.of("notice", "refused_access", "grant_notice", "notice_read")) {
      assertThat(
              count("SELECT count(*) FROM " + table + " WHERE dossier_id = '" + dossier.id() + "'"))
          .as(table)
          .isZero();
    }
  }

  private boolean caughtUp() {
    return as(TestTokens.withRole("operator", "operator"))
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith("carnet_reader_lag_records") && line.contains("notices"))
        .allMatch(line -> line.endsWith(" 0.0"));
  }

  private long count(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        var select = connection.createStatement();
        var row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void the_printable_page_is_in_the_readers_language_and_escapes_what_is_not_ours() {
    Actor hostile =
        new Actor(
            Actor.Role.PROFESSIONAL,
            Optional.of("<script>alert('x')</script>&\""),
            Optional.of("10"),
            Optional.empty());
    publish(
        TracesForTests.trace(dossier.id(), hostile, PurposeOfUse.NORMAL, Outcome.RELEASED, now),
        read(dossier.id(), DOCTOR, PurposeOfUse.BREAK_GLASS, now));
    awaitNotices(3);
    String french = printed("de, fr;q=0.5");
    assertThat(french)
        .startsWith("<!DOCTYPE html>")
        .contains("<html lang=\"fr\">")
        .contains("Accès à votre dossier médical partagé")
        .contains("bris de glace")
        .contains("médecin<br>professionnel n° <span class=\"number\">" + DOCTOR + "</span>")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;")
        .doesNotContain("<script", "onload", "http://", "https://", "src=");
    assertThat(printed("en-GB, fr;q=0.1"))
        .contains("<html lang=\"en\">")
        .contains("Access to your shared medical record")
        .contains("break-glass")
        .contains("doctor<br>professional no. ");
    asPatient(OWNER)
        .get(dossier.path("/notices/printable"))
        .then()
        .contentType("text/html;charset=UTF-8")
        .header("Cache-Control", "no-store")
        .header("Content-Security-Policy", containsString("default-src 'none'"))
        .body(not(containsString("There is")));
    assertThat(asPatient(OWNER).get(dossierOf(OWNER).path("/notices/printable")).asString())
        .contains("Il n&#39;y a rien à signaler.");
  }

  private String printed(String language) {
    return asPatient(OWNER)
        .header("Accept-Language", language)
        .get(dossier.path("/notices/printable"))
        .then()
        .statusCode(200)
        .extract()
        .asString();
  }
}
