package fr.carnet.ingest.keeping;

import fr.carnet.events.billing.LineRejected;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts what became of each delivery's lines, in the transactions that keep them: so a receipt is
 * exact although the service was killed midway.
 */
@ApplicationScoped
public class Deliveries {
  private static final String ACCEPTED = "ACCEPTED";
  private static final String REPEATED = "REPEATED";
  private static final String OUTSIDE_WINDOW = "OUTSIDE_WINDOW";
  private static final String REJECTED = "REJECTED";
  private static final String WARNED = "WARNED";
  private static final String ONLY_COUNTED = "ONLY_COUNTED";

  /** The delivery of what a sender publishes on Kafka on this day (Europe/Paris). */
  public static String byKafka(String sender, LocalDate day) {
    return "kafka-" + sender + "-" + day;
  }

  /**
   * Begins a batch of a delivery; batches are counted from 1.
   *
   * @return whether it was not taken before
   */
  public boolean begin(Connection tx, String deliveryId, String sender, int batch)
      throws SQLException {
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO delivery AS known (delivery_id, sender, batches) VALUES (?, ?, ?)
            ON CONFLICT (delivery_id) DO UPDATE SET batches = excluded.batches
              WHERE known.batches < excluded.batches
            """)) {
      upsert.setString(1, deliveryId);
      upsert.setString(2, sender);
      upsert.setInt(3, batch);
      return upsert.executeUpdate() == 1;
    }
  }

  /** Begins a delivery, unless it began before. */
  public void begin(Connection tx, String deliveryId, String sender) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO delivery (delivery_id, sender) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, deliveryId);
      insert.setString(2, sender);
      insert.executeUpdate();
    }
  }

  /**
   * Counts outcomes, in the same order as their lines.
   *
   * @param lane keeps writers of the same delivery apart: the Kafka partition
   */
  public void count(
      Connection tx, String deliveryId, int lane, List<Received> lines, List<Outcome> outcomes)
      throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      switch (outcomes.get(i)) {
        case Outcome.Accepted _ -> {
          one(counts, ACCEPTED);
          codes(lines.get(i).warnings()).forEach(code -> one(counts, WARNED + "/" + code));
        }
        case Outcome.Repeated _ -> one(counts, REPEATED);
        case Outcome.OutsideWindow _ -> one(counts, OUTSIDE_WINDOW);
        case Outcome.Rejected rejected -> {
          one(counts, REJECTED);
          if (!rejected.kept()) {
            one(counts, ONLY_COUNTED);
          }
          codes(rejected.faults()).forEach(code -> one(counts, REJECTED + "/" + code));
        }
      }
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO delivery_count AS known (delivery_id, lane, name, lines)
            SELECT ?, ?, * FROM unnest(?::text[], ?::bigint[])
            ON CONFLICT (delivery_id, lane, name) DO UPDATE
              SET lines = known.lines + excluded.lines
            """)) {
      upsert.setString(1, deliveryId);
      upsert.setInt(2, lane);
      upsert.setArray(3, tx.createArrayOf("text", counts.keySet().toArray()));
      upsert.setArray(4, tx.createArrayOf("bigint", counts.values().toArray()));
      upsert.executeUpdate();
    }
  }

  private static List<String> codes(List<LineRejected.Fault> faults) {
    return faults.stream().map(LineRejected.Fault::code).distinct().toList();
  }

  private static void one(Map<String, Long> counts, String name) {
    counts.merge(name, 1L, Long::sum);
  }

  /** A delivery whose last line was taken. */
  public void end(Connection tx, String deliveryId, Optional<String> sha256) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            "UPDATE delivery SET ended_at = clock_timestamp(), sha256 = ? WHERE delivery_id = ?")) {
      update.setString(1, sha256.orElse(null));
      update.setString(2, deliveryId);
      update.executeUpdate();
    }
  }

  /** The receipt of a delivery of this sender. */
  public Optional<Receipt> receipt(Connection connection, String sender, String deliveryId)
      throws SQLException {
    Map<String, Long> counts = counts(connection, deliveryId);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT began_at, ended_at, sha256 FROM delivery WHERE delivery_id = ? AND sender = ?
            """)) {
      select.setString(1, deliveryId);
      select.setString(2, sender);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            receipt(
                deliveryId,
                sender,
                instant(row, 1).orElseThrow(),
                instant(row, 2),
                Optional.ofNullable(row.getString(3)),
                counts));
      }
    }
  }

  private static Receipt receipt(
      String deliveryId,
      String sender,
      Instant beganAt,
      Optional<Instant> endedAt,
      Optional<String> sha256,
      Map<String, Long> counts) {
    long accepted = counts.getOrDefault(ACCEPTED, 0L);
    long repeated = counts.getOrDefault(REPEATED, 0L);
    long outside = counts.getOrDefault(OUTSIDE_WINDOW, 0L);
    long rejected = counts.getOrDefault(REJECTED, 0L);
    return new Receipt(
        deliveryId,
        sender,
        beganAt,
        endedAt,
        sha256,
        accepted + repeated + outside + rejected,
        accepted,
        repeated,
        outside,
        rejected,
        counts.getOrDefault(ONLY_COUNTED, 0L),
        under(REJECTED, counts),
        under(WARNED, counts));
  }

  private static Map<String, Long> under(String outcome, Map<String, Long> counts) {
    Map<String, Long> byCode = new TreeMap<>();
    counts.forEach(
        (name, lines) -> {
          if (name.startsWith(outcome + "/")) {
            byCode.put(name.substring(outcome.length() + 1), lines);
          }
        });
    return byCode;
  }

  private static Map<String, Long> counts(Connection connection, String deliveryId)
      throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT name, sum(lines) FROM delivery_count WHERE delivery_id = ? GROUP BY name
            """)) {
      select.setString(1, deliveryId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          counts.put(row.getString(1), row.getLong(2));
        }
      }
    }
    return counts;
  }

  /** What this sender delivered, the newest first, at most a hundred. */
  public List<String> of(Connection connection, String sender) throws SQLException {
    List<String> ids = new java.util.ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT delivery_id FROM delivery WHERE sender = ?
            ORDER BY began_at DESC, delivery_id LIMIT 100
            """)) {
      select.setString(1, sender);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ids.add(row.getString(1));
        }
      }
    }
    return ids;
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
