package fr.carnet.audit.sequencing;

/**
 * Kafka, the announcements and the database contradict each other. Nothing is appended until a
 * person has looked: a log that stands still can be mended, a log that forked cannot.
 */
final class LogBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LogBroken(String what) {
    super(what);
  }
}
