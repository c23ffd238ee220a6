package fr.carnet.audit.sequencing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record's headers as one run of bytes: their order, repeated names and absent values included.
 * Bytes and not text, because a name may hold what PostgreSQL's text cannot.
 */
public final class HeaderBytes {
  private static final int ABSENT = -1;

  private HeaderBytes() {}

  /** One header; the value is absent where Kafka has null. */
  public record NamedValue(String name, Optional<byte[]> value) {}

  public static byte[] write(Headers headers) {
    List<byte[]> parts = new ArrayList<>();
    int size = 0;
    for (Header header : headers) {
      byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
      parts.add(name);
      parts.add(header.value());
      size +=
          2 * Integer.BYTES + name.length + (header.value() == null ? 0 : parts.getLast().length);
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      if (part == null) {
        bytes.putInt(ABSENT);
      } else {
        bytes.putInt(part.length).put(part);
      }
    }
    return bytes.array();
  }

  /**
   * The headers again, in their order.
   *
   * @throws IllegalArgumentException when somebody has changed the bytes to what no record has
   */
  public static List<NamedValue> read(byte[] stored) {
    List<NamedValue> headers = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    while (bytes.hasRemaining()) {
      String name =
          new String(part(bytes).orElseThrow(HeaderBytes::broken), StandardCharsets.UTF_8);
      headers.add(new NamedValue(name, part(bytes)));
    }
    return headers;
  }

  /** The same; of an entry that somebody has changed nothing can be said, and nothing is. */
  public static List<NamedValue> readable(byte[] stored) {
    try {
      return read(stored);
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static Optional<byte[]> part(ByteBuffer bytes) {
    if (bytes.remaining() < Integer.BYTES) {
      throw broken();
    }
    int length = bytes.getInt();
    if (length == ABSENT) {
      return Optional.empty();
    }
    if (length < 0 || length > bytes.remaining()) {
      throw broken();
    }
    byte[] part = new byte[length];
    bytes.get(part);
    return Optional.of(part);
  }

  private static IllegalArgumentException broken() {
    return new IllegalArgumentException("not the headers of a record");
  }
}
