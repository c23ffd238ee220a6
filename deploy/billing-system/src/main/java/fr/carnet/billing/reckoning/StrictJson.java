package fr.carnet.billing.reckoning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON as RFC 8259 has it, and no more: UTF-8 without a byte order mark, one value and nothing
 * after it, no name twice in an object. Written by hand, so that what a library takes for JSON is
 * not what is reckoned with.
 */
final class StrictJson {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern FOUR_HEX_DIGITS = Pattern.compile("[0-9A-Fa-f]{4}");
  private static final int LONGEST_NUMBER = 1_000;
  private static final int DEEPEST = 500;
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  private final String text;
  private int at;

  private StrictJson(String text) {
    this.text = text;
  }

  /** These bytes are no JSON. */
  private static final class NotJson extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** The object that these bytes are, if they are one. */
  static Optional<ObjectNode> object(byte[] bytes) {
    try {
      StrictJson reader =
          new StrictJson(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      JsonNode value = reader.value(0);
      reader.require(reader.at == reader.text.length());
      return value instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (CharacterCodingException | NotJson e) {
      return Optional.empty();
    }
  }

  /** A value with the blanks around it. */
  private JsonNode value(int depth) throws NotJson {
    require(depth <= DEEPEST);
    blanks();
    JsonNode value =
        switch (peek()) {
          case '{' -> objectIn(depth);
          case '[' -> arrayIn(depth);
          case '"' -> NODES.textNode(string());
          case 't' -> word("true", NODES.booleanNode(true));
          case 'f' -> word("false", NODES.booleanNode(false));
          case 'n' -> word("null", NODES.nullNode());
          default -> number();
        };
    blanks();
    return value;
  }

  private JsonNode objectIn(int depth) throws NotJson {
    ObjectNode object = NODES.objectNode();
    take('{');
    blanks();
    if (peek() == '}') {
      take('}');
      return object;
    }
    while (true) {
      blanks();
      String name = string();
      require(!object.has(name));
      blanks();
      take(':');
      object.set(name, value(depth + 1));
      if (peek() == '}') {
        take('}');
        return object;
      }
      take(',');
    }
  }

  private JsonNode arrayIn(int depth) throws NotJson {
    ArrayNode array = NODES.arrayNode();
    take('[');
    blanks();
    if (peek() == ']') {
      take(']');
      return array;
    }
    while (true) {
      array.add(value(depth + 1));
      if (peek() == ']') {
        take(']');
        return array;
      }
      take(',');
    }
  }

  private JsonNode word(String word, JsonNode meant) throws NotJson {
    require(text.startsWith(word, at));
    at += word.length();
    return meant;
  }

  private JsonNode number() throws NotJson {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    require(number.lookingAt() && number.group().length() <= LONGEST_NUMBER);
    at = number.end();
    if (number.group(1) == null && number.group(2) == null) {
      return NODES.numberNode(new BigInteger(number.group()));
    }
    try {
      return NODES.numberNode(new BigDecimal(number.group()));
    } catch (NumberFormatException e) {
      // An exponent that nobody can reckon with.
      throw new NotJson();
    }
  }

  /** Half a surrogate pair can be written as an escape: that is JSON, whatever comes of it. */
  private String string() throws NotJson {
    take('"');
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char character = peek();
      require(character >= ' ');
      at++;
      if (character != '\\') {
        out.append(character);
        continue;
      }
      char escaped = peek();
      at++;
      switch (escaped) {
        case '"', '\\', '/' -> out.append(escaped);
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> {
          int end = Math.min(at + 4, text.length());
          String hex = text.substring(Math.min(at, end), end);
          require(FOUR_HEX_DIGITS.matcher(hex).matches());
          out.append((char) Integer.parseInt(hex, 16));
          at = end;
        }
        default -> throw new NotJson();
      }
    }
    take('"');
    return out.toString();
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** NUL at the end, which stands for nothing in JSON. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void take(char character) throws NotJson {
    require(peek() == character);
    at++;
  }

  private void require(boolean holds) throws NotJson {
    if (!holds) {
      throw new NotJson();
    }
  }
}
