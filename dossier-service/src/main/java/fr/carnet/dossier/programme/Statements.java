package fr.carnet.dossier.programme;

import fr.carnet.dossier.projecting.DossierProjection;
import fr.carnet.events.dossier.Channel;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.Refusal;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * What is to be paid for openings, by month of Europe/Paris: exact, and the same whenever it is
 * asked. An opening is paid once, whatever becomes of the dossier; a reopening is none.
 */
@ApplicationScoped
public class Statements {
  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject DossierProjection dossiers;
  @Inject Terms terms;

  private Optional<CaughtUp> recovery = Optional.empty();

  /**
   * Openings by one channel at one fee, to be paid to one.
   *
   * @param payee national id of the structure, or of the professional who named none; absent for
   *     openings that were recorded before it was noted
   * @param feeCents whole cents for each
   */
  public record Line(
      Optional<String> payee, Channel channel, long openings, long feeCents, long amountCents) {}

  /** What is to be paid for a month. */
  public record Statement(YearMonth month, List<Line> lines, long openings, long amountCents) {
    public Statement {
      lines = List.copyOf(lines);
    }
  }

  private record Key(Optional<String> payee, Channel channel, long feeCents) {}

  @PostConstruct
  void watchRecovery() {
    recovery =
        Optional.of(
            new CaughtUp(
                dataSource, kafka.client(), StreamRecovery.consumer(dossiers), dossiers.topics()));
  }

  /** What is to be paid to everyone for a month that is over. */
  Statement of(YearMonth month, Instant now) throws SQLException {
    if (month.isAfter(Months.lastOver(now))) {
      throw new Refusal(ProgrammeRefusal.MONTH_NOT_OVER);
    }
    return read(
            "opened_at >= ? AND opened_at < ?",
            select -> {
              select.setTimestamp(1, Timestamp.from(Months.start(month)));
              select.setTimestamp(2, Timestamp.from(Months.end(month)));
            })
        .stream()
        .findFirst()
        .orElseGet(() -> new Statement(month, List.of(), 0, 0));
  }

  /** What is to be paid to these for openings by a channel, for every month that is over. */
  List<Statement> of(Collection<String> payees, Channel channel, Instant now) throws SQLException {
    return read(
        "payee = ANY (?) AND channel = ? AND opened_at < ?",
        select -> {
          select.setArray(1, select.getConnection().createArrayOf("text", payees.toArray()));
          select.setString(2, channel.name());
          select.setTimestamp(3, Timestamp.from(Months.end(Months.lastOver(now))));
        });
  }

  private interface Binding {
    void of(PreparedStatement select) throws SQLException;
  }

  private List<Statement> read(String which, Binding binding) throws SQLException {
    if (!recovery.orElseThrow().reached()) {
      throw new Refusal(ProgrammeRefusal.STATEMENT_NOT_READY);
    }
    return Transactions.run(
        dataSource,
        tx -> {
          requireAllRecovered(tx);
          try (PreparedStatement select =
              tx.prepareStatement(
                  """
                  SELECT payee, channel, (opened_at AT TIME ZONE 'Europe/Paris')::date AS day, count(*)
                  FROM opening WHERE %s
                  GROUP BY payee, channel, day ORDER BY payee, channel, day
                  """
                      .formatted(which))) {
            binding.of(select);
            try (ResultSet row = select.executeQuery()) {
              return statements(row);
            }
          }
        });
  }

  /** An opening that a restored database lacks would be missing in a statement. */
  private static void requireAllRecovered(Connection tx) throws SQLException {
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT 1 FROM parked p
                WHERE p.consumer = 'dossier-recovery' AND p.discarded_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM stream s WHERE s.id::text = p.stream_key)
                LIMIT 1
                """);
        ResultSet row = select.executeQuery()) {
      if (row.next()) {
        throw new Refusal(ProgrammeRefusal.STATEMENT_NOT_READY);
      }
    }
  }

  private List<Statement> statements(ResultSet row) throws SQLException {
    Map<YearMonth, Map<Key, Long>> openings = new TreeMap<>();
    while (row.next()) {
      LocalDate day = row.getDate(3).toLocalDate();
      Channel channel = Channel.valueOf(row.getString(2));
      OptionalLong fee = terms.fee(channel, day);
      if (fee.isPresent()) {
        openings
            .computeIfAbsent(YearMonth.from(day), _ -> new LinkedHashMap<>())
            .merge(
                new Key(Optional.ofNullable(row.getString(1)), channel, fee.getAsLong()),
                row.getLong(4),
                Long::sum);
      }
    }
    List<Statement> statements = new ArrayList<>();
    openings.forEach(
        (month, counts) -> {
          List<Line> lines = new ArrayList<>();
          counts.forEach(
              (key, count) ->
                  lines.add(
                      new Line(
                          key.payee(),
                          key.channel(),
                          count,
                          key.feeCents(),
                          Math.multiplyExact(count, key.feeCents()))));
          statements.add(
              new Statement(
                  month,
                  lines,
                  lines.stream().mapToLong(Line::openings).sum(),
                  lines.stream().mapToLong(Line::amountCents).reduce(0, Math::addExact)));
        });
    return statements.reversed();
  }
}
