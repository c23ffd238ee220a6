package fr.carnet.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TreeTest {
  /** The leaves with which implementations of RFC 6962 are tested, and the roots of 0 to 8. */
  private static final List<byte[]> LEAVES =
      Stream.of(
              "",
              "00",
              "10",
              "2021",
              "3031",
              "40414243",
              "5051525354555657",
              "606162636465666768696a6b6c6d6e6f")
          .map(HexFormat.of()::parseHex)
          .toList();

  private static final List<String> ROOTS =
      List.of(
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  private static final int SIZES = 1_000;

  /** The tiles of a tree, by their path without the width: as a log keeps them. */
  private static final class Tiles {
    private final Map<String, byte[]> kept = new HashMap<>();
    private TreeEdge edge = TreeEdge.EMPTY;

    void grow(List<byte[]> entries) {
      TreeEdge.Growth growth = edge.grow(entries.stream().map(Hash::ofLeaf).toList());
      growth.tiles().forEach((tile, bytes) -> kept.put(name(tile), bytes));
      edge = growth.edge();
    }

    private static String name(Tile tile) {
      return tile.level() + "/" + tile.span().index();
    }

    /** A narrower tile is the beginning of a wider one. */
    Optional<byte[]> read(Tile tile) {
      return Optional.ofNullable(kept.get(name(tile)))
          .filter(bytes -> bytes.length >= tile.span().width() * Hash.SIZE)
          .map(bytes -> Arrays.copyOf(bytes, tile.span().width() * Hash.SIZE));
    }

    TiledTree of(long size) {
      return new TiledTree(size, this::read);
    }
  }

  private static List<byte[]> entries(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ("entry " + i).getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static List<String> hex(List<Hash> hashes) {
    return hashes.stream().map(Hash::hex).toList();
  }

  @Test
  void theTestVectorsOfRfc6962Hold() {
    Tiles tiles = new Tiles();
    assertThat(tiles.edge.root().hex()).isEqualTo(ROOTS.getFirst());
    for (int size = 1; size <= LEAVES.size(); size++) {
      tiles.grow(LEAVES.subList(size - 1, size));
      assertThat(tiles.edge.root().hex()).as("size %d", size).isEqualTo(ROOTS.get(size));
    }
    assertThat(hex(InclusionProof.of(0, 8, tiles.of(8)).path()))
        .containsExactly(
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    assertThat(hex(InclusionProof.of(5, 8, tiles.of(8)).path()))
        .containsExactly(
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    assertThat(hex(InclusionProof.of(2, 3, tiles.of(3)).path())).containsExactly(ROOTS.get(2));
    assertThat(hex(ConsistencyProof.of(6, 8, tiles.of(8)).path()))
        .containsExactly(
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    assertThat(hex(ConsistencyProof.of(2, 5, tiles.of(5)).path()))
        .containsExactly(
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    for (int size = 1; size <= 8; size++) {
      Hash root = Hash.fromHex(ROOTS.get(size));
      for (int from = 1; from <= size; from++) {
        assertThat(
                ConsistencyProof.of(from, size, tiles.of(size))
                    .connects(Hash.fromHex(ROOTS.get(from)), root))
            .isTrue();
      }
      for (int i = 0; i < size; i++) {
        assertThat(
                InclusionProof.of(i, size, tiles.of(size)).proves(Hash.ofLeaf(LEAVES.get(i)), root))
            .isTrue();
      }
    }
  }

  @Test
  void anAnswerLooksOnceAtWhereTilesComeFromAndIsTheSame() {
    // given: tiles of three levels, the last of each narrower than it can be
    int size = 66_000;
    Tiles tiles = new Tiles();
    tiles.grow(entries(size));
    List<Set<Tile>> looks = new ArrayList<>();
    Tile.Source far =
        new Tile.Source() {
          @Override
          public Optional<byte[]> read(Tile tile) {
            throw new AssertionError(tile.path() + " was read by itself");
          }

          @Override
          public Map<Tile, byte[]> readAll(Set<Tile> wanted) {
            looks.add(wanted);
            Map<Tile, byte[]> found = new HashMap<>();
            wanted.forEach(tile -> found.put(tile, tiles.read(tile).orElseThrow()));
            return found;
          }
        };
    // when
    TiledTree tree = new TiledTree(size, far);
    List<Hash> path = tree.answer(subtrees -> InclusionProof.of(777, size, subtrees).path());
    Hash root = new TiledTree(size, far).answer(subtrees -> Subtrees.root(subtrees, 0, 300));
    // then
    assertThat(path).isEqualTo(InclusionProof.of(777, size, tiles.of(size)).path());
    assertThat(root).isEqualTo(tiles.of(300).root());
    // and what was read is not read again
    Hash leaf = tree.answer(subtrees -> subtrees.at(0, 777));
    assertThat(leaf).isEqualTo(tiles.of(size).at(0, 777));
    assertThat(looks).hasSize(2);
  }

  /** Roots of every size; of each size some proofs, of all of them over the run. */
  @Test
  void treesOfEverySizeToAThousandAreTheDefinition() {
    List<byte[]> entries = entries(SIZES);
    Tiles tiles = new Tiles();
    Random dice = new Random(6962);
    List<String> roots = new ArrayList<>(List.of(ROOTS.getFirst()));
    for (int size = 1; size <= SIZES; size++) {
      tiles.grow(entries.subList(size - 1, size));
      List<byte[]> d = entries.subList(0, size);
      String root = NaiveTree.hex(NaiveTree.mth(d));
      roots.add(root);
      assertThat(tiles.edge.root().hex()).as("root of %d", size).isEqualTo(root);
      assertThat(tiles.of(size).root().hex()).as("root of the tiles of %d", size).isEqualTo(root);
      assertThat(TreeEdge.of(size, tiles::read).root().hex()).isEqualTo(root);
      for (int i = 0; i < 3; i++) {
        int index = i == 0 ? size - 1 : dice.nextInt(size);
        InclusionProof proof = InclusionProof.of(index, size, tiles.of(size));
        assertThat(hex(proof.path()))
            .as("entry %d of %d", index, size)
            .isEqualTo(NaiveTree.hex(NaiveTree.path(index, d)));
        assertThat(proof.proves(Hash.ofLeaf(entries.get(index)), Hash.fromHex(root))).isTrue();
        int from = i == 0 ? Integer.highestOneBit(size) : 1 + dice.nextInt(size);
        ConsistencyProof consistency = ConsistencyProof.of(from, size, tiles.of(size));
        assertThat(hex(consistency.path()))
            .as("from %d to %d", from, size)
            .isEqualTo(NaiveTree.hex(NaiveTree.proof(from, d)));
        assertThat(consistency.connects(Hash.fromHex(roots.get(from)), Hash.fromHex(root)))
            .isTrue();
      }
    }
  }

  @Test
  void aProofOfSomethingElseIsRefused() {
    List<byte[]> entries = entries(70);
    Tiles tiles = new Tiles();
    tiles.grow(entries);
    Hash wrong = Hash.ofLeaf(new byte[] {9});
    for (int size = 1; size <= 70; size++) {
      Hash root = tiles.of(size).root();
      for (int index = 0; index < size; index++) {
        InclusionProof proof = InclusionProof.of(index, size, tiles.of(size));
        Hash leaf = Hash.ofLeaf(entries.get(index));
        assertThat(proof.proves(wrong, root)).isFalse();
        assertThat(proof.proves(leaf, wrong)).isFalse();
        assertThat(new InclusionProof(index + 1, size, proof.path()).proves(leaf, root)).isFalse();
        for (List<Hash> path : spoiled(proof.path(), wrong)) {
          assertThat(new InclusionProof(index, size, path).proves(leaf, root)).isFalse();
        }
      }
      for (int from = 1; from < size; from++) {
        ConsistencyProof proof = ConsistencyProof.of(from, size, tiles.of(size));
        Hash earlier = tiles.of(from).root();
        assertThat(proof.connects(wrong, root)).isFalse();
        assertThat(proof.connects(earlier, wrong)).isFalse();
        for (List<Hash> path : spoiled(proof.path(), wrong)) {
          assertThat(new ConsistencyProof(from, size, path).connects(earlier, root)).isFalse();
        }
      }
    }
    assertThat(new ConsistencyProof(5, 4, List.of()).connects(wrong, wrong)).isFalse();
    assertThat(new ConsistencyProof(0, 4, List.of()).connects(wrong, wrong)).isFalse();
  }

  private static List<List<Hash>> spoiled(List<Hash> path, Hash wrong) {
    List<List<Hash>> spoiled = new ArrayList<>();
    spoiled.add(Stream.concat(path.stream(), Stream.of(wrong)).toList());
    for (int i = 0; i < path.size(); i++) {
      List<Hash> without = new ArrayList<>(path);
      without.remove(i);
      spoiled.add(without);
      List<Hash> other = new ArrayList<>(path);
      other.set(i, wrong);
      spoiled.add(other);
    }
    return spoiled;
  }

  @Test
  void howATreeGrewMakesNoDifference() {
    List<byte[]> entries = entries(70_000);
    Random dice = new Random(70_000);
    Tiles atOnce = new Tiles();
    atOnce.grow(entries);
    Tiles inSteps = new Tiles();
    for (int from = 0; from < entries.size(); ) {
      int to = Math.min(entries.size(), from + dice.nextInt(2_000));
      inSteps.grow(entries.subList(from, to));
      from = to;
    }
    assertThat(inSteps.edge.root()).isEqualTo(atOnce.edge.root());
    assertThat(inSteps.kept.keySet()).isEqualTo(atOnce.kept.keySet());
    inSteps.kept.forEach((name, tile) -> assertThat(tile).isEqualTo(atOnce.kept.get(name)));
    assertThat(TreeEdge.of(70_000, inSteps::read).root()).isEqualTo(atOnce.edge.root());
    assertThat(atOnce.edge.root().hex()).isEqualTo(NaiveTree.hex(NaiveTree.mth(entries)));
    // As the specification counts the tiles of a tree of 70,000.
    assertThat(widths(atOnce, 0)).hasSize(274).endsWith(256, 112);
    assertThat(widths(atOnce, 1)).containsExactly(256, 17);
    assertThat(widths(atOnce, 2)).containsExactly(1);
    assertThat(widths(atOnce, 3)).isEmpty();
    Tiles of256 = new Tiles();
    of256.grow(entries.subList(0, 256));
    assertThat(widths(of256, 0)).containsExactly(256);
    assertThat(widths(of256, 1)).containsExactly(1);
  }

  private static List<Integer> widths(Tiles tiles, int level) {
    List<Integer> widths = new ArrayList<>();
    for (int index = 0; tiles.kept.containsKey(level + "/" + index); index++) {
      widths.add(tiles.kept.get(level + "/" + index).length / Hash.SIZE);
    }
    return widths;
  }

  @Test
  void tilePathsAreThoseOfTheSpecification() {
    assertThat(new Tile(0, new Span(1_234_067, 256)).path()).isEqualTo("tile/0/x001/x234/067");
    assertThat(new Tile(63, new Span(0, 1)).path()).isEqualTo("tile/63/000.p/1");
    assertThat(Tile.entriesPath(new Span(273, 112))).isEqualTo("tile/entries/273.p/112");
    assertThat(new Span(1_000, 256).path()).isEqualTo("x001/000");
    Random dice = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      Span span = new Span(dice.nextLong(1L << dice.nextInt(1, 50)), 1 + dice.nextInt(256));
      assertThat(Span.parse(span.path())).isEqualTo(span);
    }
    for (String wrong :
        List.of(
            "",
            "0",
            "00",
            "0000",
            "x000/001",
            "001/002",
            "x001/x002",
            "x01/002",
            "001.p/0",
            "001.p/256",
            "001.p/01",
            "001.p",
            "001.p/",
            "../001",
            "-01")) {
      assertThatThrownBy(() -> Span.parse(wrong)).as(wrong).isInstanceOf(Malformed.class);
    }
    assertThatThrownBy(() -> new Tile(64, new Span(0, 1))).isInstanceOf(Malformed.class);
  }

  @Test
  void bundlesAreLengthsAndEntries() {
    List<byte[]> entries = List.of(new byte[0], new byte[] {7, 8}, new byte[258]);
    byte[] bundle = EntryBundle.write(entries);
    assertThat(HexFormat.of().formatHex(bundle)).startsWith("0000" + "00020708" + "0102");
    assertThat(EntryBundle.read(new Span(0, 3), bundle)).containsExactlyElementsOf(entries);
    assertThat(EntryBundle.write(List.of(new byte[EntryBundle.LONGEST]))).startsWith(-1, -1);
    assertThatThrownBy(() -> EntryBundle.write(List.of(new byte[EntryBundle.LONGEST + 1])))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> EntryBundle.read(new Span(0, 2), bundle))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> EntryBundle.read(new Span(0, 3), Arrays.copyOf(bundle, 100)))
        .isInstanceOf(Malformed.class);
  }

  @Test
  void anEntryIsItsOriginAndItsExactBytes() {
    Entry small =
        new Entry(
            "a",
            1,
            2,
            Entry.Part.of(null),
            Entry.Part.of(new byte[0]),
            Entry.Part.of(new byte[] {9}));
    String hex = "01" + "0001" + "61" + "00000001" + "0000000000000002";
    assertThat(HexFormat.of().formatHex(small.bytes()))
        .isEqualTo(hex + "00" + "0100000000" + "010000000109");
    assertThat(small.leaf()).isEqualTo(small.bytes());
    assertThat(Entry.read(small.bytes())).isEqualTo(small);

    byte[] longest = new byte[Entry.LONGEST_PART];
    byte[] longer = new byte[Entry.LONGEST_PART + 1];
    Entry.Part part = Entry.Part.of(longest);
    assertThat(new Entry("t".repeat(249), 1, 2, part, part, part).leaf())
        .as("whatever comes fits in a bundle")
        .hasSizeGreaterThan(3 * Entry.LONGEST_PART)
        .hasSizeLessThan(EntryBundle.LONGEST);
    Entry cut =
        new Entry("a", 1, 2, Entry.Part.of(null), Entry.Part.of(longest), Entry.Part.of(longer));
    Entry leaf = Entry.read(cut.leaf());
    assertThat(leaf.headers()).isEqualTo(cut.headers());
    assertThat(leaf.value())
        .isEqualTo(new Entry.Digest(longer.length, NaiveTree.sha256(-1, longer)));
    assertThat(Entry.read(cut.bytes())).isEqualTo(cut);
    assertThat(leaf.leaf()).isEqualTo(cut.leaf());
    byte[] bytes = small.bytes();
    for (int end = 0; end < bytes.length; end++) {
      byte[] half = Arrays.copyOf(bytes, end);
      assertThatThrownBy(() -> Entry.read(half)).isInstanceOf(Malformed.class);
    }
    assertThatThrownBy(() -> Entry.read(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(Malformed.class);
  }

  @Test
  void anEntrysTopicIsNamedAsKafkaNamesTopics() {
    Entry.Part part = Entry.Part.of(null);
    for (String topic : List.of("access.traces", "A-Z_09", "t".repeat(249))) {
      Entry entry = new Entry(topic, 1, 2, part, part, part);
      assertThat(Entry.read(entry.bytes())).isEqualTo(entry);
    }
    for (String topic :
        List.of(
            "", "t".repeat(250), "a b", "a\n", "\u001b[2J", "a\u007f", "\u00e9", "a/b", "a@1")) {
      byte[] bytes = new Entry(topic, 1, 2, part, part, part).bytes();
      assertThatThrownBy(() -> Entry.read(bytes)).as(topic).isInstanceOf(Malformed.class);
    }
  }
}
