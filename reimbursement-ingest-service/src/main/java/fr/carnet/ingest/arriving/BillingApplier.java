package fr.carnet.ingest.arriving;

import fr.carnet.events.Headers;
import fr.carnet.eventstore.Decoding;
import fr.carnet.eventstore.Parking;
import fr.carnet.eventstore.RecordApplier;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
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
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
  private final Parking parking = new Parking(READER);

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
    List<Received> lines = records.stream().map(record -> received(record, today)).toList();
    List<Outcome> outcomes = store.keep(tx, sender, lines, Window.endingOn(today), "");
    String delivery = Deliveries.byKafka(sender, today);
    deliveries.begin(tx, delivery, sender);
    deliveries.count(tx, delivery, records.getFirst().partition(), lines, outcomes);
    store.count(sender, outcomes);
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
              List.of(LineFault.TYPE_UNKNOWN.of("record")));
      case Verdict.Invalid invalid ->
          new Verdict.Invalid(
              invalid.lineId(), invalid.ins(), List.of(LineFault.TYPE_UNKNOWN.of("record")));
    };
  }

  @Override
  public void park(Connection tx, ConsumerRecord<byte[], byte[]> record, RuntimeException why)
      throws SQLException {
    parking.park(tx, record, Parking.Cause.NOT_APPLICABLE, OptionalLong.empty(), Optional.empty());
  }
}
