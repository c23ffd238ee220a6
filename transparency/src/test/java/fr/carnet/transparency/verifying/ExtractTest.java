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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
          .collect(Collectors.toCollection(ArrayList::new));
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
    return extract(forged, UnaryOperator.identity());
  }

  private TiledTree tree() {
    TreeEdge.Growth grown =
        TreeEdge.EMPTY.grow(entries.stream().map(each -> Hash.ofLeaf(each.leaf())).toList());
    tiles.putAll(grown.tiles());
    return new TiledTree(SIZE, tile -> Optional.ofNullable(tiles.get(tile)));
  }

  private Path extract(boolean forged, UnaryOperator<String> cosigned) throws IOException {
    TiledTree tree = tree();
    Path file = folder.resolve("extract.zip");
    try (var out = Files.newOutputStream(file)) {
      Extract.Writer extract =
          new Extract.Writer(
              out,
              SignedNote.parse(
                  cosigned.apply(note(new Checkpoint(NAME, SIZE, tree.root()).text()).format())));
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

  private String verify(Path extract, String key, String... more) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    List<String> args = new ArrayList<>(List.of(extract.toString(), "--key", key));
    args.addAll(List.of(more));
    int status = Verify.run(args, out, out);
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

  /** A case file whose facts say this, signed by whoever says it. */
  private Path caseFile(String facts) throws IOException {
    TiledTree tree = tree();
    Path file = folder.resolve("case.zip");
    try (var out = Files.newOutputStream(file)) {
      Extract.Writer extract =
          new Extract.Writer(out, note(new Checkpoint(NAME, SIZE, tree.root()).text()));
      extract.add(Extract.FACTS, in -> in.write(facts.getBytes(StandardCharsets.UTF_8)));
      extract.addEntries(
          List.of(
              new ProvenEntry(entries.get(7), InclusionProof.of(7, SIZE, tree)),
              new ProvenEntry(entries.get(299), InclusionProof.of(299, SIZE, tree))));
      extract.sign(this::note);
    }
    return file;
  }

  private String fact(int index) {
    return "{\"index\":%d,\"topic\":\"access.traces\",\"partition\":0,\"offset\":%d,\"sha256\":\"%s\"}\n"
        .formatted(index, index, entries.get(index).sha256OfValue().orElseThrow());
  }

  @Test
  void facts_that_are_not_those_of_the_entries_beside_them_are_named_though_all_is_signed()
      throws IOException {
    String key = signer.key().format();
    String facts = fact(7) + fact(299);
    assertThat(verify(caseFile(facts), key)).startsWith("0 ").contains("2 entries proven", "HOLDS");
    String digest = entries.get(7).sha256OfValue().orElseThrow();
    for (String changed :
        List.of("\"offset\":7", "\"partition\":0", "access.traces", "\"index\":7", digest)) {
      String lie = facts.replaceFirst(changed, changed.substring(0, changed.length() - 1) + "9");
      assertThat(verify(caseFile(lie), key))
          .as(lie)
          .startsWith("1 ")
          .contains("2 entries proven", "NOT_AS_SAID index 7 (facts.ndjson, line 1)");
    }
    assertThat(verify(caseFile(fact(299) + fact(7)), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID index 7 ", "NOT_AS_SAID index 299 ");
    assertThat(verify(caseFile(fact(7)), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID index 299 (facts.ndjson, line 2)");
    assertThat(verify(caseFile(facts + fact(7)), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID (facts.ndjson, from line 3 on, without a proof)");
  }

  /** Who looked at a dossier, where a line is of this leaf and says this. */
  private Path looks(int leaf, String looks) throws IOException {
    TiledTree tree = tree();
    Path file = folder.resolve("looks.zip");
    try (var out = Files.newOutputStream(file)) {
      Extract.Writer extract =
          new Extract.Writer(out, note(new Checkpoint(NAME, SIZE, tree.root()).text()));
      extract.add(Extract.LOOKS, in -> in.write(looks.getBytes(StandardCharsets.UTF_8)));
      extract.addProofs(
          List.of(
              new Extract.ProvenLeaf(tree.at(0, 299), InclusionProof.of(299, SIZE, tree)),
              new Extract.ProvenLeaf(tree.at(0, leaf), InclusionProof.of(7, SIZE, tree))));
      extract.sign(this::note);
    }
    return file;
  }

  @Test
  void lines_of_a_patient_are_proven_without_bytes_and_each_is_of_the_leaf_in_its_place()
      throws IOException {
    String key = signer.key().format();
    String lines = "{\"index\":299,\"kind\":\"REFUSED\"}\n{\"index\":7,\"kind\":\"LOOKED\"}\n";
    Path file = looks(7, lines);
    assertThat(verify(file, key))
        .startsWith("0 ")
        .contains("0 entries proven, and 2 without their bytes", "THE EXTRACT HOLDS");
    assertThat(verify(looks(8, lines), key))
        .startsWith("1 ")
        .contains("1 without their bytes", "NOT_PROVEN index 7 (proofs)");
    assertThat(verify(looks(7, lines.replace(":7,", ":8,")), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID index 7 (looks.ndjson, line 2)");
    assertThat(verify(looks(7, lines.substring(0, lines.indexOf('\n') + 1)), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID index 7 (looks.ndjson, line 2)");
    assertThat(verify(looks(7, lines + "{\"index\":9,\"kind\":\"LOOKED\"}\n"), key))
        .startsWith("1 ")
        .contains("NOT_AS_SAID (looks.ndjson, from line 3 on, without a proof)");
    assertThat(verify(with(file, "looks.ndjson", "REFUSED", "LOOKED"), key))
        .startsWith("1 ")
        .contains("NOT_AS_SIGNED (looks.ndjson)");
  }

  @Test
  void an_entry_is_shown_from_its_proven_bytes_and_none_that_is_not_proven() throws IOException {
    String key = signer.key().format();
    byte[] headers =
        ByteBuffer.allocate(26)
            .putInt(7)
            .put("ce_type".getBytes(StandardCharsets.UTF_8))
            .putInt(3)
            .put("v\n1".getBytes(StandardCharsets.UTF_8))
            .putInt(0)
            .putInt(-1)
            .array();
    entries.set(
        7,
        new Entry(
            "access.traces",
            0,
            7,
            Entry.Part.of("a dossier".getBytes(StandardCharsets.UTF_8)),
            Entry.Part.of(headers),
            Entry.Part.of("{\"rule\":\"GRANT\"}".getBytes(StandardCharsets.UTF_8))));
    assertThat(verify(extract(false), key, "--show", "7"))
        .startsWith("0 ")
        .contains("THE EXTRACT HOLDS")
        .endsWith(
            """
            index 7, access.traces-0@7
              key: a dossier
              ce_type: v\uFFFD1
              value: {"rule":"GRANT"}
            """);
    // What the operator says of it is false, and what it says itself is read all the same.
    assertThat(verify(caseFile(fact(299) + fact(7)), key, "--show", "7"))
        .startsWith("1 ")
        .endsWith("value: {\"rule\":\"GRANT\"}\n");
    assertThat(verify(extract(true), key, "--show", "299"))
        .startsWith("2 ")
        .contains("NOT_PROVEN index 299", "the extract proves no entry of index 299")
        .doesNotContain("value 298");
    byte[] other = raw(keys());
    assertThat(
            verify(
                extract(false),
                new VerifierKey(NAME, Algorithm.ED25519, other).format(),
                "--show",
                "7"))
        .startsWith("2 ")
        .doesNotContain("GRANT");
    assertThat(verify(extract(false), key, "--show", "x")).startsWith("2 ").contains("usage:");
    assertThat(verify(folder, key, "--show", "7")).startsWith("2 ").contains("with an extract");
  }

  /** Both behind each other, so that who goes by the directory at the end sees the second. */
  private Path behindEachOther(Path first, Path second) throws IOException {
    byte[] before = Files.readAllBytes(first);
    byte[] bytes = Files.readAllBytes(second);
    ByteBuffer moved = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.length - 22;
    int directory = moved.getInt(end + 16);
    moved.putInt(end + 16, directory + before.length);
    for (int at = directory; at < end; at += 46 + moved.getShort(at + 28)) {
      moved.putInt(at + 42, moved.getInt(at + 42) + before.length);
    }
    return Files.write(folder.resolve("both.zip"), ForgedLog.concat(before, bytes));
  }

  /** As unzip shows it. */
  private static String shown(Path zip, String name) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return new String(
          file.getInputStream(file.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_zip_that_shows_forged_files_to_whoever_goes_by_its_directory_does_not_hold()
      throws IOException {
    Path genuine = extract(false);
    Path both = behindEachOther(genuine, with(genuine, "facts.csv", "7", "8"));
    assertThat(shown(both, "facts.csv")).as("what people would see").isEqualTo("index\n8\n");
    assertThat(verify(both, signer.key().format()))
        .startsWith("1 ")
        .contains("AMBIGUOUS", "another file facts.csv", "THE EXTRACT DOES NOT HOLD")
        .doesNotContain("another file checkpoint");
    Path renamed = behindEachOther(genuine, with(genuine, "", "", ""));
    byte[] bytes = Files.readAllBytes(renamed);
    int name = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("facts.csv");
    bytes[name] = 'F';
    Files.write(renamed, bytes);
    assertThat(verify(renamed, signer.key().format()))
        .startsWith("1 ")
        .contains("another file Facts.csv", "no file facts.csv");
  }

  @Test
  void a_zip_with_anything_besides_its_files_does_not_hold() throws IOException {
    String key = signer.key().format();
    Path genuine = extract(false);
    byte[] bytes = Files.readAllBytes(genuine);
    byte[] more = "more".getBytes(StandardCharsets.UTF_8);
    Path changed = folder.resolve("more.zip");
    Files.write(changed, ForgedLog.concat(bytes, more));
    assertThat(verify(changed, key)).startsWith("1 ").contains("behind its end record");
    byte[] commented = bytes.clone();
    commented[bytes.length - 2] = (byte) more.length;
    Files.write(changed, ForgedLog.concat(commented, more));
    assertThat(verify(changed, key)).startsWith("1 ").contains("behind its end record");
    // The same files twice: both tell the same, and one of them is seen by nobody.
    assertThat(verify(behindEachOther(genuine, genuine), key))
        .startsWith("1 ")
        .contains("before or between its files")
        .doesNotContain("another file");
    Files.write(
        changed,
        ForgedLog.concat(
            Arrays.copyOf(bytes, bytes.length - 22),
            more,
            Arrays.copyOfRange(bytes, bytes.length - 22, bytes.length)));
    assertThat(verify(changed, key)).doesNotStartWith("0 ").doesNotContain("THE EXTRACT HOLDS");
  }

  @Test
  void an_entry_that_is_there_by_its_digest_only_is_named_though_its_proof_holds()
      throws IOException {
    Entry at = entries.get(7);
    byte[] value = "long ".repeat(5_000).getBytes(StandardCharsets.UTF_8);
    Entry exact = new Entry(at.topic(), 0, 7, at.key(), at.headers(), Entry.Part.of(value));
    entries.set(7, exact);
    String key = signer.key().format();
    assertThat(verify(extract(false), key)).startsWith("0 ").contains("2 entries proven");
    entries.set(7, Entry.read(exact.leaf()));
    assertThat(verify(extract(false), key))
        .startsWith("1 ")
        .contains("1 entries proven", "WITHHELD index 7 (access.traces-0@7)");
  }

  @Test
  void an_extract_that_is_cut_off_anywhere_is_answered_in_a_sentence() throws IOException {
    String key = signer.key().format();
    byte[] whole = Files.readAllBytes(extract(false));
    Path cut = folder.resolve("cut.zip");
    for (int length = 4; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThat(verify(cut, key))
          .as("cut at " + length)
          .startsWith("2 it cannot be read: ")
          .doesNotContain("null");
    }
  }

  @Test
  void what_is_packed_small_and_unpacked_fills_the_memory_is_refused() throws IOException {
    String key = signer.key().format();
    Path bomb = folder.resolve("bomb.zip");
    byte[] nothing = new byte[1 << 20];
    try (var out = new ZipOutputStream(Files.newOutputStream(bomb))) {
      out.putNextEntry(new ZipEntry("entries"));
      for (int i = 0; i < 65; i++) {
        out.write(nothing);
      }
    }
    assertThat(verify(bomb, key)).startsWith("2 it cannot be read: ").contains("bytes of entries");
    try (var out = new ZipOutputStream(Files.newOutputStream(bomb))) {
      for (int i = 0; i < 1_001; i++) {
        out.putNextEntry(new ZipEntry("file-" + i));
      }
    }
    assertThat(verify(bomb, key)).startsWith("2 it cannot be read: ").contains("1000 files");
  }

  private Path with(Path extract, String... names) throws IOException {
    Path more = folder.resolve("named.zip");
    try (var in = new ZipInputStream(Files.newInputStream(extract));
        var out = new ZipOutputStream(Files.newOutputStream(more))) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(each.getName()));
        in.transferTo(out);
      }
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
      }
    }
    return more;
  }

  @Test
  void no_name_in_an_extract_shows_as_a_verdict_or_moves_the_cursor() throws IOException {
    String key = signer.key().format();
    String verdict = "\r\nTHE EXTRACT HOLDS: \u001b[2J\u009b\u2028\u202e";
    Path named = with(extract(false), verdict + "1", verdict + "2");
    assertThat(verify(named, key))
        .startsWith("1 ")
        .contains("NOT_AS_SIGNED (\uFFFD\uFFFDTHE EXTRACT HOLDS: \uFFFD[2J\uFFFD\uFFFD\uFFFD1, ")
        .doesNotContain("\r", "\nTHE EXTRACT HOLDS", "\u001b", "\u009b", "\u2028", "\u202e");
    // Two of one name: the sentence names it.
    String bytes = Files.readString(named, StandardCharsets.ISO_8859_1);
    Files.writeString(named, bytes.replace("\u00ae2", "\u00ae1"), StandardCharsets.ISO_8859_1);
    assertThat(verify(named, key))
        .startsWith("2 it cannot be read: an extract with two files \uFFFD\uFFFDTHE EXTRACT")
        .doesNotContain("\r", "\nTHE EXTRACT HOLDS", "\u001b", "\u009b", "\u2028", "\u202e");
    // Control characters of one byte a note may not have; those of two it may.
    String origin = "\u009b2J\u2028THE EXTRACT HOLDS";
    String elsewhere = note(new Checkpoint(origin, SIZE, Hash.EMPTY_TREE).text()).format();
    assertThat(verify(extract(false), key, "--kept", kept("named", elsewhere)))
        .startsWith("1 ")
        .contains("OTHER_LOG (log.example/carnet, \uFFFD2J\uFFFDTHE EXTRACT HOLDS)");
  }

  private String kept(String name, String... notes) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", notes) + "\n").toString();
  }

  @Test
  void which_kept_checkpoints_an_extract_was_compared_with_is_said() throws IOException {
    String key = signer.key().format();
    Path extract = extract(false);
    String same = shown(extract, "checkpoint");
    String other = note(new Checkpoint(NAME, 100, Hash.EMPTY_TREE).text()).format();
    assertThat(verify(extract, key)).startsWith("0 ").contains("nothing was compared", "--kept");
    assertThat(verify(extract, key, "--kept", kept("other", other)))
        .startsWith("0 ")
        .contains("nothing was compared", "none of the 1 kept");
    assertThat(verify(extract, key, "--kept", kept("both", other, same)))
        .startsWith("0 ")
        .contains("1 of the 2 kept checkpoints compared with the extract's, of 300 entries; 1 not")
        .doesNotContain("nothing was compared");
    String rewritten = note(new Checkpoint(NAME, SIZE, Hash.EMPTY_TREE).text()).format();
    assertThat(verify(extract, key, "--kept", kept("rewritten", rewritten)))
        .startsWith("1 ")
        .contains("TWO_HISTORIES");
    assertThat(verify(extract, key, "--kept", kept("unsigned", same.replace("\n300\n", "\n301\n"))))
        .startsWith("1 ")
        .contains("NOT_SIGNED (kept, of 301 entries)");
    String elsewhere =
        note(new Checkpoint("log.example/other", SIZE, Hash.EMPTY_TREE).text()).format();
    assertThat(verify(extract, key, "--kept", kept("elsewhere", elsewhere)))
        .startsWith("1 ")
        .contains("OTHER_LOG");
  }

  @Test
  void how_many_witnesses_stand_behind_an_extract_is_said_and_none_is_not_enough()
      throws IOException {
    String key = signer.key().format();
    MadeUpWitness first = new MadeUpWitness("witness.example/first");
    MadeUpWitness second = new MadeUpWitness("witness.example/second");
    String[] both = {"--witness", first.publicKey(), "--witness", second.publicKey()};
    assertThat(verify(extract(false, first::cosigned), key, both))
        .startsWith("0 ")
        .contains("1 of 2 witnesses stand behind the checkpoint of 300 entries");
    assertThat(verify(extract(false, first::cosignedWrongly), key, both))
        .startsWith("1 ")
        .contains("WITNESS_FORGED", "witness.example/first", "NOT_WITNESSED");
    Path alone = extract(false);
    assertThat(verify(alone, key, both))
        .startsWith("1 ")
        .contains("0 of 2 witnesses stand behind", "NOT_WITNESSED", "DOES NOT HOLD");
    String later = kept("later", second.cosigned(shown(alone, "checkpoint")));
    assertThat(verify(alone, key, "--witness", second.publicKey(), "--kept", later))
        .startsWith("0 ")
        .contains("1 of 1 witnesses stand behind");
  }

  @Test
  void kept_tiles_with_an_extract_are_refused() throws IOException {
    assertThat(verify(extract(false), signer.key().format(), "--kept-tiles", folder.toString()))
        .startsWith("2 ")
        .contains("--kept-tiles goes with a log", "usage:");
  }
}
