package fr.carnet.events.care;

import fr.carnet.events.identity.Cip13;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The code systems of acts and products, each with the form of its codes. */
public enum ActSystem {
  /** Medical acts: four letters, three digits. */
  CCAM(matching("[A-Z]{4}[0-9]{3}")),
  /** Consultations and acts of the older nomenclature: a key letter code. */
  NGAP(matching("[A-Z][A-Z0-9]{0,5}")),
  /** Laboratory acts: up to four digits. */
  NABM(matching("[0-9]{1,4}")),
  /** Medicines. */
  CIP13(Cip13::isValid),
  /** Devices: seven digits. */
  LPP(matching("[0-9]{7}")),
  /** Hospital stays: two digits, a letter, two digits, a severity. */
  GHM(matching("[0-9]{2}[A-Z][0-9]{2}[0-9A-Z]"));

  private final Predicate<String> form;

  ActSystem(Predicate<String> form) {
    this.form = form;
  }

  /** Whether a code has the form of this system; not whether it exists. */
  public boolean accepts(String code) {
    return form.test(code);
  }

  private static Predicate<String> matching(String pattern) {
    return Pattern.compile(pattern).asMatchPredicate();
  }
}
