package fr.carnet.audit.querying;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What to look for; everything that is given must hold.
 *
 * @param from inclusive
 * @param to exclusive
 * @param topics only these; all when empty
 */
record Search(
    Optional<UUID> dossier,
    Optional<String> actor,
    Optional<String> type,
    Optional<Instant> from,
    Optional<Instant> to,
    List<String> topics) {
  Search {
    topics = List.copyOf(topics);
  }

  static Search of(UUID dossier, List<String> topics) {
    return new Search(
        Optional.of(dossier),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        topics);
  }
}
