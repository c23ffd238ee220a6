package fr.carnet.local;

import java.nio.file.Path;

/** Another suite runs on the same data folder. */
public final class AlreadyUp extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String addresses;

  AlreadyUp(Path folder, String addresses) {
    super("a suite is up on " + folder);
    this.addresses = addresses;
  }

  /** What the one that is up has told of its addresses; empty while it is starting. */
  public String addresses() {
    return addresses;
  }
}
