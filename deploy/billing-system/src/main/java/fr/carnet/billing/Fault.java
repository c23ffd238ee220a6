package fr.carnet.billing;

import java.util.Comparator;
import java.util.Objects;

/**
 * One reason for rejecting a line.
 *
 * @param field where: the field's path with dots, {@code careFrom} or {@code act.code}; {@link
 *     #KEY} for the Kafka key, {@link #RECORD} for the record as a whole
 * @param code why
 */
public record Fault(String field, RejectionCode code) implements Comparable<Fault> {

  /** The {@code field} of a fault of the whole record. */
  public static final String RECORD = "record";

  /** The {@code field} of a fault of the Kafka key. */
  public static final String KEY = "key";

  private static final Comparator<Fault> ORDER =
      Comparator.comparing(Fault::field).thenComparing(Fault::code);

  public Fault {
    Objects.requireNonNull(field, "field");
    Objects.requireNonNull(code, "code");
  }

  @Override
  public int compareTo(Fault other) {
    return ORDER.compare(this, other);
  }
}
