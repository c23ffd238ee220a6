package fr.carnet.transparency;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * What was taken from a log, as one ZIP file: any files; {@code checkpoint}, the signed note that
 * covers them; {@code entries}, where entries of the log are among it; {@code proofs}, where some
 * are told of whose bytes are not; and last {@code manifest}, a note signed by the log's keys that
 * ties them together. Its text is the line {@code carnet-extract/v1}, the line {@code <origin>
 * <size> <root>} of the checkpoint, and for each file {@code <SHA-256 in base64> <name>}.
 *
 * <p>The ZIP file is these files, their directory and its end record: no comment, no byte before,
 * between or behind, so that whatever program opens it shows what was signed.
 *
 * <p>{@code entries} has a line for each: index, bytes of the {@link Entry} and hashes of its proof
 * of inclusion, from the leaf up, all base64, with a space between. {@code proofs} has the leaf in
 * place of the bytes. The lines of {@code facts.ndjson} tell of the entries, and those of {@code
 * looks.ndjson} of the proofs, one of each in the same order.
 */
public final class Extract {
  /** The name of the checkpoint among the files. */
  public static final String CHECKPOINT = "checkpoint";

  /** The name of the entries among the files. */
  public static final String ENTRIES = "entries";

  /** The name of the proofs of what is told of without its bytes among the files. */
  public static final String PROOFS = "proofs";

  /** The name of what is told of the entries, where it is: a JSON object a line. */
  public static final String FACTS = "facts.ndjson";

  /** The name of what is told of what {@link #PROOFS} prove: a JSON object a line. */
  public static final String LOOKS = "looks.ndjson";

  private static final String MANIFEST = "manifest";
  private static final String BEGINNING = "carnet-extract/v1";
  private static final int LONGEST_NOTE = 1 << 20;

  /** What is packed small may be unpacked to any size. */
  private static final int LONGEST_ENTRIES = 64 << 20;

