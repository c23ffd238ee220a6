package fr.carnet.local;

import fr.carnet.platform.ChildProcess;
import fr.carnet.platform.Clients;
import fr.carnet.platform.Server;
import fr.carnet.platform.StopSignal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One running process of a service. */
public final class ServiceInstance implements Server {

  private static final Duration START = Duration.ofMinutes(3);

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
    ChildProcess process =
        ChildProcess.start(
            service.title(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                runnable.toString()),
            environment,
            workingFolder,
            log,
            StopSignal.TERM);
    HttpRequest ready =
        HttpRequest.newBuilder(address.resolve("/q/health/ready"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try (HttpClient client = Clients.http().build()) {
      process.awaitReady(START, () -> answersOk(client, ready));
    }
    return new ServiceInstance(service, process, address);
  }

  private static boolean answersOk(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
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
