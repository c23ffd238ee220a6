package fr.carnet.ingest.deciding;

import fr.carnet.events.billing.LineRejected;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the fields of one object and notes, field by field, what is wrong with them. Values are
 * text, {@code BigInteger} or {@code BigDecimal}, booleans, maps and lists; null is as absent.
 */
final class LineReading {
  /** Four digits for the year and no sign: a pattern would take +10000 and -2026. */
  private static final DateTimeFormatter DATE =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR, 4)
          .appendPattern("-MM-dd")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final BigInteger LEAST_CENTS = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST_CENTS = BigInteger.valueOf(Long.MAX_VALUE);

  /** Many times the longest that any system of codes has. */
  private static final int CODE_LENGTH = 64;

  private final String path;
  private final Map<?, ?> object;
  private final List<LineRejected.Fault> faults;

  LineReading(String path, Map<?, ?> object, List<LineRejected.Fault> faults) {
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

  private Optional<Object> present(String field) {
    return Optional.ofNullable(object.get(field));
  }

  private Optional<Object> required(String field) {
    Optional<Object> value = present(field);
    if (value.isEmpty()) {
      fault(field, LineFault.MISSING_FIELD);
    }
    return value;
  }

  Optional<String> requiredText(String field) {
    return required(field).flatMap(value -> as(String.class, field, value));
  }

  Optional<String> text(String field) {
    return present(field).flatMap(value -> as(String.class, field, value));
  }

  /**
   * Text that is kept as it is, and passes, where its own rule only warns: so not without end, and
   * with NUL or half a surrogate pair nobody could store it.
   */
  Optional<String> code(String field) {
    return text(field).flatMap(text -> storable(field, text));
  }

  Optional<String> requiredCode(String field) {
    return requiredText(field).flatMap(text -> storable(field, text));
  }

  private Optional<String> storable(String field, String text) {
    if (text.codePointCount(0, text.length()) > CODE_LENGTH
        || text.codePoints()
            .anyMatch(point -> point == 0 || Character.getType(point) == Character.SURROGATE)) {
      fault(field, LineFault.TEXT_INVALID);
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private <T> Optional<T> as(Class<T> type, String field, Object value) {
    if (!type.isInstance(value)) {
      fault(field, LineFault.INVALID_TYPE);
      return Optional.empty();
    }
    return Optional.of(type.cast(value));
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
        .flatMap(value -> as(Number.class, field, value))
        .map(
            number ->
                number instanceof BigInteger whole ? new BigDecimal(whole) : (BigDecimal) number);
  }

  boolean isAbsent(String field) {
    return present(field).isEmpty();
  }

  boolean flag(String field) {
    return required(field).flatMap(value -> as(Boolean.class, field, value)).orElse(false);
  }

  Optional<LineReading> requiredObject(String field) {
    return required(field).flatMap(value -> asObject(field, value));
  }

  Optional<LineReading> object(String field) {
    return present(field).flatMap(value -> asObject(field, value));
  }

  private Optional<LineReading> asObject(String field, Object value) {
    return as(Map.class, field, value).map(map -> new LineReading(path(field), map, faults));
  }

  /** A whole number of cents as text; anything else is a fault. */
  String cents(String field) {
    Optional<Number> number = required(field).flatMap(value -> as(Number.class, field, value));
    if (number.isEmpty()) {
      return "";
    }
    if (number.get() instanceof BigInteger whole
        && whole.compareTo(LEAST_CENTS) >= 0
        && whole.compareTo(MOST_CENTS) <= 0) {
      return whole.toString();
    }
    fault(field, LineFault.AMOUNT_INVALID);
    return "";
  }
}
