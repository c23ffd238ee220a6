package fr.carnet.transparency;

import java.util.ArrayList;
import java.util.List;

/**
 * That an entry stands at an index of the tree of a size: PATH(m, D[n]) of RFC 6962, section 2.1.1.
 *
 * @param index of the entry, from 0
 * @param size of the tree, in entries
 * @param path from the entry up
 */
public record InclusionProof(long index, long size, List<Hash> path) {
  public InclusionProof {
    path = List.copyOf(path);
  }

  /** Makes the proof. */
  public static InclusionProof of(long index, long size, Subtrees subtrees) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("no entry " + index + " in a tree of " + size);
    }
    List<Hash> path = new ArrayList<>();
    long from = 0;
    long to = size;
    while (to - from > 1) {
      long middle = from + Subtrees.split(to - from);
      if (index < middle) {
        path.add(Subtrees.root(subtrees, middle, to));
        to = middle;
      } else {
        path.add(Subtrees.root(subtrees, from, middle));
        from = middle;
      }
    }
    return new InclusionProof(index, size, path.reversed());
  }

  /** Whether it proves that this leaf stands there (RFC 9162, section 2.1.3.2). */
  public boolean proves(Hash leaf, Hash root) {
    if (index < 0 || index >= size) {
      return false;
    }
    long node = index;
    long last = size - 1;
    Hash hash = leaf;
    for (Hash beside : path) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        hash = Hash.ofNode(beside, hash);
        // A right-most node without a sibling stands for itself on the levels above.
        while (node != 0 && (node & 1) == 0) {
          node >>>= 1;
          last >>>= 1;
        }
      } else {
        hash = Hash.ofNode(hash, beside);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 && hash.equals(root);
  }
}
