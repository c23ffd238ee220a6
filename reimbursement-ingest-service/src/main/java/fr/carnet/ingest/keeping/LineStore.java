package fr.carnet.ingest.keeping;

import fr.carnet.events.Wire;
import fr.carnet.events.care.Care;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.ingest.deciding.BillingLine;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.Verdict;
import fr.carnet.ingest.deciding.Window;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Keeps each line once. A kept line is unpassed until the valve has looked at it. Secret care keeps
 * only the key of its line, whether the flag comes first, late or again, so that no copy of it,
 * from any way in and in any order, is ever passed.
 */
@ApplicationScoped
public class LineStore {
  private final LineKeys keys;
  private final Rejections rejections;
  private final MeterRegistry metrics;

  @Inject
  LineStore(LineKeys keys, Rejections rejections, MeterRegistry metrics) {
    this.keys = keys;
    this.rejections = rejections;
    this.metrics = metrics;
  }

  private record Keyed(int index, String lineKey, BillingLine line, byte[] digest) {}

  /**
   * Keeps what can be kept, and records why the rest cannot.
   *
   * @return what became of each line, in the same order
   */
  public List<Outcome> keep(
      Connection tx, String sender, List<Received> lines, Window window, String correlation)
      throws SQLException {
    List<Optional<String>> lineKeys = lineKeys(sender, lines);
    Set<String> secret = secretOf(lines, lineKeys);
    forgetSecret(tx, secret);

    Outcome[] outcomes = new Outcome[lines.size()];
    Map<String, List<Keyed>> sound = new HashMap<>();
    for (int i = 0; i < outcomes.length; i++) {
      Optional<String> key = lineKeys.get(i);
      if (key.filter(secret::contains).isPresent()) {
        outcomes[i] = new Outcome.Accepted();
        continue;
      }
      switch (lines.get(i).verdict()) {
        case Verdict.Secret _ -> outcomes[i] = new Outcome.Accepted();
        case Verdict.Invalid invalid ->
            outcomes[i] = new Outcome.Rejected(invalid.lineId(), invalid.faults());
        case Verdict.Valid valid -> {
          if (window.holds(valid.line().careFrom())) {
            sound
                .computeIfAbsent(key.orElseThrow(), _ -> new ArrayList<>())
                .add(new Keyed(i, key.orElseThrow(), valid.line(), LineKeys.digest(valid.line())));
          } else {
            outcomes[i] = new Outcome.OutsideWindow();
          }
        }
      }
    }
    keepSound(tx, sound, outcomes);
    // After all rows, so that who holds these waits for nobody's row.
    Set<String> refused = refused(lineKeys, outcomes);
    rejections.hold(tx, secret, refused);
    rejections.forget(tx, secret);
    acceptWhatBecameSecret(tx, refused, lineKeys, outcomes);
    List<Outcome> all = List.of(outcomes);
    LineNote.REPEATED.of(tx, repeated(lineKeys, all));
    return rejections.record(tx, sender, lines, lineKeys, all, correlation);
  }

  /** What would become of these lines, each by itself, with nothing kept. */
  public List<Outcome> wouldKeep(Connection tx, String sender, List<Received> lines, Window window)
      throws SQLException {
    Savepoint before = tx.setSavepoint();
    try {
      return keep(tx, sender, lines, window, "");
    } finally {
      tx.rollback(before);
    }
  }

  List<Optional<String>> lineKeys(String sender, List<Received> lines) {
    return lines.stream()
        .map(line -> lineId(line.verdict()).map(id -> keys.lineKey(sender, id)))
        .toList();
  }

  /**
   * Takes first what {@link #keep} and {@link #areSecret} need of these lines together: after one
   * another they would not take it in one order.
   */
  public void hold(Connection tx, String sender, List<Received> lines) throws SQLException {
    List<Optional<String>> lineKeys = lineKeys(sender, lines);
    rejections.hold(tx, secretOf(lines, lineKeys), keysOf(lineKeys));
  }

