package fr.carnet.ingest.keeping;

import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.Outbox;
import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.ingest.deciding.Verdict;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Keeps what was refused, as received and with every reason, and tells the insurer's own topic. Of
 * one sender's there is an end in a day: on full disks nobody's line is kept.
 */
@ApplicationScoped
public class Rejections {
  private static final int STRIPES = 256;
  private static final int LOCK_CLASS = 7_302;

  /** Of rejected lines in hand at once; one has up to 65,536. */
  private static final int MOST_BYTES = 2 << 20;

  private static final int ROWS_A_FETCH = 32;

  /** What a rejection takes beside its line and its faults, here and on its topic; about. */
  private static final int AROUND = 1_024;

  private static final String TODAY = "(clock_timestamp() AT TIME ZONE 'Europe/Paris')::date";

  private final long bytesADay;

  @Inject
  Rejections(@ConfigProperty(name = "carnet.ingest.rejections-a-day") MemorySize aDay) {
    this(aDay.asLongValue());
  }

  Rejections(long bytesADay) {
    this.bytesADay = bytesADay;
  }

  /**
   * Keeps what was rejected, until its sender has as much of it on this day as is kept.
   *
   * @return the outcomes, saying of what was rejected whether it is kept
   */
  List<Outcome> record(
      Connection tx,
      String sender,
      List<Received> lines,
      List<Optional<String>> lineKeys,
      List<Outcome> outcomes,
      String correlation)
      throws SQLException {
    if (outcomes.stream().noneMatch(Outcome.Rejected.class::isInstance)) {
      return outcomes;
    }
    long room = bytesADay - keptToday(tx, sender);
    long bytes = 0;
    List<Outcome> became = new ArrayList<>(outcomes);
    List<Outbox.Entry> entries = new ArrayList<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO rejection
              (id, sender, codes, faults, received, line_key, cause, line_id, made_from)
            VALUES (?, ?, ?, ?::jsonb, ?, ?, ?, ?, nullif(?::text[], '{}'))
            """)) {
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i) instanceof Outcome.Rejected rejected) {
          if (bytes >= room) {
            became.set(i, rejected.onlyCounted());
            continue;
          }
          UUID id = UuidV7.next(Clock.systemUTC());
          byte[] received = kept(lines.get(i));
          byte[] faults = Wire.write(rejected.faults());
          Outbox.Entry entry = entry(id, sender, lines.get(i), rejected, received, correlation);
          insert.setObject(1, id);
          insert.setString(2, sender);
          insert.setArray(
              3,
              tx.createArrayOf(
                  "text", rejected.faults().stream().map(f -> f.code()).distinct().toArray()));
          insert.setString(4, new String(faults, StandardCharsets.UTF_8));
          insert.setBytes(5, received);
          insert.setString(6, lineKeys.get(i).orElse(null));
          insert.setString(7, cause(rejected.faults()));
          insert.setString(8, rejected.lineId().filter(Rejections::isText).orElse(null));
          insert.setArray(9, tx.createArrayOf("text", lines.get(i).madeFrom().toArray()));
          insert.addBatch();
          entries.add(entry);
          bytes += AROUND + received.length + faults.length + entry.payload().orElseThrow().length;
        }
      }
      if (!entries.isEmpty()) {
        insert.executeBatch();
        Outbox.put(tx, entries);
        keepToday(tx, sender, bytes);
      }
    }
    return became;
  }

  private static long keptToday(Connection tx, String sender) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT coalesce(sum(bytes), 0) FROM rejection_day WHERE sender = ? AND day = "
                + TODAY)) {
      select.setString(1, sender);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static void keepToday(Connection tx, String sender, long bytes) throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO rejection_day AS known (sender, day, lane, bytes)
            VALUES (?, %s, pg_backend_pid(), ?)
            ON CONFLICT (sender, day, lane) DO UPDATE SET bytes = known.bytes + excluded.bytes
            """
                .formatted(TODAY))) {
      upsert.setString(1, sender);
      upsert.setLong(2, bytes);
      upsert.executeUpdate();
    }
  }

  /** PostgreSQL's text has no NUL; such an id is in the bytes as received. */
  private static boolean isText(String lineId) {
    return lineId.indexOf('\0') < 0;
  }

  /**
   * Lines that break the same rules in the same fields have probably the same cause: a wrong
   * column, a wrong code list. Its name says which rules and fields, and nothing of the line.
   */
  static String cause(List<LineRejected.Fault> faults) {
    return faults.stream()
        .map(fault -> fault.code() + "@" + fault.field())
        .distinct()
        .sorted()
        .collect(Collectors.joining(" "));
  }

  /**
   * Drops what was refused under these keys before it was known that they are secret care, and what
   * of it has not left for the insurer's topic yet. They are held.
   */
  void forget(Connection tx, Set<String> secret) throws SQLException {
    if (secret.isEmpty()) {
      return;
    }
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
   * Until this transaction ends nobody refuses one of the secret lines, and nobody comes to know
   * that one of the others is secret. Line keys are dealt over 256 locks, everybody's, so that no
   * batch fills PostgreSQL's table of locks; they are taken in one order, the ones that are held
   * alone among the others, so that nobody waits in a circle.
   */
  void hold(Connection tx, Set<String> secret, Set<String> others) throws SQLException {
    SortedMap<Integer, Boolean> alone = new TreeMap<>();
    others.forEach(key -> alone.put(stripe(key), false));
    secret.forEach(key -> alone.put(stripe(key), true));
    if (alone.isEmpty()) {
      return;
    }
    try (PreparedStatement lock =
        tx.prepareStatement(
            """
            SELECT CASE WHEN alone THEN pg_advisory_xact_lock(?, stripe)
                        ELSE pg_advisory_xact_lock_shared(?, stripe) END
            FROM unnest(?::int[], ?::boolean[]) AS t(stripe, alone)
            """)) {
      lock.setInt(1, LOCK_CLASS);
      lock.setInt(2, LOCK_CLASS);
      lock.setArray(3, tx.createArrayOf("integer", alone.keySet().toArray()));
      lock.setArray(4, tx.createArrayOf("boolean", alone.values().toArray()));
      lock.execute();
    }
  }

  private static int stripe(String lineKey) {
    return Math.floorMod(lineKey.hashCode(), STRIPES);
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
      // Nor whose it is, where it may be secret care.
      case Verdict.Invalid invalid ->
          invalid.ins().filter(_ -> !invalid.maybeSecret()).flatMap(Ins::parse);
      case Verdict.Secret _ -> Optional.empty();
    };
  }

  /**
   * What is kept of a rejected line: all of it, unless nobody can tell whether it is secret care,
   * or it is too long to be a line. Then nothing.
   */
  private static byte[] kept(Received line) {
    return maybeSecret(line.verdict()) || line.bytes().length > LineRules.MAX_BYTES
        ? new byte[0]
        : line.bytes();
  }

  private static boolean maybeSecret(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Valid _ -> false;
      case Verdict.Invalid invalid -> invalid.maybeSecret();
      case Verdict.Secret _ -> true;
    };
  }

  /** A rejection that was not corrected yet. */
  public record Open(UUID id, @SuppressWarnings("ArrayRecordComponent") byte[] received) {}

  /** Whether a rejection can be corrected now. */
  public sealed interface Taken {
    /** It is held for this transaction. */
    record Yes(Open open) implements Taken {}

    /** It was corrected before. */
    record Before() implements Taken {}

    /** This sender has none such. */
    record None() implements Taken {}
  }

  /** Holds a rejection for correction. */
  public Taken take(Connection tx, String sender, UUID id) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT received, corrected_at IS NOT NULL FROM rejection
            WHERE id = ? AND sender = ? AND received_at > clock_timestamp() - interval '30 days'
            FOR UPDATE
            """)) {
      select.setObject(1, id);
      select.setString(2, sender);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return new Taken.None();
        }
        return row.getBoolean(2)
            ? new Taken.Before()
            : new Taken.Yes(new Open(id, row.getBytes(1)));
      }
    }
  }

  /** The newest open rejection of one cause: what is rejected from now on comes after it. */
  public Optional<UUID> newest(Connection connection, String sender, String cause)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT id FROM rejection WHERE sender = ? AND cause = ? AND corrected_at IS NULL
            ORDER BY id DESC LIMIT 1
            """)) {
      select.setString(1, sender);
      select.setString(2, cause);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
      }
    }
  }

  /**
   * Holds the next rejections of one cause for correction, in the order of their ids, but for those
   * that somebody else is correcting: so many, or fewer where they are long.
   *
   * @param upTo the last that is looked at
   */
  public List<Open> take(
      Connection tx, String sender, String cause, Optional<UUID> after, UUID upTo, int most)
      throws SQLException {
    List<Open> open = new ArrayList<>();
    int bytes = 0;
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT id, received FROM rejection
            WHERE sender = ? AND cause = ? AND corrected_at IS NULL
              AND received_at > clock_timestamp() - interval '30 days'
              AND (?::uuid IS NULL OR id > ?) AND id <= ?
            ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED
            """)) {
      select.setString(1, sender);
      select.setString(2, cause);
      select.setObject(3, after.orElse(null));
      select.setObject(4, after.orElse(null));
      select.setObject(5, upTo);
      select.setInt(6, most);
      select.setFetchSize(ROWS_A_FETCH);
      try (ResultSet row = select.executeQuery()) {
        while (bytes < MOST_BYTES && row.next()) {
          open.add(new Open(row.getObject(1, UUID.class), row.getBytes(2)));
          bytes += open.getLast().received().length;
        }
      }
    }
    return open;
  }

  /**
   * Keeps what became of corrected rejections: when, by whom, which fields, and the outcome. One
   * whose line is now known as secret care goes, and what of it has not left for the topic.
   */
  public void corrected(Connection tx, String by, List<Open> open, List<Correction> corrections)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE rejection SET corrected_at = clock_timestamp(), corrected_by = ?,
                                 corrected_to = ?, corrected_fields = ?
            WHERE id = ?
            """)) {
      for (int i = 0; i < open.size(); i++) {
        if (corrections.get(i).outcome() instanceof Outcome.Rejected again && !again.kept()) {
          // It stays open: what it was changed into is nowhere.
          continue;
        }
        update.setString(1, by);
        update.setString(2, name(corrections.get(i).outcome()));
        update.setArray(3, tx.createArrayOf("text", corrections.get(i).fields().toArray()));
        update.setObject(4, open.get(i).id());
        update.addBatch();
      }
      if (!open.isEmpty()) {
        update.executeBatch();
      }
    }
    List<UUID> secret = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      if (corrections.get(i).secret()) {
        secret.add(open.get(i).id());
      }
    }
    if (!secret.isEmpty()) {
      try (PreparedStatement delete =
          tx.prepareStatement(
              """
              WITH gone AS (DELETE FROM rejection WHERE id = ANY (?) RETURNING id)
              DELETE FROM outbox WHERE id IN (SELECT id FROM gone)
              """)) {
        delete.setArray(1, tx.createArrayOf("uuid", secret.toArray()));
        delete.executeUpdate();
      }
    }
  }

  /**
   * What became of a corrected line, and in which fields it differs from what was rejected.
   *
   * @param secret whether it is secret care, as is known now
   */
  public record Correction(Outcome outcome, Set<String> fields, boolean secret) {}

  private static String name(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted _ -> "ACCEPTED";
      case Outcome.Repeated _ -> "REPEATED";
      case Outcome.OutsideWindow _ -> "OUTSIDE_WINDOW";
      case Outcome.Rejected _ -> "REJECTED_AGAIN";
    };
  }
}
