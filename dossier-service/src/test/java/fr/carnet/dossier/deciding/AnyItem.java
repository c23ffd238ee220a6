package fr.carnet.dossier.deciding;

import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Items of every kind with anything in their fields, as JSON: most of it ought to be refused. */
public final class AnyItem {
  /** What somebody may send as a field, right or wrong, of every type. */
  public static final List<String> VALUES = values();

  private static final String IN_LINES = "lines[0].";

  private AnyItem() {}

  private static List<String> values() {
    List<String> values = new ArrayList<>(List.of("null", "true", "{}", "[]", "[null]"));
    for (String day :
        List.of(
            "+999999999-12-31",
            "-999999999-01-01",
            "+10000-01-01",
            "9999-12-31",
            "2400-01-01",
            "2100-02-28",
            "2026-11-22",
            "1880-01-01",
            "1879-12-31",
            "0001-01-01",
            "0000-01-01",
            "-0001-12-31")) {
      values.add("\"" + day + "\"");
    }
    values.add("[999999,1,1]");
    values.addAll(
        List.of("0", "-0.0", "1", "366", "1000", "2147483648", "9223372036854775807", "-1", "0.5"));
    for (String exponent :
        List.of("29", "30", "1000", "1001", "131072", "2147483647", "2147483648")) {
      for (String number : List.of("1E+", "1E-", "0E+", "0E-", "-9.9E+")) {
        values.add(number + exponent);
      }
    }
    for (int digits : List.of(30, 31, 1_000, 1_001)) {
      values.add("9".repeat(digits));
      values.add("0." + "0".repeat(digits - 1) + "1");
      values.add("1." + "0".repeat(digits));
    }
    for (String text :
        List.of(
            "",
            " ",
            "a\\u0000b",
            "a\\u0001b",
            "a\\u0085b",
            "a\\nb\\t",
            "\\ud83d",
            "a\\ude00\\ud83d",
            "\\ud83d\\ude00",
            "\\uffff\\ufffe",
            "\\u202e\\u2028\\ufeff",
            "\\\\u0000",
            "';--\\\"\\\\",
            "\\ufdfa",
            "+33 1 02 03 04 05",
            "3400931959496",
            "718-7",
            "J45.0",
            "SEVERE",
            "01a2002e-9329-7756-990e-ac0f75b69a43")) {
      values.add("\"" + text + "\"");
    }
    values.add("\"" + "é".repeat(200) + "\"");
    values.add("\"" + "\\ud83d\\ude00".repeat(100) + "\"");
    values.add("\"" + "x".repeat(201) + "\"");
    values.add("\"" + "漢".repeat(20_000) + "\"");
    values.add("\"" + "x".repeat(20_001) + "\"");
    values.add("[".repeat(2_000) + "]".repeat(2_000));
    values.add("{\"system\":\"CCAM\",\"code\":\"QEQJ001\"}");
    values.add("{\"system\":\"NABM\",\"code\":\"0592\"}");
    values.add("{\"system\":\"CCAM\",\"code\":\"\\ud83d\"}");
    return List.copyOf(values);
  }

  /** All fields of a kind, those of its first line among them: {@code lines[0].label}. */
  public static List<String> fields(ItemKind kind) {
    byte[] right = ItemRulesTest.RIGHT.get(kind).getBytes(StandardCharsets.UTF_8);
    List<String> fields = new ArrayList<>();
    for (RecordComponent field :
        Wire.read(right, ItemContent.class).getClass().getRecordComponents()) {
      fields.add(field.getName());
      if (field.getType() == List.class) {
        Class<?> line =
            (Class<?>) ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
        for (RecordComponent ofLine : line.getRecordComponents()) {
          fields.add(IN_LINES + ofLine.getName());
        }
      }
    }
    return fields;
  }

  /** The right item of a kind with these fields instead of its own; values as they are sent. */
  public static String with(ItemKind kind, Map<String, String> values) {
    try {
      ObjectNode item = (ObjectNode) Wire.JSON.readTree(ItemRulesTest.RIGHT.get(kind));
      List<String> sent = new ArrayList<>();
      values.forEach(
          (field, value) -> {
            ObjectNode in =
                field.startsWith(IN_LINES) && item.path("lines").path(0) instanceof ObjectNode line
                    ? line
                    : item;
            in.put(field.replace(IN_LINES, ""), "@" + sent.size() + "@");
            sent.add(value);
          });
      String text = item.toString();
      for (int i = 0; i < sent.size(); i++) {
        text = text.replace("\"@" + i + "@\"", sent.get(i));
      }
      return text;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
