package fr.carnet.dossier.programme;

import fr.carnet.dossier.projecting.CareHistoryProjection;
import fr.carnet.dossier.projecting.DossierProjection;
import fr.carnet.dossier.projecting.FirstUseProjection;
import fr.carnet.events.dossier.Channel;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.DatabaseClock;
import fr.carnet.resourceserver.KafkaSettings;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Fixes a month's figures a day after its end, once: an answer that followed the rows would show,
 * by its changes, single people who close or are forgotten. Only what may be shown is stored. Who
 * closed in the month is not counted; who was erased before it is fixed left no row to count.
 */
@ApplicationScoped
public class FigureMonths {
  private static final Logger LOG = Logger.getLogger(FigureMonths.class);

  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject DatabaseClock clock;
  @Inject DossierProjection dossiers;
  @Inject CareHistoryProjection careHistory;
  @Inject FirstUseProjection firstUses;

  private List<CaughtUp> sources = List.of();

  /** Every ten minutes. */
  @Scheduled(every = "10m", delayed = "5m")
  void now() throws SQLException {
    fix(clock.now());
  }

  /**
   * Fixes the months that are over at this instant and are not fixed yet, the oldest first.
   * Repeated or run on two replicas at once it fixes each once.
   *
   * @return whether none is left: a month waits until all that was on Kafka has been read
   */
  public synchronized boolean fix(Instant now) throws SQLException {
    List<YearMonth> due = Transactions.run(dataSource, tx -> due(tx, Months.lastOver(now)));
    if (due.isEmpty()) {
      return true;
    }
    if (sources.isEmpty()) {
      // Where Kafka ends now is after the month's end; to have read that far is enough.
      sources =
          List.of(
              new CaughtUp(
                  dataSource, kafka.client(), StreamRecovery.consumer(dossiers), dossiers.topics()),
              new CaughtUp(dataSource, kafka.client(), careHistory.name(), careHistory.topics()),
              new CaughtUp(dataSource, kafka.client(), firstUses.name(), firstUses.topics()));
    }
    if (!sources.stream().allMatch(CaughtUp::reached)) {
      return false;
    }
    for (YearMonth month : due) {
      Transactions.run(dataSource, tx -> fix(tx, month));
    }
    sources = List.of();
    return true;
  }

  private static List<YearMonth> due(Connection tx, YearMonth last) throws SQLException {
    Optional<YearMonth> first = one(tx, "SELECT max(month) + interval '1 month' FROM figure_month");
    if (first.isEmpty()) {
      first =
          one(
              tx,
              "SELECT date_trunc('month', min(opened_at) AT TIME ZONE 'Europe/Paris') FROM dossier");
    }
    return first.stream()
        .flatMap(from -> Stream.iterate(from, month -> !month.isAfter(last), m -> m.plusMonths(1)))
        .toList();
  }

