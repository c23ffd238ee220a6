package fr.carnet.ingest.arriving.extracts;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;

/**
 * Text that must be UTF-8. All that stands before a wrong byte is handed out before the exception,
 * so whoever parses it knows where it is; the JDK's own reader would throw some thousand characters
 * early. A byte order mark is skipped.
 */
final class StrictUtf8 extends Reader {
  private static final int BUFFER = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
  private boolean begun;
  private boolean ended;
  private long bytesRead;

  StrictUtf8(InputStream in) {
    this.in = in;
  }

  /** How many bytes were taken from the file. */
  long bytesRead() {
    return bytesRead;
  }

  @Override
  public int read(char[] to, int offset, int length) throws IOException {
    CharBuffer out = CharBuffer.wrap(to, offset, length).slice();
    while (true) {
      CoderResult result = decoder.decode(bytes, out, ended);
      if (!begun && out.position() > 0) {
        begun = true;
        if (out.get(0) == BYTE_ORDER_MARK) {
          out.flip().position(1);
          out.compact();
        }
      }
      if (out.position() > 0) {
        return out.position();
      }
      if (result.isError()) {
        throw new MalformedInputException(result.length());
      }
      if (ended) {
        return -1;
      }
      fill();
    }
  }

  private void fill() throws IOException {
    bytes.compact();
    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
    if (read < 0) {
      ended = true;
    } else {
      bytesRead += read;
      bytes.position(bytes.position() + read);
    }
    bytes.flip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
