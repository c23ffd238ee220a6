package fr.carnet.local.probing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import fr.carnet.local.Accounts;
import fr.carnet.local.Suite;
import fr.carnet.platform.Clients;
import fr.carnet.platform.Keycloak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Beneficiaries of the billing system who get an account of the local realm while it runs, so that
 * they can act for themselves. Their tokens are the realm's own, with the {@code ins} claim.
 * Thread-safe.
 */
public final class Patients implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "carnet";
  private static final int A_REQUEST = 50;

  /** The password is in the README: hashing it slowly, as Keycloak does, would protect nobody. */
  private static final String QUICK_HASHES = "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";

  /** Well below the 30 minutes that a token of the local realm lasts. */
  private static final Duration RENEW_AFTER = Duration.ofMinutes(15);

  private record Token(String text, long since) {
    boolean isFresh() {
      return System.nanoTime() - since < RENEW_AFTER.toNanos();
    }
  }

  private final URI keycloak;
  private final URI tokens;
  private final HttpClient client = Clients.http().build();
  private final Map<String, Token> known = new ConcurrentHashMap<>();

  /** Nobody yet. */
  public Patients(Suite suite) {
    keycloak = suite.keycloak();
    tokens = URI.create(suite.issuer() + "/protocol/openid-connect/token");
  }

  /** Gives each an account; who has one keeps it. */
  public void register(Collection<String> beneficiaries) {
    List<String> all = List.copyOf(beneficiaries);
    administer("PUT", "", Map.of("passwordPolicy", QUICK_HASHES));
    for (int from = 0; from < all.size(); from += A_REQUEST) {
      List<Map<String, Object>> users = new ArrayList<>();
      for (String ins : all.subList(from, Math.min(all.size(), from + A_REQUEST))) {
        users.add(
            Map.of(
                "username", account(ins),
                "enabled", true,
                "realmRoles", List.of("patient"),
                "attributes",
                    Map.of(
                        "ins", List.of(ins),
                        "patient_ref", List.of(Accounts.patientRef(ins)),
                        "birthdate", List.of(Births.of(ins).toString())),
                "credentials",
                    List.of(Map.of("type", "password", "value", PASSWORD, "temporary", false))));
      }
      administer("POST", "/partialImport", Map.of("ifResourceExists", "SKIP", "users", users));
    }
  }

  private void administer(String method, String what, Map<String, ?> body) {
    try {
      ask(
          HttpRequest.newBuilder(keycloak.resolve("/admin/realms/carnet" + what))
              .header("Authorization", "Bearer " + administrator())
              .header("Content-Type", "application/json")
              .method(
                  method, HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String administrator() throws IOException {
    return token(
        keycloak.resolve("/realms/master/protocol/openid-connect/token"),
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "admin-cli",
            "username",
            Keycloak.ADMIN,
            "password",
            Keycloak.ADMIN_PASSWORD));
  }

  /** An access token of somebody who was registered, good for at least a quarter of an hour. */
  public String token(String ins) {
    return known
        .compute(ins, (_, token) -> token != null && token.isFresh() ? token : newToken(ins))
        .text();
  }

  private Token newToken(String ins) {
    try {
      return new Token(
          token(
              tokens,
              Map.of(
                  "grant_type", "password",
                  "client_id", "carnet-cli",
                  "username", account(ins),
                  "password", PASSWORD,
                  "scope", "openid ins")),
          System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String account(String ins) {
    // Keycloak knows no capitals in names of accounts.
    return "beneficiary-" + ins.toLowerCase(Locale.ROOT);
  }

  private String token(URI address, Map<String, String> form) throws IOException {
    String body =
        form.entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return ask(HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)))
        .path("access_token")
        .asText();
  }

  private JsonNode ask(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<byte[]> response =
          client.send(
              request.timeout(Duration.ofMinutes(2)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 != 2) {
        throw new IOException(
            "Keycloak answers with status "
                + response.statusCode()
                + ": "
                + new String(response.body(), StandardCharsets.UTF_8));
      }
      return response.body().length == 0
          ? MissingNode.getInstance()
          : JSON.readTree(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
