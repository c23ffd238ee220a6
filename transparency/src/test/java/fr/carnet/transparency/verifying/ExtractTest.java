package fr.carnet.transparency.verifying;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.Entry;
import fr.carnet.transparency.Extract;
import fr.carnet.transparency.Extract.ProvenEntry;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.InclusionProof;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.Tile;
import fr.carnet.transparency.TiledTree;
import fr.carnet.transparency.TreeEdge;
import fr.carnet.transparency.VerifierKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An extract checks offline with nothing but the log's public key; what was touched is named. */
class ExtractTest {
  private static final String NAME = "log.example/carnet";
  private static final int SIZE = 300;

  @TempDir Path folder;
  private final KeyPair keys = keys();
  private final NoteSigner signer =
      new NoteSigner(new VerifierKey(NAME, Algorithm.ED25519, raw(keys)), this::sign);
  private final List<Entry> entries =
      IntStream.range(0, SIZE)
          .mapToObj(
              i ->
                  new Entry(
                      "access.traces",
                      0,
                      i,
                      Entry.Part.of(null),
                      Entry.Part.of(new byte[0]),
                      Entry.Part.of(("value " + i).getBytes(StandardCharsets.UTF_8))))
          .toList();
  private final Map<Tile, byte[]> tiles = new HashMap<>();

  private static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** RFC 8032: y little-endian, the sign of x in the highest bit. */
  private static byte[] raw(KeyPair keys) {
    EdECPublicKey key = (EdECPublicKey) keys.getPublic();
    byte[] big = key.getPoint().getY().toByteArray();
    byte[] raw = new byte[32];
    for (int i = 0; i < Math.min(32, big.length); i++) {
      raw[i] = big[big.length - 1 - i];
    }
    raw[31] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
    return raw;
  }

  private byte[] sign(byte[] bytes) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(keys.getPrivate());
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private SignedNote note(String text) {
    return new SignedNote(text, List.of(signer.sign(text, Instant.EPOCH)));
  }

  private Path extract(boolean forged) throws IOException {
    TreeEdge.Growth grown =
        TreeEdge.EMPTY.grow(entries.stream().map(each -> Hash.ofLeaf(each.leaf())).toList());
    tiles.putAll(grown.tiles());
    TiledTree tree = new TiledTree(SIZE, tile -> Optional.ofNullable(tiles.get(tile)));
    Path file = folder.resolve("extract.zip");
    try (var out = Files.newOutputStream(file)) {
      Extract.Writer extract =
          new Extract.Writer(out, note(new Checkpoint(NAME, SIZE, tree.root()).text()));
      extract.add("facts.csv", csv -> csv.write("index\n7\n".getBytes(StandardCharsets.UTF_8)));
      extract.addEntries(
          List.of(
              new ProvenEntry(entries.get(7), InclusionProof.of(7, SIZE, tree)),
              new ProvenEntry(
                  entries.get(forged ? 298 : 299), InclusionProof.of(299, SIZE, tree))));
      extract.sign(this::note);
    }
    return file;
  }

  private String verify(Path extract, String key) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status = Verify.run(List.of(extract.toString(), "--key", key), out, out);
    return status + " " + said.toString(StandardCharsets.UTF_8);
  }

  /** The same file with one of its files changed. */
  private Path with(Path extract, String name, String from, String to) throws IOException {
    Path changed = folder.resolve("changed.zip");
    try (var in = new ZipInputStream(Files.newInputStream(extract));
        var out = new ZipOutputStream(Files.newOutputStream(changed))) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(each.getName()));
        String held = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        out.write(
            (each.getName().equals(name) ? held.replace(from, to) : held)
                .getBytes(StandardCharsets.UTF_8));
      }
    }
    return changed;
  }

  @Test
  void an_extract_holds_and_what_is_touched_in_it_is_named() throws IOException {
    String key = signer.key().format();
    Path extract = extract(false);
    assertThat(verify(extract, key)).startsWith("0 ").contains("2 entries proven", "HOLDS");
    assertThat(verify(with(extract, "facts.csv", "7", "8"), key))
        .startsWith("1 ")
        .contains("NOT_AS_SIGNED (facts.csv)");
    assertThat(verify(with(extract, "manifest", "facts.csv", "facts.txt"), key))
        .startsWith("1 ")
        .contains("NOT_SIGNED (manifest)", "NOT_AS_SIGNED (facts.csv)");
    assertThat(verify(with(extract, "checkpoint", "\n300\n", "\n301\n"), key))
        .startsWith("1 ")
        .contains("NOT_SIGNED (checkpoint)");
    byte[] other = raw(keys());
    assertThat(verify(extract, new VerifierKey(NAME, Algorithm.ED25519, other).format()))
        .startsWith("1 ")
        .contains("NOT_SIGNED");
    byte[] cut = Files.readAllBytes(extract);
    Path half = folder.resolve("half.zip");
    Files.write(half, Arrays.copyOf(cut, 200));
    assertThat(verify(half, key)).startsWith("2 ");
  }

  @Test
  void an_entry_that_the_log_does_not_hold_there_is_named_though_the_extract_is_signed()
      throws IOException {
    assertThat(verify(extract(true), signer.key().format()))
        .startsWith("1 ")
        .contains("1 entries proven", "NOT_PROVEN index 299 (access.traces-0@298)");
  }
}
