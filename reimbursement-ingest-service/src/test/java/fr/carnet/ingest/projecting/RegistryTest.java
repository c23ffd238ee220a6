package fr.carnet.ingest.projecting;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.CareOnKafka;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.ingest.keeping.Buckets;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RegistryTest extends IngestOverHttp {

  @Test
  void aDossierWhoseRegistryIsStoppedIsFedNothingAndThenEverything() throws SQLException {
    // given: four dossiers, each stopped in another way, one that a newer state has mended, and one
    // that goes on
    List<String> people = people(41, 6);
    RegisteredDossier unreadable = RegisteredDossier.of(people.get(0));
    RegisteredDossier neverRead = RegisteredDossier.of(people.get(1));
    RegisteredDossier overtaken = RegisteredDossier.of(people.get(4));
    RegisteredDossier unsealable = RegisteredDossier.of(people.get(2));
    RegisteredDossier another = RegisteredDossier.of(people.get(3));
    RegisteredDossier goesOn = RegisteredDossier.of(people.get(5));
    List<RegisteredDossier> stopped = List.of(unreadable, neverRead, unsealable, another);
    for (RegisteredDossier dossier : List.of(unreadable, overtaken, goesOn)) {
      register(dossier, State.OPEN);
    }
    long parkedBefore = count("SELECT count(*) FROM parked WHERE discarded_at IS NULL");
    kafka.send(unreadable.poison("not JSON"));
    kafka.send(neverRead.poison("{}"));
    // A registration is the whole state: a newer one takes the place of what cannot be read.
    kafka.send(overtaken.poison("[]"));
    kafka.send(overtaken.next(State.CLOSED));
    kafka.send(overtaken.next(State.OPEN));
    kafka.send(unsealable.withPublicKey("AAAA"));
    kafka.send(another.poison(new String(goesOn.next(State.OPEN).value(), StandardCharsets.UTF_8)));
    kafka.flush();
    await()
        .atMost(SOON)
        .until(
            () ->
                count("SELECT count(*) FROM parked WHERE discarded_at IS NULL")
                    == parkedBefore + 4);
    // when
    List<String> lines = texts(lines(41, "parked", people), 240);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    // then
    int expected = linesOf(lines, people.get(5));
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(goesOn).size() == expected);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    for (RegisteredDossier dossier : stopped) {
      assertThat(CareOnKafka.read(kafka).of(dossier.id())).isEmpty();
    }
    // when: the records are given up, and three of them are sent anew
    List<Integer> poison = new ArrayList<>();
    for (Map<String, Object> parked : parked()) {
      if (!parked.get("reason").equals("BEHIND")) {
        poison.add((Integer) parked.get("id"));
      }
    }
    assertThat(poison).hasSize(4);
    for (int id : poison) {
      operator().delete("/operations/parked/" + id).then().statusCode(204);
    }
    for (RegisteredDossier dossier : List.of(neverRead, unsealable, another)) {
      kafka.send(dossier.next(State.OPEN));
    }
    kafka.flush();
    // then: all of their lines come
    await()
        .atMost(SOON.plusSeconds(30))
        .untilAsserted(
            () -> {
              CareOnKafka care = CareOnKafka.read(kafka);
              for (int i = 0; i < stopped.size(); i++) {
                assertThat(care.lines(stopped.get(i))).hasSize(linesOf(lines, people.get(i)));
              }
            });
    assertThat(count("SELECT count(*) FROM parked WHERE discarded_at IS NULL"))
        .isEqualTo(parkedBefore);
    System.out.println("registry stopped for 4 dossiers, then fed all their lines");
  }

  @Test
  void aPersonWhoIsTakenFromADossierFeedsItNoMore() throws SQLException {
    // given
    List<String> people = people(42, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0), people.get(1));
    register(dossier, State.OPEN);
    assertThat(patientsOf(dossier)).isEqualTo(2);
    // when
    kafka.send(dossier.nextOf(State.OPEN, people.get(0)));
    kafka.flush();
    await().atMost(SOON).until(() -> applied(dossier) == 2);
    List<String> lines = texts(lines(42, "taken", people), 60);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    // then
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    assertThat(patientsOf(dossier)).isEqualTo(1);
    assertThat(CareOnKafka.read(kafka).lines(dossier)).hasSize(linesOf(lines, people.get(0)));
  }

  @Test
  void whatIsKeptUnderAnotherInsOfThePersonPassesOnceTheRegistryNamesIt() throws SQLException {
    // given: lines under two INS, and a dossier that is known under the first
    List<String> people = people(44, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(44, "another-ins", people), 60);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    int first = linesOf(lines, people.get(0));
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(dossier).size() == first);
    // when
    kafka.send(dossier.nextOf(State.OPEN, people.get(0), people.get(1)));
    kafka.flush();
    // then: those of both, the first ones not lost nor counted twice
    await()
        .atMost(SOON)
        .until(
            () ->
                CareOnKafka.read(kafka).lines(dossier).size()
                    == first + linesOf(lines, people.get(1)));
  }

  @Test
  void anErasureTakesTheTieAndTheSessionKeysAndLeavesTheInsurersOwnLines() throws SQLException {
    // given
    String person = people(147, 1).getFirst();
    RegisteredDossier erased = RegisteredDossier.of(person);
    register(erased, State.OPEN);
    List<String> lines = texts(lines(147, "erased", List.of(person)), 20);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(erased).size() == 20);
    // when
    kafka.send(erased.tombstone());
    kafka.flush();
    await().atMost(SOON).until(() -> patientsOf(erased) == 0);
    // then: nothing of the dossier is left, and nothing brings it back
    kafka.send(erased.tombstone());
    kafka.send(erased.next(State.OPEN));
    List<String> more = texts(lines(148, "after", List.of(person)), 10);
    deliver(SENDER, String.join("\n", more)).then().statusCode(200);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    for (String table : List.of("dossier", "dossier_patient", "sealing_session", "backfilled")) {
      assertThat(
              count(
                  "SELECT count(*) FROM %s WHERE dossier_id = '%s'".formatted(table, erased.id())))
          .as(table)
          .isZero();
    }
    assertThat(CareOnKafka.read(kafka).lines(erased)).hasSize(20);
    assertThat(rebuild().getList("differences")).isEmpty();
    // and the lines are the insurer's own: a new dossier of this person is fed with all of them
    RegisteredDossier opened = RegisteredDossier.of(person);
    register(opened, State.OPEN);
    await().atMost(SOON).until(() -> CareOnKafka.read(kafka).lines(opened).size() == 30);
  }

  @Test
  void anErasureWaitsWhileLinesOfThatPersonAreBeingPassed() throws SQLException {
    String person = people(149, 1).getFirst();
    RegisteredDossier dossier = RegisteredDossier.of(person);
    register(dossier, State.OPEN);
    try (Connection passing = dataSource.getConnection()) {
      passing.setAutoCommit(false);
      Buckets.shared(passing, List.of(Buckets.of(TestTokens.patientRef(person).value())));
      kafka.send(dossier.tombstone());
      kafka.flush();
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofMinutes(5))
          .until(() -> patientsOf(dossier) == 1);
      passing.rollback();
    }
    await().atMost(SOON).until(() -> patientsOf(dossier) == 0);
  }

  @Test
  void aRebuildEqualsTheLiveViewAndNamesARowThatWasAltered() throws SQLException {
    // given
    List<String> people = people(43, 20);
    List<RegisteredDossier> dossiers = people.stream().map(RegisteredDossier::of).toList();
    for (int round = 0; round < 3; round++) {
      for (RegisteredDossier dossier : dossiers) {
        kafka.send(dossier.next(round % 2 == 0 ? State.OPEN : State.CLOSED));
      }
    }
    kafka.flush();
    for (RegisteredDossier dossier : dossiers) {
      await().atMost(SOON).until(() -> applied(dossier) == 3);
    }
    // when, then
    JsonPath equal = rebuild();
    assertThat(equal.getList("differences")).isEmpty();
    assertThat(equal.getInt("rows")).isGreaterThanOrEqualTo(40);
    // when
    try (Connection connection = dataSource.getConnection();
        PreparedStatement alter =
            connection.prepareStatement("UPDATE dossier SET open = false WHERE dossier_id = ?")) {
      alter.setObject(1, dossiers.get(7).id());
      assertThat(alter.executeUpdate()).isEqualTo(1);
    }
    JsonPath altered = rebuild();
    // then: named, and right again
    assertThat(altered.getList("differences")).hasSize(1);
    assertThat(altered.getString("differences[0].table")).isEqualTo("dossier");
    assertThat(altered.getString("differences[0].primaryKey"))
        .contains(dossiers.get(7).id().toString());
    assertThat(altered.getString("differences[0].kind")).isEqualTo("ALTERED");
    assertThat(rebuild().getList("differences")).isEmpty();
    // and the valve goes by the rebuilt view
    List<String> lines = texts(lines(43, "rebuilt", people), 100);
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(CareOnKafka.read(kafka).lines(dossiers.get(7)))
                    .hasSize(linesOf(lines, people.get(7))));
  }

  private long patientsOf(RegisteredDossier dossier) throws SQLException {
    return count("SELECT count(*) FROM dossier_patient WHERE dossier_id = '" + dossier.id() + "'");
  }

  private static JsonPath rebuild() {
    return operator()
        .post("/operations/rebuilds/dossier-registry")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private static List<Map<String, Object>> parked() {
    return operator()
        .get("/operations/parked")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getList("");
  }

  private static RequestSpecification operator() {
    return given().auth().oauth2(TestTokens.withRole("operator", "operator"));
  }
}
