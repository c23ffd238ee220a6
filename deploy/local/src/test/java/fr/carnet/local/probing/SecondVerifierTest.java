package fr.carnet.local.probing;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Export;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import fr.carnet.transparency.verifying.Verify;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two verifiers that share no code say the same of a log, and of what was done to it. */
class SecondVerifierTest {
  private static final int ENTRIES = 100_000;
  private static final String ORIGIN = "log.example/carnet";

  @TempDir Path folder;
  private final List<SignedNote> kept = new ArrayList<>();
  private NoteSigner signer;
  private Path export;
  private long[] places;

  @BeforeEach
  void aLogOfAHundredThousandEntries() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    signer =
        new NoteSigner(
            new VerifierKey(
                ORIGIN,
                Algorithm.ED25519,
                Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)),
            bytes -> sign(pair, bytes));
    Random dice = new Random(6962);
    List<byte[]> entries = new ArrayList<>(ENTRIES);
    for (int i = 0; i < ENTRIES; i++) {
      // Some are so long that their digest is hashed; some parts are not there at all.
      byte[] value = new byte[i % 10_000 == 7 ? 20_481 + i % 3 : 20 + dice.nextInt(100)];
      dice.nextBytes(value);
      entries.add(
          new Entry(
                  "access.traces",
                  i % 4,
                  i,
                  Entry.Part.of(i % 5 == 0 ? null : new byte[] {(byte) i}),
                  Entry.Part.of(new byte[i % 7]),
                  Entry.Part.of(i % 11 == 0 ? null : value))
              .bytes());
    }
    write(entries);
  }

  private void write(List<byte[]> entries) throws IOException {
    TreeEdge edge = TreeEdge.EMPTY;
    List<Hash> leaves = entries.stream().map(e -> Hash.ofLeaf(Entry.read(e).leaf())).toList();
    for (int size : new int[] {1, 255, 256, 257, 65_536, 77_777, ENTRIES}) {
      edge = edge.grow(leaves.subList((int) edge.size(), size)).edge();
      String text = new Checkpoint(ORIGIN, size, edge.root()).text();
      kept.add(new SignedNote(text, List.of(signer.sign(text, Instant.EPOCH))));
    }
    export = folder.resolve("export");
    places = new long[entries.size()];
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(export))) {
      Export.Writer writer = new Export.Writer(out, kept.getLast());
      long at = 21L + 4 + kept.getLast().format().getBytes(StandardCharsets.UTF_8).length;
      for (int i = 0; i < entries.size(); i++) {
        writer.write(new Export.Line(Optional.of(entries.get(i)), Optional.of(leaves.get(i))));
        places[i] = at + 4;
        at += 4 + entries.get(i).length + 32;
      }
    }
    StringBuilder file = new StringBuilder();
    kept.forEach(note -> file.append(note.format()).append('\n'));
    Files.writeString(folder.resolve("kept.txt"), file);
  }

  private static byte[] sign(KeyPair pair, byte[] bytes) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String first() {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    Verify.run(
        List.of(
            export.toString(),
            "--key",
            signer.key().format(),
            "--kept",
            folder.resolve("kept.txt").toString()),
        out,
        out);
    return said.toString(StandardCharsets.UTF_8);
  }

  private SecondVerifier.Verdict second() throws IOException {
    try (InputStream in = Files.newInputStream(export)) {
      return SecondVerifier.of(
          in, signer.key().format(), Files.readString(folder.resolve("kept.txt")));
    }
  }

  @Test
  void theyAgreeOnAHundredThousandEntriesAndOnOneThatWasChanged() throws Exception {
    SecondVerifier.Verdict verdict = second();
    assertThat(verdict.wrong()).isEmpty();
    assertThat(verdict.entries()).isEqualTo(ENTRIES);
    assertThat(verdict.root()).isEqualTo(Checkpoint.parse(kept.getLast().text()).root().base64());
    assertThat(first())
        .contains(
            "100000 entries",
            "THE LOG HOLDS",
            "root " + Checkpoint.parse(kept.getLast().text()).root());
    // A byte of entry 70,000, in its offset, which is hashed with it.
    try (RandomAccessFile file = new RandomAccessFile(export.toFile(), "rw")) {
      file.seek(places[70_000] + 3 + "access.traces".length() + 4);
      file.write(1);
    }
    assertThat(second().wrong())
        .contains("entry 70000 is not the one whose leaf is kept")
        .contains("the first 77777 entries do not make the root that was signed")
        .noneMatch(sentence -> sentence.contains("65536"));
    assertThat(first()).contains("CHANGED index 70000", "THE LOG DOES NOT HOLD");
    // What the key has not signed does not count.
    Path notes = folder.resolve("kept.txt");
    Files.writeString(notes, Files.readString(notes).replace("\n65536\n", "\n65535\n"));
    assertThat(second().wrong()).contains("the key has not signed the checkpoint of 65535 entries");
    assertThat(first()).contains("NOT_SIGNED");
  }
}
