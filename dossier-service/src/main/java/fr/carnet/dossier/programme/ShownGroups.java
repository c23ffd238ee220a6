package fr.carnet.dossier.programme;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is shown of groups of people: of each group its full tens, and nothing of one under ten. All
 * figures, sums and shares are made of these and of nothing else, and a month is published once.
 *
 * <p>So no figure helps to subtract another: whatever a group under ten holds, everything that is
 * published stays the same, and a group of 0 looks like one of 9. That holds only as long as there
 * is one way of grouping ({@link Group}), and no sum is made of the counts themselves.
 */
public record ShownGroups(Map<Group, Long> atLeast) {
  /** The fewest that are shown. */
  static final int FEWEST = 10;

  public ShownGroups {
    atLeast = Map.copyOf(atLeast);
  }

  /** What may be shown of these counts. */
  static ShownGroups of(Map<Group, Long> counts) {
    Map<Group, Long> shown = new LinkedHashMap<>();
    counts.forEach(
        (group, count) -> {
          if (count >= FEWEST) {
            shown.put(group, count / FEWEST * FEWEST);
          }
        });
    return new ShownGroups(shown);
  }
}
