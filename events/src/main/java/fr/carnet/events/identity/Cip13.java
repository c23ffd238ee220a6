package fr.carnet.events.identity;

import java.util.regex.Pattern;

/** The code of a medicine's pack (CIP13): EAN-13 with prefix 3400. */
public final class Cip13 {
  private static final Pattern FORM = Pattern.compile("3400[0-9]{9}");

  private Cip13() {}

  /** Whether this text is such a code. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches() && CheckDigits.ean13(text);
  }
}