  /** Which of these lines are secret care, by themselves or as is known of their keys: held. */
  public List<Boolean> areSecret(Connection tx, String sender, List<Received> lines)
      throws SQLException {
    List<Optional<String>> lineKeys = lineKeys(sender, lines);
    Set<String> known = secretAmong(tx, keysOf(lineKeys));
    List<Boolean> secret = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      secret.add(
          lines.get(i).verdict() instanceof Verdict.Secret
              || lineKeys.get(i).filter(known::contains).isPresent());
    }
    return secret;
  }

  /** Begins a dry run: what would become of lines, with nothing kept. */
  public DryRun dryRun(DataSource dataSource) {
    return new DryRun(dataSource, this);
  }

  private static List<String> repeated(List<Optional<String>> lineKeys, List<Outcome> outcomes) {
    List<String> repeated = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Repeated) {
        repeated.add(lineKeys.get(i).orElseThrow());
      }
    }
    return repeated;
  }

  private static Set<String> keysOf(List<Optional<String>> lineKeys) {
    return lineKeys.stream().flatMap(Optional::stream).collect(Collectors.toSet());
  }

  private static Set<String> refused(List<Optional<String>> lineKeys, Outcome[] outcomes) {
    Set<String> refused = new HashSet<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] instanceof Outcome.Rejected) {
        lineKeys.get(i).ifPresent(refused::add);
      }
    }
    return refused;
  }

  /** Another content under a known id is about to be refused: unless it was flagged meanwhile. */
  private static void acceptWhatBecameSecret(
      Connection tx, Set<String> refused, List<Optional<String>> lineKeys, Outcome[] outcomes)
      throws SQLException {
    Set<String> secret = secretAmong(tx, refused);
    for (int i = 0; i < outcomes.length; i++) {
      if (lineKeys.get(i).filter(secret::contains).isPresent()) {
        outcomes[i] = new Outcome.Accepted();
      }
    }
  }

  private static Optional<String> lineId(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Valid valid -> Optional.of(valid.line().lineId());
      case Verdict.Invalid invalid -> invalid.lineId();
      case Verdict.Secret secret -> secret.lineId();
    };
  }

  private static Set<String> secretOf(List<Received> lines, List<Optional<String>> lineKeys) {
    Set<String> secret = new HashSet<>();
    for (int i = 0; i < lineKeys.size(); i++) {
      if (lines.get(i).verdict() instanceof Verdict.Secret) {
        lineKeys.get(i).ifPresent(secret::add);
      }
    }
    return secret;
  }

  /** Counts outcomes once their transaction is committed. */
  public void count(String sender, List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Outcome.Accepted _ -> lines(sender, "accepted");
        case Outcome.Repeated _ -> lines(sender, "repeated");
        case Outcome.OutsideWindow _ -> lines(sender, "outside_window");
        case Outcome.Rejected rejected -> {
          lines(sender, "rejected");
          if (!rejected.kept()) {
            metrics.counter("carnet.rejections.only.counted", "sender", sender).increment();
          }
          rejected.faults().stream()
              .map(fault -> fault.code())
              .distinct()
              .forEach(
                  code ->
                      metrics
                          .counter("carnet.lines.rejected", "sender", sender, "code", code)
                          .increment());
        }
      }
    }
  }

  private void lines(String sender, String outcome) {
    metrics.counter("carnet.lines", "sender", sender, "outcome", outcome).increment();
  }

  /** Leaves of a secret line only its key; one that was kept is noted, to be emptied. */
  private static void forgetSecret(Connection tx, Set<String> secret) throws SQLException {
    if (secret.isEmpty()) {
      return;
    }
    Set<String> known = new HashSet<>(secret);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO line (line_key, bucket, secret)
            SELECT k, 0, true FROM unnest(?) AS t(k) ORDER BY k
            ON CONFLICT (line_key) DO NOTHING
            RETURNING line_key
            """)) {
      insert.setArray(1, tx.createArrayOf("text", secret.toArray()));
      try (ResultSet rows = insert.executeQuery()) {
        while (rows.next()) {
          known.remove(rows.getString(1));
        }
      }
    }
    LineNote.SECRET.of(tx, known);
  }

  /** Which of these are known as secret: a faulty copy of one must not stay in a rejection. */
  private static Set<String> secretAmong(Connection tx, Set<String> lineKeys) throws SQLException {
    Set<String> secret = new HashSet<>();
    if (lineKeys.isEmpty()) {
      return secret;
    }
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT line_key FROM line WHERE secret AND line_key = ANY (?)
            UNION SELECT line_key FROM line_secret WHERE line_key = ANY (?)
            """)) {
      select.setArray(1, tx.createArrayOf("text", lineKeys.toArray()));
      select.setArray(2, tx.createArrayOf("text", lineKeys.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          secret.add(rows.getString(1));
        }
      }
    }
    return secret;
  }

  /** The first of each key is kept, unless one was kept before; all others are compared with it. */
  private void keepSound(Connection tx, Map<String, List<Keyed>> lines, Outcome[] outcomes)
      throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    // In the order of keys, so that two writers of the same lines cannot wait for each other.
    List<Keyed> firsts =
        lines.values().stream()
            .map(List::getFirst)
            .sorted(Comparator.comparing(Keyed::lineKey))
            .toList();
    Set<String> inserted = insert(tx, firsts);
    List<String> present =
        firsts.stream().map(Keyed::lineKey).filter(key -> !inserted.contains(key)).toList();
    Map<String, Optional<byte[]>> before = present.isEmpty() ? Map.of() : digests(tx, present);
    lines.forEach(
        (key, sameKey) -> {
          Keyed first = sameKey.getFirst();
          if (inserted.contains(key)) {
            outcomes[first.index()] = new Outcome.Accepted();
            sameKey.stream()
                .skip(1)
                .forEach(line -> outcomes[line.index()] = repeatOf(first.digest(), line));
          } else {
            for (Keyed line : sameKey) {
              outcomes[line.index()] =
                  before
                      .get(key)
                      .map(digest -> repeatOf(digest, line))
                      // Known as secret: discarded, and no rejection says so.
                      .orElseGet(Outcome.Accepted::new);
            }
          }
        });
  }

  /** Inserts lines, and gives the keys of those that were not there. */
  private Set<String> insert(Connection tx, List<Keyed> lines) throws SQLException {
    int n = lines.size();
    String[] lineKeys = new String[n];
    String[] patients = new String[n];
    Short[] buckets = new Short[n];
    byte[][] digests = new byte[n][];
    Date[] days = new Date[n];
    byte[][] cares = new byte[n][];
    for (int i = 0; i < n; i++) {
      Keyed keyed = lines.get(i);
      PatientRef patient = keys.patientRef(keyed.line());
      lineKeys[i] = keyed.lineKey();
      patients[i] = patient.value();
      buckets[i] = (short) Buckets.of(patient.value());
      digests[i] = keyed.digest();
      days[i] = Date.valueOf(keyed.line().careFrom());
      cares[i] = Wire.write(care(patient, keyed.line()));
    }
    Set<String> inserted = new HashSet<>();
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            WITH kept AS (
                   INSERT INTO line (line_key, patient_ref, bucket, digest, care_from, care)
                   SELECT * FROM unnest(?::text[], ?::text[], ?::smallint[], ?::bytea[], ?::date[], ?::bytea[])
                   ON CONFLICT (line_key) DO NOTHING
                   RETURNING line_key, bucket)
            INSERT INTO unpassed (line_key, bucket) SELECT line_key, bucket FROM kept
            RETURNING line_key
            """)) {
      insert.setArray(1, tx.createArrayOf("text", lineKeys));
      insert.setArray(2, tx.createArrayOf("text", patients));
      insert.setArray(3, tx.createArrayOf("smallint", buckets));
      insert.setArray(4, tx.createArrayOf("bytea", digests));
      insert.setArray(5, tx.createArrayOf("date", days));
      insert.setArray(6, tx.createArrayOf("bytea", cares));
      try (ResultSet rows = insert.executeQuery()) {
        while (rows.next()) {
          inserted.add(rows.getString(1));
        }
      }
    }
    return inserted;
  }

  /** The digests of lines that are kept; none where the line is known as secret. */
  private static Map<String, Optional<byte[]>> digests(Connection tx, List<String> lineKeys)
      throws SQLException {
    Map<String, Optional<byte[]>> digests = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT line_key,
                   secret OR EXISTS (SELECT FROM line_secret s WHERE s.line_key = line.line_key),
                   digest
            FROM line WHERE line_key = ANY (?)
            """)) {
      select.setArray(1, tx.createArrayOf("text", lineKeys.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          digests.put(
              rows.getString(1),
              rows.getBoolean(2) ? Optional.empty() : Optional.of(rows.getBytes(3)));
        }
      }
    }
    return digests;
  }

  private static Outcome repeatOf(byte[] keptDigest, Keyed line) {
    return Arrays.equals(keptDigest, line.digest())
        ? new Outcome.Repeated()
        : new Outcome.Rejected(
            Optional.of(line.line().lineId()), List.of(LineFault.LINE_ID_REUSED.of("lineId")));
  }

  /** What of a line goes behind the valve. */
  Care care(PatientRef patient, BillingLine line) {
    return new Care(
        keys.itemId(patient, line),
        line.category(),
        line.natureCode(),
        line.act(),
        line.quantity(),
        line.performer(),
        line.prescriber(),
        line.prescribedOn(),
        line.careFrom(),
        line.careTo(),
        line.duringHospitalStay(),
        line.treatingPhysician(),
        Optional.of(line.processedOn()),
        0);
  }
}
