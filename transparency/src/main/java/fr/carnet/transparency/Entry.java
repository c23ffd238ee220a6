package fr.carnet.transparency;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An entry of the log: a Kafka record, its exact bytes and where it came from.
 *
 * <p>As bytes, numbers big-endian: version (1 byte, 1); length (2 bytes) and name of the topic;
 * partition (4); offset (8); then key, headers and value, each as one part. A part is {@code 0}:
 * Kafka has null; or {@code 1}, length (4) and bytes; or {@code 2}, length (4) and SHA-256 (32).
 * The leaf of the tree is the entry with every part of more than 20,480 bytes in the form {@code
 * 2}, and no other, so that an entry has one leaf and every leaf fits in a bundle; an export
 * carries form {@code 1} throughout.
 *
 * @param headers in their order; for each, length (4) and bytes of the name, then length and bytes
 *     of the value; length -1: no value
 */
public record Entry(String topic, int partition, long offset, Part key, Part headers, Part value) {
  private static final byte VERSION = 1;

  /** Kafka names no topic longer. */
  private static final int LONGEST_TOPIC = 249;

  /** Bytes of the longest part that stands in the leaf itself. */
  public static final int LONGEST_PART = 20_480;

  /** A key, headers or a value. */
  public sealed interface Part {
    /** As it is in the leaf. */
    Part inLeaf();

    /** From bytes that may be null, as on Kafka. */
    static Part of(byte[] bytes) {
      return bytes == null ? new Absent() : new Exact(bytes);
    }
  }

  /** Kafka has null. */
  public record Absent() implements Part {
    @Override
    public Part inLeaf() {
      return this;
    }
  }

  /** The bytes themselves. */
  public record Exact(byte[] bytes) implements Part {
    @Override
    public Part inLeaf() {
      return bytes.length > LONGEST_PART
          ? new Digest(bytes.length, Hash.sha256().digest(bytes))
          : this;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Exact exact && Arrays.equals(bytes, exact.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** What stands for bytes too long for a bundle. */
  public record Digest(int length, byte[] sha256) implements Part {
    @Override
    public Part inLeaf() {
      return this;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Digest digest
          && length == digest.length
          && Arrays.equals(sha256, digest.sha256);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(sha256);
    }
  }

  /** The entry as bytes. */
  public byte[] bytes() {
    byte[] name = topic.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(
            1
                + Short.BYTES
                + name.length
                + Integer.BYTES
                + Long.BYTES
                + size(key)
                + size(headers)
                + size(value));
    out.put(VERSION).putShort((short) name.length).put(name).putInt(partition).putLong(offset);
    write(key, out);
    write(headers, out);
    write(value, out);
    return out.array();
  }

  private static int size(Part part) {
    return switch (part) {
      case Absent _ -> 1;
      case Exact exact -> 1 + Integer.BYTES + exact.bytes.length;
      case Digest digest -> 1 + Integer.BYTES + digest.sha256.length;
    };
  }

  private static void write(Part part, ByteBuffer out) {
    switch (part) {
      case Absent _ -> out.put((byte) 0);
      case Exact exact -> out.put((byte) 1).putInt(exact.bytes.length).put(exact.bytes);
      case Digest digest -> out.put((byte) 2).putInt(digest.length).put(digest.sha256);
    }
  }

  /** The entry as it is hashed, and as bundles carry it. */
  public byte[] leaf() {
    return new Entry(topic, partition, offset, key.inLeaf(), headers.inLeaf(), value.inLeaf())
        .bytes();
  }

  /**
   * Reads an entry again.
   *
   * @throws Malformed when these bytes are none, or not the only ones that say the same
   */
  public static Entry read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != VERSION) {
        throw new Malformed("an entry of an unknown version");
      }
      byte[] topic = exactly(in, Short.toUnsignedInt(in.getShort()));
      Entry entry =
          new Entry(
              name(topic), in.getInt(), in.getLong(), readPart(in), readPart(in), readPart(in));
      if (in.hasRemaining()) {
        throw new Malformed("an entry with bytes behind its end");
      }
      return entry;
    } catch (BufferUnderflowException e) {
      throw new Malformed("an entry that ends too early");
    }
  }

  /** Kafka's own rule of names: whoever reads an origin is told no more than an origin. */
  private static String name(byte[] topic) {
    boolean named = topic.length > 0 && topic.length <= LONGEST_TOPIC;
    for (byte each : topic) {
      named &=
          (each >= 'a' && each <= 'z')
              || (each >= 'A' && each <= 'Z')
              || (each >= '0' && each <= '9')
              || each == '.'
              || each == '_'
              || each == '-';
    }
    if (!named) {
      throw new Malformed("an entry of a topic with a name that Kafka does not give");
    }
    return new String(topic, StandardCharsets.US_ASCII);
  }

  private static Part readPart(ByteBuffer in) {
    byte form = in.get();
    return switch (form) {
      case 0 -> new Absent();
      case 1 -> new Exact(exactly(in, in.getInt()));
      case 2 -> new Digest(in.getInt(), exactly(in, Hash.SIZE));
      default -> throw new Malformed("a part of the unknown form " + form);
    };
  }

  private static byte[] exactly(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new Malformed("a length beyond the end of the entry");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** Whether every part is here with its bytes, as in an export and in an extract. */
  public boolean isExact() {
    return Stream.of(key, headers, value).noneMatch(Digest.class::isInstance);
  }

  /** SHA-256 of the value, lower case hex; nothing where Kafka has null. */
  public Optional<String> sha256OfValue() {
    return switch (value) {
      case Absent _ -> Optional.empty();
      case Exact exact -> Optional.of(HexFormat.of().formatHex(Hash.sha256().digest(exact.bytes)));
      case Digest digest -> Optional.of(HexFormat.of().formatHex(digest.sha256));
    };
  }

  /**
   * Its key, its headers and its value as text, a line each: {@code key: ...}, {@code ce_type:
   * ...}, {@code value: ...}. Nothing is said of what Kafka has as null.
   */
  public List<String> text() {
    List<String> lines = new ArrayList<>();
    text("key", key).ifPresent(lines::add);
    if (headers instanceof Exact exact) {
      ByteBuffer in = ByteBuffer.wrap(exact.bytes);
      try {
        while (in.hasRemaining()) {
          String name = new String(exactly(in, in.getInt()), StandardCharsets.UTF_8);
          int length = in.getInt();
          text(name, length < 0 ? new Absent() : new Exact(exactly(in, length)))
              .ifPresent(lines::add);
        }
      } catch (BufferUnderflowException e) {
        throw new Malformed("headers that end too early");
      }
    }
    text("value", value).ifPresent(lines::add);
    return lines;
  }

  private static Optional<String> text(String name, Part part) {
    return part instanceof Exact exact
        ? Optional.of(name + ": " + new String(exact.bytes, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /** Where it came from: {@code access.events-3@1207}. */
  public String origin() {
    return topic + "-" + partition + "@" + offset;
  }
}
