package fr.carnet.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.platform.ChildProcess;
import fr.carnet.platform.Clients;
import fr.carnet.platform.Jvm;
import fr.carnet.platform.Ports;
import fr.carnet.platform.Server;
import fr.carnet.platform.StartFailure;
import fr.carnet.platform.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** One running process of a service. */
public final class ServiceInstance implements Server {

  private static final Duration START = Duration.ofMinutes(3);
  private static final String PROCESS = "Carnet-Process";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Service service;
  private final ChildProcess process;
  private final URI address;

  private ServiceInstance(Service service, ChildProcess process, URI address) {
    this.service = service;
    this.process = process;
    this.address = address;
  }

  /** Starts a packaged service and waits until it says that it is ready. */
  static ServiceInstance start(
      Service service,
      Path project,
      URI address,
      Map<String, String> environment,
      Path workingFolder,
      Path log) {
    Path runnable = service.runnable(project);
    if (!Files.exists(runnable)) {
      throw new IllegalStateException(
          service.title() + " is not built: " + runnable + " is missing; run ./mvnw package");
    }
    String name = UUID.randomUUID().toString();
    Map<String, String> named = new HashMap<>(environment);
    named.put("CARNET_PROCESS", name);
    ChildProcess process =
        ChildProcess.start(
            service.title(),
            Jvm.command(
                List.of(
                    "-Xms256m",
                    "-Xmx512m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-jar",
                    runnable.toString())),
            named,
            workingFolder,
            log,
            StopSignal.TERM);
    HttpRequest ready =
        HttpRequest.newBuilder(address.resolve("/q/health/ready"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try (HttpClient client = Clients.http().build()) {
      process.awaitReady(START, () -> isReady(client, ready, name));
    } catch (StartFailure e) {
      if (Ports.isFree(address.getPort())) {
        throw e;
      }
      throw new IllegalStateException(portTaken(service, address.getPort(), log), e);
    }
    return new ServiceInstance(service, process, address);
  }

  /** Why a service ended whose port somebody else has, and what to do. */
  static String portTaken(Service service, int port, Path log) {
    return "%s did not start: port %d is in use by another program, perhaps another suite.%s%n"
            .formatted(
                service.title(),
                port,
                lastError(log).map(error -> System.lineSeparator() + "  " + error).orElse(""))
        + "Stop that program or start again: what is taken at the start is moved. Its log is "
        + log;
  }

  /** What a service said in its last line of level ERROR; its log is JSON, one object a line. */
  static Optional<String> lastError(Path log) {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(line -> line.contains("\"level\":\"ERROR\""))
          .reduce((_, last) -> last)
          .map(ServiceInstance::message);
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static String message(String line) {
    try {
      return JSON.readTree(line).path("message").asText();
    } catch (JsonProcessingException e) {
      return line;
    }
  }

  /**
   * Whether the process of this name is ready. Another suite's service on the same port answers
   * too, and is not meant.
   */
  static boolean isReady(HttpClient client, HttpRequest request, String name) {
    try {
      HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
      return answer.statusCode() == 200
          && answer.headers().firstValue(PROCESS).filter(name::equals).isPresent();
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Which service it is a process of. */
  public Service service() {
    return service;
  }

  /** Where it answers. */
  public URI address() {
    return address;
  }

  @Override
  public ChildProcess process() {
    return process;
  }
}
