package fr.carnet.transparency;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Entries side by side, each behind its length in two bytes, big-endian (C2SP tlog-tiles). */
public final class EntryBundle {
  /** Bytes of the longest entry that a bundle can hold. */
  public static final int LONGEST = 65_535;

  private EntryBundle() {}

  public static byte[] write(List<byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] entry : entries) {
      if (entry.length > LONGEST) {
        throw new Malformed("an entry of " + entry.length + " bytes fits in no bundle");
      }
      bytes.write(entry.length >>> Byte.SIZE);
      bytes.write(entry.length);
      bytes.writeBytes(entry);
    }
    return bytes.toByteArray();
  }

  /**
   * The entries again.
   *
   * @throws Malformed when there are not as many as the width says
   */
  public static List<byte[]> read(Span span, byte[] bundle) {
    List<byte[]> entries = readSome(bundle, Span.FULL);
    int length = entries.stream().mapToInt(entry -> Short.BYTES + entry.length).sum();
    if (entries.size() != span.width() || length != bundle.length) {
      throw new Malformed(
          "a bundle of width " + span.width() + " has not " + entries.size() + " entries");
    }
    return entries;
  }

  /** The first entries of a bundle that may have more, or be cut or spoiled behind them. */
  public static List<byte[]> readSome(byte[] bundle, int most) {
    List<byte[]> entries = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(bundle);
    while (bytes.remaining() >= Short.BYTES && entries.size() < most) {
      int length = Short.toUnsignedInt(bytes.getShort());
      if (length > bytes.remaining()) {
        return entries;
      }
      byte[] entry = new byte[length];
      bytes.get(entry);
      entries.add(entry);
    }
    return entries;
  }
}
