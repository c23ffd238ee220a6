package fr.carnet.local;

import java.nio.file.Path;

/** A folder that holds something, and was not made by a suite: nothing in it is touched. */
final class NotADataFolder extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotADataFolder(Path folder) {
    super(
        folder
            + " is no data folder of Carnet and is not empty. Name another folder, or an empty one:"
            + " what is in this one was left as it is.");
  }
}
