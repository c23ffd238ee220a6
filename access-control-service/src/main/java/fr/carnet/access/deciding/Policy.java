package fr.carnet.access.deciding;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds from one instant on: the rules, and which profession may see which types of documents.
 *
 * @param version named in every decision
 * @param validFrom inclusive; until the next policy's
 * @param rules those in force, in the order in which they are looked at
 * @param everything every class and type there is
 * @param professions profession (table G15) → what it may see
 */
public record Policy(
    String version,
    Instant validFrom,
    List<AccessRule> rules,
    Sight everything,
    Map<String, Sight> professions) {
  public Policy {
    rules = List.copyOf(rules);
    professions = Map.copyOf(professions);
  }

  /**
   * What may be seen.
   *
   * @param classes of which every type may be seen, those to come too
   * @param types all that may be seen, those of the classes too
   */
  public record Sight(Set<String> classes, Set<String> types) {
    /** Nothing. */
    public static final Sight NOTHING = new Sight(Set.of(), Set.of());

    public Sight {
      classes = Set.copyOf(classes);
      types = Set.copyOf(types);
    }
  }

  /** What this profession may see; nothing for one that has no row. */
  public Sight of(String profession) {
    return professions.getOrDefault(profession, Sight.NOTHING);
  }
}
