package fr.carnet.ingest.arriving;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import fr.carnet.events.Wire;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.ingest.deciding.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Bytes of any kind → what they turned out to be. */
final class LineBytes {
  /** One object, no name twice, nothing after it; numbers as they are written. */
  private static final ObjectReader ONE_OBJECT =
      Wire.JSON
          .readerFor(Map.class)
          .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .with(
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
              DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);

  private static final Pattern SAYS_SECRET = Pattern.compile("\"secretCare\"\\s*:\\s*true");
  private static final Pattern SAYS_ORDINARY =
      Pattern.compile("\"secretCare\"\\s*:\\s*false\\s*[,}]");

  /** What may speak of another line, or of the flag in another spelling. */
  private static final Pattern OF_THE_FLAG_OR_A_LINE =
      Pattern.compile("secret|lineId|beneficiaryIns|\\\\u", Pattern.CASE_INSENSITIVE);

  private LineBytes() {}

  /**
   * Reads a line.
   *
   * @param key the Kafka key, where there is one
   * @param today the calendar day in Europe/Paris
   */
  static Verdict read(byte[] bytes, Optional<String> key, LocalDate today, LinePolicy policy) {
    if (bytes.length > LineRules.MAX_BYTES) {
      return unreadable(bytes, LineFault.TOO_LARGE);
    }
    try {
      Map<?, ?> object = ONE_OBJECT.readValue(text(bytes));
      return object == null
          ? unreadable(bytes, LineFault.NOT_JSON)
          : LineRules.read(object, key, today, policy);
    } catch (IOException e) {
      return unreadable(bytes, LineFault.NOT_JSON);
    }
  }

  /** Strict: JSON between systems is UTF-8 (RFC 8259), and Jackson would guess UTF-16. */
  private static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)
        .decode(ByteBuffer.wrap(bytes))
        .toString();
  }

  /** A rejection keeps what was received; what says of itself that it is secret is not kept. */
  private static Verdict unreadable(byte[] bytes, LineFault fault) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return SAYS_SECRET.matcher(text).find()
        ? new Verdict.Secret(Optional.empty())
        : LineRules.invalid(fault, !saysOrdinary(text));
  }

  /**
   * Whether the flag of an unreadable line can be read all the same: it is there, once, false, and
   * nothing else may speak of it or of a second line. Silence is no answer.
   */
  private static boolean saysOrdinary(String text) {
    return SAYS_ORDINARY.matcher(text).find()
        && OF_THE_FLAG_OR_A_LINE
            .matcher(text)
            .results()
            .map(found -> found.group().toLowerCase(Locale.ROOT))
            .collect(Collectors.groupingBy(word -> word, Collectors.counting()))
            .entrySet()
            .stream()
            .allMatch(word -> word.getValue() == 1 && !word.getKey().startsWith("\\"));
  }
}
