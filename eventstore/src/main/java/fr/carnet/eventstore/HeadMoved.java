package fr.carnet.eventstore;

/** Another writer moved the head of the stream between the fold and the append. */
final class HeadMoved extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HeadMoved() {
    super("another writer was first", null, false, false);
  }
}
