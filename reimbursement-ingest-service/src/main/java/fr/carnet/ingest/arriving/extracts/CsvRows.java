package fr.carnet.ingest.arriving.extracts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import fr.carnet.ingest.arriving.extracts.ExtractFault.Found;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of one file, in constant memory. UTF-8, columns in any order, separated by semicolons or
 * commas as in the header. What is wrong is noted with its line and column, and reading goes on
 * where that makes sense.
 */
final class CsvRows implements AutoCloseable {
  private static final int LONGEST_VALUE = 10_000;
  private static final int MOST_COLUMNS = 1_000;
  private static final int LONGEST_HEADER = 1 << 16;

  private static final CsvFactory CSV =
      CsvFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(LONGEST_VALUE).build())
          .build();

  private final ExtractFile layout;
  private final boolean cut;
  private final StrictUtf8 text;
  private final CsvParser parser;
  private List<String> header = List.of();
  private final Map<Column, Integer> places = new HashMap<>();
  private Next ahead = new Next.End();

  /**
   * Some rows.
   *
   * @param stored sound ones, as COPY takes them
   * @param rows how many were read, the faulty ones among them
   * @param lastLine the line of the last of them
   * @param complete whether there are no more
   */
  record Chunk(
      List<String> stored, List<Found> faults, long rows, long lastLine, boolean complete) {}

  private sealed interface Next {
    record Values(long line, List<String> values) implements Next {}

    /** Nothing after this can be read. */
    record Broken(Found fault) implements Next {}

    record End() implements Next {}
  }

  private CsvRows(ExtractFile layout, boolean cut, StrictUtf8 text, CsvParser parser) {
    this.layout = layout;
    this.cut = cut;
    this.text = text;
    this.parser = parser;
  }

  /** Opens a file that is there. */
  static CsvRows open(Path file, ExtractFile layout) throws IOException {
    StrictUtf8 text = new StrictUtf8(Files.newInputStream(file));
    CsvParser parser = CSV.createParser(text);
    parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator(file)));
    CsvRows rows = new CsvRows(layout, isCut(file), text, parser);
    rows.ahead = rows.next();
    return rows;
  }

  private static char separator(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      String begin = new String(in.readNBytes(LONGEST_HEADER), StandardCharsets.ISO_8859_1);
      return begin.lines().findFirst().orElse("").contains(";") ? ';' : ',';
    }
  }

  private static boolean isCut(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      if (bytes.length() == 0) {
        return false;
      }
      bytes.seek(bytes.length() - 1);
      return bytes.read() != '\n';
    }
  }

  /** How many bytes of the file were read. */
  long bytesRead() {
    return text.bytesRead();
  }

  /** Reads the header; what is wrong with it, or nothing. No row is read of a file that has any. */
  List<Found> header() throws IOException {
    return switch (ahead) {
      case Next.End() -> List.of(fault(ExtractFault.HEADER_MISSING, 1, ""));
      case Next.Broken(Found fault) -> List.of(fault);
      case Next.Values(long line, List<String> names) -> header(line, names);
    };
  }

  private List<Found> header(long line, List<String> names) throws IOException {
    header = List.copyOf(names);
    boolean real = names.stream().anyMatch(name -> layout.reads(name.strip()));
    ahead = next();
    if (cut && ahead instanceof Next.End) {
      return List.of(fault(ExtractFault.FILE_TRUNCATED, line, shown(real, names.getLast())));
    }
    List<Found> faults = new ArrayList<>();
    Map<String, Integer> known = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).strip();
      if (!layout.mayHave(name)) {
        faults.add(fault(ExtractFault.COLUMN_UNKNOWN, line, shown(real, name)));
      } else if (known.putIfAbsent(name, i) != null) {
        faults.add(fault(ExtractFault.COLUMN_REPEATED, line, shown(real, name)));
      }
    }
    for (Column column : layout.columns()) {
      Integer place = known.get(column.name());
      if (place != null) {
        places.put(column, place);
      } else if (column.need() != Column.Need.NOTHING) {
        faults.add(fault(ExtractFault.COLUMN_MISSING, line, column.name()));
      }
    }
    return faults;
  }

  /**
   * An unknown name is told so that it can be found, but a header that is none may hold anything,
   * people's names too: it is real when at least one column is known.
   */
  private static String shown(boolean real, String name) {
    return real && name.matches("[A-Za-z][A-Za-z_0-9]{0,30}") && !name.matches(".*[0-9]{3}.*")
        ? name
        : "";
  }

  /** Passes over rows that were read before. */
  void skip(long rows) throws IOException {
    for (long i = 0; i < rows; i++) {
      var _ = take();
    }
  }

  /** Up to this many rows. */
  Chunk chunk(int most) throws IOException {
    List<String> stored = new ArrayList<>();
    List<Found> faults = new ArrayList<>();
    long rows = 0;
    long lastLine = 0;
    while (rows < most) {
      switch (take()) {
        case Next.End() -> {
          return new Chunk(stored, faults, rows, lastLine, true);
        }
        case Next.Broken(Found fault) -> {
          faults.add(fault);
          return new Chunk(stored, faults, rows, lastLine, true);
        }
        case Next.Values(long line, List<String> values) -> {
          rows++;
          lastLine = line;
          int before = faults.size();
          Row row = row(line, values, faults);
          if (faults.size() == before) {
            stored.add(layout.stored(row));
          }
        }
      }
    }
    return new Chunk(stored, faults, rows, lastLine, false);
  }

  private Row row(long line, List<String> values, List<Found> faults) {
    if (values.size() != header.size()) {
      String where = header.get(Math.min(values.size(), header.size()) - 1);
      faults.add(fault(ExtractFault.COLUMN_COUNT, line, where));
      return new Row(line, Map.of());
    }
    Map<String, String> read = new HashMap<>();
    places.forEach(
        (column, place) -> {
          String value = values.get(place).strip();
          Optional<String> stored = value.isEmpty() ? Optional.of("") : column.form().read(value);
          if (stored.isEmpty()) {
            faults.add(fault(ExtractFault.VALUE_INVALID, line, column.name()));
          } else if (stored.get().isEmpty() && column.need() == Column.Need.VALUE) {
            faults.add(fault(ExtractFault.VALUE_MISSING, line, column.name()));
          } else {
            read.put(column.name(), stored.get());
          }
        });
    return new Row(line, read);
  }

  /** The next record; the last of a file that is cut off is as broken, however sound it looks. */
  private Next take() throws IOException {
    Next taken = ahead;
    if (taken instanceof Next.Values(long line, List<String> values)) {
      ahead = next();
      if (cut && ahead instanceof Next.End) {
        String where = header.get(Math.min(values.size(), header.size()) - 1);
        return new Next.Broken(fault(ExtractFault.FILE_TRUNCATED, line, where));
      }
    }
    return taken;
  }

  private Next next() throws IOException {
    Next read = line();
    while (read instanceof Next.Values(_, List<String> values)
        && values.size() == 1
        && values.getFirst().isBlank()) {
      read = line();
    }
    return read;
  }

  private Next line() throws IOException {
    List<String> values = new ArrayList<>();
    long line = parser.currentLocation().getLineNr();
    try {
      if (parser.nextToken() == null) {
        return new Next.End();
      }
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        if (values.isEmpty()) {
          // Only here: before, the parser has not passed blank lines; at the end, it is beyond.
          line = parser.currentTokenLocation().getLineNr();
        }
        values.add(parser.getText());
        if (values.size() > MOST_COLUMNS) {
          return broken(ExtractFault.CSV_INVALID, line, values);
        }
      }
      return new Next.Values(line, values);
    } catch (MalformedInputException e) {
      return broken(ExtractFault.ENCODING_INVALID, parser.currentLocation().getLineNr(), values);
    } catch (JsonProcessingException e) {
      // Where the record began: a quotation mark that does not end runs to the end of the file.
      return broken(cut ? ExtractFault.FILE_TRUNCATED : ExtractFault.CSV_INVALID, line, values);
    }
  }

  private Next broken(ExtractFault fault, long line, List<String> before) {
    // The parser looks ahead: after the last value of a line it is at the first of the next.
    String column = header.isEmpty() ? "" : header.get(before.size() % header.size());
    return new Next.Broken(fault(fault, line, column));
  }

  private Found fault(ExtractFault fault, long line, String column) {
    return fault.at(layout.fileName(), line, column);
  }

  @Override
  public void close() throws IOException {
    parser.close();
    text.close();
  }
}
