package fr.carnet.ingest.arriving;

import fr.carnet.ingest.deciding.LineRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Cuts a stream into lines, in constant memory: what is beyond the limit of a line is not kept. */
final class NdjsonLines {
  /** So that long lines make a chunk of fewer: what is in hand stays within a few megabytes. */
  private static final int MOST_BYTES = 2 << 20;

  private final InputStream in;
  private boolean ended;

  NdjsonLines(InputStream in) {
    this.in = in;
  }

  /** Up to this many lines that are not blank; empty at the end. */
  List<byte[]> next(int most) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    int bytes = 0;
    while (!ended && lines.size() < most && bytes < MOST_BYTES) {
      byte[] line = line();
      if (!isBlank(line)) {
        lines.add(line);
        bytes += line.length;
      }
    }
    return lines;
  }

  private byte[] line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    int next = in.read();
    while (next != -1 && next != '\n') {
      // One byte more than the limit is kept, so that the rule sees that it was too long.
      if (line.size() <= LineRules.MAX_BYTES) {
        line.write(next);
      }
      next = in.read();
    }
    ended = next == -1;
    return line.toByteArray();
  }

  private static boolean isBlank(byte[] line) {
    for (byte character : line) {
      if (character != ' ' && character != '\r' && character != '\t') {
        return false;
      }
    }
    return true;
  }
}
