package fr.carnet.transparency;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Consecutive hashes of one level of the tree (C2SP tlog-tiles); a hash of level L stands for
 * {@code 256^L} entries.
 */
public record Tile(int level, Span span) {
  private static final int HIGHEST = 63;

  /** Levels of the tree in one tile. */
  static final int HEIGHT = 8;

  public Tile {
    if (level < 0 || level > HIGHEST) {
      throw new Malformed("no tile level " + level);
    }
  }

  /** Where tiles come from. */
  @FunctionalInterface
  public interface Source {
    /** The hashes of this tile, as served; empty when there is no such tile. */
    Optional<byte[]> read(Tile tile);

    /** Several at once, which may cost less than one by one; what there is not is absent. */
    default Map<Tile, byte[]> readAll(Set<Tile> tiles) {
      Map<Tile, byte[]> found = new HashMap<>();
      tiles.forEach(tile -> read(tile).ifPresent(hashes -> found.put(tile, hashes)));
      return found;
    }
  }

  /** Its path below the log's prefix: {@code tile/<L>/<N>[.p/<W>]}. */
  public String path() {
    return "tile/" + level + "/" + span.path();
  }

  /** The path of entries below the log's prefix: {@code tile/entries/<N>[.p/<W>]}. */
  public static String entriesPath(Span span) {
    return "tile/entries/" + span.path();
  }

  static byte[] write(List<Hash> hashes) {
    byte[] bytes = new byte[hashes.size() * Hash.SIZE];
    for (int i = 0; i < hashes.size(); i++) {
      hashes.get(i).copyInto(bytes, i * Hash.SIZE);
    }
    return bytes;
  }

  /**
   * The hashes in a tile.
   *
   * @throws Malformed when there are not as many as its width
   */
  public static List<Hash> read(Span span, byte[] bytes) {
    if (bytes.length != span.width() * Hash.SIZE) {
      throw new Malformed(
          "a tile of width " + span.width() + " has not " + bytes.length + " bytes");
    }
    List<Hash> hashes = new ArrayList<>(span.width());
    for (int i = 0; i < span.width(); i++) {
      hashes.add(Hash.of(bytes, i * Hash.SIZE, (i + 1) * Hash.SIZE));
    }
    return hashes;
  }

  /** The root over a power of two of hashes that stand side by side. */
  static Hash over(List<Hash> hashes) {
    Hash[] row = hashes.toArray(Hash[]::new);
    Hash.Nodes nodes = new Hash.Nodes();
    for (int width = row.length / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; i++) {
        row[i] = nodes.of(row[2 * i], row[2 * i + 1]);
      }
    }
    return row[0];
  }
}
