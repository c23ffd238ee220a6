package fr.carnet.events.identity;

import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The code of a medicine's pack (CIP13): EAN-13 with prefix 3400. */
public final class Cip13 {
  private static final Pattern FORM = Pattern.compile("3400[0-9]{9}");

  private Cip13() {}

  /** The code of the pack that the seven digits of the older code name. */
  public static String ofCip7(String cip7) {
    return IntStream.range(0, 10)
        .mapToObj(digit -> "34009" + cip7 + digit)
        .filter(CheckDigits::ean13)
        .findFirst()
        .orElseThrow();
  }

  /** Whether this text is such a code. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches() && CheckDigits.ean13(text);
  }
}
