package fr.carnet.audit.querying;

import fr.carnet.resourceserver.Refusal;
import java.util.Optional;

/**
 * Which part of an answer is asked for. The log only grows at its end, so an index is a cursor that
 * stays.
 *
 * @param after index of the last entry seen; -1: from the start
 */
record Paging(long after, int limit) {
  private static final int DEFAULT = 100;
  private static final int MOST = 500;

  static Paging of(Optional<String> after, Optional<String> limit) {
    return new Paging(
        after.map(text -> number(text, 0, Long.MAX_VALUE, AuditProblem.CURSOR_INVALID)).orElse(-1L),
        limit
            .map(text -> number(text, 1, MOST, AuditProblem.LIMIT_INVALID).intValue())
            .orElse(DEFAULT));
  }

  private static Long number(String text, long least, long most, AuditProblem problem) {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a number out of range is.
    }
    throw new Refusal(problem);
  }
}
