package fr.carnet.audit.querying;

import fr.carnet.events.Paris;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;

/** The same in both languages, for people. */
record Words(String english, String french) {
  String in(Language language) {
    return switch (language) {
      case ENGLISH -> english;
      case FRENCH -> french;
    };
  }

  /** A code that nobody has put in words here: said as it is. */
  static Words asIs(String code) {
    return new Words(code, code);
  }

  Words and(Words more) {
    return new Words(english + more.english, french + more.french);
  }

  /** A day and a time in France. */
  static Words at(Instant time) {
    return new Words(at(time, Language.ENGLISH), at(time, Language.FRENCH));
  }

  private static String at(Instant time, Language language) {
    return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
        .withLocale(language.locale())
        .withZone(Paris.ZONE)
        .format(time);
  }
}
