package fr.carnet.ingest;

import fr.carnet.events.Wire;
import fr.carnet.platform.ChildProcess;
import fr.carnet.platform.Jvm;
import fr.carnet.platform.KafkaBroker;
import fr.carnet.platform.Ports;
import fr.carnet.platform.StopSignal;
import fr.carnet.testkit.RealServersForQuarkus;
import fr.carnet.testkit.TestTokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The service as it is packaged, in a process of its own that can be killed at any moment. */
public final class PackagedService implements AutoCloseable {
  private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Duration START = Duration.ofMinutes(3);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final Map<String, String> settings;
  private final String heap;
  private final Path log;
  private final int port = Ports.free();
  private ChildProcess process;

  /**
   * Starts the service on a database of its own.
   *
   * @param heap as {@code -Xmx} takes it
   * @param other settings beside those of every test
   */
  public PackagedService(String name, String heap, Map<String, String> other) {
    this.settings = new HashMap<>(new RealServersForQuarkus().start());
    // As shipped: what the billing system reckons is, too.
    this.settings.put("carnet.ingest.warn", "");
    this.settings.putAll(other);
    this.settings.put("quarkus.http.port", Integer.toString(port));
    this.heap = heap;
    this.log = Path.of("target", name + ".log").toAbsolutePath();
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.process = start();
  }

  private ChildProcess start() {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("-Xmx" + heap, "-XX:+ExitOnOutOfMemoryError", "-Dquarkus.http.host=127.0.0.1"));
    settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-jar", APPLICATION.toAbsolutePath().toString()));
    return ChildProcess.start(
            "ingest", Jvm.command(command), Map.of(), Path.of("target"), log, StopSignal.TERM)
        .awaitReady(START, this::isReady);
  }

  private boolean isReady() {
    try {
      return get("/q/health/ready", "").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** A broker of the test's own, on a folder that no other run has written. */
  public static KafkaBroker brokerOfItsOwn() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "own-kafka");
      return KafkaBroker.start(folder, Ports.free());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL, and the same service again on what it left. */
  public void killAndRestart() {
    process.kill();
    process = start();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The database that it writes. */
  public DataSource database() {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(settings.get("quarkus.datasource.jdbc.url"));
    database.setUser(settings.get("quarkus.datasource.username"));
    database.setPassword(settings.get("quarkus.datasource.password"));
    return database;
  }

  /** One number that the database says. */
  public long count(String sql) {
    try (Connection connection = database().getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Delivers, once; the status and the receipt. */
  public HttpResponse<String> deliver(String sender, Supplier<InputStream> body)
      throws IOException {
    return send(
        HttpRequest.newBuilder(uri("/deliveries"))
            .header("Authorization", "Bearer " + TestTokens.withRole(sender, "billing"))
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofInputStream(body))
            .build());
  }

  /** Sends JSON with this token. */
  public HttpResponse<String> post(String path, String token, String json) throws IOException {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  /** The version of a dossier that it goes by; 0 when it knows none, -1 when it is down. */
  public long applied(UUID dossierId) {
    try {
      HttpResponse<String> answer =
          get("/registry/" + dossierId, TestTokens.withRole("dossier-service", "registry"));
      if (answer.statusCode() != 200) {
        return answer.statusCode() == 404 ? 0 : -1;
      }
      return Wire.JSON.readTree(answer.body()).path("version").asLong();
    } catch (IOException e) {
      return -1;
    }
  }

  public HttpResponse<String> get(String path, String token) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
    http.close();
  }
}
