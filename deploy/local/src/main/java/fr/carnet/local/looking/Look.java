package fr.carnet.local.looking;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Looks for words in bytes: plain, and in whatever base64, hexadecimal, URL encoding, JSON escapes
 * and gzip they hold, three levels deep. Says where a word was found; a look that finds nothing is
 * only worth something if it would have found a canary, so every use plants one.
 */
public final class Look {
  private static final int DEPTH = 3;
  private static final int PREFIX = 6;
  private static final int MOST_DECODED = 1 << 22;
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{12,}={0,2}");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{12,}");
  private static final Pattern ESCAPE = Pattern.compile("(?:\\\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})");

  private final Map<Long, List<String>> wordsByPrefix = new HashMap<>();

  /** A word that was found. */
  public record Finding(String where, String word, String how) {}

  /** Looks for these words; each has at least six bytes in UTF-8. */
  public Look(Collection<String> words) {
    for (String word : words) {
      String bytes = latin(word.getBytes(StandardCharsets.UTF_8));
      if (bytes.length() < PREFIX) {
        throw new IllegalArgumentException("too short to look for: " + word.length());
      }
      wordsByPrefix.computeIfAbsent(prefix(bytes, 0), _ -> new ArrayList<>()).add(bytes);
    }
  }

  /** What is found in these bytes. */
  public List<Finding> in(String where, byte[] bytes) {
    List<Finding> findings = new ArrayList<>();
    look(where, "plain", bytes, DEPTH, findings);
    return findings;
  }

  private void look(String where, String how, byte[] bytes, int depth, List<Finding> findings) {
    String text = latin(bytes);
    find(where, how, text, findings);
    if (depth == 0) {
      return;
    }
    if (bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b) {
      look(where, how + " > gzip", gunzip(bytes), depth - 1, findings);
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
    if (ESCAPE.matcher(text).find()) {
      look(where, how + " > escapes", unescape(text), depth - 1, findings);
    }
  }

  private void find(String where, String how, String text, List<Finding> findings) {
    for (int i = 0; i + PREFIX <= text.length(); i++) {
      List<String> candidates = wordsByPrefix.get(prefix(text, i));
      if (candidates != null) {
        for (String word : candidates) {
          if (text.startsWith(word, i)) {
            findings.add(new Finding(where, word, how));
          }
        }
      }
    }
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

  private static byte[] gunzip(byte[] bytes) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readNBytes(MOST_DECODED);
    } catch (IOException e) {
      // Looked like gzip and was none.
      return new byte[0];
    }
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
