package fr.carnet.events.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What integrators are told of the kinds of items is what the records are. */
class DocumentedItemsTest {
  @Test
  void everyFieldOfEveryKindStandsInTheDocs() throws IOException {
    List<String> rows = Files.readAllLines(Path.of("../docs/integrators.md"));
    for (JsonSubTypes.Type kind : ItemContent.class.getAnnotation(JsonSubTypes.class).value()) {
      if (kind.value() == ItemContent.Document.class) {
        continue;
      }
      List<String> fields =
          Arrays.stream(kind.value().getRecordComponents())
              .map(DocumentedItemsTest::written)
              .toList();
      assertThat(rows)
          .as("a row with the fields of %s", kind.name())
          .anySatisfy(
              row ->
                  assertThat(row)
                      .startsWith("| `" + kind.name() + "` |")
                      .containsSubsequence(fields));
    }
  }

  private static String written(RecordComponent field) {
    // Always there where it is sent; it is left out only of what is told.
    boolean sent = field.getName().equals("prescriptionId");
    boolean optional = field.getType() == Optional.class && !sent;
    return "`" + field.getName() + (optional ? "?`" : "`");
  }
}
