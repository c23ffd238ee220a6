package fr.carnet.billing;

import java.util.List;

/**
 * Chance from a seed: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014).
 *
 * <p>Written out, because the JDK promises for none of its bounded methods that the same seed will
 * give the same numbers in another release, and the bytes of the billing system hang on it. Not for
 * secrets; one thread at a time.
 */
final class Dice {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  Dice(long seed) {
    state = seed;
  }

  /** Other dice for another purpose, so that what one draws does not move the other. */
  static Dice forPurpose(long seed, String purpose) {
    long mixed = seed;
    for (int i = 0; i < purpose.length(); i++) {
      mixed = mix(mixed * 31 + purpose.charAt(i) + GOLDEN_GAMMA);
    }
    return new Dice(mixed);
  }

  long next() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A number from 0 to {@code bound - 1}; the bias is below 2⁻³². */
  int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive: " + bound);
    }
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** A number from {@code low} to {@code high}, both included. */
  int between(int low, int high) {
    return low + below(high - low + 1);
  }

  /** True in {@code percent} of a hundred throws. */
  boolean chance(int percent) {
    return below(100) < percent;
  }

  <T> T pick(List<T> from) {
    return from.get(below(from.size()));
  }

  /** The numbers from 0 to {@code size - 1} in random order (Fisher and Yates). */
  int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int other = below(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
