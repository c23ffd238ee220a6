package fr.carnet.audit.querying;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which entries are looked for: those that meet every condition given.
 *
 * @param from inclusive
 * @param to exclusive
 * @param topics any of these; empty: of every topic
 * @param ofTrace conditions that only a trace can meet
 * @param below only entries before this index
 */
record Search(
    Optional<UUID> dossier,
    Optional<String> actor,
    Optional<String> type,
    Optional<Instant> from,
    Optional<Instant> to,
    List<String> topics,
    OfTrace ofTrace,
    Optional<Long> below) {
  Search {
    topics = List.copyOf(topics);
  }

  /**
   * What a trace says.
   *
   * @param structure national id of the structure that somebody acted in
   * @param purpose code of TRE_R248
   */
  record OfTrace(Optional<String> structure, Optional<String> rule, Optional<String> purpose) {
    static final OfTrace ANY = new OfTrace(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** All entries of a dossier on these topics, before an index. */
  static Search of(UUID dossier, List<String> topics, long below) {
    return new Search(
        Optional.of(dossier),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        topics,
        OfTrace.ANY,
        Optional.of(below));
  }
}
