package fr.carnet.transparency;

import java.util.ArrayList;
import java.util.List;

/**
 * That the tree of one size is the beginning of the tree of a later size: PROOF(m, D[n]) of RFC
 * 6962, section 2.1.2.
 *
 * @param from size of the earlier tree, in entries
 * @param to size of the later one
 */
public record ConsistencyProof(long from, long to, List<Hash> path) {
  public ConsistencyProof {
    path = List.copyOf(path);
  }

  /** Makes the proof; it is empty where there is nothing to prove, from 0 and between equals. */
  public static ConsistencyProof of(long from, long to, Subtrees subtrees) {
    if (from < 0 || from > to) {
      throw new IllegalArgumentException("no tree of " + from + " within one of " + to);
    }
    List<Hash> path = new ArrayList<>();
    if (from > 0 && from < to) {
      prove(from, 0, to, true, subtrees, path);
    }
    return new ConsistencyProof(from, to, path);
  }

  /** SUBPROOF(m, D[start:end], whole); m counts from the start of the whole tree here. */
  private static void prove(
      long m, long start, long end, boolean whole, Subtrees subtrees, List<Hash> path) {
    if (m == end) {
      if (!whole) {
        path.add(Subtrees.root(subtrees, start, end));
      }
      return;
    }
    long middle = start + Subtrees.split(end - start);
    if (m <= middle) {
      prove(m, start, middle, whole, subtrees, path);
      path.add(Subtrees.root(subtrees, middle, end));
    } else {
      prove(m, middle, end, false, subtrees, path);
      path.add(Subtrees.root(subtrees, start, middle));
    }
  }

  /** Whether it connects these roots (RFC 9162, section 2.1.4.2). */
  public boolean connects(Hash earlier, Hash later) {
    if (from < 0 || from > to) {
      return false;
    }
    if (from == to) {
      return path.isEmpty() && earlier.equals(later);
    }
    if (from == 0) {
      return path.isEmpty() && earlier.equals(Hash.EMPTY_TREE);
    }
    List<Hash> hashes = new ArrayList<>(path);
    if (Long.bitCount(from) == 1) {
      hashes.addFirst(earlier);
    }
    if (hashes.isEmpty()) {
      return false;
    }
    int levels = Long.numberOfTrailingZeros(~(from - 1));
    long node = (from - 1) >>> levels;
    long last = (to - 1) >>> levels;
    Hash before = hashes.getFirst();
    Hash after = hashes.getFirst();
    for (Hash beside : hashes.subList(1, hashes.size())) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        before = Hash.ofNode(beside, before);
        after = Hash.ofNode(beside, after);
        while (node != 0 && (node & 1) == 0) {
          node >>>= 1;
          last >>>= 1;
        }
      } else {
        after = Hash.ofNode(after, beside);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 && before.equals(earlier) && after.equals(later);
  }
}
