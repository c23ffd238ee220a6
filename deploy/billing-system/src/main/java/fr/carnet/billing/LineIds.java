package fr.carnet.billing;

/**
 * Line ids that no other seed gives. Most look like a sender's; some have quotes, accents or a
 * backslash, and some the full 128 characters, for all of that is allowed.
 */
final class LineIds {
  private static final int LONGEST = 128;

  private final String prefix;
  private long last;

  LineIds(String purpose, long seed) {
    prefix = purpose + "-" + Long.toHexString(seed) + "-";
  }

  String next() {
    last++;
    String plain = prefix + last;
    if (last % 97 == 0) {
      return "lot \"été\" \\ caisse 31/" + plain;
    }
    if (last % 193 == 0) {
      return plain + "-" + "x".repeat(LONGEST - plain.length() - 1);
    }
    return plain;
  }
}
