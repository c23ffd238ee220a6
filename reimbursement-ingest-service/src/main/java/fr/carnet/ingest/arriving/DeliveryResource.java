package fr.carnet.ingest.arriving;

import fr.carnet.events.Sha256;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.DryRun;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Receipt;
import fr.carnet.ingest.keeping.Receipts;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Today;
import fr.carnet.ingest.keeping.UnderWay;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipException;
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
  private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

  @Inject DataSource dataSource;
  @Inject LineStore store;
  @Inject Intake intake;
  @Inject UnderWay underWay;
  @Inject Deliveries deliveries;
  @Inject Receipts receipts;
  @Inject CurrentCaller caller;

  /**
   * What became of a delivery; received = accepted + repeated + outsideWindow + rejected. It says
   * nothing of who has a dossier.
   *
   * @param deliveryId under which the receipt can be asked for again; absent for a dry run
   * @param sha256 of the body, decompressed, in hex
   * @param rejectedOnlyCounted of those rejected, how many are not kept, because the sender had as
   *     many on this day as are kept; 0 for a dry run, of which nothing is
   * @param rejections the first 100, by line number from 1
   * @param jws the receipt as a JSON Web Signature, compact; absent for a dry run
   */
  public record Delivered(
      Optional<String> deliveryId,
      boolean dryRun,
      Instant receivedAt,
      String sha256,
      long received,
      long accepted,
      long repeated,
      long outsideWindow,
      long rejected,
      long rejectedOnlyCounted,
      Map<String, Long> rejectedByReason,
      Map<String, Long> warnedByReason,
      List<RejectedLine> rejections,
      Optional<String> jws) {}

  /** One rejected line. */
  public record RejectedLine(long line, Optional<String> lineId, List<LineRejected.Fault> faults) {}

  /**
   * Takes a delivery. Lines are kept as they come, a thousand in one transaction: after a failure
   * midway send the whole delivery again, repeats change nothing.
   */
  @POST
  @Consumes("application/x-ndjson")
  @Operation(
      summary = "Deliver reimbursement lines as NDJSON, gzip or plain",
      description =
          "One JSON object a line, any number of lines; Content-Encoding gzip is understood. May be"
              + " sent again after any failure: lines that were kept count as repeated. With"
              + " dryRun=true the whole report is given and nothing is kept.")
  public Delivered deliver(
      InputStream body,
      @HeaderParam("Content-Encoding") List<String> encodings,
      @QueryParam("dryRun") @DefaultValue("false") String dry)
      throws IOException, SQLException {
    boolean dryRun =
        switch (dry) {
          case "true" -> true;
          case "false" -> false;
          default -> throw new Refusal(DeliveryProblem.DRY_RUN_INVALID);
        };
    // A sender is the service client that signed in, as on Kafka.
    String sender = caller.get().client();
    Tally tally = new Tally();
    String deliveryId = UuidV7.next(Clock.systemUTC()).toString();
    try (UnderWay.Place _ = underWay.take(sender);
        DigestInputStream digested =
            new DigestInputStream(decoded(body, encodings), Sha256.digest())) {
      NdjsonLines lines = new NdjsonLines(digested);
      if (dryRun) {
        wouldTake(sender, lines, tally);
      } else {
        take(sender, deliveryId, lines, tally);
      }
      String sha256 = HexFormat.of().formatHex(digested.getMessageDigest().digest());
      return dryRun ? tally.report(sha256) : tally.delivered(receipt(sender, deliveryId, sha256));
    } catch (ZipException | EOFException e) {
      throw new Refusal(DeliveryProblem.BODY_CUT);
    }
  }

  /**
   * Encodings have no case, gzip has two names, and all headers together are one list (RFC 9110).
   */
  private static InputStream decoded(InputStream body, List<String> encodings) throws IOException {
    List<String> all =
        encodings.stream()
            .flatMap(header -> Stream.of(header.split(",")))
            .map(encoding -> encoding.strip().toLowerCase(Locale.ROOT))
            .filter(encoding -> !encoding.isEmpty() && !encoding.equals("identity"))
            .toList();
    if (all.isEmpty()) {
      return body;
    }
    if (all.size() == 1 && GZIP.contains(all.getFirst())) {
      return new GzipMembers(body);
    }
    throw new Refusal(DeliveryProblem.ENCODING_UNKNOWN);
  }

  private void take(String sender, String deliveryId, NdjsonLines lines, Tally tally)
      throws IOException, SQLException {
    String correlation = caller.correlation();
    int batches = 0;
    for (List<byte[]> chunk = lines.next(LINES_A_TRANSACTION);
        !chunk.isEmpty();
        chunk = lines.next(LINES_A_TRANSACTION)) {
      List<byte[]> batch = chunk;
      intake
          .take(
              sender,
              deliveryId,
              ++batches,
              correlation,
              (_, today) -> intake.read(batch, today),
              (_, _, _) -> {})
          .forEach(outcome -> tally.add(outcome, List.of()));
    }
  }

  private void wouldTake(String sender, NdjsonLines lines, Tally tally)
      throws IOException, SQLException {
    try (DryRun run = store.dryRun(dataSource)) {
      for (List<byte[]> chunk = lines.next(LINES_A_TRANSACTION);
          !chunk.isEmpty();
          chunk = lines.next(LINES_A_TRANSACTION)) {
        LocalDate today = Today.inParis();
        List<Received> received = intake.read(chunk, today);
        List<Outcome> outcomes = run.of(sender, received, Window.endingOn(today));
        for (int i = 0; i < outcomes.size(); i++) {
          tally.add(outcomes.get(i), received.get(i).warnings());
        }
      }
    }
  }

  private Receipt receipt(String sender, String deliveryId, String sha256) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          deliveries.begin(tx, deliveryId, sender);
          deliveries.end(tx, deliveryId, Optional.of(sha256));
          return deliveries.receipt(tx, sender, deliveryId).orElseThrow();
        });
  }

  private final class Tally {
    private final Instant receivedAt = Clock.systemUTC().instant();
    private long accepted;
    private long repeated;
    private long outside;
    private long rejected;
    private final Map<String, Long> byReason = new TreeMap<>();
    private final Map<String, Long> warned = new TreeMap<>();
    private final List<RejectedLine> rejections = new ArrayList<>();

    void add(Outcome outcome, List<LineRejected.Fault> warnings) {
      switch (outcome) {
        case Outcome.Accepted _ -> {
          accepted++;
          count(warned, warnings);
        }
        case Outcome.Repeated _ -> repeated++;
        case Outcome.OutsideWindow _ -> outside++;
        case Outcome.Rejected refused -> {
          rejected++;
          count(byReason, refused.faults());
          if (rejections.size() < LISTED_REJECTIONS) {
            rejections.add(
                new RejectedLine(
                    accepted + repeated + outside + rejected, refused.lineId(), refused.faults()));
          }
        }
      }
    }

    private static void count(Map<String, Long> counts, List<LineRejected.Fault> faults) {
      faults.stream()
          .map(LineRejected.Fault::code)
          .distinct()
          .forEach(code -> counts.merge(code, 1L, Long::sum));
    }

    Delivered delivered(Receipt receipt) {
      return new Delivered(
          Optional.of(receipt.deliveryId()),
          false,
          receivedAt,
          receipt.sha256().orElseThrow(),
          receipt.received(),
          receipt.accepted(),
          receipt.repeated(),
          receipt.outsideWindow(),
          receipt.rejected(),
          receipt.rejectedOnlyCounted(),
          receipt.rejectedByReason(),
          receipt.warnedByReason(),
          rejections,
          Optional.of(receipts.signed(receipt)));
    }

    Delivered report(String sha256) {
      return new Delivered(
          Optional.empty(),
          true,
          receivedAt,
          sha256,
          accepted + repeated + outside + rejected,
          accepted,
          repeated,
          outside,
          rejected,
          0,
          byReason,
          warned,
          rejections,
          Optional.empty());
    }
  }
}
