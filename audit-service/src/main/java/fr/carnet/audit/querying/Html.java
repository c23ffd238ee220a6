package fr.carnet.audit.querying;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** A page that runs nothing, loads nothing and quotes nothing unescaped. */
final class Html {
  private static final String STYLE =
      """
      body{font:11pt/1.4 serif;margin:2em;max-width:60em}
      table{border-collapse:collapse;width:100%}
      th,td{border:1px solid #888;padding:.3em .5em;text-align:left;vertical-align:top}
      tr{break-inside:avoid}
      .first{font-weight:bold}
      .small,pre{font:8pt/1.3 monospace;overflow-wrap:anywhere;white-space:pre-wrap}
      """;

  private final StringBuilder html = new StringBuilder();

  Html(Language language, String title) {
    html.append("<!DOCTYPE html>\n<html lang=\"")
        .append(language.locale().getLanguage())
        .append("\">\n<head><meta charset=\"utf-8\"><title>");
    text(title);
    html.append("</title><style>\n").append(STYLE).append("</style></head>\n<body>\n");
    element("h1", title);
  }

  /** Markup that stands in this code; nothing that comes from elsewhere. */
  Html markup(String markup) {
    html.append(markup);
    return this;
  }

  /** An element with this text. */
  Html element(String name, String text) {
    html.append('<').append(name).append('>');
    text(text);
    html.append("</").append(name).append(">\n");
    return this;
  }

  /** Text, whatever stands in it. */
  Html text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      switch (each) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(each);
      }
    }
    return this;
  }

  /** The whole page. */
  String page() {
    return html + "</body>\n</html>\n";
  }

  /** A page as an answer that nobody keeps. */
  static Response response(String page) {
    return Response.ok(page)
        .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        .header("X-Content-Type-Options", "nosniff")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
