package fr.carnet.billing.reckoning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.Mutation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private static final ObjectMapper LIBRARY =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " \t\r\n{ } \n",
        "{\"a\":1}",
        "{\"a\":-0.10e+2}",
        "{\"a\":[]}",
        "{\"a\":[1,\"b\",{\"a\":null}]}",
        "{\"\\u0061\\ud800\":\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"}",
        "{\"été 😀\":true,\"b\":false}"
      })
  void isAnObject(String text) {
    assertThat(object(text)).isPresent().isEqualTo(byLibrary(utf8(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"a\"",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1}}",
        "{}{}",
        "{}\u0000",
        "\uFEFF{}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":\"\u0001\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"b}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\" 1}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":1}",
        "{\"b\":{\"a\":1,\"a\":1}}",
        "{/**/}",
        "{\"a\":1e99999999999}",
        "{\u00a0}"
      })
  void isNone(String text) {
    assertThat(object(text)).isEmpty();
    assertThat(byLibrary(utf8(text))).isEmpty();
  }

  @Test
  void whatIsNotUtf8IsNone() {
    byte[] bytes = utf8("{\"a\":\"b\"}");
    bytes[6] = (byte) 0xFF;
    assertThat(StrictJson.object(bytes)).isEmpty();
    assertThat(StrictJson.object("{}".getBytes(StandardCharsets.UTF_16LE))).isEmpty();
  }

  @Test
  void depthAndLengthHaveAnEnd() {
    assertThat(object("{\"a\":".repeat(10_000))).isEmpty();
    assertThat(object("{\"a\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}")).isEmpty();
    assertThat(object("{\"a\":" + "1".repeat(60_000) + "}")).isEmpty();
  }

  /** What is written by hand and what a library takes are the same, whatever becomes of a line. */
  @Test
  void isWhatALibraryTakesWhenItIsStrict() {
    long seed = 20_261_122;
    System.out.println("mutations by seed " + seed);
    Random dice = new Random(seed);
    BillingSystem billing = BillingSystem.seeded(seed, LocalDate.of(2026, 6, 1));
    LineStream lines = billing.endless("mutated", billing.beneficiaryNumbers());
    int objects = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = Mutation.of(lines.next().json(), dice);
      Optional<JsonNode> object = StrictJson.object(mutated).map(node -> node);
      assertThat(object).as("message " + i).isEqualTo(byLibrary(mutated));
      objects += object.isPresent() ? 1 : 0;
    }
    assertThat(objects).isBetween(1_000, 19_000);
  }

  private static Optional<JsonNode> object(String text) {
    return StrictJson.object(utf8(text)).map(node -> node);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<JsonNode> byLibrary(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Optional.ofNullable(LIBRARY.readTree(text)).filter(JsonNode::isObject);
    } catch (CharacterCodingException | JsonProcessingException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
