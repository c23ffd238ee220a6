package fr.carnet.ingest.keeping;

import fr.carnet.events.billing.LineRejected;
import java.util.List;
import java.util.Optional;

/** What became of a line, as its sender may know; it says nothing of who has a dossier. */
public sealed interface Outcome {
  /** Kept; secret care counts as accepted too, for its sender did right. */
  record Accepted() implements Outcome {}

  /** Was kept before, with the same content. */
  record Repeated() implements Outcome {}

  /** Care that began outside the 24 months: neither kept nor rejected. */
  record OutsideWindow() implements Outcome {}

  /**
   * Refused, for all these reasons.
   *
   * @param kept whether it can be looked at and corrected; of what its sender has too much of in a
   *     day nothing stays but that it was counted
   */
  record Rejected(Optional<String> lineId, List<LineRejected.Fault> faults, boolean kept)
      implements Outcome {
    public Rejected {
      faults = List.copyOf(faults);
    }

    /** As any that is kept. */
    public Rejected(Optional<String> lineId, List<LineRejected.Fault> faults) {
      this(lineId, faults, true);
    }

    Rejected onlyCounted() {
      return new Rejected(lineId, faults, false);
    }
  }
}
