package fr.carnet.billing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One CSV file of an extract, with its columns in a drawn order. */
final class WarehouseTable implements AutoCloseable {
  private final BufferedWriter out;
  private final List<String> columns;
  private final char separator;

  /**
   * Begins the file.
   *
   * @param needed the columns that will have values
   * @param schemas the published schemas, to have all other columns too, without values
   */
  WarehouseTable(
      Path folder,
      String name,
      char separator,
      Dice dice,
      Optional<Path> schemas,
      List<String> needed)
      throws IOException {
    this.separator = separator;
    List<String> all = new ArrayList<>(needed);
    if (schemas.isPresent() && Files.exists(schemas.get().resolve(name + ".json"))) {
      JsonNode schema = new ObjectMapper().readTree(schemas.get().resolve(name + ".json").toFile());
      schema
          .path("fields")
          .forEach(
              field -> {
                if (!all.contains(field.path("name").asText())) {
                  all.add(field.path("name").asText());
                }
              });
    }
    List<String> stirred = new ArrayList<>();
    for (int place : dice.permutation(all.size())) {
      stirred.add(all.get(place));
    }
    columns = List.copyOf(stirred);
    out = Files.newBufferedWriter(folder.resolve(name + ".csv"));
    line(columns);
  }

  void row(Map<String, String> values) throws IOException {
    line(columns.stream().map(column -> values.getOrDefault(column, "")).toList());
  }

  private void line(List<String> values) throws IOException {
    out.write(values.stream().collect(Collectors.joining(String.valueOf(separator))));
    out.write('\n');
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
