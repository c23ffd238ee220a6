package fr.carnet.eventstore;

import fr.carnet.events.Reason;
import fr.carnet.events.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link CommandHandler} needs to know of an aggregate.
 *
 * @param <S> its state, folded from its events
 * @param <E> its events
 */
public interface Aggregate<S, E> {
  /** Where its events are published, keyed by stream. */
  Topic topic();

  /** Before any event. */
  S initial();

  /** The state after one more event; pure. */
  S evolve(S state, E event);

  /** The event's name on the wire. */
  String wireName(E event);

  /** The event behind a wire name and its JSON. */
  E read(String wireName, byte[] json);

  /** The read model that is written with the events. */
  Projection readModel();

  /**
   * What else goes to Kafka with these events, in the same transaction. It is asked again for
   * events that a restored database gets back from Kafka, so ids derive from those of the events
   * ({@link CommandHandler#eventId}).
   */
  default List<Outbox.Entry> alsoPublish(Connection transaction, List<RecordedEvent> events)
      throws SQLException {
    return List.of();
  }

  /** The refusal that a unique constraint of the read model stands for, if it stands for one. */
  default Optional<Reason> refusalOf(String constraint) {
    return Optional.empty();
  }
}