  private static Optional<YearMonth> one(Connection tx, String sql) throws SQLException {
    try (PreparedStatement select = tx.prepareStatement(sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return Optional.ofNullable(row.getDate(1)).map(day -> YearMonth.from(day.toLocalDate()));
    }
  }

  private static boolean fix(Connection tx, YearMonth month) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement("INSERT INTO figure_month (month) VALUES (?) ON CONFLICT DO NOTHING")) {
      insert.setDate(1, Date.valueOf(month.atDay(1)));
      if (insert.executeUpdate() == 0) {
        // Another replica was first; its figures stand.
        return false;
      }
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO figure (month, channel, caisse, age_group, stage, at_least)
            VALUES (?, ?, ?, ?, ?, ?)
            """)) {
      for (var shown : ShownGroups.of(counts(tx, month)).atLeast().entrySet()) {
        Group group = shown.getKey();
        insert.setDate(1, Date.valueOf(month.atDay(1)));
        insert.setString(2, group.channel().name());
        insert.setString(3, group.caisse());
        insert.setString(4, group.ageGroup().name());
        insert.setString(5, group.stage().name());
        insert.setLong(6, shown.getValue());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    LOG.infof("the figures of %s are fixed", month);
    return true;
  }

  /** The counts themselves, of dossiers that were open when the month ended; never to be shown. */
  static Map<Group, Long> counts(Connection tx, YearMonth month) throws SQLException {
    Timestamp end = Timestamp.from(Months.end(month));
    Map<Group, Long> counts = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            // A line that passed before first_seen was noted has been there for long.
            """
            SELECT channel, caisse, age, fed, read, looked_up, count(*)
            FROM (
              SELECT d.channel, coalesce(d.scheme || '-' || d.caisse, 'UNKNOWN') AS caisse,
                     extract(year FROM age(?::date::timestamp, d.birth_date::timestamp))::int
                       AS age,
                     EXISTS (SELECT 1 FROM care_line l
                             WHERE l.dossier_id = d.dossier_id AND NOT l.withdrawn
                               AND coalesce(l.first_seen < ?, true)) AS fed,
                     coalesce(u.read_at < ?, false) AS read,
                     coalesce(u.looked_up_at < ?, false) AS looked_up
              FROM dossier d LEFT JOIN first_use u USING (dossier_id)
              WHERE d.opened_at < ? AND (d.closed_at IS NULL OR d.closed_at >= ?)
            ) open
            GROUP BY channel, caisse, age, fed, read, looked_up
            """)) {
      select.setDate(1, Date.valueOf(month.atEndOfMonth()));
      for (int i = 2; i <= 6; i++) {
        select.setTimestamp(i, end);
      }
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          counts.merge(
              new Group(
                  Channel.valueOf(row.getString(1)),
                  row.getString(2),
                  ageGroup(row),
                  Stage.of(row.getBoolean(4), row.getBoolean(5), row.getBoolean(6))),
              row.getLong(7),
              Long::sum);
        }
      }
    }
    return counts;
  }

  private static AgeGroup ageGroup(ResultSet row) throws SQLException {
    int age = row.getInt(3);
    return row.wasNull() ? AgeGroup.UNKNOWN : AgeGroup.of(age);
  }

  /** What is published of a month, if it is fixed. */
  Optional<ShownGroups> shown(YearMonth month) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement select =
              tx.prepareStatement(
                  """
                  SELECT channel, caisse, age_group, stage, at_least
                  FROM figure_month LEFT JOIN figure USING (month) WHERE month = ?
                  """)) {
            select.setDate(1, Date.valueOf(month.atDay(1)));
            try (ResultSet row = select.executeQuery()) {
              return shown(row);
            }
          }
        });
  }

  private static Optional<ShownGroups> shown(ResultSet row) throws SQLException {
    boolean fixed = false;
    Map<Group, Long> shown = new HashMap<>();
    while (row.next()) {
      fixed = true;
      if (row.getString(1) != null) {
        shown.put(
            new Group(
                Channel.valueOf(row.getString(1)),
                row.getString(2),
                AgeGroup.valueOf(row.getString(3)),
                Stage.valueOf(row.getString(4))),
            row.getLong(5));
      }
    }
    return fixed ? Optional.of(new ShownGroups(shown)) : Optional.empty();
  }

  /** Every month that is fixed, the newest first, by how far its dossiers have come. */
  List<Figures.Total> totals(Terms terms) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement select =
                  tx.prepareStatement(
                      """
                      SELECT month, stage, sum(at_least) FROM figure_month LEFT JOIN figure USING (month)
                      GROUP BY month, stage ORDER BY month DESC
                      """);
              ResultSet row = select.executeQuery()) {
            return totals(row, terms);
          }
        });
  }

  private static List<Figures.Total> totals(ResultSet row, Terms terms) throws SQLException {
    List<YearMonth> months = new ArrayList<>();
    Map<YearMonth, Map<Stage, Long>> furthest = new HashMap<>();
    while (row.next()) {
      YearMonth month = YearMonth.from(row.getDate(1).toLocalDate());
      if (!furthest.containsKey(month)) {
        months.add(month);
        furthest.put(month, new EnumMap<>(Stage.class));
      }
      if (row.getString(2) != null) {
        furthest.get(month).put(Stage.valueOf(row.getString(2)), row.getLong(3));
      }
    }
    return months.stream().map(month -> Figures.total(month, furthest.get(month), terms)).toList();
  }
}
