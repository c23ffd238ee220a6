package fr.carnet.sealing;

/**
 * The body does not open: another key, another binding, altered bytes, or no sealed body at all.
 */
public final class CannotOpen extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CannotOpen(String reason, Throwable cause) {
    super(reason, cause);
  }
}
