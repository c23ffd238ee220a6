package fr.carnet.local;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the services are told of the machine, by environment variables; their names are their
 * contract with whatever starts them, here as in containers.
 *
 * @param bootstrapServers Kafka's
 * @param jdbcUrl of a service's own database
 * @param databaseUser of every database
 * @param databasePassword of every database
 * @param issuer the realm's address
 * @param address of a service
 * @param partitions of every topic
 * @param keys folder where services keep, and make when absent, their keys
 * @param extracts where ingest looks for senders' extracts
 * @param codeLists that ingest goes by
 */
record ServiceEnvironment(
    String bootstrapServers,
    Function<Service, String> jdbcUrl,
    String databaseUser,
    String databasePassword,
    String issuer,
    Function<Service, URI> address,
    int partitions,
    Path keys,
    Path extracts,
    Optional<Path> codeLists) {

  /** The one that the realm file's {@code patient_ref} claims were made with. */
  static final String PATIENT_REF_SECRET = "carnet-local-patient-ref-secret";

  private static final String VISIT_CODE_SECRET = "carnet-local-visit-code-secret";
  private static final String LINE_KEY_SECRET = "carnet-local-line-key-secret";

  /** The variables of one service that listens on this port. */
  Map<String, String> of(Service service, int port) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    variables.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    variables.put("QUARKUS_DATASOURCE_JDBC_URL", jdbcUrl.apply(service));
    variables.put("QUARKUS_DATASOURCE_USERNAME", databaseUser);
    variables.put("QUARKUS_DATASOURCE_PASSWORD", databasePassword);
    variables.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    variables.put("CARNET_PARTITIONS", Integer.toString(partitions));
    variables.put("QUARKUS_OIDC_AUTH_SERVER_URL", issuer);
    variables.put("CARNET_DOSSIER_URL", address.apply(Service.DOSSIER).toString());
    variables.put("CARNET_INGEST_URL", address.apply(Service.INGEST).toString());
    variables.put("CARNET_ACCESS_URL", address.apply(Service.ACCESS).toString());
    // Secrets go to those that must have them, and to nobody else.
    switch (service) {
      case DOSSIER -> {
        ownClient(variables, service);
        variables.put("CARNET_PATIENT_REF_SECRET", PATIENT_REF_SECRET);
        variables.put("CARNET_AUDIT_URL", address.apply(Service.AUDIT).toString());
        variables.put("CARNET_MASTER_KEY_FILE", masterKey().toString());
        // Beside the keys and not among them: no backup takes it along, no restore sets it back.
        variables.put("CARNET_ERASURE_JOURNAL", keys.resolveSibling("erasures.ndjson").toString());
      }
      case INGEST -> {
        variables.put("CARNET_PATIENT_REF_SECRET", PATIENT_REF_SECRET);
        variables.put("CARNET_LINE_KEY_SECRET", LINE_KEY_SECRET);
        variables.put("CARNET_NOMENCLATURES", codeLists.map(Path::toString).orElse(""));
        variables.put("CARNET_RECEIPT_KEY_FILE", keys.resolve("receipts.key").toString());
        variables.put("CARNET_INGEST_EXTRACTS_FOLDER", extracts.toString());
      }
      case ACCESS -> {
        ownClient(variables, service);
        variables.put("CARNET_VISIT_CODE_SECRET", VISIT_CODE_SECRET);
      }
      case AUDIT -> {
        ownClient(variables, service);
        variables.put("CARNET_LOG_KEY_FILES", keys.resolve("log.key").toString());
        variables.put("CARNET_CHECKPOINT_FILE", keys.resolveSibling("checkpoints.txt").toString());
      }
    }
    return variables;
  }

  /** The dossier-service's. */
  Path masterKey() {
    return keys.resolve("master.key");
  }

  private void ownClient(Map<String, String> variables, Service service) {
    variables.put("QUARKUS_OIDC_CLIENT_AUTH_SERVER_URL", issuer);
    variables.put("QUARKUS_OIDC_CLIENT_CLIENT_ID", service.title());
    variables.put("QUARKUS_OIDC_CLIENT_CREDENTIALS_SECRET", service.title() + "-local-secret");
  }
}
