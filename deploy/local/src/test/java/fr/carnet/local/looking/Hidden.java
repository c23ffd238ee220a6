package fr.carnet.local.looking;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** A word in every encoding in which it might stand somewhere. */
public final class Hidden {
  private Hidden() {}

  /** By how a {@link Look} says that it found it. */
  public static Map<String, byte[]> everyWay(String word) {
    byte[] plain = ("x=" + word + ";").getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> ways = new LinkedHashMap<>();
    ways.put("plain", word.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
    ways.put("plain > base64", Base64.getUrlEncoder().withoutPadding().encode(plain));
    ways.put("plain > hex", ascii(HexFormat.of().formatHex(plain)));
    ways.put("plain > escapes", ascii(percents(plain)));
    ways.put("plain > numbers", ascii(Arrays.toString(plain)));
    ways.put("plain > gzip", gzip(plain));
    ways.put("plain > zlib", zlib(plain));
    ways.put("plain > utf-16", word.getBytes(StandardCharsets.UTF_16LE));
    ways.put("plain > base64 > gzip", Base64.getEncoder().encode(gzip(plain)));
    ways.put("plain > hex > utf-16", ascii(HexFormat.of().formatHex(utf16(word))));
    return ways;
  }

  private static byte[] utf16(String word) {
    Charset bigEndian = StandardCharsets.UTF_16BE;
    return word.getBytes(bigEndian);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String percents(byte[] bytes) {
    StringBuilder escaped = new StringBuilder();
    for (byte one : bytes) {
      escaped.append(String.format(Locale.ROOT, "%%%02X", one));
    }
    return escaped.toString();
  }

  private static byte[] gzip(byte[] bytes) {
    return deflated(bytes, GZIPOutputStream::new);
  }

  private static byte[] zlib(byte[] bytes) {
    return deflated(bytes, DeflaterOutputStream::new);
  }

  private interface Deflating {
    OutputStream into(OutputStream target) throws IOException;
  }

  private static byte[] deflated(byte[] bytes, Deflating deflating) {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    try (OutputStream out = deflating.into(target)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return target.toByteArray();
  }
}
