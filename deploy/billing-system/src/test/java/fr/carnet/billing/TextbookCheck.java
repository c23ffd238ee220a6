package fr.carnet.billing;

import java.math.BigInteger;

/** The checks of the identifiers as a textbook tells them, apart from generator and reckoning. */
final class TextbookCheck {
  private TextbookCheck() {}

  static boolean ins(String ins) {
    if (ins.length() != 15) {
      return false;
    }
    String number = ins.substring(0, 13);
    BigInteger value;
    if (number.startsWith("2A", 5)) {
      value = new BigInteger(number.replace('A', '0')).subtract(BigInteger.valueOf(1_000_000));
    } else if (number.startsWith("2B", 5)) {
      value = new BigInteger(number.replace('B', '0')).subtract(BigInteger.valueOf(2_000_000));
    } else {
      value = new BigInteger(number);
    }
    BigInteger modulus = BigInteger.valueOf(97);
    return modulus.subtract(value.mod(modulus)).intValue() == Integer.parseInt(ins.substring(13));
  }

  static boolean luhn(String digits, int length) {
    int[] doubled = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    int sum = 0;
    for (int i = 1; i <= digits.length(); i++) {
      int digit = Integer.parseInt(digits.substring(digits.length() - i, digits.length() - i + 1));
      sum += i % 2 == 0 ? doubled[digit] : digit;
    }
    return digits.length() == length && sum % 10 == 0;
  }

  static boolean cip13(String code) {
    int odd = 0;
    int even = 0;
    for (int i = 0; i < 12; i += 2) {
      odd += Integer.parseInt(code.substring(i, i + 1));
      even += Integer.parseInt(code.substring(i + 1, i + 2));
    }
    int check = (1_000 - odd - 3 * even) % 10;
    return code.length() == 13 && code.startsWith("3400") && code.endsWith(Integer.toString(check));
  }
}
