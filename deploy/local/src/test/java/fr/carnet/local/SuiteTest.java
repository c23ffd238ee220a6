package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the services stand on; the end-to-end test drives the services. */
@Tag("keycloak")
class SuiteTest {

  @Test
  void startsKillsStartsAgainAndLeavesNothing(@TempDir Path folder) throws Exception {
    List<String> progress = Collections.synchronizedList(new ArrayList<>());
    SuiteOptions options = SuiteOptions.forTests(folder).withServices().withProgress(progress::add);
    List<Long> pids;
    try (Suite suite = Suite.of(options).start()) {
      pids = List.copyOf(suite.pids().values());
      assertThat(suite.pids()).containsOnlyKeys(Foundation.values());
      assertThat(suite.accounts().token("patient")).isNotEmpty();
      assertThat(suite.accounts().serviceToken("billing-system")).isNotEmpty();
      assertThat(suite.accounts().people()).hasSize(18);
      assertThatExceptionOfType(AlreadyUp.class)
          .isThrownBy(() -> Suite.of(options))
          .satisfies(up -> assertThat(up.addresses()).contains(suite.bootstrapServers()));

      suite.kill(Foundation.POSTGRES);
      assertThat(suite.isAlive(Foundation.POSTGRES)).isFalse();
      assertThat(suite.died()).isEmpty();
      suite.start(Foundation.POSTGRES);
      try (Connection connection =
          DriverManager.getConnection(
              suite.jdbcUrl(Service.ACCESS), suite.databaseUser(), suite.databasePassword())) {
        assertThat(connection.isValid(1)).isTrue();
      }

      long kafka = suite.pid(Foundation.KAFKA);
      ProcessHandle.of(kafka).ifPresent(ProcessHandle::destroyForcibly);
      ProcessHandle.of(kafka).ifPresent(handle -> handle.onExit().join());
      assertThat(suite.died()).containsExactly(Foundation.KAFKA);
    }
    assertThat(pids)
        .noneMatch(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent());
    assertThat(progress).anyMatch(line -> line.contains("Keycloak"));
  }
}
