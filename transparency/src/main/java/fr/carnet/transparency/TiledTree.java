package fr.carnet.transparency;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A tree of a size, read from its tiles; each tile is read once, and a subtree that takes many
 * hashes is made once. For one thread.
 */
public final class TiledTree implements Subtrees {
  /** Over so many levels of a tile a subtree is kept: a few for each tile that is. */
  private static final int KEPT_FROM = 4;

  private final long size;
  private final Tile.Source source;
  private final Map<Tile, List<Hash>> read = new HashMap<>();
  private final Map<Subtree, Hash> made = new HashMap<>();

  private record Subtree(int height, long index) {}

  public TiledTree(long size, Tile.Source source) {
    this.size = size;
    this.source = source;
  }

  /** The root of the tree. */
  public Hash root() {
    return Subtrees.root(this, 0, size);
  }

  /**
   * Answers from this tree with one look at where tiles come from: the question is put twice, first
   * to learn which tiles it needs.
   *
   * @param question asks for the same subtrees whatever their hashes are, as every proof does
   */
  public <T> T answer(Function<Subtrees, T> question) {
    Set<Tile> wanted = new HashSet<>();
    var _ =
        question.apply(
            (height, index) -> {
              wanted.add(tile(height, index));
              return Hash.EMPTY_TREE;
            });
    wanted.removeAll(read.keySet());
    if (!wanted.isEmpty()) {
      source
          .readAll(wanted)
          .forEach((tile, bytes) -> read.put(tile, Tile.read(tile.span(), bytes)));
    }
    return question.apply(this);
  }

  @Override
  public Hash at(int height, long index) {
    return height % Tile.HEIGHT < KEPT_FROM
        ? make(height, index)
        : made.computeIfAbsent(new Subtree(height, index), _ -> make(height, index));
  }

  private Hash make(int height, long index) {
    int within = height % Tile.HEIGHT;
    Tile tile = tile(height, index);
    List<Hash> hashes = read.computeIfAbsent(tile, this::read);
    int from = (int) ((index << within) - tile.span().first());
    return Tile.over(hashes.subList(from, from + (1 << within)));
  }

  /** The one that holds this subtree. */
  private Tile tile(int height, long index) {
    int level = height / Tile.HEIGHT;
    return new Tile(
        level, Span.at(index << (height % Tile.HEIGHT), size >>> (level * Tile.HEIGHT)));
  }

  private List<Hash> read(Tile tile) {
    return Tile.read(
        tile.span(),
        source.read(tile).orElseThrow(() -> new Malformed("there is no " + tile.path())));
  }
}
