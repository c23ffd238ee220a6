package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

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
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A database that was set back to before a dossier was opened, its keys included. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class LostDossierTest {
  @Inject DataSource dataSource;

  @Test
  void nobody_opens_a_second_dossier_beside_a_lost_one_and_its_keys_bring_it_back()
      throws SQLException {
    // given
    String ins = Dossiers.newIns();
    UUID dossier = Dossiers.open(ins);
    Dossiers.publicKey(dossier);
    // when the database is set back, and the service reads its streams again
    execute(
        """
        CREATE TABLE later_backup AS SELECT * FROM dossier_key WHERE dossier_id = '%1$s';
        DELETE FROM dossier_patient WHERE dossier_id = '%1$s';
        DELETE FROM dossier WHERE dossier_id = '%1$s';
        DELETE FROM dossier_key WHERE dossier_id = '%1$s';
        DELETE FROM opened_session WHERE dossier_id = '%1$s';
        DELETE FROM event WHERE stream_id = '%1$s';
        DELETE FROM stream WHERE id = '%1$s';
        UPDATE consumer_offset SET next_offset = 0 WHERE consumer = 'dossier-recovery'
        """
            .formatted(dossier));
    await().atMost(Duration.ofMinutes(5)).until(() -> parked(dossier));
    // then
    open(ins).statusCode(503).body("code", equalTo("RECOVERY_UNFINISHED"));
    // when the keys come back from a later backup
    execute("INSERT INTO dossier_key SELECT * FROM later_backup; DROP TABLE later_backup");
    // then it is the same dossier
    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> open(ins).statusCode(409).body("code", equalTo("DOSSIER_EXISTS")));
    assertThat(
            given()
                .auth()
                .oauth2(TestTokens.patient(ins))
                .get("/dossiers/mine")
                .jsonPath()
                .getString("dossierId"))
        .isEqualTo(dossier.toString());
  }

  private static ValidatableResponse open(String ins) {
    return given()
        .auth()
        .oauth2(TestTokens.patient(ins))
        .contentType(ContentType.JSON)
        .body("{\"consentWording\":\"v1\"}")
        .post("/dossiers")
        .then();
  }

  private boolean parked(UUID dossier) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery("SELECT 1 FROM parked WHERE stream_key = '" + dossier + "'")) {
      return row.next();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(sql);
      connection.commit();
    }
  }
}
