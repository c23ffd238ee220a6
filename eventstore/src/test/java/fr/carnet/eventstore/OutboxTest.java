package fr.carnet.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is put into the outbox, and what only looks so from outside. */
class OutboxTest {
  private final Bench bench = Bench.fresh();

  private static Outbox.Entry entry() {
    return new Outbox.Entry(
        UUID.randomUUID(),
        Topic.ACCESS_TRACES,
        "key",
        "type.v1",
        Optional.empty(),
        OptionalLong.empty(),
        "somebody",
        "correlation",
        Optional.of(new byte[100]));
  }

  /** Whether its commit will be waited for until it is on disk: only who has an id has to be. */
  private static boolean isWritten(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  @Test
  void whatIsPutInVainIsWrittenButNotThere() throws SQLException {
    // when
    boolean[] written = new boolean[2];
    Transactions.run(
        bench.dataSource(),
        tx -> {
          written[0] = isWritten(tx);
          Outbox.putInVain(tx, List.of(entry(), entry()));
          written[1] = isWritten(tx);
          return true;
        });

    // then
    assertThat(written).containsExactly(false, true);
    assertThat(bench.count("SELECT count(*) FROM outbox")).isZero();
  }

  @Test
  void whatElseTheTransactionPutsStays() throws SQLException {
    // given
    Outbox.Entry before = entry();
    Outbox.Entry after = entry();

    // when
    Transactions.run(
        bench.dataSource(),
        tx -> {
          Outbox.put(tx, List.of(before));
          Outbox.putInVain(tx, List.of(entry()));
          Outbox.put(tx, List.of(after));
          return true;
        });

    // then
    assertThat(bench.count("SELECT count(*) FROM outbox")).isEqualTo(2);
    for (Outbox.Entry each : List.of(before, after)) {
      assertThat(bench.count("SELECT count(*) FROM outbox WHERE id = '" + each.id() + "'"))
          .isEqualTo(1);
    }
  }
}
