package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a received line turned out to be. */
public sealed interface Verdict {
  /**
   * A line that can be kept.
   *
   * @param warnings of rules that are not met and only warn here
   */
  record Valid(BillingLine line, List<LineRejected.Fault> warnings) implements Verdict {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Secret care of a minor (CSP R1111-33): discarded, whatever else is wrong with it.
   *
   * @param lineId where it could be read: what passed under it is withdrawn
   */
  record Secret(Optional<String> lineId) implements Verdict {}

  /**
   * Not a line, with everything that is wrong with it.
   *
   * @param lineId where there is one by the rules
   * @param ins as sent, where it could be read
   * @param maybeSecret whether it does not say that it is no secret care: then nothing of it is
   *     kept, for that may not even be in a rejection
   */
  record Invalid(
      Optional<String> lineId,
      Optional<String> ins,
      List<LineRejected.Fault> faults,
      boolean maybeSecret)
      implements Verdict {
    public Invalid {
      faults = List.copyOf(faults);
    }

    /** The same with one more fault, of the line as a whole. */
    public Invalid with(LineFault fault) {
      List<LineRejected.Fault> all = new ArrayList<>(faults);
      all.add(fault.of("record"));
      return new Invalid(lineId, ins, all, maybeSecret);
    }
  }
}
