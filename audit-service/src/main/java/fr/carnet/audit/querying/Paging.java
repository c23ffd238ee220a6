package fr.carnet.audit.querying;

import fr.carnet.resourceserver.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

  /** How many entries to look for: one more than is shown, to know whether there are more. */
  int toFind() {
    return limit + 1;
  }

  List<Found> shown(List<Found> found) {
    return found.subList(0, Math.min(limit, found.size()));
  }

  <T> Page<T> page(List<Found> found, Function<Found, T> as) {
    List<Found> shown = shown(found);
    return new Page<>(
        shown.stream().map(as).toList(),
        found.size() > limit ? Optional.of(shown.getLast().index()) : Optional.empty());
  }
}
