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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps each line once. A kept line is unpassed until the valve has looked at it. Secret care keeps
 * only the key of its line, whether the flag comes first, late or again, so that no copy of it,
 * from any way in and in any order, is ever passed.
 */
@ApplicationScoped
public class LineStore {
  @Inject LineKeys keys;
  @Inject Rejections rejections;
  @Inject MeterRegistry metrics;

  private record Keyed(int index, String lineKey, BillingLine line, byte[] digest) {}

  /**
   * Keeps what can be kept, and records why the rest cannot.
   *
   * @return what became of each line, in the same order
   */
  public List<Outcome> keep(
      Connection tx, String sender, List<Received> lines, Window window, String correlation)
      throws SQLException {
    Outcome[] outcomes = new Outcome[lines.size()];
    Set<String> secret = secretKeys(sender, lines, outcomes);
    forgetSecret(tx, secret);
    Map<String, Keyed> first = new LinkedHashMap<>();
    for (int i = 0; i < outcomes.length; i++) {
      switch (lines.get(i).verdict()) {
        case Verdict.Invalid invalid ->
            outcomes[i] = new Outcome.Rejected(invalid.lineId(), invalid.faults());
        case Verdict.Secret _ -> outcomes[i] = new Outcome.Accepted();
        case Verdict.Valid valid -> {
          String key = keys.lineKey(sender, valid.line().lineId());
          if (secret.contains(key)) {
            outcomes[i] = new Outcome.Accepted();
          } else if (!window.holds(valid.line().careFrom())) {
            outcomes[i] = new Outcome.OutsideWindow();
          } else {
            Keyed keyed = new Keyed(i, key, valid.line(), LineKeys.digest(valid.line()));
            Keyed earlier = first.putIfAbsent(key, keyed);
            if (earlier != null) {
              outcomes[i] = repeatOf(earlier.digest(), keyed);
            }
          }
        }
      }
    }
    insert(tx, first, outcomes);
    List<Outcome> all = Arrays.asList(outcomes);
    rejections.record(tx, sender, lines, all, correlation);
    return List.copyOf(all);
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

  private Set<String> secretKeys(String sender, List<Received> lines, Outcome[] outcomes) {
    Set<String> secret = new HashSet<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (lines.get(i).verdict() instanceof Verdict.Secret flagged) {
        flagged.lineId().ifPresent(lineId -> secret.add(keys.lineKey(sender, lineId)));
      }
    }
    return secret;
  }

  /**
   * Leaves of a secret line only its key. A line that was kept is emptied but for its patient, whom
   * the valve needs to withdraw it, and becomes unpassed for that.
   */
  private static void forgetSecret(Connection tx, Set<String> secret) throws SQLException {
    if (secret.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO line (line_key, bucket, secret, unpassed)
            SELECT k, 0, true, false FROM unnest(?) AS t(k) ORDER BY k
            ON CONFLICT (line_key) DO UPDATE
              SET secret = true, unpassed = true, digest = NULL, care = NULL, care_from = NULL
              WHERE NOT line.secret
            """)) {
      upsert.setArray(1, tx.createArrayOf("text", secret.toArray()));
      upsert.executeUpdate();
    }
  }

  private void insert(Connection tx, Map<String, Keyed> lines, Outcome[] outcomes)
      throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    // In the order of keys, so that two writers of the same lines cannot wait for each other.
    List<Keyed> sorted =
        lines.values().stream().sorted(java.util.Comparator.comparing(Keyed::lineKey)).toList();
    int n = sorted.size();
    String[] lineKeys = new String[n];
    String[] patients = new String[n];
    Short[] buckets = new Short[n];
    byte[][] digests = new byte[n][];
    Date[] days = new Date[n];
    byte[][] cares = new byte[n][];
    for (int i = 0; i < n; i++) {
      Keyed keyed = sorted.get(i);
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
            INSERT INTO line (line_key, patient_ref, bucket, digest, care_from, care)
            SELECT * FROM unnest(?::text[], ?::text[], ?::smallint[], ?::bytea[], ?::date[], ?::bytea[])
            ON CONFLICT (line_key) DO NOTHING
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
    List<String> present = new ArrayList<>();
    for (Keyed keyed : sorted) {
      if (inserted.contains(keyed.lineKey())) {
        outcomes[keyed.index()] = new Outcome.Accepted();
      } else {
        present.add(keyed.lineKey());
      }
    }
    compareWithKept(tx, present, lines, outcomes);
  }

  private static void compareWithKept(
      Connection tx, List<String> present, Map<String, Keyed> lines, Outcome[] outcomes)
      throws SQLException {
    if (present.isEmpty()) {
      return;
    }
    Map<String, Optional<byte[]>> kept = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT line_key, secret, digest FROM line WHERE line_key = ANY (?)")) {
      select.setArray(1, tx.createArrayOf("text", present.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          kept.put(
              rows.getString(1),
              rows.getBoolean(2) ? Optional.empty() : Optional.of(rows.getBytes(3)));
        }
      }
    }
    for (String key : present) {
      Keyed keyed = lines.get(key);
      outcomes[keyed.index()] =
          kept.get(key).map(digest -> repeatOf(digest, keyed)).orElseGet(Outcome.Accepted::new);
    }
  }

  private static Outcome repeatOf(byte[] keptDigest, Keyed line) {
    return Arrays.equals(keptDigest, line.digest())
        ? new Outcome.Repeated()
        : new Outcome.Rejected(
            Optional.of(line.line().lineId()), List.of(LineFault.LINE_ID_REUSED.of("lineId")));
  }

  private Care care(PatientRef patient, BillingLine line) {
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
        line.duringHospitalStay());
  }
}
