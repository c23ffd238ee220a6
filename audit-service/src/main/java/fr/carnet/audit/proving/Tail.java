package fr.carnet.audit.proving;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The last notes of a file that only grows. */
final class Tail {
  private static final int BYTES = 64 * 1024;

  private Tail() {}

  /** From the first note that begins within the tail: notes stand apart by an empty line. */
  static String of(Path file) throws IOException {
    String text = last(file, BYTES);
    if (text.length() < BYTES / 2) {
      return text;
    }
    int end = text.indexOf("\n\n", text.indexOf("\n\u2014 "));
    return end < 0 ? "" : text.substring(end + 2);
  }

  /** Whether it ends behind a note. */
  static boolean isWhole(Path file) throws IOException {
    String end = last(file, 2);
    return end.isEmpty() || end.equals("\n\n");
  }

  private static String last(Path file, int most) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long from = Math.max(0, channel.size() - most);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = channel.read(bytes, from + bytes.position());
      }
      return new String(bytes.array(), StandardCharsets.UTF_8);
    }
  }
}
