package fr.carnet.local;

import java.nio.file.Path;

/** A folder that holds something, and was not made by a suite: nothing in it is touched. */
final class NotADataFolder extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private NotADataFolder(String why) {
    super(why);
  }

  static NotADataFolder file(Path file) {
    return new NotADataFolder(file + " is a file. Name a folder to keep the data in.");
  }

  static NotADataFolder full(Path folder) {
    return new NotADataFolder(
        folder
            + " is no data folder of Carnet and is not empty. Name another folder, or an empty one:"
            + " what is in this one was left as it is.");
  }
}
