package fr.carnet.transparency;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A tree of a size, read from its tiles; each tile is read once. For one thread. */
public final class TiledTree implements Subtrees {
  private final long size;
  private final Tile.Source source;
  private final Map<Tile, List<Hash>> read = new HashMap<>();

  public TiledTree(long size, Tile.Source source) {
    this.size = size;
    this.source = source;
  }

  /** The root of the tree. */
  public Hash root() {
    return Subtrees.root(this, 0, size);
  }

  @Override
  public Hash at(int height, long index) {
    int level = height / Tile.HEIGHT;
    int within = height % Tile.HEIGHT;
    long first = index << within;
    Tile tile = new Tile(level, Span.at(first, size >>> (level * Tile.HEIGHT)));
    List<Hash> hashes = read.computeIfAbsent(tile, this::read);
    int from = (int) (first - tile.span().first());
    return Tile.over(hashes.subList(from, from + (1 << within)));
  }

  private List<Hash> read(Tile tile) {
    return Tile.read(
        tile.span(),
        source.read(tile).orElseThrow(() -> new Malformed("there is no " + tile.path())));
  }
}
