package fr.carnet.audit.sequencing;

import fr.carnet.audit.sequencing.HeaderBytes.NamedValue;
import fr.carnet.events.Headers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What the CloudEvents headers of a record say, each on its own: one that cannot be read hides no
 * other, and none stops the log. Text is printable and short, because it is indexed.
 */
public record ReadableHeaders(
    Optional<UUID> eventId,
    Optional<String> type,
    Optional<UUID> dossierId,
    Optional<String> actor,
    Optional<Instant> time,
    Optional<Long> streamVersion,
    Optional<String> correlation) {
  private static final int LONGEST_TEXT = 200;
  private static final String UUID_FORM = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");
  private static final Instant FIRST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  /** Reads what can be read; of a name that comes twice the last counts. */
  public static ReadableHeaders of(List<NamedValue> headers) {
    Map<String, Optional<byte[]>> values = new HashMap<>();
    headers.forEach(header -> values.put(header.name(), header.value()));
    Function<String, Optional<String>> text =
        name ->
            values
                .getOrDefault(name, Optional.empty())
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .filter(ReadableHeaders::isText);
    return new ReadableHeaders(
        text.apply(Headers.ID).flatMap(ReadableHeaders::id),
        text.apply(Headers.TYPE),
        text.apply(Headers.SUBJECT).flatMap(ReadableHeaders::id),
        text.apply(Headers.ACTOR),
        text.apply(Headers.TIME).flatMap(ReadableHeaders::time),
        text.apply(Headers.STREAM_VERSION).filter(VERSION.asMatchPredicate()).map(Long::parseLong),
        text.apply(Headers.CORRELATION));
  }

  /**
   * Whether it is printable ASCII and short: what is indexed, and what PostgreSQL can keep. Every
   * entry is asked several times, by who projects and by who checks, so this is no pattern.
   */
  public static boolean isText(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_TEXT
        && text.chars().allMatch(each -> each >= ' ' && each <= '~');
  }

  private static Optional<UUID> id(String text) {
    return Optional.of(text).filter(ReadableHeaders::isUuid).map(UUID::fromString);
  }

  private static boolean isUuid(String text) {
    return text.length() == UUID_FORM.length()
        && IntStream.range(0, text.length())
            .allMatch(
                i ->
                    UUID_FORM.charAt(i) == '-'
                        ? text.charAt(i) == '-'
                        : HexFormat.isHexDigit(text.charAt(i)));
  }

  /** To the microsecond, as PostgreSQL keeps it, and within what it can keep. */
  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text))
          .filter(time -> !time.isBefore(FIRST) && !time.isAfter(LAST))
          .map(time -> time.truncatedTo(ChronoUnit.MICROS));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
