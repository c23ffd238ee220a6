package fr.carnet.local;

import fr.carnet.platform.Keycloak;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where everything is: a table for people, and variables for a shell. */
final class Addresses {

  /** What the realm's address is called. */
  static final String ISSUER = "ISSUER";

  private static final Pattern VARIABLE = Pattern.compile("([A-Z_]+)='(.*)'");

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
    suite.moved().forEach(sentence -> table.append('\n').append(sentence));
    return suite.moved().isEmpty() ? table.toString() : table.append('\n').toString();
  }

  /** The variables in which the README's tour, and {@code ./carnet load}, find the suite. */
  static String forShell(Suite suite) {
    StringBuilder variables = new StringBuilder("# Where the suite is that is up.\n");
    for (Service service : suite.services()) {
      variable(variables, variable(service), suite.url(service).toString());
    }
    variable(variables, ISSUER, suite.issuer());
    return variables.toString();
  }

  private static void variable(StringBuilder variables, String name, String value) {
    variables.append(name).append("='").append(value).append("'\n");
  }

  /** What a service's address is called. */
  static String variable(Service service) {
    return service.name() + "_URL";
  }

  /** What {@link #forShell} said, by name. */
  static Map<String, String> parsed(String variables) {
    return variables
        .lines()
        .map(VARIABLE::matcher)
        .filter(Matcher::matches)
        .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
  }

  private static void line(StringBuilder table, String what, String where) {
    table.append(String.format(Locale.ROOT, "  %-30s %s%n", what, where));
  }
}
