package fr.carnet.resourceserver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a service ships with and that an operator may replace, as the dated rules are. */
public final class ShippedFile {
  private ShippedFile() {}

  /**
   * Its bytes.
   *
   * @param name of a resource of the class path or, when there is none, of a file
   * @throws IOException when it is neither
   */
  public static byte[] bytes(String name) throws IOException {
    try (InputStream resource =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(name)) {
      return resource == null ? Files.readAllBytes(Path.of(name)) : resource.readAllBytes();
    }
  }
}
