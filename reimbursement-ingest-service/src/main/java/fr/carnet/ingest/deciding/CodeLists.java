package fr.carnet.ingest.deciding;

import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The codes that exist, as far as the operator loaded their lists. A list that was not loaded knows
 * every code.
 *
 * @param natures of IR_NAT_V, without leading zeros; empty: not loaded
 * @param specialties of IR_SPE_V and IR_ACT_V, without leading zeros; empty: not loaded
 * @param acts by system; medicines by CIP7, the others as they are, without leading zeros
 */
public record CodeLists(
    Set<String> natures, Set<String> specialties, Map<ActSystem, Set<String>> acts) {
  private static final String CIP13_OF_A_CIP7 = "34009";
  private static final int CIP7_END = 12;

  /** Lists have numbers where lines have digits: 7 and 07 are one code. */
  private static final Pattern LEADING_ZEROS = Pattern.compile("^0+(?=.)");

  public CodeLists {
    natures = Set.copyOf(natures);
    specialties = Set.copyOf(specialties);
    acts = Map.copyOf(acts);
  }

  /** Nothing loaded. */
  public static CodeLists none() {
    return new CodeLists(Set.of(), Set.of(), Map.of());
  }

  boolean knowsNature(String code) {
    return knows(natures, code);
  }

  boolean knowsSpecialty(String code) {
    return knows(specialties, code);
  }

  boolean knowsAct(Act act) {
    Set<String> list = acts.getOrDefault(act.system(), Set.of());
    return switch (act.system()) {
      // 34009, the CIP7 of the list, and a check digit; 34008 numbers have no CIP7 to look for.
      case CIP13 ->
          !act.code().startsWith(CIP13_OF_A_CIP7)
              || knows(list, act.code().substring(CIP13_OF_A_CIP7.length(), CIP7_END));
      case CCAM, NGAP, NABM, LPP, GHM -> knows(list, act.code());
    };
  }

  private static boolean knows(Set<String> list, String code) {
    return list.isEmpty() || list.contains(LEADING_ZEROS.matcher(code).replaceFirst(""));
  }
}
