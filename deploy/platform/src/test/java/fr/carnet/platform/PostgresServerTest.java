package fr.carnet.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {

  @Test
  void keepsWhatWasCommittedWhenItIsKilledAndStartedAgain(@TempDir Path folder) throws Exception {
    int port = Ports.free();
    try (PostgresServer server = PostgresServer.start(folder, port, Durability.DURABLE)) {
      server.createDatabase("dossier");
      server.createDatabase("dossier");
      assertThat(ask(server, "SHOW fsync")).isEqualTo("on");
      assertThat(ask(server, "SHOW max_connections")).isEqualTo("300");
      ask(server, "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1");
      server.kill();
      assertThat(server.isAlive()).isFalse();
    }
    try (PostgresServer server = PostgresServer.start(folder, port, Durability.FAST)) {
      assertThat(ask(server, "SELECT n FROM kept")).isEqualTo("42");
      assertThat(ask(server, "SHOW fsync")).isEqualTo("off");
    }
  }

  private static String ask(PostgresServer server, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                server.jdbcUrl("dossier"), server.user(), server.password());
        Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      while (!rows) {
        rows = statement.getMoreResults();
      }
      try (ResultSet result = statement.getResultSet()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
