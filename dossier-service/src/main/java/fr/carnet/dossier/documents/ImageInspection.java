package fr.carnet.dossier.documents;

import fr.carnet.resourceserver.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The structure of an image, as far as its size in pixels, without decoding any: a small file may
 * claim an image that fills any memory.
 */
final class ImageInspection {
  /** An A3 sheet at 600 dots an inch has 70 million. */
  static final long MOST_PIXELS = 100_000_000;

  private static final int[] PNG_START = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int PNG_LENGTH_TYPE_AND_CHECK = 12;
  private static final int IHDR_BYTES = 13;

  private ImageInspection() {}

  /** A PNG: chunks with their checks up to IEND, and nothing behind it. */
  static void png(byte[] bytes) {
    if (!Inspection.startsWith(bytes, PNG_START)) {
      throw new Refusal(DocumentRefusal.DOCUMENT_NOT_ITS_TYPE);
    }
    ByteBuffer rest = ByteBuffer.wrap(bytes).position(PNG_START.length);
    String expected = "IHDR";
    while (rest.remaining() >= PNG_LENGTH_TYPE_AND_CHECK) {
      int length = rest.getInt();
      if (length < 0 || length > rest.remaining() - 8) {
        throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
      }
      int chunk = rest.position();
      String type = new String(bytes, chunk, 4, StandardCharsets.ISO_8859_1);
      CRC32 check = new CRC32();
      check.update(bytes, chunk, length + 4);
      if ((int) check.getValue() != rest.getInt(chunk + 4 + length)
          || !(expected.isEmpty() || type.equals(expected))) {
        throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
      }
      if (type.equals("IHDR")) {
        if (length != IHDR_BYTES) {
          throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
        }
        size(rest.getInt(chunk + 4), rest.getInt(chunk + 8));
        expected = "";
      }
      rest.position(chunk + 4 + length + 4);
      if (type.equals("IEND")) {
        if (rest.hasRemaining()) {
          throw new Refusal(DocumentRefusal.DOCUMENT_NOT_ITS_TYPE);
        }
        return;
      }
    }
    throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
  }

  /** A JPEG: segments up to the frame, which has the size, and the end of image where it ends. */
  static void jpeg(byte[] bytes) {
    if (!Inspection.startsWith(bytes, 0xff, 0xd8, 0xff)) {
      throw new Refusal(DocumentRefusal.DOCUMENT_NOT_ITS_TYPE);
    }
    ByteBuffer rest = ByteBuffer.wrap(bytes).position(2);
    while (rest.remaining() >= 4) {
      if ((rest.get() & 0xff) != 0xff) {
        throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
      }
      int marker = rest.get() & 0xff;
      if (marker == 0xff) {
        rest.position(rest.position() - 1);
        continue;
      }
      int segment = rest.position();
      int length = rest.getShort() & 0xffff;
      if (length < 2 || length > bytes.length - segment) {
        throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
      }
      if (isFrame(marker)) {
        if (length < 8) {
          throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
        }
        size(rest.getShort(segment + 5) & 0xffff, rest.getShort(segment + 3) & 0xffff);
        requireEnd(bytes, segment + length);
        return;
      }
      rest.position(segment + length);
    }
    throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
  }

  /** SOF0 to SOF15, without DHT, JPG and DAC, which stand between them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /** Cameras pad with zeros; whatever else is behind an image is no image. */
  private static void requireEnd(byte[] bytes, int from) {
    int end = bytes.length;
    while (end > from && bytes[end - 1] == 0) {
      end--;
    }
    if (end - from < 2 || (bytes[end - 2] & 0xff) != 0xff || (bytes[end - 1] & 0xff) != 0xd9) {
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    }
  }

  static void size(int width, int height) {
    if (width <= 0 || height <= 0) {
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    }
    if ((long) width * height > MOST_PIXELS) {
      throw new Refusal(DocumentRefusal.DOCUMENT_INFLATES);
    }
  }
}
