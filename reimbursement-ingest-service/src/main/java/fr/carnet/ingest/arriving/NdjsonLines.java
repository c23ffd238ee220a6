package fr.carnet.ingest.arriving;

import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.resourceserver.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Cuts a stream into lines, in constant memory: what is beyond the limit of a line is not kept. */
final class NdjsonLines {
  /** So that long lines make a chunk of fewer: what is in hand stays within a few megabytes. */
  private static final int MOST_BYTES = 2 << 20;

  /** Blank lines, and what is beyond the limit of a line, in a row. */
  private static final int MOST_SKIPPED_BYTES = 16 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private int from;
  private int to;
  private long skipped;
  private boolean ended;

  NdjsonLines(InputStream in) {
    this.in = in;
  }

  /**
   * Up to this many lines that are not blank; empty at the end.
   *
   * @throws Refusal where there are only blank or over-long lines for 16 MiB
   */
  List<byte[]> next(int most) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    int bytes = 0;
    while (!ended && lines.size() < most && bytes < MOST_BYTES) {
      byte[] next = line();
      if (!isBlank(next)) {
        lines.add(next);
        bytes += next.length;
        if (next.length <= LineRules.MAX_BYTES) {
          skipped = 0;
        }
      } else {
        skip(next.length + 1);
      }
    }
    return lines;
  }

  private byte[] line() throws IOException {
    line.reset();
    while (from < to || fill()) {
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      // One byte more than the limit is kept, so that the rule sees that it was too long.
      int kept = Math.min(end - from, LineRules.MAX_BYTES + 1 - line.size());
      line.write(buffer, from, kept);
      skip(end - from - kept);
      boolean whole = end < to;
      from = whole ? end + 1 : end;
      if (whole) {
        return line.toByteArray();
      }
    }
    ended = true;
    return line.toByteArray();
  }

  private boolean fill() throws IOException {
    // Unpacking waits for nobody: without this, as many senders as there are processors would keep
    // every other request waiting. Yielding is not enough, since threads that yield to each other
    // never let their carrier look for the requests that come from elsewhere.
    LockSupport.parkNanos(1);
    from = 0;
    to = Math.max(0, in.read(buffer));
    return to > 0;
  }

  private void skip(int bytes) {
    skipped += bytes;
    if (skipped > MOST_SKIPPED_BYTES) {
      throw new Refusal(DeliveryProblem.BODY_NOT_LINES);
    }
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
