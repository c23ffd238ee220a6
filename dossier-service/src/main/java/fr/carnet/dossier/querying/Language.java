package fr.carnet.dossier.querying;

import java.util.List;
import java.util.Locale;

/** A reader's language: French, unless another is asked for that is known. */
enum Language {
  FRENCH,
  ENGLISH;

  private static final List<String> KNOWN = List.of("fr", "en");

  /** From the header {@code Accept-Language}; what cannot be read asks for nothing. */
  static Language of(String header) {
    if (header == null) {
      return FRENCH;
    }
    try {
      return "en".equals(Locale.lookupTag(Locale.LanguageRange.parse(header), KNOWN))
          ? ENGLISH
          : FRENCH;
    } catch (IllegalArgumentException e) {
      return FRENCH;
    }
  }

  String of(Sentence sentence) {
    return switch (this) {
      case FRENCH -> sentence.fr();
      case ENGLISH -> sentence.en();
    };
  }
}
