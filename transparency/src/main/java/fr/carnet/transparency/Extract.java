package fr.carnet.transparency;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * What was taken from a log, as one ZIP file: any files; {@code checkpoint}, the signed note that
 * covers them; {@code entries}, where entries of the log are among it; and last {@code manifest}, a
 * note signed by the log's keys that ties them together. Its text is the line {@code
 * carnet-extract/v1}, the line {@code <origin> <size> <root>} of the checkpoint, and for each file
 * {@code <SHA-256 in base64> <name>}.
 *
 * <p>{@code entries} has a line for each: index, bytes of the {@link Entry} and hashes of its proof
 * of inclusion, from the leaf up, all base64, with a space between.
 */
public final class Extract {
  /** The name of the checkpoint among the files. */
  public static final String CHECKPOINT = "checkpoint";

  /** The name of the entries among the files. */
  public static final String ENTRIES = "entries";

  private static final String MANIFEST = "manifest";
  private static final String BEGINNING = "carnet-extract/v1";
  private static final int LONGEST_NOTE = 1 << 20;

  private Extract() {}

  /** The text that a manifest signs. */
  static String manifest(Checkpoint checkpoint, Map<String, Hash> files) {
    StringBuilder text = new StringBuilder(BEGINNING).append('\n').append(head(checkpoint));
    files.forEach(
        (name, sha256) -> text.append(sha256.base64()).append(' ').append(name).append('\n'));
    return text.toString();
  }

  private static String head(Checkpoint checkpoint) {
    return checkpoint.origin() + " " + checkpoint.size() + " " + checkpoint.root().base64() + "\n";
  }

  /** An entry of the log, and the proof that it is there. */
  public record ProvenEntry(Entry entry, InclusionProof proof) {
    String line() {
      StringBuilder line = new StringBuilder();
      line.append(proof.index()).append(' ');
      line.append(Base64.getEncoder().encodeToString(entry.bytes()));
      proof.path().forEach(hash -> line.append(' ').append(hash.base64()));
      return line.append('\n').toString();
    }

    /**
     * Reads a line of {@code entries}.
     *
     * @throws Malformed when it is none
     */
    static ProvenEntry parse(String line, long size) {
      try {
        String[] parts = line.split(" ", -1);
        List<Hash> path = new ArrayList<>();
        for (int i = 2; i < parts.length; i++) {
          path.add(Hash.fromBase64(parts[i]));
        }
        return new ProvenEntry(
            Entry.read(Base64.getDecoder().decode(parts[1])),
            new InclusionProof(Long.parseLong(parts[0]), size, path));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new Malformed("a line of entries is an index, an entry and hashes");
      }
    }
  }

  /** Writes an extract, file by file. */
  public static final class Writer {
    private final ZipOutputStream zip;
    private final SignedNote checkpoint;
    private final Map<String, Hash> files = new LinkedHashMap<>();

    public Writer(OutputStream target, SignedNote checkpoint) throws IOException {
      this.zip = new ZipOutputStream(target, StandardCharsets.UTF_8);
      this.checkpoint = checkpoint;
      add(CHECKPOINT, out -> out.write(checkpoint.format().getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes what a file holds. */
    @FunctionalInterface
    public interface Content {
      void writeTo(OutputStream out) throws IOException;
    }

    /** Adds a file. */
    public void add(String name, Content content) throws IOException {
      zip.putNextEntry(new ZipEntry(name));
      DigestOutputStream digested = new DigestOutputStream(new Open(zip), Hash.sha256());
      content.writeTo(digested);
      zip.closeEntry();
      files.put(name, Hash.of(digested.getMessageDigest().digest()));
    }

    /** Adds the entries, in the order given. */
    public void addEntries(Iterable<ProvenEntry> entries) throws IOException {
      add(
          ENTRIES,
          out -> {
            for (ProvenEntry entry : entries) {
              out.write(entry.line().getBytes(StandardCharsets.US_ASCII));
            }
          });
    }

    /** Signs what was added, and ends the file. */
    public void sign(Function<String, SignedNote> signer) throws IOException {
      SignedNote manifest = signer.apply(manifest(Checkpoint.parse(checkpoint.text()), files));
      zip.putNextEntry(new ZipEntry(MANIFEST));
      zip.write(manifest.format().getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      zip.finish();
    }
  }

  /**
   * An extract, read again; nothing in it counts before it was checked.
   *
   * @param files SHA-256 by name, of all but the manifest
   */
  public record Contents(
      SignedNote checkpoint, SignedNote manifest, Map<String, Hash> files, List<String> entries) {
    public Contents {
      files = Map.copyOf(files);
      entries = List.copyOf(entries);
    }

    /** Whether the manifest says these files and this checkpoint, and no other. */
    public boolean isAsSigned() {
      List<String> lines = List.of(manifest.text().split("\n", -1));
      Checkpoint head = Checkpoint.parse(checkpoint.text());
      return lines.size() == files.size() + 3
          && lines.get(0).equals(BEGINNING)
          && (lines.get(1) + "\n").equals(head(head))
          && lines.getLast().isEmpty()
          && files.entrySet().stream()
              .allMatch(file -> lines.contains(file.getValue().base64() + " " + file.getKey()));
    }

    /** Names of files of which the manifest says otherwise, or nothing. */
    public List<String> differing() {
      List<String> lines = List.of(manifest.text().split("\n", -1));
      return files.entrySet().stream()
          .filter(file -> !lines.contains(file.getValue().base64() + " " + file.getKey()))
          .map(Map.Entry::getKey)
          .sorted()
          .toList();
    }

    /** The entry that a line tells of. */
    public ProvenEntry entry(String line) {
      return ProvenEntry.parse(line, Checkpoint.parse(checkpoint.text()).size());
    }
  }

  /**
   * Reads an extract.
   *
   * @throws Malformed when this is none, or a file comes twice
   */
  public static Contents read(InputStream source) throws IOException {
    Map<String, Hash> files = new LinkedHashMap<>();
    Optional<SignedNote> checkpoint = Optional.empty();
    Optional<SignedNote> manifest = Optional.empty();
    List<String> entries = List.of();
    try (ZipInputStream zip = new ZipInputStream(source, StandardCharsets.UTF_8)) {
      for (ZipEntry file = zip.getNextEntry(); file != null; file = zip.getNextEntry()) {
        String name = file.getName();
        DigestInputStream digested = new DigestInputStream(zip, Hash.sha256());
        if (name.equals(MANIFEST)) {
          manifest = Optional.of(note(digested));
          continue;
        }
        if (name.equals(CHECKPOINT)) {
          checkpoint = Optional.of(note(digested));
        } else if (name.equals(ENTRIES)) {
          entries =
              new BufferedReader(new InputStreamReader(digested, StandardCharsets.US_ASCII))
                  .lines()
                  .toList();
        }
        digested.transferTo(OutputStream.nullOutputStream());
        if (files.put(name, Hash.of(digested.getMessageDigest().digest())) != null) {
          throw new Malformed("an extract with two files " + name);
        }
      }
    }
    return new Contents(
        checkpoint.orElseThrow(() -> new Malformed("an extract without a checkpoint")),
        manifest.orElseThrow(() -> new Malformed("an extract without a manifest")),
        files,
        entries);
  }

  private static SignedNote note(InputStream in) throws IOException {
    return SignedNote.parse(new String(in.readNBytes(LONGEST_NOTE), StandardCharsets.UTF_8));
  }

  /** Whoever writes a file of an extract does not close the extract. */
  private static final class Open extends OutputStream {
    private final OutputStream out;

    Open(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int each) throws IOException {
      out.write(each);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }
  }
}
