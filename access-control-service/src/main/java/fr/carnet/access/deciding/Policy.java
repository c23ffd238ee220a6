package fr.carnet.access.deciding;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules' data from one instant on: which profession may see which class of documents.
 *
 * @param version named in every decision
 * @param validFrom inclusive; until the next policy's
 * @param classes class codes of documents, with what people call them
 * @param matrix profession (table G15) → class → how much
 */
public record Policy(
    String version,
    Instant validFrom,
    Map<String, String> classes,
    Map<String, Map<String, Extent>> matrix) {

  public Policy {
    classes = Map.copyOf(classes);
    matrix =
        matrix.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(Map.Entry::getKey, row -> Map.copyOf(row.getValue())));
    if (version.isBlank() || classes.isEmpty() || matrix.isEmpty()) {
      throw new IllegalArgumentException("a policy has a version, classes and a matrix");
    }
    for (Map.Entry<String, Map<String, Extent>> row : matrix.entrySet()) {
      if (!row.getValue().keySet().equals(classes.keySet())) {
        throw new IllegalArgumentException(
            "policy " + version + ": profession " + row.getKey() + " does not name every class");
      }
    }
  }

  /** How much of a class a profession may see. */
  public enum Extent {
    ALL("R"),
    /** Some types of the class only; while a policy does not name them, none. */
    PART("P"),
    NONE("–");

    private final String letter;

    Extent(String letter) {
      this.letter = letter;
    }

    @JsonCreator
    static Extent of(String letter) {
      for (Extent extent : values()) {
        if (extent.letter.equals(letter)) {
          return extent;
        }
      }
      throw new IllegalArgumentException("an extent is R, P or –");
    }
  }

  /** Every class there is. */
  public Set<String> everything() {
    return classes.keySet();
  }

  /** What this profession may see whole; nothing for a profession that has no row. */
  public Set<String> of(String profession) {
    return matrix.getOrDefault(profession, Map.of()).entrySet().stream()
        .filter(cell -> cell.getValue() == Extent.ALL)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }
}
