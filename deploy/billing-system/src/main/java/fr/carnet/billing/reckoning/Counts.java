package fr.carnet.billing.reckoning;

import fr.carnet.billing.Expected;
import fr.carnet.billing.RejectionCode;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many lines came to what, each line once: the first five add up to the lines that arrived.
 *
 * @param accepted kept on arrival
 * @param repeated kept before, with the same content
 * @param outsideWindow neither kept nor rejected
 * @param secretCare discarded as secret care
 * @param rejected with one reason or several
 * @param rejectedByReason lines that have the reason; a line with two reasons counts under both
 * @param withdrawn of those accepted, how many a late flag took back
 */
public record Counts(
    long accepted,
    long repeated,
    long outsideWindow,
    long secretCare,
    long rejected,
    Map<RejectionCode, Long> rejectedByReason,
    long withdrawn) {

  public Counts {
    Map<RejectionCode, Long> copy = new EnumMap<>(RejectionCode.class);
    copy.putAll(rejectedByReason);
    rejectedByReason = Collections.unmodifiableMap(copy);
  }

  /** Lines that make up the histories, the reversals among them. */
  public long kept() {
    return accepted - withdrawn;
  }

  static Counts of(Collection<Expected> arrivals, long withdrawn) {
    long accepted = 0;
    long repeated = 0;
    long outsideWindow = 0;
    long secretCare = 0;
    long rejected = 0;
    Map<RejectionCode, Long> byReason = new EnumMap<>(RejectionCode.class);
    for (Expected arrival : arrivals) {
      switch (arrival) {
        case Expected.Accepted() -> accepted++;
        case Expected.Repeated() -> repeated++;
        case Expected.OutsideWindow() -> outsideWindow++;
        case Expected.SecretCare() -> secretCare++;
        case Expected.Rejected(var faults) -> {
          rejected++;
          faults.stream()
              .map(fault -> fault.code())
              .collect(Collectors.toSet())
              .forEach(code -> byReason.merge(code, 1L, Long::sum));
        }
      }
    }
    return new Counts(accepted, repeated, outsideWindow, secretCare, rejected, byReason, withdrawn);
  }
}
