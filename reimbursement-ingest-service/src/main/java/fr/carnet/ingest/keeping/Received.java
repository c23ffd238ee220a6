package fr.carnet.ingest.keeping;

import fr.carnet.events.billing.LineRejected;
import fr.carnet.ingest.deciding.Verdict;
import java.util.List;

/**
 * A line as it came, and what it turned out to be.
 *
 * @param bytes as received
 * @param madeFrom the rows that a line of an extract was made from, as extract/file:line
 */
public record Received(
    @SuppressWarnings("ArrayRecordComponent") byte[] bytes,
    Verdict verdict,
    List<String> madeFrom) {
  public Received {
    madeFrom = List.copyOf(madeFrom);
  }

  /** A line that came by itself. */
  public Received(byte[] bytes, Verdict verdict) {
    this(bytes, verdict, List.of());
  }

  /** Of rules that are not met and only warn here. */
  public List<LineRejected.Fault> warnings() {
    return switch (verdict) {
      case Verdict.Valid valid -> valid.warnings();
      case Verdict.Secret _, Verdict.Invalid _ -> List.of();
    };
  }
}
