package fr.carnet.resourceserver;

import fr.carnet.events.Reason;
import java.util.Optional;

/** Ends a request with a problem document. Its text is the code, so it may be logged. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial")
  private final Reason reason;

  /** Refuses for this reason. */
  public Refusal(Reason reason) {
    super(reason.code(), null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** The value, or a refusal for this reason. */
  public static <T> T unless(Optional<T> value, Reason reason) {
    return value.orElseThrow(() -> new Refusal(reason));
  }
}
