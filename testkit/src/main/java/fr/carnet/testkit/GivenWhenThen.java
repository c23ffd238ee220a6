package fr.carnet.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Decision;
import fr.carnet.events.Reason;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A decider's test as a sentence: given these events, when this is asked, then these events follow,
 * or it is refused with this code.
 *
 * @param <S> state
 * @param <E> event
 */
public final class GivenWhenThen<S, E> {
  private final S initial;
  private final BiFunction<S, E, S> evolve;

  /** Over an aggregate's fold. */
  public GivenWhenThen(S initial, BiFunction<S, E, S> evolve) {
    this.initial = initial;
    this.evolve = evolve;
  }

  /** What has happened. */
  @SafeVarargs
  public final When given(E... events) {
    S state = initial;
    for (E event : events) {
      state = evolve.apply(state, event);
    }
    return new When(state);
  }

  /** The state that the given events lead to. */
  public final class When {
    private final S state;

    When(S state) {
      this.state = state;
    }

    /** What is asked. */
    public Then when(Function<S, Decision<E>> decide) {
      return new Then(decide.apply(state));
    }
  }

  /** What follows. */
  public final class Then {
    private final Decision<E> decision;

    Then(Decision<E> decision) {
      this.decision = decision;
    }

    /** Exactly these events follow. */
    @SafeVarargs
    public final void then(E... events) {
      assertThat(decision).isEqualTo(new Decision.Accepted<>(List.of(events)));
    }

    /** Nothing follows, because everything already is as asked. */
    public void thenNothing() {
      assertThat(decision).isEqualTo(new Decision.Accepted<E>(List.of()));
    }

    /** It is refused, for this reason. */
    public void thenRefused(Reason reason) {
      assertThat(decision).isEqualTo(new Decision.Refused<E>(reason));
    }
  }
}
