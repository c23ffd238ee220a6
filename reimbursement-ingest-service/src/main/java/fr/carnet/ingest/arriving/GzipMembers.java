package fr.carnet.ingest.arriving;

import fr.carnet.resourceserver.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A gzip body (RFC 1952), all its members to the last byte. The JDK's stream takes anything that is
 * no header after a member for the end, and would sign for a body that was cut there.
 */
final class GzipMembers extends InputStream {
  /** Lines of care pack eight to twenty times; a bomb packs a thousand times. */
  private static final int MOST_TIMES = 100;

  private static final long UNPACKED_ANYWAY = 16 << 20;
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final InputStream in;
  private final byte[] packed = new byte[1 << 16];
  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private int from;
  private int to;
  private long packedBytes;
  private long unpackedBytes;
  private boolean ended;

  GzipMembers(InputStream in) throws IOException {
    this.in = in;
    header();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int count = inflate(into, offset, length);
      if (count > 0) {
        sum.update(into, offset, count);
        unpackedBytes += count;
        if (unpackedBytes > UNPACKED_ANYWAY && unpackedBytes > MOST_TIMES * packedBytes) {
          throw new Refusal(DeliveryProblem.BODY_NOT_LINES);
        }
        return count;
      }
      if (inflater.finished()) {
        from = to - inflater.getRemaining();
        trailer();
        ended = !more();
        if (!ended) {
          header();
        }
      } else if (more()) {
        inflater.setInput(packed, from, to - from);
        from = to;
      } else {
        throw new EOFException();
      }
    }
    return -1;
  }

  private int inflate(byte[] into, int offset, int length) throws ZipException {
    try {
      int count = inflater.inflate(into, offset, length);
      if (inflater.needsDictionary()) {
        throw new ZipException("a preset dictionary");
      }
      return count;
    } catch (DataFormatException e) {
      throw (ZipException) new ZipException("not deflated").initCause(e);
    }
  }

  private void header() throws IOException {
    inflater.reset();
    sum.reset();
    if (next() != MAGIC_1 || next() != MAGIC_2 || next() != DEFLATE) {
      throw new ZipException("no header of a member");
    }
    int flags = next();
    if ((flags & RESERVED) != 0) {
      throw new ZipException("unknown flags");
    }
    // Time, strength, system.
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
  }

  private void trailer() throws IOException {
    if (fourBytes() != sum.getValue()
        || fourBytes() != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw new ZipException("another checksum or length");
    }
  }

  private long fourBytes() throws IOException {
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value |= (long) next() << (8 * i);
    }
    return value;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      next();
    }
  }

  private void skipText() throws IOException {
    while (next() != 0) {
      // The next character.
    }
  }

  private int next() throws IOException {
    if (!more()) {
      throw new EOFException();
    }
    return packed[from++] & 0xff;
  }

  /** Whether there is at least one packed byte more. */
  private boolean more() throws IOException {
    while (from == to) {
      int count = in.read(packed);
      if (count == -1) {
        return false;
      }
      from = 0;
      to = count;
      packedBytes += count;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
