package fr.carnet.access.querying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import fr.carnet.access.AccessOverHttp;
import fr.carnet.access.projecting.DossierRegistryProjection;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AuthorisationsTest extends AccessOverHttp {
  @Inject DataSource dataSource;

  private final String doctor = newDoctor();
  private Dossier dossier;

  @BeforeEach
  void openADossier() {
    unknownDossiersAreNotFound();
    dossier = dossierOf(OWNER);
  }

  /** Somebody whom no other test gave anything. */
  private static String newDoctor() {
    String number = "99" + String.format("%08d", System.nanoTime() % 100_000_000);
    int sum = 0;
    for (int i = 0; i < number.length(); i++) {
      int digit = number.charAt(number.length() - 1 - i) - '0';
      int twice = i % 2 == 0 ? digit * 2 : digit;
      sum += twice > 9 ? twice - 9 : twice;
    }
    return "8" + number + (10 - sum % 10) % 10;
  }

  private ValidatableResponse all(String query) {
    return as(TestTokens.professional(doctor, "10"))
        .get("/authorisations" + query)
        .then()
        .statusCode(200);
  }

  private void state(Dossier of, String expected) {
    as(TestTokens.professional(doctor, "10"))
        .get("/authorisations/" + of.id())
        .then()
        .statusCode(200)
        .body("state", equalTo(expected));
  }

  private String own(String field) {
    return "authorisations.findAll { it.dossierId == '" + dossier.id() + "' }." + field;
  }

  @Test
  void each_state_is_told_of_the_dossiers_to_which_there_is_a_tie() throws SQLException {
    state(dossier, "NON_EXISTE");
    UUID grant = granted(dossier, doctor);
    state(dossier, "VALIDE");
    all("")
        .body(own("kind"), equalTo(List.of("GRANT")))
        .body(own("grantId"), equalTo(List.of(grant.toString())))
        .body(own("granteeKind"), equalTo(List.of("PROFESSIONAL")))
        .body(own("state"), equalTo(List.of("VALIDE")));

    asPatient(OWNER).put(dossier.path("/blocks/" + doctor)).then().statusCode(204);
    state(dossier, "INTERDIT");
    asPatient(OWNER).delete(dossier.path("/blocks/" + doctor)).then().statusCode(204);

    asPatient(OWNER).delete(dossier.path("/grants/" + grant)).then().statusCode(204);
    state(dossier, "EXPIRE");

    treating(dossier, doctor);
    state(dossier, "VALIDE");
    all("")
        .body(own("kind"), equalTo(List.of("TREATING_PHYSICIAN", "GRANT")))
        .body(own("state"), equalTo(List.of("VALIDE", "EXPIRE")));

    // Closed: nobody but its owner sees it.
    execute("UPDATE dossier SET state = 'CLOSED' WHERE dossier_id = '" + dossier.id() + "'");
    state(dossier, "EXPIRE");
    execute("UPDATE dossier SET state = 'OPEN' WHERE dossier_id = '" + dossier.id() + "'");
    // Something of it is parked: what holds is not known.
    execute(
        """
        INSERT INTO parked (consumer, topic, partition, record_offset, stream_key, reason,
                            header_names, header_values)
        VALUES ('dossier-registry', 'dossier.registry', 9, %d, '%s', 'UNREADABLE', '{}', '{}')
        """
            .formatted(System.nanoTime(), dossier.id()));
    state(dossier, "NON_EXISTE");
    execute("DELETE FROM parked WHERE stream_key = '" + dossier.id() + "'");
    state(dossier, "VALIDE");
    // Erased: it never was.
    Transactions.run(
        dataSource,
        tx -> {
          new DossierRegistryProjection().ended(tx, Set.of(dossier.id()));
          return true;
        });
    state(dossier, "NON_EXISTE");
    all("").body(own("state"), empty());
  }

  @Test
  void
      what_was_asked_for_is_listed_the_same_whether_or_not_there_is_a_dossier_until_it_is_granted() {
    String mine = "authorisations.findAll { it.kind == 'REQUEST' }.";
    String asked = ask(OWNER);
    String ofNobody = ask("153071234567881");
    all("")
        .body(mine + "requestId", containsInAnyOrder(asked, ofNobody))
        .body(mine + "state", equalTo(List.of("NON_EXISTE", "NON_EXISTE")))
        .body(mine + "findAll { it.dossierId != null }", empty());
    asPatient(OWNER)
        .body("{}")
        .post(dossier.path("/access-requests/" + asked + "/acceptance"))
        .then()
        .statusCode(201);
    all("")
        .body(mine + "requestId", equalTo(List.of(ofNobody)))
        .body(own("kind"), equalTo(List.of("GRANT")))
        .body(own("state"), equalTo(List.of("VALIDE")));
  }

  private String ask(String ins) {
    return as(TestTokens.professional(doctor, "10"))
        .body("{\"ins\":\"" + ins + "\"}")
        .post("/access-requests")
        .then()
        .statusCode(202)
        .extract()
        .path("requestId");
  }

  @Test
  void what_the_structure_holds_in_which_they_act_is_theirs_too() {
    grant(dossier, "{\"granteeKind\":\"STRUCTURE\",\"granteeId\":\"" + STRUCTURE + "\"}");
    state(dossier, "VALIDE");
    all("").body(own("granteeKind"), equalTo(List.of("STRUCTURE")));
    asPatient(OWNER).put(dossier.path("/blocks/" + doctor)).then().statusCode(204);
    state(dossier, "INTERDIT");
  }

  @Test
  void of_a_dossier_without_a_tie_nothing_is_told_not_even_that_it_is_there() {
    granted(dossier, DOCTOR);
    // To be blocked is no tie.
    asPatient(OWNER).put(dossier.path("/blocks/" + doctor)).then().statusCode(204);
    Dossier closed = dossierOf(OTHER, State.CLOSED);
    byte[] none = raw(UUID.randomUUID().toString());
    for (String other :
        List.of(dossier.id().toString(), closed.id().toString(), "x", "1-1-1-1-1")) {
      assertThat(raw(other)).as(other).isEqualTo(none);
    }
    all("").body(own("state"), empty());
  }

  private byte[] raw(String dossierId) {
    return as(TestTokens.professional(doctor, "10"))
        .get("/authorisations/" + dossierId)
        .then()
        .statusCode(200)
        .extract()
        .asByteArray();
  }

  @Test
  void pages_neither_skip_nor_repeat_while_grants_are_given() {
    for (int i = 0; i < 5; i++) {
      granted(dossier, doctor);
    }
    List<String> before = all("?limit=200").extract().path(own("grantId"));
    assertThat(before).hasSize(5);
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      var page = all("?limit=2" + (cursor.isEmpty() ? "" : "&cursor=" + cursor)).extract();
      seen.addAll(page.<List<String>>path(own("grantId")));
      cursor = page.path("next") == null ? "" : page.path("next");
      granted(dossier, doctor);
    } while (!cursor.isEmpty());
    assertThat(seen).isEqualTo(before);
    all("?limit=1").body("authorisations", hasSize(1));
    for (String wrong : List.of("?cursor=nonsense", "?limit=0", "?limit=201")) {
      as(TestTokens.professional(doctor, "10"))
          .get("/authorisations" + wrong)
          .then()
          .statusCode(422);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
