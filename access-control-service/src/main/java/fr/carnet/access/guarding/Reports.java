package fr.carnet.access.guarding;

import fr.carnet.access.guarding.ReportsResource.Report;
import fr.carnet.access.guarding.ReportsResource.ShownReports;
import fr.carnet.access.paging.Place;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads what the privacy officer is told: of accounts and professionals, never of dossiers. */
@ApplicationScoped
class Reports {
  private static final String TOLD =
      """
      WITH told AS (
        SELECT md5('SCANNING/' || account || '/' || to_char(day, 'YYYY-MM-DD'))::uuid AS report_id,
               'SCANNING' AS code, at, actor, account, day, refusals AS times
        FROM scanning
        UNION ALL
        SELECT md5('FREQUENT_BREAK_GLASS/' || professional || '/'
                     || to_char(day, 'YYYY-MM-DD'))::uuid,
               'FREQUENT_BREAK_GLASS', at, 'professional:' || professional, NULL, day, uses
        FROM frequent_break_glass)
      """;

  @Inject DataSource dataSource;

  ShownReports read(Optional<Place> after, int most) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                TOLD
                    + """
                    , shown AS (SELECT told.*, r.read_at, r.reader
                                FROM told LEFT JOIN report_read r USING (report_id))
                    SELECT unread.count AS unread, page.*
                    FROM (SELECT count(*) FROM shown WHERE read_at IS NULL) unread
                    LEFT JOIN (SELECT * FROM shown
                               WHERE ?::timestamptz IS NULL OR (at, report_id) < (?, ?)
                               ORDER BY at DESC, report_id DESC LIMIT ?) page ON true
                    ORDER BY page.at DESC, page.report_id DESC
                    """)) {
      select.setInt(Place.bind(select, 1, after), most + 1);
      List<Report> reports = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        row.next();
        long unread = row.getLong("unread");
        do {
          Optional<UUID> id = Optional.ofNullable(row.getObject("report_id", UUID.class));
          if (id.isPresent()) {
            reports.add(report(row, id.get()));
          }
        } while (row.next());
        Place.Page<Report> page =
            Place.Page.of(reports, most, report -> new Place(report.at(), report.reportId()));
        return new ShownReports(unread, page.rows(), page.next());
      }
    }
  }

  /** Keeps who was the first to have read it; gives whether there is such a report. */
  boolean mark(UUID reportId, String reader) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                TOLD
                    + """
                    INSERT INTO report_read (report_id, reader)
                    SELECT report_id, ? FROM told WHERE report_id = ?
                    ON CONFLICT (report_id) DO UPDATE SET reader = report_read.reader
                    """)) {
      insert.setString(1, reader);
      insert.setObject(2, reportId);
      return insert.executeUpdate() > 0;
    }
  }

  private static Report report(ResultSet row, UUID id) throws SQLException {
    ReportCode code = ReportCode.valueOf(row.getString("code"));
    return new Report(
        id,
        code,
        code.sentence(),
        instant(row, "at").orElseThrow(),
        row.getString("actor"),
        Optional.ofNullable(row.getString("account")),
        row.getObject("day", LocalDate.class),
        row.getLong("times"),
        instant(row, "read_at"),
        Optional.ofNullable(row.getString("reader")));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
