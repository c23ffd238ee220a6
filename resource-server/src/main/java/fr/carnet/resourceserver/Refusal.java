package fr.carnet.resourceserver;

import fr.carnet.events.Reason;
import java.util.Optional;

/** Ends a request with a problem document. Its text is the code, so it may be logged. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial")
  private final Reason reason;

  private final String field;

  /** Refuses for this reason. */
  public Refusal(Reason reason) {
    this(reason, "");
  }

  /** Refuses for this reason, which is about this field of the request. */
  public Refusal(Reason reason, String field) {
    super(reason.code(), null, false, false);
    this.reason = reason;
    this.field = field;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** The field of the request that it is about, where there is one. */
  public Optional<String> field() {
    return Optional.of(field).filter(name -> !name.isEmpty());
  }

  /** The value, or a refusal for this reason, which is about this field. */
  public static <T> T unless(Optional<T> value, Reason reason, String field) {
    return value.orElseThrow(() -> new Refusal(reason, field));
  }

  /** The value, or a refusal for this reason. */
  public static <T> T unless(Optional<T> value, Reason reason) {
    return value.orElseThrow(() -> new Refusal(reason));
  }
}
