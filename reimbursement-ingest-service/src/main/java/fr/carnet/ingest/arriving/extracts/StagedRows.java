package fr.carnet.ingest.arriving.extracts;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;

/** The rows of the one extract that is being loaded: stored, checked against each other, joined. */
final class StagedRows {
  private static final int FETCHED = 1_000;

  /** A row of the hub that gives a line, or several. */
  private static final String IS_CARE =
      """
      NOT h.supplement AND (h.care_by_itself OR h.stay
        OR EXISTS (SELECT FROM extract_detail d WHERE d.key = h.key))
      """;

  /**
   * A fault that only shows among rows, and the query that finds where: file, line, column, key.
   */
  private record Check(ExtractFault fault, String query) {}

  private static final List<Check> CHECKS =
      List.of(
          new Check(
              ExtractFault.CORRESPONDENCE_REPEATED,
              """
              SELECT 'beneficiaries.csv', line, 'BEN_NIR_PSA', '' FROM (
                SELECT line, row_number() OVER (PARTITION BY id, birth_rank ORDER BY line) AS n
                FROM extract_beneficiary) AS numbered
              WHERE n > 1
              UNION ALL
              SELECT 'performers.csv', line, 'PFS_PFS_NUM', '' FROM (
                SELECT line, row_number() OVER (PARTITION BY number ORDER BY line) AS n
                FROM extract_performer) AS numbered
              WHERE n > 1
              """),
          new Check(
              ExtractFault.HUB_ROW_REPEATED,
              """
              SELECT 'ER_PRS_F.csv', line, 'PRS_ORD_NUM', key FROM (
                SELECT line, key, row_number() OVER (PARTITION BY key ORDER BY line) AS n
                FROM extract_hub) AS numbered
              WHERE n > 1
              """),
          new Check(
              ExtractFault.DETAIL_ROW_REPEATED,
              """
              SELECT 'ER_' || source || '_F.csv', line, source || '_ORD_NUM', key FROM (
                SELECT source, line, key,
                  row_number() OVER (PARTITION BY key, source, position ORDER BY line) AS n
                FROM extract_detail) AS numbered
              WHERE n > 1
              UNION ALL
              SELECT 'ER_ETE_F.csv', line, 'PRS_ORD_NUM', key FROM (
                SELECT line, key, row_number() OVER (PARTITION BY key ORDER BY line) AS n
                FROM extract_stay) AS numbered
              WHERE n > 1
              """),
          new Check(
              ExtractFault.DETAIL_WITHOUT_HUB,
              """
              SELECT 'ER_' || source || '_F.csv', line, 'PRS_ORD_NUM', key FROM extract_detail AS d
              WHERE NOT EXISTS (SELECT FROM extract_hub AS h WHERE h.key = d.key)
              UNION ALL
              SELECT 'ER_ETE_F.csv', line, 'PRS_ORD_NUM', key FROM extract_stay AS s
              WHERE NOT EXISTS (SELECT FROM extract_hub AS h WHERE h.key = s.key)
              """),
          new Check(
              ExtractFault.DETAIL_MISSING,
              """
              SELECT 'ER_PRS_F.csv', line, 'PRS_NAT_REF', key FROM extract_hub AS h
              WHERE NOT supplement AND needs IS NOT NULL
                AND NOT EXISTS (SELECT FROM extract_detail AS d
                                WHERE d.key = h.key AND d.source = h.needs)
                AND NOT (needs = 'ETE' AND EXISTS (SELECT FROM extract_stay AS s
                                                   WHERE s.key = h.key))
              """),
          new Check(
              ExtractFault.BENEFICIARY_UNKNOWN,
              """
              SELECT 'ER_PRS_F.csv', line, 'BEN_NIR_PSA', key FROM extract_hub AS h
              WHERE %s
                AND NOT EXISTS (SELECT FROM extract_beneficiary AS b
                                WHERE b.id = h.beneficiary AND b.birth_rank = h.birth_rank)
              """
                  .formatted(IS_CARE)),
          new Check(
              ExtractFault.PERFORMER_UNKNOWN,
              """
              SELECT 'ER_PRS_F.csv', line, 'PFS_EXE_NUM', key FROM extract_hub AS h
              WHERE %1$s AND performer IS NOT NULL
                AND NOT EXISTS (SELECT FROM extract_performer AS p WHERE p.number = h.performer)
              UNION ALL
              SELECT 'ER_PRS_F.csv', line, 'PFS_PRE_NUM', key FROM extract_hub AS h
              WHERE %1$s AND prescriber IS NOT NULL
                AND NOT EXISTS (SELECT FROM extract_performer AS p WHERE p.number = h.prescriber)
              UNION ALL
              SELECT 'ER_ETE_F.csv', s.line, 'ETB_EXE_FIN', s.key
              FROM extract_stay AS s JOIN extract_hub AS h ON h.key = s.key
              WHERE %1$s AND s.establishment IS NOT NULL
                AND NOT EXISTS (SELECT FROM extract_performer AS p
                                WHERE p.number = s.establishment)
              """
                  .formatted(IS_CARE)));

