package fr.carnet.ingest.arriving;

import fr.carnet.events.Headers;
import fr.carnet.eventstore.Decoding;
import fr.carnet.eventstore.RecordApplier;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.ingest.deciding.Verdict;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Today;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Lines from Kafka. Whatever a sender puts there is kept or rejected; nothing stops the feed. */
final class BillingApplier implements RecordApplier {
  static final String READER = "billing-reimbursements";
  private static final String LINE_TYPE = "billing.reimbursement-line.v1";

  private final LineStore store;
  private final Deliveries deliveries;
  private final LinePolicy policy;
  private final String sender;
  private final Runnable afterwards;

  /** Of the transaction under way. */
  private List<Outcome> taken = List.of();

  BillingApplier(
      LineStore store,
      Deliveries deliveries,
      LinePolicy policy,
      String sender,
      Runnable afterwards) {
    this.store = store;
    this.deliveries = deliveries;
    this.policy = policy;
    this.sender = sender;
    this.afterwards = afterwards;
  }

  @Override
  public void apply(Connection tx, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    LocalDate today = Today.inParis();
    take(
        tx,
        records.getFirst().partition(),
        records.stream().map(record -> received(record, today)).toList(),
        today);
  }

  private void take(Connection tx, int partition, List<Received> lines, LocalDate today)
      throws SQLException {
    List<Outcome> outcomes = store.keep(tx, sender, lines, Window.endingOn(today), "");
    String delivery = Deliveries.byKafka(sender, today);
    deliveries.begin(tx, delivery, sender);
    deliveries.count(tx, delivery, partition, lines, outcomes);
    taken = outcomes;
  }

  /** A batch that was undone is taken again, and its lines are counted once. */
  @Override
  public void committed() {
    store.count(sender, taken);
    afterwards.run();
  }

  private Received received(ConsumerRecord<byte[], byte[]> record, LocalDate today) {
    byte[] bytes = record.value() == null ? new byte[0] : record.value();
    Optional<String> key =
        Optional.ofNullable(record.key()).map(k -> new String(k, StandardCharsets.UTF_8));
    Verdict verdict = LineBytes.read(bytes, key, today, policy);
    boolean anotherType =
        Decoding.text(record, Headers.TYPE).filter(type -> !type.equals(LINE_TYPE)).isPresent();
    // Secret care comes first: it is not even in a rejection.
    return new Received(bytes, anotherType ? ofAnotherType(verdict) : verdict);
  }

  /** Refused, but still known by its id, so that a late flag of secret care finds it. */
  private static Verdict ofAnotherType(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Secret secret -> secret;
      case Verdict.Valid valid ->
          new Verdict.Invalid(
              Optional.of(valid.line().lineId()),
              Optional.of(valid.line().beneficiary().value()),
              List.of(LineFault.TYPE_UNKNOWN.of("record")),
              false);
      case Verdict.Invalid invalid -> invalid.with(LineFault.TYPE_UNKNOWN);
    };
  }

  /**
   * A line that cannot be kept, whatever the reason, is refused as any other: parked it would be
   * kept without end, with the INS as its key. If that fails too, nothing of it is kept.
   */
  @Override
  public void park(Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException {
    LocalDate today = Today.inParis();
    Savepoint before = tx.setSavepoint();
    try {
      Received line = received(record, today);
      take(tx, record.partition(), List.of(new Received(line.bytes(), notTaken(line))), today);
    } catch (SQLException | RuntimeException e) {
      if (Transactions.isTransient(e)) {
        throw e;
      }
      tx.rollback(before);
      Verdict nothing = LineRules.invalid(LineFault.NOT_TAKEN, true);
      take(tx, record.partition(), List.of(new Received(new byte[0], nothing)), today);
    }
  }

  private static Verdict notTaken(Received line) {
    return switch (line.verdict()) {
      case Verdict.Secret secret -> secret;
      case Verdict.Valid valid ->
          new Verdict.Invalid(
              Optional.of(valid.line().lineId()),
              Optional.of(valid.line().beneficiary().value()),
              List.of(LineFault.NOT_TAKEN.of("record")),
              false);
      case Verdict.Invalid invalid -> invalid.with(LineFault.NOT_TAKEN);
    };
  }
}
