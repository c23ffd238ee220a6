package fr.carnet.ingest.arriving.extracts;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a nature (PRS_NAT_REF) says of a hub row. Ours, from the labels of the national table of
 * natures (IR_NAT_V); of a nature that is not here nothing is required.
 */
final class Natures {
  /** Natures whose acts have a row in this table: the label names the coded nomenclature. */
  private static final Map<String, String> NEEDS = new TreeMap<>();

  /** Lodging in a stay, groups of stays, days of a stay. */
  private static final Set<String> STAYS = Set.of("2111", "2113", "2211");

  private static final Set<String> IMAGING = Set.of("1324", "1351");
  private static final Set<String> VACCINES = Set.of("3331", "3332", "3334", "3335");

  static {
    // Pharmacy at each rate; not its fees.
    need("PHA", "3311 3312 3313 3314 3315 3316 3341");
    // Acts whose label says CCAM.
    need("CAM", "1321 1322 1323 1324 1351 1352 1453 1461 1463 1464 1465 1466");
    need("BIO", "3211");
    // Devices by chapter of the list.
    need("TIP", "3511 3512 3513 3514 3515 3516 3517 3521 3541 3543 3544 3545 3546 3561");
    need("ETE", String.join(" ", STAYS));
  }

  private Natures() {}

  private static void need(String source, String natures) {
    for (String nature : natures.split(" ", -1)) {
      NEEDS.put(nature, source);
    }
  }

  /** The detail table that an act of this nature has a row in; empty text where none must be. */
  static String needs(String nature) {
    return NEEDS.getOrDefault(nature, "");
  }

  static boolean isStay(String nature) {
    return STAYS.contains(nature);
  }

  static boolean isImaging(String nature) {
    return IMAGING.contains(nature);
  }

  static boolean isVaccine(String nature) {
    return VACCINES.contains(nature);
  }

  /**
   * Whether it is care without any coded detail: consultations, visits and acts (1000 to 1599),
   * acts of nurses, midwives and therapists (3100 to 3199). The rest are fees, allowances,
   * transport.
   */
  static boolean isCareByItself(String nature) {
    return nature.matches("1[0-5][0-9]{2}|31[0-9]{2}");
  }
}
