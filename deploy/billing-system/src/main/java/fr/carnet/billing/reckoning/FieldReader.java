package fr.carnet.billing.reckoning;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads the fields of one JSON object and notes what is wrong with each.
 *
 * <p>A field whose value cannot be used is empty, and its fault noted; null is as absent.
 */
final class FieldReader {
  private static final Pattern CALENDAR_DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  private static final int LONGEST_CODE = 64;

  private final JsonNode object;
  private final String path;
  private final Set<Fault> faults;

  FieldReader(JsonNode object, Set<Fault> faults) {
    this(object, "", faults);
  }

  private FieldReader(JsonNode object, String path, Set<Fault> faults) {
    this.object = object;
    this.path = path;
    this.faults = faults;
  }

  boolean has(String field) {
    return object.hasNonNull(field);
  }

  Optional<FieldReader> object(String field) {
    return of(field, JsonNode::isObject)
        .map(node -> new FieldReader(node, path + field + ".", faults));
  }

  Optional<String> text(String field) {
    return of(field, JsonNode::isTextual).map(JsonNode::textValue);
  }

  /** A text that is kept as it is and right, or else wrong for the given reason. */
  Optional<String> code(String field, Predicate<String> right, RejectionCode otherwise) {
    Optional<String> text = text(field);
    if (text.isPresent() && !canBeKept(text.get())) {
      fault(field, RejectionCode.TEXT_INVALID);
      return Optional.empty();
    }
    return text.isPresent() ? text(field, right, otherwise) : text;
  }

  /** Not without end; neither NUL nor half a surrogate pair: no database and no UTF-8 has them. */
  private static boolean canBeKept(String text) {
    return text.codePointCount(0, text.length()) <= LONGEST_CODE
        && text.chars().noneMatch(unit -> unit == 0)
        && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** A text that is right, or else wrong for the given reason. */
  Optional<String> text(String field, Predicate<String> right, RejectionCode otherwise) {
    Optional<String> text = text(field);
    if (text.isPresent() && !right.test(text.get())) {
      fault(field, otherwise);
      return Optional.empty();
    }
    return text;
  }

  /** A text that names one of {@code type}'s constants. */
  <E extends Enum<E>> Optional<E> name(String field, Class<E> type, RejectionCode otherwise) {
    for (E constant : type.getEnumConstants()) {
      if (object.path(field).isTextual() && constant.name().equals(object.get(field).textValue())) {
        return Optional.of(constant);
      }
    }
    if (text(field).isPresent()) {
      fault(field, otherwise);
    }
    return Optional.empty();
  }

  Optional<LocalDate> date(String field) {
    Optional<String> text = text(field);
    Optional<LocalDate> date = text.flatMap(FieldReader::calendarDate);
    if (text.isPresent() && date.isEmpty()) {
      fault(field, RejectionCode.DATE_INVALID);
    }
    return date;
  }

  Optional<JsonNode> number(String field) {
    return of(field, JsonNode::isNumber);
  }

  Optional<Boolean> flag(String field) {
    return of(field, JsonNode::isBoolean).map(JsonNode::booleanValue);
  }

  void require(String field) {
    if (!has(field)) {
      fault(field, RejectionCode.MISSING_FIELD);
    }
  }

  void fault(String field, RejectionCode code) {
    faults.add(new Fault(path + field, code));
  }

  private Optional<JsonNode> of(String field, Predicate<JsonNode> type) {
    if (!has(field)) {
      return Optional.empty();
    }
    if (!type.test(object.get(field))) {
      fault(field, RejectionCode.INVALID_TYPE);
      return Optional.empty();
    }
    return Optional.of(object.get(field));
  }

  private static Optional<LocalDate> calendarDate(String text) {
    if (!CALENDAR_DATE.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
