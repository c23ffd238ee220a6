package fr.carnet.audit.sequencing;

/** The head is not where this sequencer left it: another one leads, or a backup was restored. */
final class Deposed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Deposed() {
    super("the log's head is not where this sequencer left it", null, false, false);
  }
}
