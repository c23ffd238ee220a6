package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Entries in the order of the log.
 *
 * @param completeUpTo the index before which none is missing, where some from it on cannot be found
 *     yet
 * @param next what to send as {@code after} for the page that follows; absent when there is none
 *     yet
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Page<T>(List<T> entries, Optional<Long> completeUpTo, Optional<Long> next) {
  Page {
    entries = List.copyOf(entries);
  }

  static <T> Page<T> of(Part<Found> found, Function<Found, T> as, Optional<Long> completeUpTo) {
    return new Page<>(
        found.map(as).entries(),
        completeUpTo,
        found.more() ? Optional.of(found.entries().getLast().index()) : Optional.empty());
  }
}
