package fr.carnet.access;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A decision that starts after a revocation was acknowledged never allows, under load. */
@QuarkusTest
class RevocationBindsTheNextDecisionTest extends AccessOverHttp {
  private static final int THREADS = 16;
  private static final int TRIALS = Integer.getInteger("carnet.trials", 600);
  private static final int TRIALS_PER_DOSSIER = 25;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String owner = TestTokens.patient(OWNER);
  private final AtomicInteger trials = new AtomicInteger();

  @Test
  void sixteen_patients_grant_and_revoke_and_no_decision_is_late() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Integer>> done = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        done.add(threads.submit(this::run));
      }
      int sum = 0;
      for (Future<Integer> each : done) {
        sum += each.get();
      }
      assertThat(sum).isEqualTo(TRIALS);
    }
  }

  private int run() throws Exception {
    int mine = 0;
    while (true) {
      Dossier dossier = dossierOf(OWNER);
      for (int i = 0; i < TRIALS_PER_DOSSIER; i++) {
        if (trials.getAndIncrement() >= TRIALS) {
          return mine;
        }
        trial(dossier, i % 2 == 0);
        mine++;
      }
    }
  }

  private void trial(Dossier dossier, boolean byBlocking) throws Exception {
    HttpResponse<byte[]> granted =
        send(
            "POST",
            owner,
            dossier.path("/grants"),
            toProfessional(DOCTOR).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(granted.statusCode()).isEqualTo(201);
    assertThat(decision(dossier).allowed()).isTrue();
    String grantId = Wire.JSON.readTree(granted.body()).get("grantId").asText();
    if (byBlocking) {
      assertThat(send("PUT", owner, dossier.path("/blocks/" + DOCTOR), new byte[0]).statusCode())
          .isEqualTo(204);
      assertThat(decision(dossier).allowed()).isFalse();
      send("DELETE", owner, dossier.path("/blocks/" + DOCTOR), new byte[0]);
    }
    assertThat(send("DELETE", owner, dossier.path("/grants/" + grantId), new byte[0]).statusCode())
        .isEqualTo(204);
    assertThat(decision(dossier).allowed()).isFalse();
  }

  private AccessDecision decision(Dossier dossier) throws Exception {
    DecisionRequest request =
        new DecisionRequest(
            dossier.id(),
            professional(DOCTOR, "10"),
            Optional.empty(),
            PurposeOfUse.NORMAL,
            false,
            false);
    HttpResponse<byte[]> answer = send("POST", SERVICE, "/decisions", Wire.write(request));
    assertThat(answer.statusCode()).isEqualTo(200);
    return Wire.read(answer.body(), AccessDecision.class);
  }

  private HttpResponse<byte[]> send(String method, String token, String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + path))
            .method(method, BodyPublishers.ofByteArray(body))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }
}
