package fr.carnet.nomenclatures;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table as code lists are published: a line of column names, then rows. Columns are parted by
 * semicolons or by commas, whichever the first line has more of; text is UTF-8 or, where it is not
 * that, ISO-8859-1.
 */
public final class CodeTable {
  private static final CsvMapper CSV = new CsvMapper();

  private final List<String> columns;
  private final List<List<String>> rows;

  private CodeTable(List<String> columns, List<List<String>> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** A table without a row: nothing is known. */
  public static CodeTable empty() {
    return new CodeTable(List.of(), List.of());
  }

  /**
   * The table of this name in a folder.
   *
   * @param name without {@code .csv}
   */
  public static CodeTable in(Path folder, String name) throws IOException {
    return of(Files.readAllBytes(folder.resolve(name + ".csv")));
  }

  /** Reads a table. */
  public static CodeTable of(byte[] bytes) throws IOException {
    String text = decoded(bytes);
    String header = text.lines().findFirst().orElse("");
    CsvSchema layout =
        CsvSchema.emptySchema()
            .withColumnSeparator(count(header, ',') > count(header, ';') ? ',' : ';');
    try (MappingIterator<List<String>> lines =
        CSV.readerForListOf(String.class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(layout)
            .readValues(text)) {
      List<List<String>> all =
          lines.readAll().stream().map(row -> row.stream().map(String::strip).toList()).toList();
      return all.isEmpty() ? empty() : new CodeTable(all.getFirst(), all.subList(1, all.size()));
    }
  }

  /** The values of two columns, row by row; none when the table lacks one of them. */
  public Stream<List<String>> pairs(String first, String second) {
    int one = columns.indexOf(first);
    int other = columns.indexOf(second);
    return one < 0 || other < 0
        ? Stream.empty()
        : rows.stream()
            .filter(row -> row.size() > Math.max(one, other))
            .map(row -> List.of(row.get(one), row.get(other)));
  }

  /** Lists have 6 where lines have 06: the code without leading zeros. */
  public static String number(String code) {
    String significant = code.replaceFirst("^0+", "");
    return significant.isEmpty() ? "0" : significant;
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
}
