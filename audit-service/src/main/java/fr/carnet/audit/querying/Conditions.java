package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestQuery;

/**
 * What an auditor looks for, as it stands in the query: entries that meet every condition given.
 */
public class Conditions {
  @RestQuery Optional<String> dossier = Optional.empty();
  @RestQuery Optional<String> actor = Optional.empty();
  @RestQuery Optional<String> structure = Optional.empty();
  @RestQuery Optional<String> type = Optional.empty();
  @RestQuery Optional<String> rule = Optional.empty();
  @RestQuery Optional<String> purpose = Optional.empty();
  @RestQuery Optional<String> from = Optional.empty();
  @RestQuery Optional<String> to = Optional.empty();

  /** What was asked for, to stand beside what was found; what was not asked is absent. */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Asked(
      String format,
      Optional<String> dossier,
      Optional<String> actor,
      Optional<String> structure,
      Optional<String> type,
      Optional<String> rule,
      Optional<String> purpose,
      Optional<String> from,
      Optional<String> to) {}

  Asked asked(FactsFormat format) {
    return new Asked(
        format.name().toLowerCase(Locale.ROOT),
        dossier,
        actor,
        structure,
        type,
        rule,
        purpose,
        from,
        to);
  }

  /** The search; what is no id or no time is refused. */
  Search search(Optional<Long> below) {
    return new Search(
        dossier.map(LogResource::id),
        actor,
        type,
        from.map(LogResource::time),
        to.map(LogResource::time),
        List.of(),
        new Search.OfTrace(structure, rule, purpose),
        below);
  }
}
