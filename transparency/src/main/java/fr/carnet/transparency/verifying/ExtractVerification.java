package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Checkpoint;
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
import java.util.List;

/**
 * Checks an extract: that the log's key signed its manifest and its checkpoint, that each file is
 * the one that was signed, and that each entry stands in the log that the checkpoint is of.
 */
final class ExtractVerification {
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private ExtractVerification() {}

  /**
   * What came out.
   *
   * @param files that it holds, beside its manifest
   * @param proven entries whose proof holds
   */
  record Report(int files, int proven, Checkpoint checkpoint, List<Finding> findings) {
    Report {
      findings = List.copyOf(findings);
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

  /** Checks it; of checkpoints from before, those of the same size. */
  static Report of(Path path, List<VerifierKey> keys, List<SignedNote> kept) throws IOException {
    List<Finding> findings = new ArrayList<>();
    Extract.Contents extract;
    try (InputStream in = Files.newInputStream(path)) {
      extract = Extract.read(in);
    }
    Checkpoint head = Checkpoint.parse(extract.checkpoint().text());
    signed(extract.checkpoint(), "checkpoint", keys, findings);
    signed(extract.manifest(), "manifest", keys, findings);
    if (!extract.isAsSigned()) {
      findings.add(
          new Finding(Finding.Kind.NOT_AS_SIGNED, 0, 0, String.join(", ", extract.differing())));
    }
    for (SignedNote note : kept) {
      Checkpoint before = Checkpoint.parse(note.text());
      if (before.size() == head.size() && !before.root().equals(head.root())) {
        findings.add(
            new Finding(Finding.Kind.TWO_HISTORIES, 0, head.size(), "size " + head.size()));
      }
    }
    int proven = 0;
    for (String line : extract.entries()) {
      Extract.ProvenEntry entry = extract.entry(line);
      if (entry.proof().proves(Hash.ofLeaf(entry.entry().leaf()), head.root())) {
        proven++;
      } else {
        findings.add(
            Finding.at(Finding.Kind.NOT_PROVEN, entry.proof().index(), entry.entry().origin()));
      }
    }
    return new Report(extract.files().size(), proven, head, findings);
  }

  private static void signed(
      SignedNote note, String which, List<VerifierKey> keys, List<Finding> findings) {
    if (!note.signers(keys).holds()) {
      findings.add(new Finding(Finding.Kind.NOT_SIGNED, 0, 0, which));
    }
  }
}
