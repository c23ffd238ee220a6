package fr.carnet.transparency;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The right edge of a tree: the hashes of the partial tile of each level, all that is needed to go
 * on and to say the root, whatever the size. Never changes; growing gives another.
 */
public final class TreeEdge {
  public static final TreeEdge EMPTY = new TreeEdge(0, List.of());

  private final long size;
  private final List<List<Hash>> levels;

  private TreeEdge(long size, List<List<Hash>> levels) {
    this.size = size;
    this.levels = levels;
  }

  /** The edge of a tree whose tiles are kept. */
  public static TreeEdge of(long size, Tile.Source source) {
    List<List<Hash>> levels = new ArrayList<>();
    int level = 0;
    for (long left = size; left > 0; left /= Span.FULL) {
      int width = (int) (left % Span.FULL);
      if (width == 0) {
        levels.add(List.of());
      } else {
        Tile tile = new Tile(level, new Span(left / Span.FULL, width));
        levels.add(
            List.copyOf(
                Tile.read(
                    tile.span(),
                    source
                        .read(tile)
                        .orElseThrow(() -> new Malformed("there is no " + tile.path())))));
      }
      level++;
    }
    return new TreeEdge(size, List.copyOf(levels));
  }

  /** A tree that has grown: its edge, and every tile that is new or wider, bytes as served. */
  public record Growth(TreeEdge edge, Map<Tile, byte[]> tiles) {}

  /** Grows by these leaves, in order. */
  public Growth grow(List<Hash> leaves) {
    Map<Tile, byte[]> tiles = new LinkedHashMap<>();
    List<List<Hash>> grown = new ArrayList<>();
    List<Hash> arriving = leaves;
    long before = size;
    for (int level = 0; !arriving.isEmpty() || level < levels.size(); level++) {
      List<Hash> row = new ArrayList<>(level < levels.size() ? levels.get(level) : List.of());
      row.addAll(arriving);
      long index = before / Span.FULL;
      List<List<Hash>> full = new ArrayList<>();
      int from = 0;
      while (row.size() - from >= Span.FULL) {
        List<Hash> each = row.subList(from, from + Span.FULL);
        tiles.put(new Tile(level, new Span(index, Span.FULL)), Tile.write(each));
        full.add(each);
        from += Span.FULL;
        index++;
      }
      List<Hash> up = full.parallelStream().map(Tile::over).toList();
      List<Hash> partial = List.copyOf(row.subList(from, row.size()));
      if (!partial.isEmpty() && !arriving.isEmpty()) {
        tiles.put(new Tile(level, new Span(index, partial.size())), Tile.write(partial));
      }
      grown.add(partial);
      arriving = up;
      before /= Span.FULL;
    }
    return new Growth(new TreeEdge(size + leaves.size(), List.copyOf(grown)), tiles);
  }

  /** How many entries the tree has. */
  public long size() {
    return size;
  }

  /** The root of the tree: complete subtrees, the smallest and right-most first. */
  public Hash root() {
    Optional<Hash> root = Optional.empty();
    for (List<Hash> level : levels) {
      int end = level.size();
      while (end > 0) {
        int width = Integer.lowestOneBit(end);
        Hash subtree = Tile.over(level.subList(end - width, end));
        root = Optional.of(root.map(right -> Hash.ofNode(subtree, right)).orElse(subtree));
        end -= width;
      }
    }
    return root.orElse(Hash.EMPTY_TREE);
  }
}
