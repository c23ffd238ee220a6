package fr.carnet.events.identity;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The national health identity number (INS, identifiant national de santé): 13 characters and a key
 * of 2. Key = 97 − (n mod 97); for Corsica 2A counts as 19 and 2B as 18. Never to be logged, nor
 * put in a key, a header or a URL behind the valve; so {@link #toString()} hides it.
 */
public final class Ins {
  private static final Pattern FORM =
      Pattern.compile("[1-8][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}[0-9]{2}");

  private final String value;

  private Ins(String value) {
    this.value = value;
  }

  /** The INS that this text is, if its form and key are right. */
  public static Optional<Ins> parse(String text) {
    return FORM.matcher(text).matches() && keyIsRight(text)
        ? Optional.of(new Ins(text))
        : Optional.empty();
  }

  /** The 15 characters. Only for deriving a pseudonym and for the insurer's own topics. */
  public String value() {
    return value;
  }

  private static boolean keyIsRight(String text) {
    String number = text.substring(0, 13).replace("2A", "19").replace("2B", "18");
    // Letters stand at 6 and 7 only, so a replacement elsewhere cannot happen: the form is checked.
    long key = 97 - Long.parseLong(number) % 97;
    return key == Long.parseLong(text.substring(13));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ins that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "Ins[hidden]";
  }
}
