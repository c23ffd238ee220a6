package fr.carnet.ingest.arriving.extracts;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A sound row.
 *
 * @param line from 1, the header being the first
 * @param values by column, in the form that is stored; empty text where there is none
 */
record Row(long line, Map<String, String> values) {
  /** What identifies a hub row, and what its details are joined by: all nine, none left out. */
  static final List<String> NINE_KEYS =
      List.of(
          "DCT_ORD_NUM",
          "FLX_DIS_DTD",
          "FLX_EMT_NUM",
          "FLX_EMT_ORD",
          "FLX_EMT_TYP",
          "FLX_TRT_DTD",
          "ORG_CLE_NUM",
          "PRS_ORD_NUM",
          "REM_TYP_AFF");

  /** The value, or empty text. */
  String get(String column) {
    return values.getOrDefault(column, "");
  }

  /** The nine in one text; no part can hold the dot between them. At most 97 characters. */
  String key() {
    return NINE_KEYS.stream().map(this::get).collect(Collectors.joining("."));
  }

  /** The first of these two digits that says something; 0 and 99 are the warehouse's unknown. */
  String specialty(String specialtyColumn, String activityColumn) {
    String specialty = twoDigits(get(specialtyColumn));
    return specialty.isEmpty() ? twoDigits(get(activityColumn)) : specialty;
  }

  private static String twoDigits(String code) {
    return switch (code) {
      case "", "0", "99" -> "";
      default -> code.length() == 1 ? "0" + code : code;
    };
  }
}
