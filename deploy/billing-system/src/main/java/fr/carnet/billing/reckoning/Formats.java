package fr.carnet.billing.reckoning;

import fr.carnet.billing.ActSystem;
import java.util.regex.Pattern;

/** The formats and keys of identifiers and codes, as the domain's table of identifiers has them. */
final class Formats {
  private static final Pattern INS = Pattern.compile("[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}");
  private static final Pattern RPPS = Pattern.compile("[0-9]{11}");
  private static final Pattern FINESS = Pattern.compile("([0-9]{2}|2[AB])[0-9]{7}");
  private static final Pattern NATURE = Pattern.compile("[0-9]{1,5}");
  private static final Pattern SPECIALTY = Pattern.compile("[0-9A-Z]{2}");
  private static final Pattern CCAM = Pattern.compile("[A-Z]{4}[0-9]{3}");
  private static final Pattern NGAP = Pattern.compile("[A-Z][A-Z0-9]{0,5}");
  private static final Pattern NABM = Pattern.compile("[0-9]{1,4}");
  private static final Pattern CIP13 = Pattern.compile("3400[0-9]{9}");
  private static final Pattern LPP = Pattern.compile("[0-9]{7}");
  private static final Pattern GHM = Pattern.compile("[0-9]{2}[A-Z][0-9]{2}[0-9A-Z]");

  private Formats() {}

  /** Thirteen and two: number and key add up to a multiple of 97; 2A counts as 19, 2B as 18. */
  static boolean isIns(String text) {
    if (!INS.matcher(text).matches()) {
      return false;
    }
    String department = text.substring(5, 7);
    String counted =
        switch (department) {
          case "2A" -> "19";
          case "2B" -> "18";
          default -> department;
        };
    long number = Long.parseLong(text.substring(0, 5) + counted + text.substring(7, 13));
    int key = Integer.parseInt(text.substring(13));
    return key >= 1 && key <= 97 && (number + key) % 97 == 0;
  }

  static boolean isRpps(String text) {
    return RPPS.matcher(text).matches() && passesLuhn(text);
  }

  /** Corsica has 2A or 2B in front; a letter counts as its place in the alphabet. */
  static boolean isFiness(String text) {
    return FINESS.matcher(text).matches() && passesLuhn(text);
  }

  static boolean isNatureCode(String text) {
    return NATURE.matcher(text).matches();
  }

  static boolean isSpecialty(String text) {
    return SPECIALTY.matcher(text).matches();
  }

  static boolean isCodeOf(ActSystem system, String code) {
    return switch (system) {
      case CCAM -> CCAM.matcher(code).matches();
      case NGAP -> NGAP.matcher(code).matches();
      case NABM -> NABM.matcher(code).matches();
      case CIP13 -> CIP13.matcher(code).matches() && passesEan(code);
      case LPP -> LPP.matcher(code).matches();
      case GHM -> GHM.matcher(code).matches();
    };
  }

  private static boolean passesLuhn(String digits) {
    int sum = 0;
    boolean doubled = false;
    for (int i = digits.length() - 1; i >= 0; i--) {
      char character = digits.charAt(i);
      int value = character >= 'A' ? character - 'A' + 1 : character - '0';
      int weighted = value * (doubled ? 2 : 1);
      sum += weighted / 10 + weighted % 10;
      doubled = !doubled;
    }
    return sum % 10 == 0;
  }

  private static boolean passesEan(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      sum += Character.digit(digits.charAt(i), 10) * (i % 2 == 0 ? 1 : 3);
    }
    return sum % 10 == 0;
  }
}
