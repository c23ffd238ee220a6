package fr.carnet.local;

import fr.carnet.platform.Keycloak;
import java.util.Locale;

/** The table of addresses and accounts that people get. */
final class Addresses {

  private Addresses() {}

  /** Where one part is reached, in the words its users know. */
  static String shown(Suite suite, Part part) {
    return switch (part) {
      case Foundation foundation ->
          switch (foundation) {
            case KAFKA -> suite.bootstrapServers();
            case POSTGRES -> "localhost:" + suite.port(foundation);
            case KEYCLOAK -> suite.keycloak().toString();
          };
      case Service service -> suite.url(service).toString();
    };
  }

  /** The whole table, with a line end after each line. */
  static String of(Suite suite) {
    StringBuilder table = new StringBuilder("Addresses\n");
    for (Service service : suite.services()) {
      line(table, service.title(), suite.url(service) + "/q/swagger-ui");
    }
    line(
        table,
        "Keycloak",
        "%s (%s / %s)".formatted(suite.keycloak(), Keycloak.ADMIN, Keycloak.ADMIN_PASSWORD));
    line(table, "  tokens", suite.issuer() + "/protocol/openid-connect/token");
    line(table, "Kafka", suite.bootstrapServers());
    line(
        table,
        "PostgreSQL",
        "localhost:%d (%s / %s); databases ingest, dossier, access, audit"
            .formatted(
                suite.port(Foundation.POSTGRES), suite.databaseUser(), suite.databasePassword()));
    line(table, "Logs", suite.logs().toString());
    table.append("\nAccounts (password carnet, client carnet-cli)\n");
    suite
        .accounts()
        .people()
        .forEach(
            account ->
                line(
                    table,
                    account.name(),
                    String.format(
                        Locale.ROOT,
                        "%-22s %s",
                        account.person(),
                        String.join(", ", account.roles()))));
    return table.toString();
  }

  private static void line(StringBuilder table, String what, String where) {
    table.append(String.format(Locale.ROOT, "  %-30s %s%n", what, where));
  }
}
