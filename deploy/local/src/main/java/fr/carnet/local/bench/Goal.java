package fr.carnet.local.bench;

import java.util.Locale;

/**
 * What the feed must do on 2 cores, beside what it did.
 *
 * @param what with its unit
 * @param wanted in words
 */
record Goal(String what, double figure, String wanted, boolean met) {

  static Goal atLeast(String what, double figure, double least) {
    return new Goal(
        what, figure, String.format(Locale.ROOT, "at least %,.0f", least), figure >= least);
  }

  static Goal below(String what, double figure, double bound) {
    return new Goal(what, figure, String.format(Locale.ROOT, "below %,.0f", bound), figure < bound);
  }
}
