package fr.carnet.billing;

import java.util.Objects;
import java.util.Optional;

/**
 * A line as the billing system sends it.
 *
 * @param ins the Kafka key: the beneficiary's INS, or what a faulty sender took for it
 * @param json the Kafka value, at most one line of text; not copied, not to be changed
 * @param expected what must become of it, if it arrives in the order sent
 */
@SuppressWarnings("ArrayRecordComponent")
public record SentLine(String ins, byte[] json, Expected expected) {

  public SentLine {
    Objects.requireNonNull(ins, "ins");
    Objects.requireNonNull(json, "json");
    Objects.requireNonNull(expected, "expected");
  }

  /** The line as Kafka carries it, without what its sender knows of it. */
  public WireLine wire() {
    return new WireLine(Optional.of(ins), json);
  }
}
