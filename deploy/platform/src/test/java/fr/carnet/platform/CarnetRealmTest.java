package fr.carnet.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The accounts of {@code deploy/realm}, asked for their tokens as clients do. */
@Tag("keycloak")
class CarnetRealmTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static Keycloak keycloak;

  @BeforeAll
  static void start(@TempDir Path folder) {
    keycloak =
        Keycloak.start(
            folder,
            Ports.free(),
            Path.of("../realm/carnet-realm.json"),
            Path.of("target/carnet-realm-test.log"));
  }

  @AfterAll
  static void stop() {
    keycloak.close();
    HTTP.close();
  }

  @ParameterizedTest
  @CsvSource({
    "patient,253072B07300470,1953-07-14",
    "patient2,295109912611193,1995-10-09",
    "parent,184027511504249,1984-02-17",
    "child,216067511510732,2016-06-05"
  })
  void patientsCarryTheirPseudonymAndTheirInsOnlyWhenItIsAskedFor(
      String user, String ins, String birthdate) throws Exception {
    JsonNode token = tokenOf(user, "openid");
    assertThat(roles(token)).containsExactly("patient");
    assertThat(token.path("patient_ref").asText()).isEqualTo(patientRef(ins));
    assertThat(token.path("birthdate").asText()).isEqualTo(birthdate);
    assertThat(token.path("given_name").asText()).isNotEmpty();
    assertThat(token.path("family_name").asText()).isNotEmpty();
    assertThat(token.has("ins")).isFalse();
    assertThat(token.has("SubjectNameID")).isFalse();
    assertThat(tokenOf(user, "openid ins").path("ins").asText()).isEqualTo(ins);
    assertThat(Integer.parseInt(ins.substring(13))).isEqualTo(keyOf(ins.substring(0, 13)));
  }

  @ParameterizedTest
  @CsvSource({
    "doctor,10,FAUX",
    "doctor2,10,FAUX",
    "gp,10,FAUX",
    "nurse,60,FAUX",
    "pharmacist,21,FAUX",
    "samu,10,VRAI",
    "occupational-doctor,10,FAUX",
    "two-exercises,10|21,FAUX"
  })
  void professionalsCarryTheClaimsOfProSanteConnect(
      String user, String professions, String regulation) throws Exception {
    JsonNode token = tokenOf(user, "openid");
    assertThat(roles(token)).containsExactly("professional");
    assertThat(token.path("preferred_username").asText()).isEqualTo(user);
    assertThat(token.has("patient_ref")).isFalse();

    String id = token.path("SubjectNameID").asText();
    assertThat(id).matches("8\\d{11}");
    assertThat(passesLuhn(id.substring(1))).isTrue();
    List<String> expected = List.of(professions.split("\\|", -1));
    assertThat(token.path("SubjectRole").isArray()).isTrue();
    assertThat(strings(token.path("SubjectRole")))
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(code -> code + "^1.2.250.1.213.1.1.5.5").toList());
    assertThat(token.path("Acces_Regulation_Medicale").asText()).isEqualTo(regulation);
    assertThat(token.path("SubjectOrganization").asText()).isNotEmpty();
    assertThat(token.path("Secteur_Activite").asText()).matches("SA\\d\\d\\^1[.0-9]+");

    JsonNode exercises = token.path("SubjectRefPro").path("exercices");
    assertThat(exercises.findValuesAsText("codeProfession")).isEqualTo(expected);
    List<String> structures = exercises.findValuesAsText("numeroFinessSite");
    assertThat(structures).hasSameSizeAs(expected).doesNotHaveDuplicates();
    assertThat(structures).allMatch(CarnetRealmTest::passesLuhn);
    assertThat(token.path("SubjectOrganizationID").asText()).isEqualTo("3" + structures.getFirst());
    assertThat(exercises.get(0).path("activities").get(0).path("codeModeExercice").asText())
        .isIn("L", "S");
  }

  @ParameterizedTest
  @CsvSource({"counter-agent", "auditor", "privacy-officer", "programme", "payer", "operator"})
  void officesCarryTheirRoleAlone(String user) throws Exception {
    JsonNode token = tokenOf(user, "openid ins");
    assertThat(roles(token)).containsExactly(user);
    assertThat(token.has("ins")).isFalse();
    assertThat(token.has("patient_ref")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "billing-system,billing",
    "complementary-insurer,complementary-insurer",
    "dossier-service,decisions|registry",
    "audit-service,decisions",
    "access-control-service,decisions|registry"
  })
  void servicesCarryTheirRoles(String client, String roles) throws Exception {
    JsonNode token =
        claims(
            Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                client,
                "client_secret",
                client + "-local-secret"));
    assertThat(roles(token)).containsExactlyInAnyOrder(roles.split("\\|", -1));
    assertThat(token.path("azp").asText()).isEqualTo(client);
    assertThat(token.path("client_id").asText()).isEqualTo(client);
  }

  @Test
  void aWrongPasswordGetsNothing() throws Exception {
    HttpResponse<String> response =
        ask(
            Map.of(
                "grant_type", "password",
                "client_id", "carnet-cli",
                "username", "patient",
                "password", "wrong"));
    assertThat(response.statusCode()).isBetween(400, 401);
    assertThat(response.body()).contains("invalid_grant").doesNotContain("access_token");
  }

  private static JsonNode tokenOf(String user, String scope) throws Exception {
    return claims(
        Map.of(
            "grant_type", "password",
            "client_id", "carnet-cli",
            "username", user,
            "password", "carnet",
            "scope", scope));
  }

  /** The claims of the access token, after what holds for every token. */
  private static JsonNode claims(Map<String, String> form) throws Exception {
    HttpResponse<String> response = ask(form);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    String token = JSON.readTree(response.body()).path("access_token").asText();
    JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    assertThat(claims.path("iss").asText()).isEqualTo(keycloak.issuer());
    assertThat(strings(claims.path("aud"))).contains("carnet");
    assertThat(claims.path("sub").asText()).isNotEmpty();
    // Keycloak looks twice at a clock of whole seconds.
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isBetween(1800L, 1801L);
    return claims;
  }

  private static HttpResponse<String> ask(Map<String, String> form)
      throws IOException, InterruptedException {
    String body =
        form.entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(keycloak.issuer() + "/protocol/openid-connect/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> roles(JsonNode token) {
    return strings(token.path("realm_access").path("roles"));
  }

  private static List<String> strings(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), false).map(JsonNode::asText).toList()
        : List.of(node.asText());
  }

  private static String patientRef(String ins) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(
            "carnet-local-patient-ref-secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(ins.getBytes(StandardCharsets.UTF_8)));
  }

  /** Corsica's letters count as 19 and 18. */
  private static int keyOf(String thirteen) {
    long number = Long.parseLong(thirteen.replace("2A", "19").replace("2B", "18"));
    return Math.toIntExact(97 - number % 97);
  }

  private static boolean passesLuhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighted = i % 2 == 0 ? digit : digit * 2;
      sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return sum % 10 == 0;
  }
}
