package fr.carnet.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/**
 * How facts are written as JSON: ISO 8601 times, absent values left out, unknown fields ignored, so
 * that a field can be added without breaking an older reader.
 */
public final class Wire {
  /** The one mapper; safe for every thread. */
  public static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_ABSENT)
          .build();

  private Wire() {}

  /** The JSON of a fact. */
  public static byte[] write(Object fact) {
    try {
      return JSON.writeValueAsBytes(fact);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not writable as JSON: " + fact.getClass(), e);
    }
  }

  /**
   * Reads a fact back.
   *
   * @throws UnreadableFact when the bytes are no such fact; its text never quotes them, because
   *     they may be personal
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      T read = JSON.readValue(json, type);
      if (read == null) {
        throw new UnreadableFact("null instead of a " + type.getSimpleName());
      }
      return read;
    } catch (IOException e) {
      throw new UnreadableFact(
          "not a " + type.getSimpleName() + ": " + e.getClass().getSimpleName());
    }
  }

  /** Bytes that are not the fact they should be. */
  public static final class UnreadableFact extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadableFact(String reason) {
      super(reason);
    }
  }
}
