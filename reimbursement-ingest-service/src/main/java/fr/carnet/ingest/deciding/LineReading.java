package fr.carnet.ingest.deciding;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.billing.LineRejected;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Optional;

/** Reads the fields of one JSON object and notes, field by field, what is wrong with them. */
final class LineReading {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd").withResolverStyle(ResolverStyle.STRICT);

  private final String path;
  private final JsonNode object;
  private final List<LineRejected.Fault> faults;

  LineReading(String path, JsonNode object, List<LineRejected.Fault> faults) {
    this.path = path;
    this.object = object;
    this.faults = faults;
  }

  String path(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  void fault(String field, LineFault fault) {
    faults.add(fault.of(path(field)));
  }

  private Optional<JsonNode> present(String field) {
    JsonNode node = object.path(field);
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
  }

  private Optional<JsonNode> required(String field) {
    Optional<JsonNode> node = present(field);
    if (node.isEmpty()) {
      fault(field, LineFault.MISSING_FIELD);
    }
    return node;
  }

  Optional<String> requiredText(String field) {
    return required(field).flatMap(node -> asText(field, node));
  }

  Optional<String> text(String field) {
    return present(field).flatMap(node -> asText(field, node));
  }

  private Optional<String> asText(String field, JsonNode node) {
    if (!node.isTextual()) {
      fault(field, LineFault.INVALID_TYPE);
      return Optional.empty();
    }
    return Optional.of(node.textValue());
  }

  Optional<LocalDate> requiredDate(String field) {
    return requiredText(field).flatMap(text -> asDate(field, text));
  }

  Optional<LocalDate> date(String field) {
    return text(field).flatMap(text -> asDate(field, text));
  }

  private Optional<LocalDate> asDate(String field, String text) {
    try {
      return Optional.of(LocalDate.parse(text, DATE));
    } catch (DateTimeException e) {
      fault(field, LineFault.DATE_INVALID);
      return Optional.empty();
    }
  }

  Optional<BigDecimal> requiredNumber(String field) {
    return required(field)
        .flatMap(
            node -> {
              if (!node.isNumber()) {
                fault(field, LineFault.INVALID_TYPE);
                return Optional.empty();
              }
              return Optional.of(node.decimalValue());
            });
  }

  boolean isAbsent(String field) {
    return present(field).isEmpty();
  }

  boolean flag(String field) {
    Optional<JsonNode> node = required(field);
    if (node.isPresent() && !node.get().isBoolean()) {
      fault(field, LineFault.INVALID_TYPE);
    }
    return node.map(JsonNode::booleanValue).orElse(false);
  }

  Optional<LineReading> requiredObject(String field) {
    return required(field).flatMap(node -> asObject(field, node));
  }

  Optional<LineReading> object(String field) {
    return present(field).flatMap(node -> asObject(field, node));
  }

  private Optional<LineReading> asObject(String field, JsonNode node) {
    if (!node.isObject()) {
      fault(field, LineFault.INVALID_TYPE);
      return Optional.empty();
    }
    return Optional.of(new LineReading(path(field), node, faults));
  }

  /** A whole number of cents as text; anything else is a fault. */
  String cents(String field) {
    Optional<JsonNode> node = required(field);
    if (node.isEmpty()) {
      return "";
    }
    if (!node.get().isNumber()) {
      fault(field, LineFault.INVALID_TYPE);
      return "";
    }
    if (!node.get().isIntegralNumber() || !node.get().canConvertToLong()) {
      fault(field, LineFault.AMOUNT_INVALID);
      return "";
    }
    return Long.toString(node.get().longValue());
  }
}
