package fr.carnet.ingest.arriving;

import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Receipt;
import fr.carnet.ingest.keeping.Receipts;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Rejections;
import fr.carnet.ingest.keeping.Rejections.Open;
import fr.carnet.ingest.keeping.UnderWay;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Rejections corrected and sent again, as if they came for the first time: the same rules, the same
 * identity. What became of each is kept with it.
 */
@Path("/rejections")
@RolesAllowed("billing")
@RunOnVirtualThread
@Consumes("application/json")
@Tag(name = "Rejections")
public class CorrectionsResource {
  private static final int LINES_A_TRANSACTION = 500;

  /** Of corrected lines in hand at once: a short line may be changed into a long one. */
  private static final int MOST_BYTES = 2 << 20;

  private static final UUID NONE = new UUID(0, 0);

  @Inject DataSource dataSource;
  @Inject Intake intake;
  @Inject LineStore store;
  @Inject Rejections rejections;
  @Inject Deliveries deliveries;
  @Inject Receipts receipts;
  @Inject UnderWay underWay;
  @Inject CurrentCaller caller;

  /**
   * What is wrong with all lines of one cause, put right.
   *
   * @param cause a name of {@code GET /rejections/causes}
   */
  public record Correction(String cause, List<LineChange> changes) {}

  /**
   * What became of corrected lines.
   *
   * @param unchanged lines of the cause that the changes do not touch; they stay rejected
   * @param jws the receipt, signed
   */
  public record Corrected(Receipt receipt, long unchanged, String jws) {}

  /** Corrects one. */
  @POST
  @Path("/{rejectionId}/correction")
  @Operation(
      summary = "Correct one rejected line: the body is the whole line as it should be",
      description = "It is judged as any line; one that is wrong again is a rejection of its own.")
  public Corrected correct(UUID rejectionId, byte[] line) throws SQLException {
    String sender = caller.get().client();
    String deliveryId = "correction-" + rejectionId;
    List<Open> corrected = new ArrayList<>();
    try (UnderWay.Place _ = underWay.take(sender)) {
      intake.take(
          sender,
          deliveryId,
          1,
          caller.correlation(),
          (tx, today) -> {
            corrected.clear();
            corrected.add(
                switch (rejections.take(tx, sender, rejectionId)) {
                  case Rejections.Taken.Yes(Open open) -> open;
                  case Rejections.Taken.Before _ ->
                      throw new Refusal(DeliveryProblem.REJECTION_CORRECTED);
                  case Rejections.Taken.None _ ->
                      throw new Refusal(DeliveryProblem.NO_SUCH_REJECTION);
                });
            return held(tx, sender, List.of(line), today);
          },
          (tx, lines, outcomes) -> {
            rejections.corrected(
                tx, sender, corrected, corrections(tx, sender, corrected, lines, outcomes));
            // It cannot be asked for again, so nothing of it may be left to a later transaction.
            deliveries.end(tx, deliveryId, Optional.empty());
          });
    }
    return answer(sender, deliveryId, 0);
  }

  /** Corrects all of one cause. */
  @POST
  @Path("/corrections")
  @Operation(
      summary = "Correct all lines that were rejected for one cause, by changing fields",
      description =
          "Each change names a field and, by the text of old values, new ones; * stands for every"
              + " other value, null removes the field. Lines are taken up to 500 in a"
              + " transaction; after a failure ask again, those that were corrected are done.")
  public Corrected correct(Correction correction) throws SQLException {
    if (correction == null || correction.cause() == null) {
      throw new Refusal(RequestProblem.FIELD_MISSING, "cause");
    }
    if (correction.cause().indexOf('\0') >= 0) {
      throw new Refusal(RequestProblem.REQUEST_NOT_READABLE, "cause");
    }
    if (correction.changes() == null) {
      throw new Refusal(RequestProblem.FIELD_MISSING, "changes");
    }
    if (!LineChange.areValid(correction.changes())) {
      throw new Refusal(DeliveryProblem.CHANGE_INVALID);
    }
    String sender = caller.get().client();
    String deliveryId = "correction-" + UuidV7.next(Clock.systemUTC());
    try (UnderWay.Place _ = underWay.take(sender)) {
      // What is rejected again by these changes is not changed again.
      UUID upTo =
          Transactions.run(
              dataSource,
              tx -> {
                deliveries.begin(tx, deliveryId, sender);
                return rejections.newest(tx, sender, correction.cause()).orElse(NONE);
              });
      Batch batch = new Batch(sender, deliveryId, correction, upTo);
      int batches = 0;
      do {
        intake.take(sender, deliveryId, ++batches, caller.correlation(), batch::lines, batch::done);
        batch.next();
      } while (batch.more());
      return answer(sender, deliveryId, batch.unchanged);
    }
  }

  private List<Received> held(Connection tx, String sender, List<byte[]> lines, LocalDate today)
      throws SQLException {
    List<Received> received = intake.read(lines, today);
    store.hold(tx, sender, received);
    return received;
  }

  private List<Rejections.Correction> corrections(
      Connection tx, String sender, List<Open> open, List<Received> lines, List<Outcome> outcomes)
      throws SQLException {
    List<Boolean> secret = store.areSecret(tx, sender, lines);
    List<Rejections.Correction> corrections = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      corrections.add(
          new Rejections.Correction(
              outcomes.get(i),
              LineChange.changed(open.get(i).received(), lines.get(i).bytes()),
              secret.get(i)));
    }
    return corrections;
  }

  private Corrected answer(String sender, String deliveryId, long unchanged) throws SQLException {
    Receipt receipt =
        Transactions.run(
            dataSource, tx -> deliveries.receipt(tx, sender, deliveryId).orElseThrow());
    return new Corrected(receipt, unchanged, receipts.signed(receipt));
  }

  /** One transaction's worth; it may be tried again from the start. */
  private final class Batch {
    private final String sender;
    private final String deliveryId;
    private final Correction correction;
    private final UUID upTo;
    private Optional<UUID> after = Optional.empty();
    private long unchanged;
    private List<Open> found = List.of();
    private List<Open> changed = List.of();

    Batch(String sender, String deliveryId, Correction correction, UUID upTo) {
      this.sender = sender;
      this.deliveryId = deliveryId;
      this.correction = correction;
      this.upTo = upTo;
    }

    List<Received> lines(Connection tx, LocalDate today) throws SQLException {
      List<Open> open =
          rejections.take(tx, sender, correction.cause(), after, upTo, LINES_A_TRANSACTION);
      changed = new ArrayList<>();
      List<byte[]> lines = new ArrayList<>();
      int lookedAt = 0;
      long bytes = 0;
      while (lookedAt < open.size() && bytes < MOST_BYTES) {
        Open next = open.get(lookedAt++);
        Optional<byte[]> line = LineChange.apply(correction.changes(), next.received());
        if (line.isPresent()) {
          changed.add(next);
          lines.add(line.get());
          bytes += line.get().length;
        }
      }
      found = open.subList(0, lookedAt);
      return held(tx, sender, lines, today);
    }

    void done(Connection tx, List<Received> lines, List<Outcome> outcomes) throws SQLException {
      rejections.corrected(tx, sender, changed, corrections(tx, sender, changed, lines, outcomes));
      if (!more()) {
        deliveries.end(tx, deliveryId, Optional.empty());
      }
    }

    void next() {
      unchanged += found.size() - changed.size();
      after = found.isEmpty() ? after : Optional.of(found.getLast().id());
    }

    boolean more() {
      return !found.isEmpty();
    }
  }
}
