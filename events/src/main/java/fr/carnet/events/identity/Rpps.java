package fr.carnet.events.identity;

import java.util.regex.Pattern;

/** The number of a professional in the national directory (RPPS): 11 digits, Luhn. */
public final class Rpps {
  private static final Pattern FORM = Pattern.compile("[0-9]{11}");

  private Rpps() {}

  /** Whether this text is such a number. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches() && CheckDigits.luhn(text);
  }
}
