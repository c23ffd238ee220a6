package fr.carnet.dossier.deciding;

/** What people write in a field of their own words. */
public final class Words {
  private static final int MOST = 1_000;

  private Words() {}

  /** Whether something stands there that can be kept, of 1,000 characters at most. */
  public static boolean are(String text) {
    return are(text, MOST, true);
  }

  /**
   * Whether it can be kept and read again. PostgreSQL and people can do without control characters,
   * but for ends of lines and tabs in a text; half a character, as JSON may escape it, is not one.
   */
  static boolean are(String text, int most, boolean mayHaveLines) {
    return !text.isBlank()
        && text.length() <= most
        && text.codePoints()
            .noneMatch(
                c ->
                    Character.getType(c) == Character.SURROGATE
                        || (Character.isISOControl(c)
                            && !(mayHaveLines && "\n\r\t".indexOf(c) >= 0)));
  }
}
