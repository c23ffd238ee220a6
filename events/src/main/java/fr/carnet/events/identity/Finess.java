package fr.carnet.events.identity;

import java.util.regex.Pattern;

/** The number of an establishment (FINESS): 9 characters, Luhn; Corsica has 2A or 2B in front. */
public final class Finess {
  private static final Pattern FORM = Pattern.compile("([0-9]{2}|2[AB])[0-9]{7}");

  private Finess() {}

  /** Whether this text is such a number. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches() && CheckDigits.luhn(text);
  }
}
