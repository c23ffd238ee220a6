package fr.carnet.local.chaos;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a scenario did, when everything held.
 *
 * @param counts how much was done and looked at; never 0, or nothing would have been shown
 * @param notes what may be 0
 */
public record ChaosReport(
    String scenario, long seed, Map<String, Long> counts, Map<String, Long> notes) {

  /**
   * Copies what it is given.
   *
   * @throws AssertionError when a count is 0
   */
  public ChaosReport {
    counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
    counts.forEach(
        (what, count) -> {
          if (count <= 0) {
            throw new AssertionError(
                "%s with seed %d shows nothing: no %s".formatted(scenario, seed, what));
          }
        });
  }

  /** One line for people. */
  @Override
  public String toString() {
    Map<String, Long> all = new LinkedHashMap<>(counts);
    all.putAll(notes);
    return all.entrySet().stream()
        .map(entry -> "%,d %s".formatted(entry.getValue(), entry.getKey()))
        .collect(Collectors.joining(", ", scenario + ", seed " + seed + ": ", ""));
  }
}
