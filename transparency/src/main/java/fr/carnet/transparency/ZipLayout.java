package fr.carnet.transparency;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where everything lies in a ZIP file (PKWARE APPNOTE 4.3). Some programs read such a file from its
 * beginning, others by the directory at its end, and what only one of the two comes upon is checked
 * by nobody. So an extract is its files, one behind the other from byte 0, their directory and its
 * end record, and not a byte besides.
 */
final class ZipLayout {
  private static final int FILE = 0x04034b50;
  private static final int FILE_LENGTH = 30;
  private static final int LISTED = 0x02014b50;
  private static final int LISTED_LENGTH = 46;
  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int END64 = 0x06064b50;
  private static final int END64_LENGTH = 56;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int LOCATOR64_LENGTH = 20;
  private static final int SIZES_FOLLOW = 8;
  private static final int SIZES = 16;
  private static final int SIZES64 = 24;
  private static final int LONG_NUMBERS = 1;
  private static final String MORE_THAN_NAME = "its directory says more of a file than its name";
  private static final long ELSEWHERE = 0xFFFF_FFFFL;

  /** An extract has a handful of files. */
  private static final int LONGEST_DIRECTORY = 1 << 20;

  private final FileChannel file;

  private ZipLayout(FileChannel file) {
    this.file = file;
  }

  /**
   * Goes through the file.
   *
   * @throws Malformed when there is anything in it besides, and says where
   */
  static void requireNothingBesides(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path)) {
      new ZipLayout(file).check();
    } catch (IndexOutOfBoundsException e) {
      throw new Malformed("its directory ends within a file's line");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Malformed(otherwise);
    }
  }

  private ByteBuffer read(long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    require(from >= 0 && from + length <= file.size(), "it tells of bytes that it has not");
    while (bytes.hasRemaining()) {
      require(file.read(bytes, from + bytes.position()) > 0, "it tells of bytes that it has not");
    }
    return bytes.flip();
  }

  private static long number(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }

  private static int small(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private void check() throws IOException {
    long behind = file.size() - END_LENGTH;
    ByteBuffer end = read(behind, END_LENGTH);
    require(
        end.getInt(0) == END && end.getInt(4) == 0 && end.getShort(20) == 0,
        "bytes stand behind its end record");
    long files = small(end, 10);
    long length = number(end, 12);
    long start = number(end, 16);
    if (start == ELSEWHERE) {
      behind -= LOCATOR64_LENGTH + END64_LENGTH;
      ByteBuffer end64 = read(behind, END64_LENGTH + LOCATOR64_LENGTH);
      require(
          end64.getInt(0) == END64
              && end64.getLong(4) == END64_LENGTH - 12
              && end64.getLong(24) == files
              && end64.getLong(32) == files
              && end64.getInt(END64_LENGTH) == LOCATOR64
              && end64.getLong(END64_LENGTH + 8) == behind,
          "bytes stand between its directory and its end record");
      length = end64.getLong(40);
      start = end64.getLong(48);
    }
    require(
        length >= 0 && length <= LONGEST_DIRECTORY && start == behind - length,
        "bytes stand between its directory and its end record");
    ByteBuffer directory = read(start, (int) length);
    long at = 0;
    int listed = 0;
    while (directory.hasRemaining()) {
      at = behindFile(directory, at);
      listed++;
    }
    require(at == start, "bytes stand between its files and their directory");
    require(listed == files, "its end record counts other files than its directory");
  }

  /** Takes a line of the directory, whose file begins here, and says where that file ends. */
  private long behindFile(ByteBuffer directory, long at) throws IOException {
    int line = directory.position();
    require(directory.getInt(line) == LISTED, "its directory has something else than files");
    int nameLength = small(directory, line + 28);
    int extraLength = small(directory, line + 30);
    // A comment is shown though nobody signed it; attributes make of a file a link elsewhere.
    require(directory.getShort(line + 32) == 0 && directory.getInt(line + 38) == 0, MORE_THAN_NAME);
    byte[] name = new byte[nameLength];
    directory.get(line + LISTED_LENGTH, name);
    int extra = line + LISTED_LENGTH + nameLength;
    int behind = extra + extraLength;
    if (extraLength > 0) {
      // Long numbers only: another field may give the file another name.
      require(
          small(directory, extra) == LONG_NUMBERS
              && small(directory, extra + 2) + 2 * Short.BYTES == extraLength,
          MORE_THAN_NAME);
      extra += 2 * Short.BYTES;
    }
    long size = number(directory, line + 24);
    if (size == ELSEWHERE) {
      size = directory.getLong(extra);
      extra += Long.BYTES;
    }
    long packed = number(directory, line + 20);
    if (packed == ELSEWHERE) {
      packed = directory.getLong(extra);
      extra += Long.BYTES;
    }
    long begins = number(directory, line + 42);
    if (begins == ELSEWHERE) {
      begins = directory.getLong(extra);
      extra += Long.BYTES;
    }
    require(extra == behind && behind <= directory.limit(), MORE_THAN_NAME);
    directory.position(behind);
    require(begins == at, "bytes stand before or between its files");

    ByteBuffer head = read(at, FILE_LENGTH + nameLength);
    byte[] own = new byte[nameLength];
    head.get(FILE_LENGTH, own);
    require(
        head.getInt(0) == FILE
            && head.getShort(6) == directory.getShort(line + 8)
            && head.getShort(8) == directory.getShort(line + 10)
            && small(head, 26) == nameLength
            && head.getShort(28) == 0
            && Arrays.equals(own, name),
        "a file says otherwise than the directory");
    boolean follow = (head.getShort(6) & SIZES_FOLLOW) != 0;
    int sizes = size >= ELSEWHERE || packed >= ELSEWHERE ? SIZES64 : SIZES;
    require(packed >= 0 && packed <= file.size(), "it tells of bytes that it has not");
    return at + FILE_LENGTH + nameLength + packed + (follow ? sizes : 0);
  }
}
