package fr.carnet.eventstore;

import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Events → rows. The same code fills a view from an append, from Kafka and in a rebuild, so it
 * reads nothing but its events and its own tables, and no clock.
 */
public interface Projection {
  /** Stable: it names the consumer's offsets. */
  String name();

  /** Where its events come from. */
  List<Topic> topics();

  /** How the events of one dossier follow each other. */
  Order order();

  /** The tables that this projection writes, and nobody else. */
  List<String> tables();

  /**
   * Whether facts of this type may be applied before one that is parked in their stream: what takes
   * something back must not wait for what cannot be read. Only for {@link Order#BY_IDENTITY}.
   */
  default boolean mayOvertake(String type) {
    return false;
  }

  /**
   * Applies events in this order; of one dossier they come in the dossier's order, each once. Types
   * it does not know are no error: they are skipped.
   *
   * @throws RuntimeException when an event can never be applied: it is then parked
   */
  void apply(Connection transaction, List<RecordedEvent> events) throws SQLException;

  /**
   * Takes out every row of streams that a tombstone has ended; nothing more of them is ever
   * applied. Only for {@link Order#LATEST}. It may come again, and before any event.
   */
  default void ended(Connection transaction, Set<UUID> streams) throws SQLException {}

  /**
   * Takes out rows that may not be shown any more although their events are there. A rebuild asks
   * for it while nobody writes to the live tables: what was erased since it applied the events must
   * not come back with its tables.
   */
  default void withoutErased(Connection transaction) throws SQLException {}

  /** How the events of one dossier on a topic follow each other. */
  enum Order {
    /** Versions without gaps; each is applied once and only after the one before it. */
    CONTIGUOUS,
    /**
     * A compacted topic: each record is the whole state, older ones are of no use. So a newer one
     * is applied whatever is parked before it, and takes its place: Kafka may drop the older ones
     * at any time, and a rebuild must end in the same rows. A tombstone is the last of its stream:
     * what comes after it all the same is not applied.
     */
    LATEST,
    /** No versions: the projection knows repeats by the identity of what it stores. */
    BY_IDENTITY
  }
}
