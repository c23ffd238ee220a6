package fr.carnet.events;

import java.util.List;

/**
 * What a decider answers: the facts that follow from a command, or a reason why not.
 *
 * @param <E> the events of the aggregate
 */
public sealed interface Decision<E> {
  /** The command holds; these facts follow. Empty when everything already is as asked. */
  record Accepted<E>(List<E> events) implements Decision<E> {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /** The command does not hold. */
  record Refused<E>(Reason reason) implements Decision<E> {}

  /** Accepted with these facts. */
  @SafeVarargs
  static <E> Decision<E> accepted(E... events) {
    return new Accepted<>(List.of(events));
  }

  /** Refused for this reason. */
  static <E> Decision<E> refused(Reason reason) {
    return new Refused<>(reason);
  }
}
