package fr.carnet.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.events.Paris;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.testkit.RealServers;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What every test of the running service needs: a sender, lines, dossiers. */
@WithTestResource(value = RealServersForQuarkus.class, scope = TestResourceScope.GLOBAL)
public abstract class IngestOverHttp {
  protected static final Duration SOON = Duration.ofMinutes(5);
  protected static final String SENDER = "billing-system";

  @Inject protected DataSource dataSource;
  protected KafkaOfTests kafka;

  @BeforeEach
  void connect() {
    kafka = new KafkaOfTests(RealServers.kafka().bootstrapServers());
  }

  @AfterEach
  void disconnect() {
    kafka.close();
  }

  protected static LocalDate today() {
    return LocalDate.now(Paris.ZONE);
  }

  /** People of whom no other test knows. */
  protected static List<String> people(long seed, int count) {
    return BillingSystem.seeded(seed, today()).withBeneficiaries(count).beneficiaryNumbers();
  }

  /** Sound lines of these people; their ids are of this seed and name. */
  protected static LineStream lines(long seed, String name, List<String> people) {
    return BillingSystem.seeded(seed, today()).endless(name, people);
  }

  protected static List<String> texts(LineStream lines, int count) {
    return Stream.generate(lines::next)
        .limit(count)
        .map(line -> new String(line.json(), StandardCharsets.UTF_8))
        .collect(Collectors.toList());
  }

  protected static Response deliver(String sender, String body) {
    return deliver(sender, body.getBytes(StandardCharsets.UTF_8));
  }

  protected static Response deliver(String sender, byte[] body) {
    return given()
        .auth()
        .oauth2(TestTokens.withRole(sender, "billing"))
        .contentType("application/x-ndjson")
        .body(body)
        .post("/deliveries");
  }

  /** How many lines of this sender were rejected for this reason, as operators are told. */
  protected static double rejected(String code, String sender) {
    String counter =
        "carnet_lines_rejected_total{code=\"%s\",sender=\"%s\"} ".formatted(code, sender);
    return metrics()
        .lines()
        .filter(line -> line.startsWith(counter))
        .mapToDouble(line -> Double.parseDouble(line.substring(counter.length())))
        .sum();
  }

  protected static String metrics() {
    return given()
        .auth()
        .oauth2(TestTokens.withRole("op", "operator"))
        .get("/q/metrics")
        .asString();
  }

  protected void register(RegisteredDossier dossier, State state) {
    kafka.send(dossier.next(state));
    kafka.flush();
    await().atMost(SOON).until(() -> applied(dossier) >= dossier.version());
  }

  /** The version that the service says it goes by; 0 while it knows none. */
  protected static long applied(RegisteredDossier dossier) {
    Response answer =
        given()
            .auth()
            .oauth2(TestTokens.withRole("dossier-service", "registry"))
            .get("/registry/" + dossier.id());
    return answer.statusCode() == 200 ? answer.jsonPath().getLong("version") : 0;
  }

  protected long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** How many of these lines are of this person. */
  protected static int linesOf(List<String> lines, String ins) {
    return (int) lines.stream().filter(line -> line.contains(ins)).count();
  }

  protected void awaitLines(RegisteredDossier dossier, int count) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(CareOnKafka.read(kafka).lines(dossier)).hasSize(count));
  }

  protected void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