  /** A row of the hub for each of its details, or one where it has none. */
  private static final String JOINED =
      """
      SELECT h.key, h.supplement, h.care_by_itself, h.stay, h.nature, b.ins, h.care_from, h.care_to,
        h.processed_on, h.prescribed_on, h.in_hospital_since IS NOT NULL OR coalesce(s.in_stay, false)
          AS during_stay,
        coalesce(d.source, ''), d.position, d.code, coalesce(d.quantity, h.quantity),
        d.source = 'PHA' AND EXISTS (
          SELECT FROM extract_medicine AS m
          WHERE m.cip7 = substr(d.code, 6, 7) AND m.atc LIKE 'J07%') AS vaccine,
        p.rpps, coalesce(e.finess, p.finess), h.performer_specialty,
        h.prescriber IS NOT NULL, r.rpps, r.finess, h.prescriber_specialty,
        h.paid, h.base, h.reimbursed, t.rpps,
        array_remove(ARRAY['ER_PRS_F.csv:' || h.line, 'ER_' || d.source || '_F.csv:' || d.line,
                           'ER_ETE_F.csv:' || s.line], NULL)
      FROM extract_hub AS h
      LEFT JOIN extract_detail AS d ON d.key = h.key
      LEFT JOIN extract_stay AS s ON s.key = h.key
      LEFT JOIN extract_beneficiary AS b ON b.id = h.beneficiary AND b.birth_rank = h.birth_rank
      LEFT JOIN extract_performer AS p ON p.number = h.performer
      LEFT JOIN extract_performer AS e ON e.number = s.establishment
      LEFT JOIN extract_performer AS r ON r.number = h.prescriber
      LEFT JOIN extract_performer AS t ON t.number = h.treating
      WHERE h.line > ? AND h.line <= ?
      ORDER BY h.line, d.source, d.position
      """;

  /** Takes one row after the other. */
  @FunctionalInterface
  interface Each {
    /** Takes a row; an exception ends the reading. */
    void take(JoinedRow row) throws SQLException;
  }

  private StagedRows() {}

  /** Stores rows of a file. */
  static void store(Connection tx, ExtractFile file, List<String> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try {
      tx.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY " + file.target() + " FROM STDIN WITH (FORMAT csv)",
              new StringReader(String.join("\n", rows) + "\n"));
    } catch (IOException e) {
      throw new IllegalStateException("text in memory was not read", e);
    }
  }

  /** Finds what only shows among rows; all of it is counted, and the first hundred of each kept. */
  static void check(Connection tx, long extract) throws SQLException {
    try (Statement analyze = tx.createStatement()) {
      analyze.execute(
          """
          ANALYZE extract_hub, extract_detail, extract_stay, extract_beneficiary,
            extract_performer, extract_medicine
          """);
    }
    for (Check check : CHECKS) {
      try (PreparedStatement find =
          tx.prepareStatement(
              """
              WITH found (file, line, column_name, key) AS MATERIALIZED (%s),
              listed AS (
                INSERT INTO extract_fault (extract, code, file, line, column_name, key)
                SELECT ?, ?, file, line, column_name, key FROM found
                ORDER BY file, line LIMIT ?),
              counted AS (SELECT count(*) AS total FROM found)
              INSERT INTO extract_count (extract, name, total)
              SELECT ?, ?, total FROM counted WHERE total > 0
              """
                  .formatted(check.query()))) {
        find.setLong(1, extract);
        find.setString(2, check.fault().name());
        find.setInt(3, Extracts.LISTED_FAULTS);
        find.setLong(4, extract);
        find.setString(5, Extracts.faultOf(check.fault()));
        find.executeUpdate();
      }
    }
  }

  /** Gives the joined rows of these lines of the hub, in order, a few at a time in memory. */
  static void joined(Connection tx, long afterLine, long upToLine, Each each) throws SQLException {
    try (PreparedStatement select = tx.prepareStatement(JOINED)) {
      select.setFetchSize(FETCHED);
      select.setLong(1, afterLine);
      select.setLong(2, upToLine);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          each.take(read(rows));
        }
      }
    }
  }

  private static JoinedRow read(ResultSet row) throws SQLException {
    return new JoinedRow(
        row.getString(1),
        row.getBoolean(2),
        row.getBoolean(3),
        row.getBoolean(4),
        row.getString(5),
        text(row, 6),
        row.getObject(7, LocalDate.class),
        day(row, 8),
        row.getObject(9, LocalDate.class),
        day(row, 10),
        row.getBoolean(11),
        row.getString(12),
        row.getLong(13),
        text(row, 14),
        Optional.ofNullable(row.getBigDecimal(15)),
        row.getBoolean(16),
        new JoinedRow.Provider(text(row, 17), text(row, 18), text(row, 19)),
        row.getBoolean(20)
            ? Optional.of(new JoinedRow.Provider(text(row, 21), text(row, 22), text(row, 23)))
            : Optional.empty(),
        text(row, 27),
        row.getBigDecimal(24),
        row.getBigDecimal(25),
        row.getBigDecimal(26),
        List.of((String[]) row.getArray(28).getArray()));
  }

  private static Optional<String> text(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  private static Optional<LocalDate> day(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, LocalDate.class));
  }

  /** Leaves nothing of the extract's rows. */
  static void clear(Connection tx) throws SQLException {
    try (Statement truncate = tx.createStatement()) {
      truncate.execute(
          """
          TRUNCATE extract_hub, extract_detail, extract_stay, extract_beneficiary,
            extract_performer, extract_medicine
          """);
    }
  }
}
