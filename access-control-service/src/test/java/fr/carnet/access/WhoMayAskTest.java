package fr.carnet.access;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Every endpoint without a token, and with every role that it is not for. */
@QuarkusTest
class WhoMayAskTest extends AccessOverHttp {
  private record Endpoint(Method method, String path, String role) {}

  private static final List<Endpoint> ENDPOINTS =
      List.of(
          new Endpoint(Method.POST, "/decisions", "decisions"),
          new Endpoint(Method.GET, "/dossiers/{dossierId}/access", "patient"),
          new Endpoint(Method.GET, "/dossiers/{dossierId}/grants", "patient"),
          new Endpoint(Method.POST, "/dossiers/{dossierId}/grants", "patient"),
          new Endpoint(Method.DELETE, "/dossiers/{dossierId}/grants/{grantId}", "patient"),
          new Endpoint(Method.PUT, "/dossiers/{dossierId}/blocks/{professionalId}", "patient"),
          new Endpoint(Method.DELETE, "/dossiers/{dossierId}/blocks/{professionalId}", "patient"),
          new Endpoint(
              Method.PUT, "/dossiers/{dossierId}/treating-physicians/{professionalId}", "patient"),
          new Endpoint(
              Method.DELETE,
              "/dossiers/{dossierId}/treating-physicians/{professionalId}",
              "patient"),
          new Endpoint(Method.GET, "/dossiers/{dossierId}/treating-physicians", "patient"),
          new Endpoint(Method.PUT, "/dossiers/{dossierId}/same-right/{professionalId}", "patient"),
          new Endpoint(Method.POST, "/dossiers/{dossierId}/grants/{grantId}/renewal", "patient"),
          new Endpoint(Method.GET, "/dossiers/{dossierId}/emergency-wishes", "patient"),
          new Endpoint(Method.PUT, "/dossiers/{dossierId}/emergency-wishes/{wish}", "patient"),
          new Endpoint(Method.POST, "/treating-physician-acceptances", "professional"),
          new Endpoint(Method.POST, "/access-requests", "professional"),
          new Endpoint(Method.POST, "/visits", "professional"),
          new Endpoint(Method.POST, "/dossiers/{dossierId}/visit-codes", "patient"),
          new Endpoint(Method.GET, "/dossiers/{dossierId}/access-requests", "patient"),
          new Endpoint(
              Method.POST,
              "/dossiers/{dossierId}/access-requests/{requestId}/acceptance",
              "patient"),
          new Endpoint(
              Method.DELETE, "/dossiers/{dossierId}/access-requests/{requestId}", "patient"),
          new Endpoint(Method.GET, "/operations/parked", "operator"),
          new Endpoint(Method.GET, "/operations/streams", "operator"),
          new Endpoint(Method.DELETE, "/operations/parked/{id}", "operator"),
          new Endpoint(Method.POST, "/operations/rebuilds/{projection}", "operator"));

  private static Map<String, String> tokens() {
    Map<String, String> tokens = new TreeMap<>();
    tokens.put("patient", TestTokens.patient(OWNER));
    tokens.put("professional", TestTokens.professional(DOCTOR, "10"));
    for (String role :
        List.of(
            "counter-agent",
            "billing",
            "auditor",
            "privacy-officer",
            "programme",
            "operator",
            "decisions",
            "registry",
            "complementary-insurer")) {
      tokens.put(role, TestTokens.withRole("somebody", role));
    }
    return tokens;
  }

  private static String filled(String path) {
    return path.replace("{dossierId}", "0192f0c1-0000-7000-8000-00000000000d")
        .replace("{grantId}", "0192f0c1-0000-7000-8000-000000000001")
        .replace("{requestId}", "0192f0c1-0000-7000-8000-000000000002")
        .replace("{professionalId}", DOCTOR)
        .replace("{wish}", "BREAK_GLASS")
        .replace("{id}", "1")
        .replace("{projection}", "none");
  }

  @Test
  void nothing_answers_without_a_token_or_with_another_role() {
    for (Endpoint endpoint : ENDPOINTS) {
      String path = filled(endpoint.path());
      given()
          .contentType("application/json")
          .body("{}")
          .request(endpoint.method(), path)
          .then()
          .statusCode(401)
          .contentType("application/problem+json")
          .body("code", equalTo("TOKEN_MISSING_OR_INVALID"));
      tokens()
          .forEach(
              (role, token) -> {
                if (!role.equals(endpoint.role())) {
                  as(token)
                      .body("{}")
                      .request(endpoint.method(), path)
                      .then()
                      .statusCode(403)
                      .contentType("application/problem+json")
                      .body("code", equalTo("ROLE_MISSING"));
                }
              });
    }
  }

  @Test
  void the_list_above_names_every_endpoint_that_the_api_document_names() {
    Map<String, Map<String, Object>> paths =
        given().accept("application/json").get("/q/openapi").then().extract().path("paths");
    TreeSet<String> documented = new TreeSet<>();
    paths.forEach(
        (path, methods) ->
            methods.keySet().stream()
                .filter(name -> List.of("get", "put", "post", "delete").contains(name))
                .forEach(
                    method ->
                        documented.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
    List<String> listed = new ArrayList<>();
    ENDPOINTS.forEach(endpoint -> listed.add(endpoint.method() + " " + endpoint.path()));
    Assertions.assertThat(documented).containsExactlyInAnyOrderElementsOf(listed);
  }
}
