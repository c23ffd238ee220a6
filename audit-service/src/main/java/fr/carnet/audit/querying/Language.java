package fr.carnet.audit.querying;

import fr.carnet.resourceserver.Refusal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** In which a page is written. */
enum Language {
  FRENCH(Locale.FRANCE),
  ENGLISH(Locale.UK);

  private final Locale locale;

  Language(Locale locale) {
    this.locale = locale;
  }

  Locale locale() {
    return locale;
  }

  /** {@code fr} or {@code en}; French where nothing is said. */
  static Language of(Optional<String> code) {
    return code.isEmpty()
        ? FRENCH
        : Refusal.unless(
            Arrays.stream(values())
                .filter(language -> language.locale.getLanguage().equals(code.get()))
                .findFirst(),
            AuditProblem.LANGUAGE_INVALID);
  }
}
