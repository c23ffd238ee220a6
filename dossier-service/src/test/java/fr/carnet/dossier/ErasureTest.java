package fr.carnet.dossier;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import fr.carnet.dossier.arriving.Erasing;
import fr.carnet.dossier.forgetting.ErasureCertificate;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What an erasure takes away, and what it leaves. */
@QuarkusTest
@WithTestResource(RealServersForQuarkus.class)
class ErasureTest {
  private static final String ACTOR = "owner";

  @Inject Erasing erasing;
  @Inject DataSource dataSource;

  @ConfigProperty(name = "carnet.erasure-journal")
  Path journal;

  @Test
  void an_erasure_leaves_no_row_of_the_dossier_but_that_of_its_destroyed_key() throws Exception {
    // given a dossier with care, that a professional has looked at, opened with a receipt
    String ins = Dossiers.newIns();
    UUID dossier = openWithReceipt(ins);
    Dossiers.passed(dossier, "line-1", Dossiers.imaging("item-1", 3, 1));
    awaitCare(ins, dossier, "item-1");
    Dossiers.decisionsAre(true, "GRANT");
    read(TestTokens.professional("899700024450", "10"), dossier).statusCode(200);
    assertThat(rowsOf(dossier))
        .contains("dossier", "dossier_patient", "care_line", "care_look", "opened_session")
        .contains("command_receipt");
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
        .atMost(Duration.ofSeconds(30))
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
    ErasureCertificate certificate = erasing.erase(dossier, ErasureCause.REQUESTED, ACTOR);
    assertThat(certificate.destroyed()).isNotEmpty();
    assertThat(certificate.proofs()).isNotEmpty();
    assertThat(certificate.remaining())
        .extracting(ErasureCertificate.Remaining::what)
        .containsExactly(
            "INSURER_WINDOW",
            "INSURER_DELIVERIES",
            "INSURER_REJECTIONS",
            "KEY_BACKUPS",
            "FACTS_ABOUT_PROFESSIONALS");
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

  private static io.restassured.response.ValidatableResponse read(String token, UUID dossier) {
    return given().auth().oauth2(token).get("/dossiers/" + dossier + "/care").then();
  }

  private static void awaitCare(String ins, UUID dossier, String item) {
    await()
        .atMost(Duration.ofSeconds(30))
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
