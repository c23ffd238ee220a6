package fr.carnet.ingest.keeping;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.Outbox;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.Verdict;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** Keeps what was refused, as received and with every reason, and tells the insurer's own topic. */
@ApplicationScoped
class Rejections {
  private static final int STRIPES = 256;
  private static final int LOCK_CLASS = 7_302;

  void record(
      Connection tx,
      String sender,
      List<Received> lines,
      List<Optional<String>> lineKeys,
      List<Outcome> outcomes,
      String correlation)
      throws SQLException {
    List<Outbox.Entry> entries = new ArrayList<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO rejection (id, sender, codes, faults, received, line_key)
            VALUES (?, ?, ?, ?::jsonb, ?, ?)
            """)) {
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i) instanceof Outcome.Rejected rejected) {
          UUID id = UuidV7.next(Clock.systemUTC());
          byte[] received = kept(lines.get(i).bytes(), rejected);
          insert.setObject(1, id);
          insert.setString(2, sender);
          insert.setArray(
              3,
              tx.createArrayOf(
                  "text", rejected.faults().stream().map(f -> f.code()).distinct().toArray()));
          insert.setString(4, new String(Wire.write(rejected.faults()), StandardCharsets.UTF_8));
          insert.setBytes(5, received);
          insert.setString(6, lineKeys.get(i).orElse(null));
          insert.addBatch();
          entries.add(entry(id, sender, lines.get(i), rejected, received, correlation));
        }
      }
      if (!entries.isEmpty()) {
        insert.executeBatch();
        Outbox.put(tx, entries);
      }
    }
  }

  /**
   * Drops what was refused under these keys before it was known that they are secret care, and what
   * of it has not left for the insurer's topic yet. Whoever refuses one of them at this moment is
   * waited for.
   */
  void forget(Connection tx, Set<String> secret) throws SQLException {
    if (secret.isEmpty()) {
      return;
    }
    lock(tx, "SELECT pg_advisory_xact_lock(?, stripe) FROM unnest(?) AS t(stripe)", secret);
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            WITH gone AS (DELETE FROM rejection WHERE line_key = ANY (?) RETURNING id)
            DELETE FROM outbox WHERE id IN (SELECT id FROM gone)
            """)) {
      delete.setArray(1, tx.createArrayOf("text", secret.toArray()));
      delete.executeUpdate();
    }
  }

  /**
   * Before it is asked whether these are secret: until this transaction ends, nobody comes to know
   * that they are.
   */
  void hold(Connection tx, Set<String> refused) throws SQLException {
    lock(tx, "SELECT pg_advisory_xact_lock_shared(?, stripe) FROM unnest(?) AS t(stripe)", refused);
  }

  /** Line keys are dealt over 256 locks, so that no batch fills PostgreSQL's table of locks. */
  private static void lock(Connection tx, String sql, Set<String> lineKeys) throws SQLException {
    try (PreparedStatement lock = tx.prepareStatement(sql)) {
      lock.setInt(1, LOCK_CLASS);
      lock.setArray(
          2,
          tx.createArrayOf(
              "integer",
              lineKeys.stream()
                  .map(key -> Math.floorMod(key.hashCode(), STRIPES))
                  .distinct()
                  .sorted()
                  .toArray()));
      lock.execute();
    }
  }

  private static Outbox.Entry entry(
      UUID id,
      String sender,
      Received line,
      Outcome.Rejected rejected,
      byte[] received,
      String correlation) {
    return new Outbox.Entry(
        id,
        Topic.BILLING_REJECTED,
        ins(line.verdict()).map(Ins::value).orElse(""),
        LineRejected.WIRE_NAME,
        Optional.empty(),
        OptionalLong.empty(),
        "billing",
        correlation,
        Optional.of(
            Wire.write(
                new LineRejected(
                    sender,
                    rejected.lineId(),
                    rejected.faults(),
                    Base64.getEncoder().encodeToString(received)))));
  }

  private static Optional<Ins> ins(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Valid valid -> Optional.of(valid.line().beneficiary());
      case Verdict.Invalid invalid -> invalid.ins().flatMap(Ins::parse);
      case Verdict.Secret _ -> Optional.empty();
    };
  }

  /**
   * What is kept of a rejected line: all of it, unless nobody can tell whether it is secret care.
   * Then nothing, because that may not even be in a rejection.
   */
  private static byte[] kept(byte[] bytes, Outcome.Rejected rejected) {
    boolean maybeSecret =
        rejected.faults().stream()
            .anyMatch(
                fault ->
                    fault.field().equals("secretCare")
                        || fault.code().equals(LineFault.TOO_LARGE.name()));
    return maybeSecret ? new byte[0] : bytes;
  }
}
