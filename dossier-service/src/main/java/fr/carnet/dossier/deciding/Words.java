package fr.carnet.dossier.deciding;

/** What people write in a field of their own words. */
public final class Words {
  private static final int MOST = 1_000;

  private Words() {}

  /** Whether something stands there, of 1,000 characters at most. */
  public static boolean are(String text) {
    return !text.isBlank() && text.length() <= MOST;
  }
}
