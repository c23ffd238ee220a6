package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suites that are not started: ports are chosen before. */
class MovedPortsTest {
  private static final int WANTED = Service.DOSSIER.wantedPort();

  @TempDir private Path folder;

  @Test
  void the_table_ends_with_the_ports_that_were_moved() throws IOException {
    // Whether we have it or somebody else on this machine.
    try (ServerSocket _ = taken(WANTED);
        Suite suite = Suite.of(SuiteOptions.forTests(folder).withPorts(PortChoice.WANTED))) {
      assertThat(suite.port(Service.DOSSIER)).isNotEqualTo(WANTED);
      assertThat(Addresses.of(suite))
          .endsWith(String.join("\n", suite.moved()) + "\n")
          .contains(
              "Port %d is taken: dossier-service takes %d instead."
                  .formatted(WANTED, suite.port(Service.DOSSIER)));
    }
  }

  @Test
  void a_port_that_was_taken_meanwhile_is_moved_before_the_services_start() throws IOException {
    List<String> said = new ArrayList<>();
    try (Suite suite = Suite.of(SuiteOptions.forTests(folder).withProgress(said::add))) {
      int chosen = suite.port(Service.AUDIT);
      int other = suite.port(Service.ACCESS);
      try (ServerSocket _ = taken(chosen)) {
        suite.moveFromTakenPorts();
      }
      assertThat(suite.port(Service.AUDIT)).isNotEqualTo(chosen);
      assertThat(suite.port(Service.ACCESS)).isEqualTo(other);
      assertThat(said)
          .contains(
              "Port %d is taken: audit-service takes %d instead."
                  .formatted(chosen, suite.port(Service.AUDIT)));
    }
  }

  @Test
  void shells_and_load_find_the_suite_in_its_data_folder_while_it_is_up() throws IOException {
    try (Suite suite = Suite.of(SuiteOptions.forTests(folder))) {
      assertThat(DataFolder.addresses(folder)).isEmpty();
      suite.tell();
      assertThat(DataFolder.addresses(folder))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "DOSSIER_URL", suite.url(Service.DOSSIER).toString(),
                  "INGEST_URL", suite.url(Service.INGEST).toString(),
                  "ACCESS_URL", suite.url(Service.ACCESS).toString(),
                  "AUDIT_URL", suite.url(Service.AUDIT).toString(),
                  "ISSUER", suite.issuer()));
    }
    assertThat(DataFolder.addresses(folder)).isEmpty();
  }

  private static ServerSocket taken(int port) throws IOException {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      return new ServerSocket(0);
    }
  }
}
