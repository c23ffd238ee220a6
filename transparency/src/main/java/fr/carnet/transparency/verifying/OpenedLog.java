package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.EntryBundle;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Span;
import fr.carnet.transparency.Tile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A log as somebody has it: its checkpoint, and what stands at each index. */
interface OpenedLog extends AutoCloseable {
  SignedNote checkpoint();

  /** Whether every entry has its bytes here; bundles have digests in place of long parts. */
  boolean isExact();

  /** The next index; empty behind the last. */
  Optional<Export.Line> next() throws IOException;

  @Override
  void close() throws IOException;

  /** An export, or a folder with the paths of C2SP tlog-tiles. */
  static OpenedLog at(Path path) throws IOException {
    return Files.isDirectory(path) ? new Folder(path) : new ExportFile(path);
  }

  /** One file. */
  final class ExportFile implements OpenedLog {
    private final BufferedInputStream file;
    private final Export.Reader export;

    ExportFile(Path path) throws IOException {
      this.file = new BufferedInputStream(Files.newInputStream(path), 1 << 20);
      this.export = new Export.Reader(file);
    }

    @Override
    public SignedNote checkpoint() {
      return export.checkpoint();
    }

    @Override
    public boolean isExact() {
      return true;
    }

    @Override
    public Optional<Export.Line> next() throws IOException {
      return export.next();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** {@code checkpoint}, {@code tile/0/…} and {@code tile/entries/…} below a folder. */
  final class Folder implements OpenedLog {
    /** A full bundle of the longest entries. */
    private static final int LONGEST_FILE = Span.FULL * (2 + EntryBundle.LONGEST);

    private final Path folder;
    private final SignedNote checkpoint;
    private final long size;
    private final Deque<Export.Line> read = new ArrayDeque<>();
    private long position;

    Folder(Path folder) throws IOException {
      this.folder = folder;
      this.checkpoint =
          SignedNote.parse(
              new String(read(folder.resolve("checkpoint"), 1 << 20), StandardCharsets.UTF_8));
      this.size = Checkpoint.parse(checkpoint.text()).size();
    }

    @Override
    public SignedNote checkpoint() {
      return checkpoint;
    }

    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public Optional<Export.Line> next() throws IOException {
      if (read.isEmpty() && position < size) {
        Span span =
            new Span(
                position / Span.FULL,
                (int) Math.min(Span.FULL, size - position / Span.FULL * Span.FULL));
        List<Optional<byte[]>> entries = entries(span);
        List<Optional<Hash>> leaves = leaves(span);
        for (int i = 0; i < span.width(); i++) {
          read.add(new Export.Line(entries.get(i), leaves.get(i)));
        }
        position += span.width();
      }
      return Optional.ofNullable(read.poll());
    }

    private List<Optional<byte[]>> entries(Span span) throws IOException {
      Optional<byte[]> bundle = file(span, Tile::entriesPath, Optional.empty());
      List<Optional<byte[]>> entries =
          new ArrayList<>(Collections.nCopies(span.width(), Optional.empty()));
      if (bundle.isPresent()) {
        int at = 0;
        for (byte[] entry : EntryBundle.readSome(bundle.get(), span.width())) {
          entries.set(at++, Optional.of(entry));
        }
      }
      return entries;
    }

    private List<Optional<Hash>> leaves(Span span) throws IOException {
      Optional<byte[]> tile = file(span, each -> new Tile(0, each).path(), Optional.of(Hash.SIZE));
      List<Optional<Hash>> leaves =
          new ArrayList<>(Collections.nCopies(span.width(), Optional.empty()));
      if (tile.isPresent()) {
        List<Hash> hashes = Tile.read(span, tile.get());
        for (int i = 0; i < hashes.size(); i++) {
          leaves.set(i, Optional.of(hashes.get(i)));
        }
      }
      return leaves;
    }

    /** The partial one, or the beginning of the full one that has taken its place. */
    private Optional<byte[]> file(Span span, Function<Span, String> path, Optional<Integer> each)
        throws IOException {
      Path exact = folder.resolve(path.apply(span));
      Path full = folder.resolve(path.apply(new Span(span.index(), Span.FULL)));
      for (Path candidate : List.of(exact, full)) {
        if (Files.isRegularFile(candidate)) {
          byte[] bytes = read(candidate, LONGEST_FILE);
          if (each.isPresent() && bytes.length < span.width() * each.get()) {
            throw new Malformed("a tile that is too short: " + path.apply(span));
          }
          return Optional.of(
              each.map(size -> Arrays.copyOf(bytes, span.width() * size)).orElse(bytes));
        }
      }
      return Optional.empty();
    }

    private static byte[] read(Path file, int longest) throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(longest + 1);
        if (bytes.length > longest) {
          throw new Malformed(file.getFileName() + " has more than " + longest + " bytes");
        }
        return bytes;
      }
    }

    @Override
    public void close() {}
  }
}
