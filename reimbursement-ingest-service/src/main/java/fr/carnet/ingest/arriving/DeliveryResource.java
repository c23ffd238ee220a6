package fr.carnet.ingest.arriving;

import fr.carnet.events.billing.LineRejected;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Today;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The same lines as on Kafka, as NDJSON over HTTP: one JSON object a line, any number of lines. */
@Path("/deliveries")
@RolesAllowed("billing")
@RunOnVirtualThread
@Tag(name = "Deliveries")
public class DeliveryResource {
  private static final int LINES_A_TRANSACTION = 1_000;
  private static final int LISTED_REJECTIONS = 100;
  private static final int ATTEMPTS = 5;

  @Inject DataSource dataSource;
  @Inject LineStore store;
  @Inject CurrentCaller caller;
  @Inject Valve valve;
  @Inject Machinery machinery;

  /**
   * What became of a delivery; received = accepted + repeated + outsideWindow + rejected. It says
   * nothing of who has a dossier.
   *
   * @param rejections the first 100, by line number from 1; all are kept
   */
  public record Receipt(
      long received,
      long accepted,
      long repeated,
      long outsideWindow,
      long rejected,
      Map<String, Long> rejectedByReason,
      List<RejectedLine> rejections) {}

  /** One rejected line. */
  public record RejectedLine(long line, Optional<String> lineId, List<LineRejected.Fault> faults) {}

  /**
   * Takes a delivery. Lines are kept as they come, a thousand in one transaction: after a failure
   * midway send the whole delivery again, repeats change nothing.
   */
  @POST
  @Consumes("application/x-ndjson")
  @Operation(
      summary = "Deliver reimbursement lines as NDJSON",
      description =
          "One JSON object a line. May be sent again after any failure: lines that were kept count"
              + " as repeated.")
  public Receipt deliver(InputStream body) throws IOException, SQLException {
    // A sender is the service client that signed in, as on Kafka.
    String sender = caller.get().client();
    Tally tally = new Tally();
    try (InputStream in = new BufferedInputStream(body, 1 << 16)) {
      NdjsonLines lines = new NdjsonLines(in);
      while (true) {
        List<byte[]> chunk = lines.next(LINES_A_TRANSACTION);
        if (chunk.isEmpty()) {
          break;
        }
        LocalDate today = Today.inParis();
        List<Received> received = new ArrayList<>(chunk.size());
        for (byte[] line : chunk) {
          received.add(new Received(line, LineBytes.read(line, Optional.empty(), today)));
        }
        List<Outcome> outcomes = keep(sender, received, Window.endingOn(today));
        store.count(sender, outcomes);
        outcomes.forEach(tally::add);
        valve.wake();
        machinery.wakeRelay();
      }
    }
    return tally.receipt();
  }

  /**
   * Two writers of the same lines may come to wait for each other: one is told, and tries again.
   */
  private List<Outcome> keep(String sender, List<Received> lines, Window window)
      throws SQLException {
    String correlation = caller.correlation();
    for (int attempt = 1; true; attempt++) {
      try {
        return Transactions.run(
            dataSource, tx -> store.keep(tx, sender, lines, window, correlation));
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !Transactions.isTransient(e)) {
          throw e;
        }
      }
    }
  }

  private static final class Tally {
    private long accepted;
    private long repeated;
    private long outside;
    private long rejected;
    private final Map<String, Long> byReason = new TreeMap<>();
    private final List<RejectedLine> rejections = new ArrayList<>();

    void add(Outcome outcome) {
      switch (outcome) {
        case Outcome.Accepted _ -> accepted++;
        case Outcome.Repeated _ -> repeated++;
        case Outcome.OutsideWindow _ -> outside++;
        case Outcome.Rejected refused -> {
          rejected++;
          refused.faults().stream()
              .map(fault -> fault.code())
              .distinct()
              .forEach(code -> byReason.merge(code, 1L, Long::sum));
          if (rejections.size() < LISTED_REJECTIONS) {
            rejections.add(
                new RejectedLine(
                    accepted + repeated + outside + rejected, refused.lineId(), refused.faults()));
          }
        }
      }
    }

    Receipt receipt() {
      return new Receipt(
          accepted + repeated + outside + rejected,
          accepted,
          repeated,
          outside,
          rejected,
          byReason,
          rejections);
    }
  }
}
