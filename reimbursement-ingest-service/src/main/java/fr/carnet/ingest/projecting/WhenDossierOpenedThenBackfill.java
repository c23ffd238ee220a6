package fr.carnet.ingest.projecting;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Decoding;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.RecordApplier;
import fr.carnet.ingest.keeping.Buckets;
import fr.carnet.ingest.passing.Sendings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * An opening makes that person's stored lines unpassed again, in the transaction that marks the
 * dossier open; so a crash anywhere delays a line and drops none. All of it happens while nothing
 * of that person is being passed, so nothing passes after a closing or an erasure is applied.
 */
final class WhenDossierOpenedThenBackfill implements RecordApplier {
  private final ProjectionApplier registry;
  private final Sendings sendings;
  private final Runnable wakeValve;

  WhenDossierOpenedThenBackfill(ProjectionApplier registry, Sendings sendings, Runnable wakeValve) {
    this.registry = registry;
    this.sendings = sendings;
    this.wakeValve = wakeValve;
  }

  @Override
  public void apply(Connection tx, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    Set<UUID> dossiers = dossiersOf(records);
    Set<Integer> buckets = bucketsOf(records);
    // Of those whom a dossier is taken from, too.
    buckets.addAll(bucketsKnown(tx, dossiers));
    Buckets.exclusive(tx, buckets);
    sendings.settle(tx, buckets);
    registry.apply(tx, records);
    backfill(tx, dossiers);
  }

  @Override
  public void park(Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException {
    registry.park(tx, record, why);
  }

  @Override
  public void retryParked(Connection tx) throws SQLException {
    Set<UUID> dossiers = toComeBackTo(tx);
    dossiers.addAll(registry.stopped(tx));
    if (!dossiers.isEmpty()) {
      Buckets.exclusive(tx, Buckets.all());
      sendings.settle(tx, Buckets.all());
      registry.retryParked(tx);
      backfill(tx, dossiers);
    }
  }

  private static Set<UUID> dossiersOf(List<ConsumerRecord<byte[], byte[]>> records) {
    Set<UUID> dossiers = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      registered(record)
          .map(DossierRegistered::dossierId)
          .or(() -> erased(record))
          .ifPresent(dossiers::add);
    }
    return dossiers;
  }

  private static Optional<UUID> erased(ConsumerRecord<byte[], byte[]> record) {
    try {
      return record.value() == null
          ? Optional.of(UUID.fromString(Decoding.key(record)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Set<Integer> bucketsOf(List<ConsumerRecord<byte[], byte[]>> records) {
    Set<Integer> buckets = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      for (PatientRef ref : registered(record).map(r -> r.patientRefs()).orElse(List.of())) {
        buckets.add(Buckets.of(ref.value()));
      }
    }
    return buckets;
  }

  private static Set<Integer> bucketsKnown(Connection tx, Set<UUID> dossiers) throws SQLException {
    Set<Integer> buckets = new TreeSet<>();
    try (PreparedStatement select =
        tx.prepareStatement("SELECT patient_ref FROM dossier_patient WHERE dossier_id = ANY (?)")) {
      select.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          buckets.add(Buckets.of(row.getString(1)));
        }
      }
    }
    return buckets;
  }

  private static Optional<DossierRegistered> registered(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(record.value())
          .map(value -> Wire.read(value, DossierRegistered.class));
    } catch (Wire.UnreadableFact e) {
      // The projection will say so, and it will be parked.
      return Optional.empty();
    }
  }

  /**
   * Makes unpassed what is kept for people whose dossier is open at a version for which that was
   * not done yet. Version 0 stands for dossiers that the valve found stopped and has to come back
   * to.
   */
  private void backfill(Connection tx, Set<UUID> dossiers) throws SQLException {
    try (PreparedStatement backfill =
        tx.prepareStatement(
            """
            WITH opened AS (
              INSERT INTO backfilled AS b (dossier_id, version)
              SELECT d.dossier_id, d.version FROM dossier d
              LEFT JOIN backfilled done ON done.dossier_id = d.dossier_id
              WHERE d.dossier_id = ANY (?) AND d.open
                AND (done.version IS NULL OR done.version < d.version)
                AND NOT EXISTS (SELECT 1 FROM parked
                                WHERE consumer = 'dossier-registry'
                                  AND stream_key = d.dossier_id::text
                                  AND discarded_at IS NULL)
              ON CONFLICT (dossier_id) DO UPDATE SET version = excluded.version
              RETURNING b.dossier_id)
            INSERT INTO unpassed (line_key, bucket)
            SELECT line_key, bucket
            FROM opened JOIN dossier_patient USING (dossier_id) JOIN line USING (patient_ref)
            WHERE NOT secret
            """)) {
      backfill.setArray(1, tx.createArrayOf("uuid", dossiers.toArray()));
      backfill.executeUpdate();
    }
    wakeValve.run();
  }

  private static Set<UUID> toComeBackTo(Connection tx) throws SQLException {
    Set<UUID> dossiers = new HashSet<>();
    try (PreparedStatement select =
            tx.prepareStatement(
                """
                SELECT dossier_id FROM backfilled JOIN dossier USING (dossier_id)
                WHERE backfilled.version = 0 AND dossier.open
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        dossiers.add(row.getObject(1, UUID.class));
      }
    }
    return dossiers;
  }
}
