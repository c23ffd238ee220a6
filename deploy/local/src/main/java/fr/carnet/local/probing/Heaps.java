package fr.carnet.local.probing;

import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** What services keep in memory. */
public final class Heaps {
  private static final int LOOKS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Heaps() {}

  /** The heap of a service in bytes, after collection: the least of three looks. */
  public static long afterCollection(Suite suite, Service service)
      throws IOException, InterruptedException {
    long least = Long.MAX_VALUE;
    for (int look = 0; look < LOOKS; look++) {
      int status =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(suite.pid(service)),
                  "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("the heap of " + service.title() + " is not collected");
      }
      least = Math.min(least, used(suite, service));
    }
    return least;
  }

  private static long used(Suite suite, Service service) throws IOException, InterruptedException {
    // An upgrade to HTTP/2 may leave a request without an answer for ever.
    try (HttpClient client = Clients.http().build()) {
      String metrics =
          client
              .send(
                  HttpRequest.newBuilder(suite.url(service).resolve("/q/metrics"))
                      .header("Authorization", "Bearer " + suite.accounts().token("operator"))
                      .timeout(PATIENCE)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return (long)
          metrics
              .lines()
              .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
              .sum();
    }
  }
}
