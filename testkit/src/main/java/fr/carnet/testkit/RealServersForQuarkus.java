package fr.carnet.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Gives a Quarkus test the real Kafka and an empty database of its own, and makes it trust {@link
 * TestTokens}. The other services are played by one {@link Neighbours} server.
 */
public final class RealServersForQuarkus implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap.servers", RealServers.kafka().bootstrapServers());
    settings.put("carnet.partitions", "2");
    settings.put("quarkus.datasource.jdbc.url", RealServers.emptyDatabase());
    settings.put("quarkus.datasource.username", RealServers.postgres().user());
    settings.put("quarkus.datasource.password", RealServers.postgres().password());
    settings.put("quarkus.oidc.public-key", TestTokens.publicKey());
    settings.put("quarkus.oidc.token.issuer", TestTokens.ISSUER);
    settings.put("quarkus.oidc-client.auth-server-url", Neighbours.url());
    settings.put("quarkus.oidc-client.discovery-enabled", "false");
    settings.put("quarkus.oidc-client.token-path", "/token");
    settings.put("quarkus.oidc-client.client-id", "test");
    settings.put("quarkus.oidc-client.credentials.secret", "test");
    settings.put("carnet.patient-ref-secret", TestTokens.PATIENT_REF_SECRET);
    settings.put("carnet.line-key-secret", "test-line-key-secret");
    settings.put("carnet.visit-code-secret", "test-visit-code-secret");
    // Whatever folder of code lists the machine has: a service under test goes by its own.
    settings.put("carnet.nomenclatures", "");
    // One of the rules that may be set to warn; as shipped all refuse.
    settings.put("carnet.ingest.warn", "PROCESSED_BEFORE_CARE");
    // Shipped are half a second and less; a busy machine now and then takes longer.
    for (String service : List.of("access-control", "dossier")) {
      settings.put("quarkus.rest-client." + service + ".connect-timeout", "10000");
      settings.put("quarkus.rest-client." + service + ".read-timeout", "10000");
    }
    settings.put("carnet.dossier-url", Neighbours.url());
    settings.put("carnet.access-url", Neighbours.url());
    settings.put("carnet.ingest-url", Neighbours.url());
    settings.put(
        "carnet.ingest.extracts-folder", Path.of("target/extracts").toAbsolutePath().toString());
    settings.put("carnet.master-key-file", "target/test-master-key.json");
    settings.put("carnet.erasure-journal", ownFile("erasures", ".ndjson"));
    settings.put("carnet.receipt-key-file", "target/test-receipt-key.json");
    settings.put("carnet.log-key-files", "target/test-log-key.json");
    settings.put("carnet.checkpoint-file", ownFile("checkpoints", ".txt"));
    return settings;
  }

  /** A file of its own, as the database: what another run wrote down is not of this one. */
  private static String ownFile(String name, String ending) {
    return Path.of("target/" + name + "-" + UUID.randomUUID() + ending).toAbsolutePath().toString();
  }

  @Override
  public void stop() {
    Neighbours.forgetAll();
  }
}
