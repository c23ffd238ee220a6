package fr.carnet.billing;

import java.util.List;
import java.util.Objects;

/**
 * Something out of the ordinary that the billing system put into a career, for tests to find.
 *
 * @param ins whose career
 * @param lineIds the lines concerned, the line it happened to first; a reversal without original
 *     has that one only
 */
public record Circumstance(Kind kind, String ins, List<String> lineIds) {

  public Circumstance {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(ins, "ins");
    lineIds = List.copyOf(lineIds);
  }

  /** What may happen to a line. */
  public enum Kind {
    /** The whole quantity taken back, sent after the line. */
    REVERSED_AFTER,
    /** The whole quantity taken back, sent before the line. */
    REVERSED_BEFORE,
    /** Quantity 3, then -1: two remain. */
    REVERSED_PARTLY,
    /** Taken back, and another line, by another performer, in its place. */
    REVERSED_AND_REPLACED,
    /** A negative quantity of care that was never sent. */
    REVERSED_WITHOUT_ORIGINAL,
    /** Quantity 1, taken back as -1.0. */
    REVERSED_IN_OTHER_SCALE,
    /** The same bytes again. */
    REPEATED,
    /** A reversal, and its same bytes again. */
    REVERSAL_REPEATED,
    /** Processed three to eight months after the care. */
    LATE,
    /** A minor's secret care, and a product dispensed with it. */
    SECRET,
    /** Sent as ordinary care, and again flagged as secret. */
    SECRET_LATE,
    /** Sent as secret care, and then an older copy without the flag. */
    SECRET_THEN_OLD_COPY,
    /** Care that began today minus 24 months: the first day inside. */
    ON_WINDOW_START,
    /** Care that began one day before the window: outside. */
    BEFORE_WINDOW_START,
    /** Care of today, processed today: the last day inside. */
    ON_TODAY,
    /** Fields that the feed does not know: ignored. */
    UNKNOWN_FIELDS,
    /** A sound line of exactly 65,536 bytes; once in all. */
    LARGEST_ALLOWED,
    /** Secret care in a line with faults: discarded, not rejected. Comes with broken lines. */
    SECRET_AND_BROKEN
  }
}
