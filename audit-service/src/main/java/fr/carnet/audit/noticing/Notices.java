package fr.carnet.audit.noticing;

import fr.carnet.eventstore.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Notices in the database, so that every replica tells the same and a restart forgets none. */
public final class Notices {
  private static final Logger LOG = Logger.getLogger(Notices.class);
  private static final int SHOWN = 200;

  private Notices() {}

  /**
   * A notice as it is shown.
   *
   * @param about a witness's name, or empty
   * @param detail in indexes, counts and places, never content
   * @param ended absent while it holds
   */
  public record Notice(
      String code,
      String english,
      String french,
      String about,
      String detail,
      Instant since,
      Optional<Instant> ended) {}

  /**
   * Raises a notice, unless the same is open already: then its detail is what is known now, and it
   * was told now.
   */
  public static void raise(DataSource dataSource, LogNotice notice, String about, String detail)
      throws SQLException {
    boolean raised =
        Transactions.run(
            dataSource,
            tx -> {
              try (PreparedStatement insert =
                  tx.prepareStatement(
                      """
                      INSERT INTO log_notice (code, about, detail) VALUES (?, ?, ?)
                      ON CONFLICT (code, about) WHERE ended IS NULL
                        DO UPDATE SET detail = excluded.detail, told = excluded.told
                      RETURNING xmax = 0
                      """)) {
                insert.setString(1, notice.code());
                insert.setString(2, about);
                insert.setString(3, detail);
                try (ResultSet row = insert.executeQuery()) {
                  return row.next() && row.getBoolean(1);
                }
              }
            });
    if (raised) {
      LOG.errorf("%s %s: %s %s", notice.code(), about, detail, notice.english());
    }
  }

  /** Ends a notice, if it is open. */
  public static void end(DataSource dataSource, LogNotice notice, String about)
      throws SQLException {
    if (end(dataSource, notice, "= ANY (?)", List.of(about)) > 0) {
      LOG.infof("%s %s has ended", notice.code(), about);
    }
  }

  /**
   * Ends a notice about nothing in particular, if it is open and nobody has told it since.
   *
   * @param since when who ends it began to look at everything, by the database's clock
   */
  public static void endUnlessToldSince(DataSource dataSource, LogNotice notice, Instant since)
      throws SQLException {
    int ended =
        Transactions.run(
            dataSource,
            tx -> {
              try (PreparedStatement update =
                  tx.prepareStatement(
                      """
                      UPDATE log_notice SET ended = now()
                      WHERE code = ? AND about = '' AND ended IS NULL AND told < ?
                      """)) {
                update.setString(1, notice.code());
                update.setObject(2, since.atOffset(ZoneOffset.UTC));
                return update.executeUpdate();
              }
            });
    if (ended > 0) {
      LOG.infof("%s has ended", notice.code());
    }
  }

  /** Ends what is open of a notice about anything but these. */
  public static void endOthers(DataSource dataSource, LogNotice notice, List<String> about)
      throws SQLException {
    int ended = end(dataSource, notice, "<> ALL (?)", about);
    if (ended > 0) {
      LOG.infof("%s has ended about %d that are not asked any more", notice.code(), ended);
    }
  }

  private static int end(DataSource dataSource, LogNotice notice, String which, List<String> about)
      throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement update =
              tx.prepareStatement(
                  "UPDATE log_notice SET ended = now() WHERE code = ? AND ended IS NULL AND about "
                      + which)) {
            update.setString(1, notice.code());
            update.setArray(2, tx.createArrayOf("text", about.toArray()));
            return update.executeUpdate();
          }
        });
  }

  /** How many are open. */
  public static int open(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery("SELECT count(*) FROM log_notice WHERE ended IS NULL")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Whether one is open with which the log is not whole. */
  public static boolean againstLog(Connection tx) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT 1 FROM log_notice WHERE ended IS NULL AND code <> ALL (?) LIMIT 1")) {
      select.setArray(
          1,
          tx.createArrayOf(
              "text",
              Arrays.stream(LogNotice.values())
                  .filter(LogNotice::leavesLogWhole)
                  .map(LogNotice::code)
                  .toArray()));
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** The newest, those that are open first. */
  public static List<Notice> list(Connection tx) throws SQLException {
    List<Notice> notices = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT code, about, detail, since, ended FROM log_notice
            ORDER BY ended IS NOT NULL, id DESC LIMIT ?
            """)) {
      select.setInt(1, SHOWN);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          LogNotice code = LogNotice.valueOf(row.getString(1));
          notices.add(
              new Notice(
                  code.code(),
                  code.english(),
                  code.french(),
                  row.getString(2),
                  row.getString(3),
                  row.getObject(4, OffsetDateTime.class).toInstant(),
                  Optional.ofNullable(row.getObject(5, OffsetDateTime.class))
                      .map(OffsetDateTime::toInstant)));
        }
      }
    }
    return notices;
  }
}
