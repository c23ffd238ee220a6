package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The variables are a contract with the services, and with whatever else starts them. */
class ServiceEnvironmentTest {

  private static final ServiceEnvironment ENVIRONMENT =
      new ServiceEnvironment(
          "localhost:9092",
          service -> "jdbc:postgresql://127.0.0.1:5433/" + service.database(),
          "carnet",
          "carnet",
          "http://localhost:8180/realms/carnet",
          service -> URI.create("http://127.0.0.1:" + service.wantedPort()),
          4,
          Path.of("/data/keys"),
          Path.of("/data/extracts"),
          Optional.of(Path.of("/data/lists")));

  @Test
  void theDossierServiceKnowsTheSecretOfPseudonymsAndItsMasterKey() {
    assertThat(ENVIRONMENT.of(Service.DOSSIER, 8081))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
                Map.entry("QUARKUS_HTTP_PORT", "8081"),
                Map.entry(
                    "QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://127.0.0.1:5433/dossier"),
                Map.entry("QUARKUS_DATASOURCE_USERNAME", "carnet"),
                Map.entry("QUARKUS_DATASOURCE_PASSWORD", "carnet"),
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
                Map.entry("CARNET_PARTITIONS", "4"),
                Map.entry("QUARKUS_OIDC_AUTH_SERVER_URL", "http://localhost:8180/realms/carnet"),
                Map.entry(
                    "QUARKUS_OIDC_CLIENT_AUTH_SERVER_URL", "http://localhost:8180/realms/carnet"),
                Map.entry("QUARKUS_OIDC_CLIENT_CLIENT_ID", "dossier-service"),
                Map.entry("QUARKUS_OIDC_CLIENT_CREDENTIALS_SECRET", "dossier-service-local-secret"),
                Map.entry("CARNET_PATIENT_REF_SECRET", "carnet-local-patient-ref-secret"),
                Map.entry("CARNET_MASTER_KEY_FILE", "/data/keys/master.key"),
                Map.entry("CARNET_ERASURE_JOURNAL", "/data/erasures.ndjson"),
                Map.entry("CARNET_DOSSIER_URL", "http://127.0.0.1:8081"),
                Map.entry("CARNET_INGEST_URL", "http://127.0.0.1:8082"),
                Map.entry("CARNET_ACCESS_URL", "http://127.0.0.1:8083"),
                Map.entry("CARNET_AUDIT_URL", "http://127.0.0.1:8084")));
  }

  @Test
  void theInsurersSideHasNoClientOfItsOwnAndNoMasterKey() {
    assertThat(ENVIRONMENT.of(Service.INGEST, 8082))
        .containsKeys("CARNET_PATIENT_REF_SECRET", "CARNET_LINE_KEY_SECRET")
        .containsEntry("CARNET_NOMENCLATURES", "/data/lists")
        .containsEntry("CARNET_RECEIPT_KEY_FILE", "/data/keys/receipts.key")
        .containsEntry("CARNET_INGEST_EXTRACTS_FOLDER", "/data/extracts")
        .doesNotContainKeys("CARNET_MASTER_KEY_FILE", "QUARKUS_OIDC_CLIENT_CLIENT_ID");
  }

  @Test
  void theOthersHoldNoSecretOfPatients() {
    for (Service service : new Service[] {Service.ACCESS, Service.AUDIT}) {
      assertThat(ENVIRONMENT.of(service, service.wantedPort()))
          .containsEntry("QUARKUS_OIDC_CLIENT_CLIENT_ID", service.title())
          .doesNotContainKeys(
              "CARNET_PATIENT_REF_SECRET", "CARNET_LINE_KEY_SECRET", "CARNET_MASTER_KEY_FILE");
    }
  }

  @Test
  void onlyTheAccessControlServiceHoldsTheSecretOfOneTimeCodes() {
    for (Service service : Service.values()) {
      assertThat(ENVIRONMENT.of(service, service.wantedPort()).keySet())
          .filteredOn("CARNET_VISIT_CODE_SECRET"::equals)
          .hasSize(service == Service.ACCESS ? 1 : 0);
    }
  }

  @Test
  void theLogHasAKeyToSignWithAndAFileOfWhatItSigned() {
    assertThat(ENVIRONMENT.of(Service.AUDIT, 8084))
        .containsEntry("CARNET_LOG_KEY_FILES", "/data/keys/log.key")
        .containsEntry("CARNET_CHECKPOINT_FILE", "/data/checkpoints.txt");
  }
}
