package fr.carnet.audit.querying;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * As much of what was looked for as one answer holds.
 *
 * @param more whether there is more behind it
 */
record Part<T>(List<T> entries, boolean more) {
  /** A trace may name ten thousands of items: so many bytes are enough to hold at once. */
  static final int ENOUGH_BYTES = 8 << 20;

  Part {
    entries = List.copyOf(entries);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  <R> Part<R> map(Function<T, R> as) {
    return new Part<>(entries.stream().map(as).toList(), more);
  }

  /** A part that is being filled, up to so many entries, and however large each is. */
  static final class Filling<T> {
    private final int most;
    private final List<T> entries = new ArrayList<>();
    private long bytes;

    Filling(int most) {
      this.most = most;
    }

    boolean isFull() {
      return entries.size() == most || bytes >= ENOUGH_BYTES;
    }

    void add(T entry, int size) {
      entries.add(entry);
      bytes += size;
    }

    Part<T> part(boolean more) {
      return new Part<>(entries, more);
    }
  }
}
