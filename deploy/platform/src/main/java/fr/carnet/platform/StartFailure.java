package fr.carnet.platform;

import java.nio.file.Path;
import java.util.List;

/** A process that did not come up: its log's place and last lines are in the message. */
public final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartFailure(String what, Path log, List<String> lastLines) {
    super(what + "; its log is " + log + "\n  " + String.join("\n  ", lastLines));
  }
}
