package fr.carnet.transparency;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A log as one file. It begins with the line {@code carnet-log-export/v1}, then the length (4
 * bytes, big-endian) and UTF-8 of the checkpoint up to which it goes, as a note; then, for each
 * index from 0, the length (4 bytes) and bytes of the {@link Entry} with every part exact, and the
 * 32 bytes of its leaf as the log keeps it. Length 0: the log has an index and no entry; 32 zeros:
 * no leaf.
 */
public final class Export {
  private static final String BEGINNING = "carnet-log-export/v1\n";
  private static final int LONGEST = 64 << 20;
  private static final byte[] NONE = new byte[Hash.SIZE];

  private Export() {}

  /** An index of a log: the bytes of its {@link Entry}, and the leaf that is kept beside it. */
  public record Line(Optional<byte[]> entry, Optional<Hash> kept) {}

  /** Writes an export, line by line. */
  public static final class Writer {
    private final DataOutputStream out;

    public Writer(OutputStream target, SignedNote checkpoint) throws IOException {
      this.out = new DataOutputStream(target);
      out.write(BEGINNING.getBytes(StandardCharsets.US_ASCII));
      byte[] note = checkpoint.format().getBytes(StandardCharsets.UTF_8);
      out.writeInt(note.length);
      out.write(note);
    }

    public void write(Line line) throws IOException {
      byte[] entry = line.entry().orElse(new byte[0]);
      out.writeInt(entry.length);
      out.write(entry);
      out.write(line.kept().map(Hash::bytes).orElse(NONE));
    }
  }

  /** Reads an export, line by line. */
  public static final class Reader {
    private final DataInputStream in;
    private final SignedNote checkpoint;

    /**
     * Reads the beginning.
     *
     * @throws Malformed when this is no export
     */
    public Reader(InputStream source) throws IOException {
      this.in = new DataInputStream(source);
      byte[] beginning = in.readNBytes(BEGINNING.length());
      if (!Arrays.equals(beginning, BEGINNING.getBytes(StandardCharsets.US_ASCII))) {
        throw new Malformed("an export begins with " + BEGINNING.strip());
      }
      this.checkpoint = SignedNote.parse(new String(exactly(in.readInt()), StandardCharsets.UTF_8));
    }

    public SignedNote checkpoint() {
      return checkpoint;
    }

    /** The next index; empty behind the last. */
    public Optional<Line> next() throws IOException {
      byte[] length = in.readNBytes(Integer.BYTES);
      if (length.length == 0) {
        return Optional.empty();
      }
      byte[] entry = exactly(size(length));
      byte[] leaf = exactly(Hash.SIZE);
      return Optional.of(
          new Line(
              entry.length == 0 ? Optional.empty() : Optional.of(entry),
              Arrays.equals(leaf, NONE) ? Optional.empty() : Optional.of(Hash.of(leaf))));
    }

    private static int size(byte[] length) {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(length))) {
        return in.readInt();
      } catch (EOFException e) {
        throw new Malformed("an export that ends within a line");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private byte[] exactly(int length) throws IOException {
      if (length < 0 || length > LONGEST) {
        throw new Malformed("an export with a line of " + length + " bytes");
      }
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new Malformed("an export that ends within a line");
      }
      return bytes;
    }
  }
}
