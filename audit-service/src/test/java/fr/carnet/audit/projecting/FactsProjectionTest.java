package fr.carnet.audit.projecting;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.audit.projecting.FactsProjection.Step;
import fr.carnet.testkit.RealServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class FactsProjectionTest {
  private static final Duration TOOK = Duration.ofMillis(100);

  @Test
  void leavesTheLogNineTenthsOfTheTimeWhileKafkaHasMore() throws Exception {
    DataSource database = RealServers.dataSource(RealServers.emptyDatabase());
    Flyway.configure()
        .dataSource(database)
        .locations("db/eventstore", "db/migration")
        .load()
        .migrate();
    execute(
        database,
        """
        INSERT INTO log_entry (index, topic, partition, record_offset, headers)
        SELECT i, 't', 0, i, '' FROM generate_series(0, 12_000) i;
        UPDATE log_head SET size = 12_001
        """);

    execute(database, "UPDATE log_head SET whole_at = now() - interval '6 s'");
    Step behind = FactsProjection.step(database);
    execute(database, "UPDATE log_head SET whole_at = now()");
    Step upToDate = FactsProjection.step(database);
    Step last = FactsProjection.step(database);

    assertThat(behind).isEqualTo(new Step(FactsProjection.AT_ONCE, true));
    assertThat(FactsProjection.rest(behind, TOOK)).isEqualTo(TOOK.multipliedBy(9));
    assertThat(FactsProjection.rest(behind, Duration.ofMinutes(1))).hasSeconds(2);
    assertThat(upToDate).isEqualTo(new Step(FactsProjection.AT_ONCE, false));
    assertThat(FactsProjection.rest(upToDate, TOOK)).isZero();
    assertThat(last).isEqualTo(new Step(2_001, false));
    assertThat(FactsProjection.rest(last, TOOK)).isPositive();
  }

  private static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
