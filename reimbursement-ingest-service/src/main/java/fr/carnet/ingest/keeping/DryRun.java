package fr.carnet.ingest.keeping;

import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.Verdict;
import fr.carnet.ingest.deciding.Window;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * What would become of lines. Each batch is kept and undone again; what earlier batches of the same
 * run would have kept is remembered beside, so that the report is the one that a delivery would
 * give.
 */
public final class DryRun implements AutoCloseable {
  private final DataSource dataSource;
  private final LineStore store;
  private final UUID run = UuidV7.next(Clock.systemUTC());

  DryRun(DataSource dataSource, LineStore store) {
    this.dataSource = dataSource;
    this.store = store;
  }

  private record Met(Optional<byte[]> digest, boolean secret) {}

  /** The outcomes that these lines would have, in the same order. */
  public List<Outcome> of(String sender, List<Received> lines, Window window) throws SQLException {
    List<Optional<String>> lineKeys = store.lineKeys(sender, lines);
    Map<String, Met> met = met(lineKeys);
    Set<String> secret = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).verdict() instanceof Verdict.Secret) {
        lineKeys.get(i).ifPresent(secret::add);
      }
    }
    Outcome[] outcomes = new Outcome[lines.size()];
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      Optional<Met> before = lineKeys.get(i).map(met::get);
      if (lineKeys.get(i).filter(secret::contains).isPresent()) {
        outcomes[i] = new Outcome.Accepted();
      } else if (before.isPresent()) {
        outcomes[i] = again(before.get(), lines.get(i).verdict(), window);
      } else {
        others.add(i);
      }
    }
    keepAndUndo(sender, lines, window, outcomes, others, lineKeys, secret);
    remember(lines, lineKeys, List.of(outcomes), secret);
    return List.of(outcomes);
  }

  private static Outcome again(Met before, Verdict verdict, Window window) {
    if (before.secret()) {
      return new Outcome.Accepted();
    }
    return switch (verdict) {
      case Verdict.Secret _ -> new Outcome.Accepted();
      case Verdict.Invalid invalid -> new Outcome.Rejected(invalid.lineId(), invalid.faults());
      case Verdict.Valid valid -> {
        if (!window.holds(valid.line().careFrom())) {
          yield new Outcome.OutsideWindow();
        }
        yield Arrays.equals(before.digest().orElseThrow(), LineKeys.digest(valid.line()))
            ? new Outcome.Repeated()
            : new Outcome.Rejected(
                Optional.of(valid.line().lineId()), List.of(LineFault.LINE_ID_REUSED.of("lineId")));
      }
    };
  }

  /** Fills in the outcomes of the others, and which of them are known as secret care. */
  private void keepAndUndo(
      String sender,
      List<Received> lines,
      Window window,
      Outcome[] outcomes,
      List<Integer> others,
      List<Optional<String>> lineKeys,
      Set<String> secret)
      throws SQLException {
    if (others.isEmpty()) {
      return;
    }
    List<Received> some = others.stream().map(lines::get).toList();
    List<Boolean> areSecret = new ArrayList<>();
    List<Outcome> kept =
        Transactions.run(
            dataSource,
            tx -> {
              store.hold(tx, sender, some);
              areSecret.addAll(store.areSecret(tx, sender, some));
              return store.wouldKeep(tx, sender, some, window);
            });
    for (int i = 0; i < kept.size(); i++) {
      outcomes[others.get(i)] = kept.get(i);
      if (areSecret.get(i)) {
        lineKeys.get(others.get(i)).ifPresent(secret::add);
      }
    }
  }

  private Map<String, Met> met(List<Optional<String>> lineKeys) throws SQLException {
    Map<String, Met> met = new HashMap<>();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT line_key, digest, secret FROM dry_run_line
                WHERE run = ? AND line_key = ANY (?)
                """)) {
      select.setObject(1, run);
      select.setArray(
          2,
          connection.createArrayOf("text", lineKeys.stream().flatMap(Optional::stream).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          met.put(
              row.getString(1), new Met(Optional.ofNullable(row.getBytes(2)), row.getBoolean(3)));
        }
      }
    }
    return met;
  }

  private void remember(
      List<Received> lines,
      List<Optional<String>> lineKeys,
      List<Outcome> outcomes,
      Set<String> secret)
      throws SQLException {
    Map<String, byte[]> accepted = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Accepted
          && lines.get(i).verdict() instanceof Verdict.Valid valid) {
        accepted.putIfAbsent(lineKeys.get(i).orElseThrow(), LineKeys.digest(valid.line()));
      }
    }
    secret.forEach(key -> accepted.put(key, new byte[0]));
    Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement insert =
              tx.prepareStatement(
                  """
                  INSERT INTO dry_run_line (run, line_key, digest, secret) VALUES (?, ?, ?, ?)
                  ON CONFLICT (run, line_key) DO UPDATE
                    SET secret = dry_run_line.secret OR excluded.secret
                  """)) {
            for (Map.Entry<String, byte[]> line : accepted.entrySet()) {
              insert.setObject(1, run);
              insert.setString(2, line.getKey());
              insert.setBytes(3, line.getValue());
              insert.setBoolean(4, secret.contains(line.getKey()));
              insert.addBatch();
            }
            return insert.executeBatch();
          }
        });
  }

  /** Forgets what was met. */
  @Override
  public void close() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM dry_run_line WHERE run = ?")) {
      delete.setObject(1, run);
      delete.executeUpdate();
    }
  }
}
