package fr.carnet.local.looking;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Looks for words in bytes: plain, and in whatever base64, hexadecimal, URL encoding, JSON escapes,
 * gzip, zlib, UTF-16 and lists of numbers they hold, three levels deep; in capitals or not. Says
 * where a word was found; a look that finds nothing is only worth something if it would have found
 * a canary, so every use plants one.
 */
public final class Look {
  private static final int DEPTH = 3;
  private static final int PREFIX = 6;
  private static final int MOST_DECODED = 1 << 22;
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{12,}={0,2}");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{12,}");
  private static final Pattern ESCAPE = Pattern.compile("(?:\\\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})");

  /** Bytes as Java prints an array of them. */
  private static final Pattern NUMBERS = Pattern.compile("(?:-?[0-9]{1,3}, ?){5,}-?[0-9]{1,3}");

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,3}");

  private final Map<Long, List<Sought>> wordsByPrefix = new HashMap<>();

  /** A word that was found. */
  public record Finding(String where, String word, String how) {}

  /** Looks for these words; each has at least six bytes in UTF-8. */
  public Look(Collection<String> words) {
    for (String word : words) {
      String bytes = latin(word.getBytes(StandardCharsets.UTF_8));
      if (bytes.length() < PREFIX) {
        throw new IllegalArgumentException("too short to look for: " + word.length());
      }
      // In UTF-8, and as it stands in Latin-1 and behind what was UTF-16.
      for (String form : new LinkedHashSet<>(List.of(bytes, word))) {
        String folded = fold(form);
        if (folded.length() >= PREFIX) {
          wordsByPrefix
              .computeIfAbsent(prefix(folded, 0), _ -> new ArrayList<>())
              .add(new Sought(folded, word));
        }
      }
    }
  }

  private record Sought(String folded, String word) {}

  /** What is found in these bytes. */
  public List<Finding> in(String where, byte[] bytes) {
    List<Finding> findings = new ArrayList<>();
    look(where, "plain", bytes, DEPTH, findings);
    return findings;
  }

  private void look(String where, String how, byte[] bytes, int depth, List<Finding> findings) {
    String text = latin(bytes);
    find(where, how, fold(text), findings);
    if (depth == 0) {
      return;
    }
    if (bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b) {
      look(where, how + " > gzip", inflated(bytes, GZIPInputStream::new), depth - 1, findings);
    }
    if (bytes.length > 2 && bytes[0] == 0x78 && (0x7800 | (bytes[1] & 0xff)) % 31 == 0) {
      look(where, how + " > zlib", inflated(bytes, InflaterInputStream::new), depth - 1, findings);
    }
    if (text.indexOf(0) >= 0) {
      find(where, how + " > utf-16", fold(text.replace("\0", "")), findings);
    }
    Matcher hex = HEX.matcher(text);
    while (hex.find()) {
      String run = hex.group();
      for (int start = 0; start < 2; start++) {
        int end = run.length() - (run.length() - start) % 2;
        byte[] decoded = HexFormat.of().parseHex(run, start, end);
        look(where, how + " > hex", decoded, depth - 1, findings);
      }
    }
    Matcher base64 = BASE64.matcher(text);
    while (base64.find()) {
      // Something else may stand right before it, so every alignment is tried.
      for (int start = 0; start < 4; start++) {
        look(where, how + " > base64", debase64(base64.group(), start), depth - 1, findings);
      }
    }
    Matcher numbers = NUMBERS.matcher(text);
    while (numbers.find()) {
      look(where, how + " > numbers", numbered(numbers.group()), depth - 1, findings);
    }
    if (ESCAPE.matcher(text).find()) {
      look(where, how + " > escapes", unescape(text), depth - 1, findings);
    }
  }

  private void find(String where, String how, String text, List<Finding> findings) {
    for (int i = 0; i + PREFIX <= text.length(); i++) {
      List<Sought> candidates = wordsByPrefix.get(prefix(text, i));
      if (candidates != null) {
        for (Sought sought : candidates) {
          if (text.startsWith(sought.folded(), i)) {
            findings.add(new Finding(where, sought.word(), how));
          }
        }
      }
    }
  }

  /** Without capitals, in ASCII alone: what is decoded further on is not touched by it. */
  private static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      folded.append(
          character >= 'A' && character <= 'Z' ? (char) (character + ('a' - 'A')) : character);
    }
    return folded.toString();
  }

  private static long prefix(String text, int at) {
    long hash = 0;
    for (int i = at; i < at + PREFIX; i++) {
      hash = (hash << 8) | (text.charAt(i) & 0xff);
    }
    return hash;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private interface Inflating {
    InputStream of(InputStream deflated) throws IOException;
  }

  private static byte[] inflated(byte[] bytes, Inflating inflating) {
    try (InputStream in = inflating.of(new ByteArrayInputStream(bytes))) {
      return in.readNBytes(MOST_DECODED);
    } catch (IOException e) {
      // Looked like it and was none.
      return new byte[0];
    }
  }

  private static byte[] numbered(String list) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher number = NUMBER.matcher(list);
    while (number.find()) {
      bytes.write(Integer.parseInt(number.group()));
    }
    return bytes.toByteArray();
  }

  private static byte[] debase64(String run, int start) {
    String bare = run.replace("=", "").replace('-', '+').replace('_', '/');
    if (start >= bare.length()) {
      return new byte[0];
    }
    String aligned = bare.substring(start);
    int whole = aligned.length() % 4 == 1 ? aligned.length() - 1 : aligned.length();
    return Base64.getDecoder().decode(aligned.substring(0, whole));
  }

  private static byte[] unescape(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            match -> {
              String escape = match.group();
              int code = Integer.parseInt(escape.substring(escape.startsWith("%") ? 1 : 2), 16);
              String character =
                  escape.startsWith("%")
                      ? String.valueOf((char) code)
                      : latin(String.valueOf((char) code).getBytes(StandardCharsets.UTF_8));
              return Matcher.quoteReplacement(character);
            })
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
