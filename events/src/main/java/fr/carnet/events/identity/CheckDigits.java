package fr.carnet.events.identity;

/** The two check digits that French health identifiers use. */
final class CheckDigits {
  private CheckDigits() {}

  /**
   * Luhn (ISO/IEC 7812-1), used by RPPS and FINESS. Corsican FINESS numbers carry a letter, which
   * counts as its place in the alphabet: A is 1, B is 2.
   */
  static boolean luhn(String digits) {
    int sum = 0;
    boolean twice = false;
    for (int i = digits.length() - 1; i >= 0; i--) {
      char character = digits.charAt(i);
      int digit = character >= 'A' ? character - 'A' + 1 : character - '0';
      if (twice) {
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      }
      sum += digit;
      twice = !twice;
    }
    return sum % 10 == 0;
  }

  /** EAN-13 (GS1), used by CIP13. */
  static boolean ean13(String digits) {
    int sum = 0;
    for (int i = 0; i < 13; i++) {
      sum += (digits.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return sum % 10 == 0;
  }
}
