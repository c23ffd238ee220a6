package fr.carnet.ingest.keeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.CareOnKafka;
import fr.carnet.ingest.IngestOverHttp;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kept as long as the design says, and no longer. */
@QuarkusTest
class RetentionTest extends IngestOverHttp {
  @Inject Retention retention;

  @Test
  void afterThirtyDaysARejectionIsGone() throws SQLException {
    // given
    deliver("forgetful", "x\n").then().statusCode(200);
    execute(
        "UPDATE rejection SET received_at = received_at - interval '30 days'"
            + " WHERE sender = 'forgetful';"
            + " UPDATE rejection_day SET day = day - 5 WHERE sender = 'forgetful'");
    // when
    retention.run();
    // then: nor is there anything of how much it was
    assertThat(count("SELECT count(*) FROM rejection WHERE sender = 'forgetful'")).isZero();
    assertThat(count("SELECT count(*) FROM rejection_day WHERE sender = 'forgetful'")).isZero();
  }

  @Test
  void afterAYearAReceiptIsGone() throws SQLException {
    // given: one that is younger by a day
    deliver("yearly", "x\n").then().statusCode(200);
    deliver("younger", "x\n").then().statusCode(200);
    execute(
        "UPDATE delivery SET began_at = began_at - interval '1 year' WHERE sender = 'yearly';"
            + " UPDATE delivery SET began_at = began_at - interval '364 days'"
            + " WHERE sender = 'younger'");
    long counts = count("SELECT count(*) FROM delivery_count");
    // when
    retention.run();
    // then
    assertThat(count("SELECT count(*) FROM delivery WHERE sender = 'yearly'")).isZero();
    assertThat(count("SELECT count(*) FROM delivery WHERE sender = 'younger'")).isEqualTo(1);
    // REJECTED, and with its reason
    assertThat(count("SELECT count(*) FROM delivery_count")).isEqualTo(counts - 2);
  }

  @Test
  void ofALineThatLeftTheWindowOnlyItsKeyStays() throws SQLException {
    // given: lines of somebody with a dossier and of somebody without, from two years ago
    List<String> people = people(161, 2);
    RegisteredDossier dossier = RegisteredDossier.of(people.get(0));
    register(dossier, State.OPEN);
    List<String> lines = texts(lines(161, "old", people), 40);
    int own = linesOf(lines, people.get(0));
    deliver(SENDER, String.join("\n", lines)).then().statusCode(200);
    awaitLines(dossier, own);
    List<String> keys =
        keys("patient_ref IN ('%s', '%s')".formatted(ref(people.get(0)), ref(people.get(1))));
    String those = "line_key IN ('" + String.join("','", keys) + "')";
    execute("UPDATE line SET care_from = care_from - 731 WHERE " + those);
    // when
    retention.run();
    // then: nothing of the care, and of who it was nothing where there is no dossier
    assertThat(keys).hasSize(40);
    assertThat(count("SELECT count(*) FROM line WHERE " + those)).isEqualTo(40);
    assertThat(count("SELECT count(*) FROM line WHERE care IS NOT NULL AND " + those)).isZero();
    assertThat(count("SELECT count(*) FROM line WHERE patient_ref IS NOT NULL AND " + those))
        .isEqualTo(own);

    // and the ids are still taken
    assertThat(deliver(SENDER, String.join("\n", lines)).jsonPath().getInt("rejected"))
        .isEqualTo(40);
    // and whoever opens a dossier now is fed none of them
    RegisteredDossier opened = RegisteredDossier.of(people.get(1));
    register(opened, State.OPEN);
    await().atMost(SOON).until(() -> count("SELECT count(*) FROM unpassed") == 0);
    assertThat(CareOnKafka.read(kafka).lines(opened)).isEmpty();
    // and a late flag of secret care still takes a line out of the dossier
    String first = lines.stream().filter(line -> line.contains(people.get(0))).findFirst().get();
    deliver(SENDER, first.replace("\"secretCare\":false", "\"secretCare\":true"))
        .then()
        .statusCode(200);
    awaitLines(dossier, own - 1);
    // and an erasure leaves nothing that tells whose they were
    kafka.send(dossier.tombstone());
    kafka.flush();
    await()
        .atMost(SOON)
        .until(
            () ->
                count("SELECT count(*) FROM line WHERE patient_ref IS NOT NULL AND " + those) == 0);
  }

  private static String ref(String ins) {
    return TestTokens.patientRef(ins).value();
  }

  private List<String> keys(String where) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        var row = select.executeQuery("SELECT array_agg(line_key) FROM line WHERE " + where)) {
      row.next();
      return List.of((String[]) row.getArray(1).getArray());
    }
  }
}
