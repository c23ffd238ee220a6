package fr.carnet.dossier.nomenclatures;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table as code lists are published: a line of column names, then rows. Columns are parted by
 * semicolons or by commas, whichever the first line has more of; a field that begins with a
 * quotation mark ends with one, and says one within by two; text is UTF-8 or, where it is not that,
 * ISO-8859-1.
 */
final class CodeTable {
  private final List<String> columns;
  private final List<List<String>> rows;

  private CodeTable(List<String> columns, List<List<String>> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  static CodeTable of(byte[] bytes) {
    String text = decoded(bytes);
    String header = text.lines().findFirst().orElse("");
    char separator = count(header, ',') > count(header, ';') ? ',' : ';';
    List<List<String>> rows = rows(text, separator);
    return rows.isEmpty()
        ? new CodeTable(List.of(), List.of())
        : new CodeTable(rows.getFirst(), rows.subList(1, rows.size()));
  }

  /** The values of two columns, row by row; none when the table lacks one of them. */
  Stream<List<String>> pairs(String first, String second) {
    int one = columns.indexOf(first);
    int other = columns.indexOf(second);
    return one < 0 || other < 0
        ? Stream.empty()
        : rows.stream()
            .filter(row -> row.size() > Math.max(one, other))
            .map(row -> List.of(row.get(one), row.get(other)));
  }

  private static String decoded(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = new String(bytes, StandardCharsets.ISO_8859_1);
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static long count(String text, char character) {
    return text.chars().filter(c -> c == character).count();
  }

  private static List<List<String>> rows(String text, char separator) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (quoted) {
        if (character != '"') {
          field.append(character);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          field.append('"');
          i++;
        } else {
          quoted = false;
        }
      } else if (character == '"' && field.isEmpty()) {
        quoted = true;
      } else if (character == separator || character == '\n') {
        row.add(field.toString().strip());
        field.setLength(0);
        if (character == '\n') {
          rows.add(row);
          row = new ArrayList<>();
        }
      } else {
        field.append(character);
      }
    }
    if (!row.isEmpty() || !field.isEmpty()) {
      row.add(field.toString().strip());
      rows.add(row);
    }
    return rows;
  }
}
