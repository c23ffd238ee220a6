package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import fr.carnet.platform.Clients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceInstanceTest {

  @Test
  void another_suites_service_on_the_same_port_is_not_taken_for_ours() throws Exception {
    // given somebody who is ready, and calls itself otherwise than what we started
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/q/health/ready",
        exchange -> {
          exchange.getResponseHeaders().set("Carnet-Process", "theirs");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    other.start();
    try (HttpClient client = Clients.http().build()) {
      HttpRequest ready =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:" + other.getAddress().getPort() + "/q/health/ready"))
              .build();
      // then
      assertThat(ServiceInstance.isReady(client, ready, "ours")).isFalse();
      assertThat(ServiceInstance.isReady(client, ready, "theirs")).isTrue();
    } finally {
      other.stop(0);
    }
  }

  @Test
  void who_ended_on_a_taken_port_says_so_with_the_last_error_and_what_to_do(@TempDir Path folder)
      throws IOException {
    Path log = folder.resolve("dossier-service.log");
    Files.writeString(
        log,
        """
        {"level":"ERROR","message":"an earlier one"}
        {"level":"ERROR","message":"Port 8081 seems to be in use by another process."}
        {"level":"WARN","message":"Use 'ss -anop | grep 8081'"}
        """);
    assertThat(ServiceInstance.portTaken(Service.DOSSIER, 8081, log))
        .startsWith("dossier-service did not start: port 8081 is in use by another program")
        .contains("Port 8081 seems to be in use by another process.", "start again", log.toString())
        .doesNotContain("an earlier one", "ss -anop");
    assertThat(ServiceInstance.portTaken(Service.DOSSIER, 8081, folder.resolve("none")))
        .contains("port 8081 is in use");
  }
}
