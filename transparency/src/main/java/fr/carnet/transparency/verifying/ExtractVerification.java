package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Extract;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks an extract: that the log's key signed its manifest and its checkpoint, that each file is
 * the one that was signed, that each entry and each leaf stands in the log that the checkpoint is
 * of, and that each line beside them tells of the one in its place.
 */
final class ExtractVerification {
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private ExtractVerification() {}

  /**
   * What came out.
   *
   * @param files that it holds, beside its manifest
   * @param proven entries whose proof holds, by their index
   * @param leaves how many proofs hold of what is there without its bytes
   * @param notes what was compared and what was not, in sentences
   */
  record Report(
      int files,
      Map<Long, Entry> proven,
      int leaves,
      Checkpoint checkpoint,
      List<Finding> findings,
      List<String> notes) {
    Report {
      proven = Map.copyOf(proven);
      findings = List.copyOf(findings);
      notes = List.copyOf(notes);
    }
  }

  /** Whether this file may be an extract, and no log. */
  static boolean looksLikeOne(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
    }
  }

  /**
   * Checks it.
   *
   * @param kept checkpoints from before: those of the same size are compared, of the others an
   *     extract proves nothing
   */
  static Report of(
      Path path, List<VerifierKey> keys, List<VerifierKey> witnesses, List<SignedNote> kept)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Extract.Contents extract = Extract.read(path);
    Checkpoint head = Checkpoint.parse(extract.checkpoint().text());
    for (String ambiguity : extract.ambiguities()) {
      findings.add(new Finding(Finding.Kind.AMBIGUOUS, 0, 0, ambiguity));
    }
    signed(extract.checkpoint(), "checkpoint", keys, findings);
    signed(extract.manifest(), "manifest", keys, findings);
    if (!extract.isAsSigned()) {
      findings.add(
          new Finding(Finding.Kind.NOT_AS_SIGNED, 0, 0, String.join(", ", extract.differing())));
    }
    SignedNote cosigned = extract.checkpoint();
    int compared = 0;
    for (SignedNote note : kept) {
      Checkpoint before = Checkpoint.parse(note.text());
      if (!signed(note, "kept, of " + before.size() + " entries", keys, findings)) {
        continue;
      }
      if (!before.origin().equals(head.origin())) {
        findings.add(
            new Finding(Finding.Kind.OTHER_LOG, 0, 0, head.origin() + ", " + before.origin()));
      } else if (before.size() == head.size()) {
        compared++;
        if (!before.root().equals(head.root())) {
          findings.add(
              new Finding(Finding.Kind.TWO_HISTORIES, 0, head.size(), "size " + head.size()));
        }
      }
      if (note.text().equals(cosigned.text())) {
        // The same checkpoint, taken later: by then more witnesses may have signed.
        cosigned = cosigned.with(note.signatures());
      }
    }
    notes.add(compared(kept.size(), compared, head.size()));
    if (!Verification.cosigned(cosigned, "of the extract", witnesses, findings, notes)
        && !witnesses.isEmpty()) {
      findings.add(
          new Finding(
              Finding.Kind.NOT_WITNESSED, 0, 0, "of " + witnesses.size() + " that were named"));
    }
    Map<Long, Entry> proven = new HashMap<>();
    List<Told> ofEntries = new ArrayList<>();
    for (String line : extract.entries()) {
      Extract.ProvenEntry entry = extract.entry(line);
      ofEntries.add(Told.of(entry.proof().index(), entry.entry()));
      if (!entry.entry().isExact()) {
        findings.add(
            Finding.at(Finding.Kind.WITHHELD, entry.proof().index(), entry.entry().origin()));
      } else if (entry.proof().proves(Hash.ofLeaf(entry.entry().leaf()), head.root())) {
        proven.put(entry.proof().index(), entry.entry());
      } else {
        findings.add(
            Finding.at(Finding.Kind.NOT_PROVEN, entry.proof().index(), entry.entry().origin()));
      }
    }
    int leaves = 0;
    List<Told> ofLeaves = new ArrayList<>();
    for (String line : extract.proofs()) {
      Extract.ProvenLeaf leaf = extract.leaf(line);
      ofLeaves.add(Told.of(leaf.proof().index()));
      if (leaf.proof().proves(leaf.leaf(), head.root())) {
        leaves++;
      } else {
        findings.add(Finding.at(Finding.Kind.NOT_PROVEN, leaf.proof().index(), Extract.PROOFS));
      }
    }
    // Facts alone prove nothing, and are any number.
    if (extract.files().containsKey(Extract.ENTRIES)) {
      compare(path, extract, Extract.FACTS, ofEntries, findings);
    }
    compare(path, extract, Extract.LOOKS, ofLeaves, findings);
    return new Report(extract.files().size(), proven, leaves, head, findings, notes);
  }

  /**
   * How a line begins that tells of an entry, and what else stands in it.
   *
   * @param index of the entry
   */
  private record Told(long index, String beginning, String holding) {
    static Told of(long index) {
      return new Told(index, "{\"index\":" + index + ",", "");
    }

    static Told of(long index, Entry entry) {
      return new Told(
          index,
          // Not formatted: digits are others in other languages.
          "{\"index\":"
              + index
              + ",\"topic\":\""
              + entry.topic()
              + "\",\"partition\":"
              + entry.partition()
              + ",\"offset\":"
              + entry.offset()
              + ",",
          entry.sha256OfValue().map(hex -> "\"sha256\":\"" + hex + "\"").orElse(""));
    }

    boolean by(String line) {
      return line.startsWith(beginning) && line.contains(holding);
    }
  }

  /** Whether the lines of a file, where it is there, tell of these, one of each in this order. */
  private static void compare(
      Path path, Extract.Contents extract, String name, List<Told> told, List<Finding> findings)
      throws IOException {
    if (!extract.files().containsKey(name)) {
      return;
    }
    List<String> lines = Extract.lines(path, name);
    for (int i = 0; i < told.size(); i++) {
      if (i >= lines.size() || !told.get(i).by(lines.get(i))) {
        findings.add(
            Finding.at(Finding.Kind.NOT_AS_SAID, told.get(i).index(), name + ", line " + (i + 1)));
      }
    }
    if (lines.size() > told.size()) {
      findings.add(
          new Finding(
              Finding.Kind.NOT_AS_SAID,
              0,
              0,
              name + ", from line " + (told.size() + 1) + " on, without a proof"));
    }
  }

  private static String compared(int kept, int compared, long size) {
    if (kept == 0) {
      return "no checkpoint kept from before was given (--kept): nothing was compared with the"
          + " extract's, and a log that was rewritten and signed anew would look the same";
    }
    if (compared == 0) {
      return "nothing was compared with the extract's checkpoint of %d entries: none of the %d kept"
              .formatted(size, kept)
          + " is of as many, and a log that was rewritten and signed anew would look the same";
    }
    return "%d of the %d kept checkpoints compared with the extract's, of %d entries; %d not"
        .formatted(compared, kept, size, kept - compared);
  }

  private static boolean signed(
      SignedNote note, String which, List<VerifierKey> keys, List<Finding> findings) {
    boolean holds = note.signers(keys).holds();
    if (!holds) {
      findings.add(new Finding(Finding.Kind.NOT_SIGNED, 0, 0, which));
    }
    return holds;
  }
}
