package fr.carnet.dossier.querying;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What somebody looks for: words, each of which must be in what a thing is called. */
record SoughtText(List<String> words) {
  private static final int SHORTEST = 2;
  private static final int LONGEST = 100;
  private static final Pattern MARKS = Pattern.compile("[\\p{M}.]+");

  /** Nothing where it has less than 2 or more than 100 characters. */
  static Optional<SoughtText> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    String folded = folded(text).strip();
    return folded.length() < SHORTEST
        ? Optional.empty()
        : Optional.of(new SoughtText(List.of(folded.split("\\s+"))));
  }

  /** Whether every word is in one of these names. */
  boolean isIn(Stream<String> names) {
    String all = names.map(SoughtText::folded).collect(Collectors.joining("\n"));
    return words.stream().allMatch(all::contains);
  }

  /** Without case, accents, ligatures, and the dots that some write in codes. */
  private static String folded(String text) {
    return MARKS
        .matcher(Normalizer.normalize(text, Normalizer.Form.NFKD))
        .replaceAll("")
        .toLowerCase(Locale.ROOT)
        .replace("œ", "oe")
        .replace("æ", "ae")
        .replace('’', '\'');
  }
}
