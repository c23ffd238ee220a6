package fr.carnet.access.noticing;

import fr.carnet.access.noticing.ShownNotices.Ending;
import fr.carnet.access.noticing.ShownNotices.Notice;
import fr.carnet.access.noticing.ShownNotices.Who;
import fr.carnet.events.Paris;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Notices as one page of HTML for a printer: large letters, no script, nothing from elsewhere, and
 * everything that is not ours escaped. Times are those of Europe/Paris.
 */
final class PrintedNotices {
  /** What people call the professions of table G15. */
  private static final Map<String, Sentence> PROFESSIONS =
      Map.of(
          "10", new Sentence("doctor", "médecin"),
          "21", new Sentence("pharmacist", "pharmacien"),
          "40", new Sentence("dentist", "chirurgien-dentiste"),
          "50", new Sentence("midwife", "sage-femme"),
          "60", new Sentence("nurse", "infirmier"),
          "70", new Sentence("physiotherapist", "masseur-kinésithérapeute"),
          "80", new Sentence("podiatrist", "pédicure-podologue"),
          "91", new Sentence("speech therapist", "orthophoniste"));

  private static final Sentence TITLE =
      new Sentence("Access to your shared medical record", "Accès à votre dossier médical partagé");
  private static final Sentence AS_OF = new Sentence("As of", "Au");
  private static final Sentence NONE =
      new Sentence("There is nothing to report.", "Il n'y a rien à signaler.");
  private static final Sentence OLDER =
      new Sentence(
          "There are older notices; this page has the newest.",
          "Il existe des notifications plus anciennes ; cette page montre les plus récentes.");
  private static final Sentence WHEN = new Sentence("When", "Quand");
  private static final Sentence WHAT = new Sentence("What", "Quoi");
  private static final Sentence WHOM = new Sentence("Who", "Qui");
  private static final Sentence PROFESSIONAL = new Sentence("professional no.", "professionnel n°");
  private static final Sentence STRUCTURE = new Sentence("structure no.", "structure n°");
  private static final Sentence SOMEBODY =
      new Sentence("somebody who is not a professional", "une personne non professionnelle");
  private static final Sentence ENDS = new Sentence("Ends on", "Fin le");
  private static final Sentence WHAT_TO_DO =
      new Sentence(
          "If an access surprises you, you may block that professional or end an authorisation:"
              + " online, or with the help of an agent at your health-insurance counter. Keep this"
              + " page to yourself.",
          "Si un accès vous étonne, vous pouvez bloquer ce professionnel ou mettre fin à une"
              + " autorisation : en ligne, ou avec l'aide d'un agent à l'accueil de votre caisse."
              + " Gardez cette page pour vous.");

  private static final String STYLE =
      """
      body { font: 14pt/1.5 sans-serif; color: #000; background: #fff; max-width: 19cm;
             margin: 1cm auto; padding: 0 0.5cm; }
      h1 { font-size: 20pt; line-height: 1.2; margin-bottom: 0; }
      table { border-collapse: collapse; width: 100%; margin: 0.8cm 0; }
      th, td { text-align: left; vertical-align: top; padding: 0.25cm 0.5cm 0.25cm 0;
               border-bottom: 1px solid #767676; }
      thead { display: table-header-group; }
      tr { break-inside: avoid; }
      td:first-child { white-space: nowrap; }
      .number { white-space: nowrap; }
      """;

  /** The reader's: French, unless English is asked for. */
  enum Language {
    FRENCH(Locale.FRANCE, "d MMMM yyyy, HH 'h' mm"),
    ENGLISH(Locale.UK, "d MMMM yyyy, HH:mm");

    private final Locale locale;
    private final DateTimeFormatter time;

    Language(Locale locale, String time) {
      this.locale = locale;
      this.time = DateTimeFormatter.ofPattern(time, locale).withZone(Paris.ZONE);
    }

    /** From the header {@code Accept-Language}; what cannot be read asks for nothing. */
    static Language of(String header) {
      if (header == null) {
        return FRENCH;
      }
      try {
        List<Locale.LanguageRange> asked = Locale.LanguageRange.parse(header);
        return "en".equals(Locale.lookupTag(asked, List.of("fr", "en"))) ? ENGLISH : FRENCH;
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

  private final Language language;

  PrintedNotices(Language language) {
    this.language = language;
  }

  /** The page; where there are older notices, it says so. */
  String page(ShownNotices told) {
    StringBuilder html = new StringBuilder(4_096);
    html.append("<!DOCTYPE html>\n<html lang=\"")
        .append(language.locale.getLanguage())
        .append("\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
        .append(text(TITLE))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n<h1>")
        .append(text(TITLE))
        .append("</h1>\n<p>")
        .append(text(AS_OF))
        .append(' ')
        .append(time(told.at()))
        .append("</p>\n");
    if (told.notices().isEmpty()) {
      html.append("<p>").append(text(NONE)).append("</p>\n");
    } else {
      html.append("<table>\n<thead><tr>");
      for (Sentence heading : List.of(WHEN, WHAT, WHOM)) {
        html.append("<th scope=\"col\">").append(text(heading)).append("</th>");
      }
      html.append("</tr></thead>\n<tbody>\n");
      told.notices().forEach(notice -> row(html, notice));
      html.append("</tbody>\n</table>\n");
    }
    if (told.next().isPresent()) {
      html.append("<p>").append(text(OLDER)).append("</p>\n");
    }
    return html.append("<p>")
        .append(text(WHAT_TO_DO))
        .append("</p>\n</body>\n</html>\n")
        .toString();
  }

  private void row(StringBuilder html, Notice notice) {
    html.append("<tr><td>")
        .append(time(notice.at()))
        .append("</td><td>")
        .append(text(notice.code().sentence()))
        .append("</td><td>")
        .append(String.join("<br>", lines(notice)))
        .append("</td></tr>\n");
  }

  private List<String> lines(Notice notice) {
    List<String> lines = new ArrayList<>();
    notice.who().ifPresent(who -> add(lines, who));
    notice.grant().ifPresent(grant -> add(lines, grant));
    return lines;
  }

  private void add(List<String> lines, Who who) {
    who.profession()
        .flatMap(code -> Optional.ofNullable(PROFESSIONS.get(code)))
        .ifPresent(profession -> lines.add(text(profession)));
    lines.add(who.id().map(id -> numbered(PROFESSIONAL, id)).orElseGet(() -> text(SOMEBODY)));
    who.structure().ifPresent(id -> lines.add(numbered(STRUCTURE, id)));
  }

  private void add(List<String> lines, Ending grant) {
    Sentence what =
        switch (grant.granteeKind()) {
          case PROFESSIONAL -> PROFESSIONAL;
          case STRUCTURE -> STRUCTURE;
        };
    lines.add(numbered(what, grant.granteeId()));
    lines.add(text(ENDS) + " <span class=\"number\">" + time(grant.endsAt()) + "</span>");
  }

  private String numbered(Sentence what, String id) {
    return text(what) + " <span class=\"number\">" + escaped(id) + "</span>";
  }

  private String text(Sentence sentence) {
    return escaped(language.of(sentence));
  }

  private String time(Instant at) {
    return escaped(language.time.format(at));
  }

  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }
}