  private static final int MOST_FILES = 1_000;

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
      return Extract.line(Base64.getEncoder().encodeToString(entry.bytes()), proof);
    }

    /**
     * Reads a line of {@code entries}.
     *
     * @throws Malformed when it is none
     */
    static ProvenEntry parse(String line, long size) {
      try {
        String[] parts = line.split(" ", -1);
        return new ProvenEntry(
            Entry.read(Base64.getDecoder().decode(parts[1])), readProof(parts, size));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new Malformed("a line of entries is an index, an entry and hashes");
      }
    }
  }

  /** The leaf of an entry of the log, and the proof that it is there. */
  public record ProvenLeaf(Hash leaf, InclusionProof proof) {
    String line() {
      return Extract.line(leaf.base64(), proof);
    }

    /**
     * Reads a line of {@code proofs}.
     *
     * @throws Malformed when it is none
     */
    static ProvenLeaf parse(String line, long size) {
      try {
        String[] parts = line.split(" ", -1);
        return new ProvenLeaf(Hash.fromBase64(parts[1]), readProof(parts, size));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new Malformed("a line of proofs is an index, a leaf and hashes");
      }
    }
  }

  private static String line(String proven, InclusionProof proof) {
    StringBuilder line = new StringBuilder();
    line.append(proof.index()).append(' ').append(proven);
    proof.path().forEach(hash -> line.append(' ').append(hash.base64()));
    return line.append('\n').toString();
  }

  private static InclusionProof readProof(String[] parts, long size) {
    return new InclusionProof(
        Long.parseLong(parts[0]),
        size,
        Arrays.stream(parts).skip(2).map(Hash::fromBase64).toList());
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

    /** Adds the proofs of what is told of without its bytes, in the order given. */
    public void addProofs(Iterable<ProvenLeaf> leaves) throws IOException {
      add(
          PROOFS,
          out -> {
            for (ProvenLeaf leaf : leaves) {
              out.write(leaf.line().getBytes(StandardCharsets.US_ASCII));
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
   * @param ambiguities what of it other programs may show otherwise; where there are any, the files
   *     are not those that people see
   */
  public record Contents(
      SignedNote checkpoint,
      SignedNote manifest,
      Map<String, Hash> files,
      List<String> entries,
      List<String> proofs,
      List<String> ambiguities) {
    public Contents {
      files = Map.copyOf(files);
      entries = List.copyOf(entries);
      proofs = List.copyOf(proofs);
      ambiguities = List.copyOf(ambiguities);
    }

    /** Whether the manifest says these files and this checkpoint, and no other. */
    public boolean isAsSigned() {
      List<String> lines = List.of(manifest.text().split("\n", -1));
      Checkpoint head = Checkpoint.parse(checkpoint.text());
      return lines.size() == files.size() + 3
          && lines.get(0).equals(BEGINNING)
          && (lines.get(1) + "\n").equals(head(head))
          && lines.getLast().isEmpty()
          && differing().isEmpty();
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

    /** The entry that a line of entries holds. */
    public ProvenEntry entry(String line) {
      return ProvenEntry.parse(line, size());
    }

    /** The leaf that a line of proofs holds. */
    public ProvenLeaf leaf(String line) {
      return ProvenLeaf.parse(line, size());
    }

    private long size() {
      return Checkpoint.parse(checkpoint.text()).size();
    }
  }

  /**
   * Reads an extract, from its beginning, as its manifest is checked, and by its directory, as most
   * programs show it.
   *
   * @throws Malformed when this is none, or a file comes twice
   */
  public static Contents read(Path path) throws IOException {
    Map<String, Hash> files = new LinkedHashMap<>();
    Optional<SignedNote> checkpoint = Optional.empty();
    Optional<SignedNote> manifest = Optional.empty();
    List<String> entries = List.of();
    List<String> proofs = List.of();
    try (ZipInputStream zip =
        new ZipInputStream(
            new BufferedInputStream(Files.newInputStream(path)), StandardCharsets.UTF_8)) {
      for (ZipEntry file = zip.getNextEntry(); file != null; file = zip.getNextEntry()) {
        String name = file.getName();
        DigestInputStream digested = new DigestInputStream(zip, Hash.sha256());
        if (name.equals(MANIFEST)) {
          manifest = Optional.of(note(digested));
        } else if (name.equals(CHECKPOINT)) {
          checkpoint = Optional.of(note(digested));
        } else if (name.equals(ENTRIES)) {
          entries = lines(digested, name);
        } else if (name.equals(PROOFS)) {
          proofs = lines(digested, name);
        }
        digested.transferTo(OutputStream.nullOutputStream());
        if (files.size() == MOST_FILES) {
          throw new Malformed("an extract of more than " + MOST_FILES + " files");
        }
        if (files.put(name, Hash.of(digested.getMessageDigest().digest())) != null) {
          throw new Malformed("an extract with two files " + name);
        }
      }
    }
    List<String> ambiguities = ambiguities(path, files);
    files.remove(MANIFEST);
    return new Contents(
        checkpoint.orElseThrow(() -> new Malformed("an extract without a checkpoint")),
        manifest.orElseThrow(() -> new Malformed("an extract without a manifest")),
        files,
        entries,
        proofs,
        ambiguities);
  }

  /**
   * The lines of a file of an extract. One that tells of everything may be of any length, so it is
   * read only where it is to be compared with what lies beside it.
   *
   * @throws Malformed when there is no such file, or it is longer than entries may be
   */
  public static List<String> lines(Path path, String name) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile(), StandardCharsets.UTF_8)) {
      ZipEntry file = zip.getEntry(name);
      if (file == null) {
        throw new Malformed("an extract without a file " + name);
      }
      try (InputStream in = zip.getInputStream(file)) {
        return lines(in, name);
      }
    }
  }

  /** What a program that goes by the directory sees otherwise, and what lies besides the files. */
  private static List<String> ambiguities(Path path, Map<String, Hash> files) throws IOException {
    List<String> ambiguities = new ArrayList<>();
    Set<String> missing = new TreeSet<>(files.keySet());
    try (ZipFile zip = new ZipFile(path.toFile(), StandardCharsets.UTF_8)) {
      for (ZipEntry file : Collections.list(zip.entries())) {
        MessageDigest sha256 = Hash.sha256();
        try (InputStream in = zip.getInputStream(file)) {
          in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        }
        boolean again = !missing.remove(file.getName());
        if (again || !Hash.of(sha256.digest()).equals(files.get(file.getName()))) {
          ambiguities.add("the directory at its end leads to another file " + file.getName());
        }
      }
    }
    missing.forEach(name -> ambiguities.add("the directory at its end has no file " + name));
    try {
      ZipLayout.requireNothingBesides(path);
    } catch (Malformed besides) {
      ambiguities.add(besides.getMessage());
    }
    return ambiguities;
  }

  private static List<String> lines(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(LONGEST_ENTRIES + 1);
    if (bytes.length > LONGEST_ENTRIES) {
      throw new Malformed("an extract with more than " + LONGEST_ENTRIES + " bytes of " + name);
    }
    return new String(bytes, StandardCharsets.UTF_8).lines().toList();
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
