package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * Entries in the order of the log.
 *
 * @param next what to send as {@code after} for the page that follows; absent when there is none
 *     yet
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Page<T>(List<T> entries, Optional<Long> next) {
  Page {
    entries = List.copyOf(entries);
  }
}
