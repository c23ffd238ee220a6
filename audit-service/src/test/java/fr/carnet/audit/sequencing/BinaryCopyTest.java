package fr.carnet.audit.sequencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.eventstore.Transactions;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BinaryCopyTest {
  /** Longer than what is sent at once. */
  private static final int LONG = 300_000;

  private static LogDatabase database;

  @BeforeAll
  static void aDatabase() {
    database = LogDatabase.empty();
  }

  @BeforeEach
  void aTable() throws SQLException {
    database.execute(
        "DROP TABLE IF EXISTS copied;"
            + " CREATE TABLE copied (i int, b bigint PRIMARY KEY, t text, bytes bytea)");
  }

  private static void row(BinaryCopy copy, int i, long b, String t, byte[] bytes)
      throws SQLException {
    copy.row(4);
    copy.put(i);
    copy.put(b);
    copy.put(t.getBytes(StandardCharsets.UTF_8));
    copy.put(bytes);
  }

  @Test
  void whatIsPutIsThereOfAnyLengthAndNullIsNull() throws SQLException {
    byte[] longOne = new byte[LONG];
    Arrays.fill(longOne, (byte) 7);

    Transactions.run(
        database.dataSource(),
        tx -> {
          try (BinaryCopy copy = new BinaryCopy(tx, "copied (i, b, t, bytes)")) {
            row(copy, Integer.MIN_VALUE, Long.MAX_VALUE, "é ", new byte[] {0, -1});
            row(copy, 1, 1, "", longOne);
            row(copy, 2, 2, "none", null);
            row(copy, 3, 3, "empty", new byte[0]);
            for (int i = 4; i < 10_000; i++) {
              row(copy, i, i, "many", new byte[] {1});
            }
            copy.end();
          }
          return tx;
        });

    assertThat(database.number("SELECT count(*) FROM copied")).isEqualTo(10_000);
    assertThat(
            database.rows(
                "SELECT concat_ws('|', i, b, t, coalesce(encode(bytes, 'hex'), 'null'))"
                    + " FROM copied WHERE i < 4 AND i <> 1 ORDER BY i"))
        .containsExactly(
            Integer.MIN_VALUE + "|" + Long.MAX_VALUE + "|é |00ff", "2|2|none|null", "3|3|empty|");
    assertThat(
            database.number(
                "SELECT length(replace(bytes::text, '07', '')) FROM copied WHERE i = 1"))
        .isEqualTo("\\x".length());
  }

  @Test
  void whatIsNotEndedOrIsThereAlreadyLeavesNothing() throws SQLException {
    database.execute("INSERT INTO copied VALUES (0, 5, 'first', NULL)");

    assertThatThrownBy(
            () ->
                Transactions.run(
                    database.dataSource(),
                    tx -> {
                      try (BinaryCopy copy = new BinaryCopy(tx, "copied (i, b, t, bytes)")) {
                        row(copy, 1, 4, "new", null);
                        row(copy, 2, 5, "there already", null);
                        copy.end();
                      }
                      return tx;
                    }))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
    Transactions.run(
        database.dataSource(),
        tx -> {
          try (BinaryCopy copy = new BinaryCopy(tx, "copied (i, b, t, bytes)")) {
            row(copy, 1, 6, "never ended", null);
          }
          // To PostgreSQL the transaction has failed.
          tx.rollback();
          return tx;
        });

    assertThat(database.number("SELECT count(*) FROM copied")).isEqualTo(1);
  }
}
