package fr.carnet.transparency.verifying;

import fr.carnet.transparency.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Compares the leaves that entries make with the leaves that were kept, index by index, and tells
 * what happened to an entry: it looks some way ahead for where both go on alike.
 */
final class Differences {
  private static final int AHEAD = 512;

  /** After so many, more would tell nobody more. */
  static final int MOST = 100;

  /** A leaf of one side; empty where that side has none. */
  private record Leaf(long index, Optional<Hash> hash, String origin) {
    boolean is(Leaf other) {
      return hash.equals(other.hash);
    }
  }

  /**
   * How much of one side waits for the other: enough to look ahead and to name what is missing.
   * Behind that nothing is found that would be named.
   */
  private static final int WAITING = 4 * AHEAD + 2 * MOST;

  private final Consumer<Finding> findings;
  private final List<Leaf> made = new ArrayList<>();
  private final List<Leaf> kept = new ArrayList<>();
  private int found;

  Differences(Consumer<Finding> findings) {
    this.findings = findings;
  }

  /** The next leaf that an entry makes; empty where there is no entry. */
  void made(long index, Optional<Hash> leaf, String origin) {
    add(made, new Leaf(index, leaf, origin));
  }

  /** The next leaf that was kept; empty where none was. */
  void kept(long index, Optional<Hash> leaf) {
    add(kept, new Leaf(index, leaf, ""));
  }

  private void add(List<Leaf> side, Leaf leaf) {
    if (found >= MOST || side.size() >= WAITING) {
      return;
    }
    side.add(leaf);
    if (made.size() >= 2 * AHEAD && kept.size() >= 2 * AHEAD) {
      compare(AHEAD);
    }
  }

  /** Compares what is left. Entries behind the last leaf that was kept are new, and not wrong. */
  void end() {
    compare(0);
    for (Leaf missing : kept) {
      find(Finding.Kind.REMOVED, missing.index, "");
    }
  }

  private void find(Finding.Kind kind, long index, String detail) {
    if (found < MOST) {
      findings.accept(Finding.at(kind, index, detail));
    }
    found++;
  }

  /** Goes on until one side has only so many left: what follows is needed to look ahead. */
  private void compare(int leave) {
    int m = 0;
    int k = 0;
    while (made.size() - m > leave && kept.size() - k > leave && found < MOST) {
      Leaf has = made.get(m);
      Leaf had = kept.get(k);
      if (has.is(had) || had.hash.isEmpty()) {
        m++;
        k++;
      } else if (has.hash.isEmpty()) {
        // No entry at an index is told by whoever reads the log, whatever was kept.
        m++;
        k++;
      } else {
        int inserted = ahead(made, m, kept, k);
        int removed = ahead(kept, k, made, m);
        int swapped = swapped(m, k);
        if (swapped > 0) {
          find(
              Finding.Kind.REORDERED,
              had.index,
              "with index " + kept.get(k + swapped).index + ", now " + has.origin);
          made.set(m + swapped, kept.get(k + swapped));
          m++;
          k++;
        } else if (inserted > 0 && (removed == 0 || inserted <= removed)) {
          for (int i = 0; i < inserted; i++) {
            find(Finding.Kind.INSERTED, made.get(m + i).index, made.get(m + i).origin);
          }
          m += inserted;
        } else if (removed > 0) {
          for (int i = 0; i < removed; i++) {
            find(Finding.Kind.REMOVED, kept.get(k + i).index, "");
          }
          k += removed;
        } else {
          find(Finding.Kind.CHANGED, had.index, "now " + has.origin);
          m++;
          k++;
        }
      }
    }
    made.subList(0, m).clear();
    kept.subList(0, k).clear();
  }

  /** How many of the longer side to leave out until both go on alike; 0 where they do not. */
  private static int ahead(List<Leaf> longer, int from, List<Leaf> shorter, int at) {
    for (int i = 1; i < AHEAD && from + i < longer.size(); i++) {
      boolean next =
          from + i + 1 >= longer.size()
              || at + 1 >= shorter.size()
              || longer.get(from + i + 1).is(shorter.get(at + 1));
      if (longer.get(from + i).is(shorter.get(at)) && next) {
        return i;
      }
    }
    return 0;
  }

  /** How far away the entry stands with which this one changed places, all between being alike. */
  private int swapped(int m, int k) {
    for (int i = 1; i < AHEAD && m + i < made.size() && k + i < kept.size(); i++) {
      if (made.get(m + i).is(kept.get(k)) && kept.get(k + i).is(made.get(m))) {
        return i;
      }
      if (!made.get(m + i).is(kept.get(k + i))) {
        return 0;
      }
    }
    return 0;
  }
}
