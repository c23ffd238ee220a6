package fr.carnet.access.arriving;

import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import javax.sql.DataSource;

/**
 * Counts attempts in the last hour, before they are made, so that many at once are no more than one
 * after the other. An attempt that succeeds is taken back.
 */
final class Attempts {
  /** Wrong codes of one professional in an hour. */
  static final int OF_A_PROFESSIONAL = 10;

  /** Wrong codes for one person in an hour, by whomever: eight digits are 100,000,000 codes. */
  static final int ON_A_PERSON = 5;

  /** Requests of one professional in an hour. */
  static final int REQUESTS = 60;

  private final DataSource dataSource;

  Attempts(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * An attempt with a code.
   *
   * @param exhausted whether there were too many on this person: then no code is good
   */
  record Attempt(String professional, String person, OffsetDateTime minute, boolean exhausted) {
    /** It succeeded, and so counts no longer. */
    void takeBack(Connection tx) throws SQLException {
      for (String whose : new String[] {professional, person}) {
        try (PreparedStatement update =
            tx.prepareStatement(
                "UPDATE attempt SET count = count - 1 WHERE whose = ? AND minute = ?")) {
          update.setString(1, whose);
          update.setObject(2, minute);
          update.executeUpdate();
        }
      }
    }
  }

  /**
   * Counts an attempt with a code.
   *
   * @throws Refusal when this professional made too many; that depends on nobody's dossier
   */
  Attempt withCode(String professional, String person) throws SQLException {
    String by = "codes/" + professional;
    String on = "person/" + person;
    return Transactions.run(
        dataSource,
        tx -> {
          OffsetDateTime minute = limited(tx, by, OF_A_PROFESSIONAL);
          add(tx, on, minute);
          return new Attempt(by, on, minute, inTheLastHour(tx, on) > ON_A_PERSON);
        });
  }

  /** Counts a request within this transaction; limited in the same way. */
  static void request(Connection tx, String professional) throws SQLException {
    limited(tx, "requests/" + professional, REQUESTS);
  }

  private static OffsetDateTime limited(Connection tx, String whose, int most) throws SQLException {
    OffsetDateTime minute = minute(tx);
    add(tx, whose, minute);
    if (inTheLastHour(tx, whose) > most) {
      throw new Refusal(AccessRefusal.TOO_MANY_ATTEMPTS);
    }
    return minute;
  }

  private static OffsetDateTime minute(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement("SELECT date_trunc('minute', clock_timestamp())");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getObject(1, OffsetDateTime.class);
    }
  }

  private static void add(Connection tx, String whose, OffsetDateTime minute) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO attempt (whose, minute, count) VALUES (?, ?, 1)
            ON CONFLICT (whose, minute) DO UPDATE SET count = attempt.count + 1
            """)) {
      upsert.setString(1, whose);
      upsert.setObject(2, minute);
      upsert.executeUpdate();
    }
    try (PreparedStatement delete =
        tx.prepareStatement(
            "DELETE FROM attempt WHERE whose = ? AND minute < ?::timestamptz - interval '2"
                + " hours'")) {
      delete.setString(1, whose);
      delete.setObject(2, minute);
      delete.executeUpdate();
    }
  }

  private static long inTheLastHour(Connection tx, String whose) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT coalesce(sum(count), 0) FROM attempt
            WHERE whose = ? AND minute > clock_timestamp() - interval '1 hour'
            """)) {
      select.setString(1, whose);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
