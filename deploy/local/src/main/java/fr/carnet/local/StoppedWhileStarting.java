package fr.carnet.local;

/** The suite was stopped before all of it was up. */
public final class StoppedWhileStarting extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StoppedWhileStarting(Throwable cause) {
    super("stopped while starting", cause);
  }
}
