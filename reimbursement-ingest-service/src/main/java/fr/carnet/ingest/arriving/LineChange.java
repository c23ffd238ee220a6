package fr.carnet.ingest.arriving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.events.Wire;
import fr.carnet.ingest.deciding.LineRules;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A change to one field of many lines: new values by the text of the old ones.
 *
 * @param field its path, such as {@code act.code}
 * @param replace by old value; {@code *} stands for every other, the absent one included; JSON null
 *     removes the field
 */
public record LineChange(String field, Map<String, JsonNode> replace) {
  private static final String ANY = "*";
  private static final String OTHER = "other";
  private static final ObjectMapper EXACT =
      Wire.JSON
          .copy()
          .configure(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, true)
          .configure(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS, true);

  /**
   * Whether these can be made: each names a field and new values, and together they are no longer
   * than a line may be, since every line of a cause may come to hold all of them.
   */
  static boolean areValid(List<LineChange> changes) {
    if (changes.isEmpty()
        || !changes.stream().allMatch(change -> change != null && change.isValid())) {
      return false;
    }
    long bytes = 0;
    for (LineChange change : changes) {
      bytes += change.field().length() + Wire.write(change.replace()).length;
    }
    return bytes <= LineRules.MAX_BYTES;
  }

  private boolean isValid() {
    return field != null
        && field.matches("[A-Za-z]+(\\.[A-Za-z]+)?")
        && replace != null
        && !replace.isEmpty();
  }

  /** The line with these changes; nothing where it is no JSON object or none of them changes it. */
  static Optional<byte[]> apply(List<LineChange> changes, byte[] line) {
    try {
      if (!(EXACT.readTree(line) instanceof ObjectNode object)) {
        return Optional.empty();
      }
      JsonNode before = object.deepCopy();
      changes.forEach(change -> change.in(object));
      return before.equals(object)
          ? Optional.empty()
          : Optional.of(EXACT.writeValueAsBytes(object));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void in(ObjectNode line) {
    int point = field.indexOf('.');
    String name = field.substring(point + 1);
    Optional<ObjectNode> parent =
        point < 0
            ? Optional.of(line)
            : Optional.ofNullable(line.get(field.substring(0, point)))
                .filter(ObjectNode.class::isInstance)
                .map(ObjectNode.class::cast);
    parent.ifPresent(
        object -> value(object.path(name)).ifPresent(value -> set(object, name, value)));
  }

  private Optional<JsonNode> value(JsonNode old) {
    return Optional.ofNullable(replace.get(old.asText()))
        .or(() -> Optional.ofNullable(replace.get(ANY)));
  }

  private static void set(ObjectNode object, String name, JsonNode value) {
    if (value.isNull()) {
      object.remove(name);
    } else {
      object.set(name, value);
    }
  }

  /**
   * The fields in which two lines differ; all of the second's where the first is no object. Those
   * that no rule knows are {@code other}: an operator is shown these names, and anything may stand
   * in one that its sender made up.
   */
  static SortedSet<String> changed(byte[] from, byte[] to) {
    SortedSet<String> fields = new TreeSet<>();
    differ("", tree(from), tree(to), fields);
    return fields;
  }

  private static JsonNode tree(byte[] line) {
    try {
      return EXACT.readTree(line) instanceof ObjectNode object ? object : EXACT.createObjectNode();
    } catch (JsonProcessingException e) {
      return EXACT.createObjectNode();
    } catch (IOException e) {
      throw new IllegalStateException("bytes do not fail", e);
    }
  }

  private static void differ(String path, JsonNode from, JsonNode to, SortedSet<String> fields) {
    if (!(from.isObject() && to.isObject())) {
      if (!from.equals(to)) {
        fields.add(path);
      }
      return;
    }
    SortedSet<String> names = new TreeSet<>();
    for (Iterator<String> name = from.fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    for (Iterator<String> name = to.fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    for (String name : names) {
      String field = path.isEmpty() ? name : path + "." + name;
      if (LineRules.FIELDS.contains(field)) {
        differ(field, from.path(name), to.path(name), fields);
      } else if (!from.path(name).equals(to.path(name))) {
        fields.add(OTHER);
      }
    }
  }
}
