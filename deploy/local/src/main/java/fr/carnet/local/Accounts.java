package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The local realm's accounts: who there is, and their tokens. */
public final class Accounts {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "carnet";

  private final Path realmFile;
  private final URI tokens;

  Accounts(Path realmFile, String issuer) {
    this.realmFile = realmFile;
    this.tokens = URI.create(issuer + "/protocol/openid-connect/token");
  }

  /**
   * A person's account.
   *
   * @param name to sign in with
   * @param person first and last name
   * @param roles of the realm
   */
  public record Account(String name, String person, List<String> roles) {

    /** Copies what it is given. */
    public Account {
      roles = List.copyOf(roles);
    }
  }

  /** Every person of the realm file, in its order. */
  public List<Account> people() {
    try {
      List<Account> people = new ArrayList<>();
      for (JsonNode user : JSON.readTree(realmFile.toFile()).path("users")) {
        if (user.has("credentials")) {
          List<String> roles = new ArrayList<>();
          user.path("realmRoles").forEach(role -> roles.add(role.asText()));
          people.add(
              new Account(
                  user.path("username").asText(),
                  user.path("firstName").asText() + " " + user.path("lastName").asText(),
                  roles));
        }
      }
      return people;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What stands for a beneficiary inside the suite: the claim {@code patient_ref}, lower case hex.
   */
  public static String patientRef(String ins) {
    try {
      String algorithm = "HmacSHA256";
      Mac mac = Mac.getInstance(algorithm);
      mac.init(
          new SecretKeySpec(
              ServiceEnvironment.PATIENT_REF_SECRET.getBytes(StandardCharsets.UTF_8), algorithm));
      return HexFormat.of().formatHex(mac.doFinal(ins.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  /** A new access token of a person, good for 30 minutes; without the {@code ins} claim. */
  public String token(String account) {
    return personToken(account, "openid");
  }

  /** A new access token that carries the {@code ins} claim, as opening a dossier needs. */
  public String tokenWithIns(String account) {
    return personToken(account, "openid ins");
  }

  /** A new access token of a service client, such as {@code billing-system}. */
  public String serviceToken(String client) {
    return ask(
        Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            client,
            "client_secret",
            client + "-local-secret"));
  }

  private String personToken(String account, String scope) {
    return ask(
        Map.of(
            "grant_type", "password",
            "client_id", "carnet-cli",
            "username", account,
            "password", PASSWORD,
            "scope", scope));
  }

  private String ask(Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    try (HttpClient client = Clients.http().build()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(tokens)
                  .timeout(Duration.ofSeconds(30))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            "no token: status " + response.statusCode() + ", " + response.body());
      }
      return JSON.readTree(response.body()).path("access_token").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for a token", e);
    }
  }
}
