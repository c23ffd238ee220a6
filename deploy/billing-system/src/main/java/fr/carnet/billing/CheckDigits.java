package fr.carnet.billing;

/** The digits that make an identifier valid, as its issuer reckons them. */
final class CheckDigits {
  private CheckDigits() {}

  /** The number with its Luhn digit behind it: RPPS, FINESS. */
  static String withLuhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighted = i % 2 == 0 ? digit * 2 : digit;
      sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return digits + (10 - sum % 10) % 10;
  }

  /** The twelve digits with their EAN-13 digit behind them: CIP13. */
  static String withEan(String twelve) {
    int sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += (twelve.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return twelve + (10 - sum % 10) % 10;
  }

  /** The thirteen characters with the two of their key behind them: INS. */
  static String withInsKey(String thirteen) {
    long number = Long.parseLong(thirteen.replace("2A", "19").replace("2B", "18"));
    long key = 97 - number % 97;
    return thirteen + (key < 10 ? "0" : "") + key;
  }
}
