package fr.carnet.transparency;

/** The hashes of complete subtrees, of which every root and every proof is made. */
@FunctionalInterface
public interface Subtrees {
  /**
   * The Merkle Tree Hash over {@code 2^height} entries, all of them in the tree.
   *
   * @param index counts subtrees of this height from the left: the first entry is {@code index *
   *     2^height}
   */
  Hash at(int height, long index);

  /** The root over these entries; where they begin is a multiple of where the tree splits. */
  private Hash over(long from, long to) {
    long size = to - from;
    int height = Long.SIZE - 1 - Long.numberOfLeadingZeros(size);
    long left = 1L << height;
    return left == size
        ? at(height, from >>> height)
        : Hash.ofNode(over(from, from + left), over(from + left, to));
  }

  /** MTH(D[from:to]) of RFC 6962, for stretches that its definition splits a tree into. */
  static Hash root(Subtrees subtrees, long from, long to) {
    return from == to ? Hash.EMPTY_TREE : subtrees.over(from, to);
  }

  /** Where a tree of this size splits: the largest power of two below it. */
  static long split(long size) {
    return Long.highestOneBit(size - 1);
  }
}
