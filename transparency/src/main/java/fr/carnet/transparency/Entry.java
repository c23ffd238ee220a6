package fr.carnet.transparency;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An entry of the log: a Kafka record, its exact bytes and where it came from.
 *
 * <p>As bytes, numbers big-endian: version (1 byte, 1); length (2 bytes) and UTF-8 of the topic;
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      byte[] name = topic.getBytes(StandardCharsets.UTF_8);
      out.writeShort(name.length);
      out.write(name);
      out.writeInt(partition);
      out.writeLong(offset);
      write(key, out);
      write(headers, out);
      write(value, out);
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void write(Part part, DataOutputStream out) throws IOException {
    switch (part) {
      case Absent _ -> out.writeByte(0);
      case Exact exact -> {
        out.writeByte(1);
        out.writeInt(exact.bytes.length);
        out.write(exact.bytes);
      }
      case Digest digest -> {
        out.writeByte(2);
        out.writeInt(digest.length);
        out.write(digest.sha256);
      }
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
      String topic =
          new String(exactly(in, Short.toUnsignedInt(in.getShort())), StandardCharsets.UTF_8);
      Entry entry =
          new Entry(topic, in.getInt(), in.getLong(), readPart(in), readPart(in), readPart(in));
      if (in.hasRemaining()) {
        throw new Malformed("an entry with bytes behind its end");
      }
      return entry;
    } catch (BufferUnderflowException e) {
      throw new Malformed("an entry that ends too early");
    }
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

  /** Where it came from: {@code access.events-3@1207}. */
  public String origin() {
    return topic + "-" + partition + "@" + offset;
  }
}
