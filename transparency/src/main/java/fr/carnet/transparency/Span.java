package fr.carnet.transparency;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which tile of a level, and how much of it: {@code <N>[.p/<W>]} of C2SP tlog-tiles.
 *
 * @param index counts tiles from 0
 * @param width hashes or entries in it: 256, or fewer in a partial one
 */
public record Span(long index, int width) {
  public static final int FULL = 256;

  private static final Pattern TEXT =
      Pattern.compile("((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

  public Span {
    if (index < 0 || width < 1 || width > FULL) {
      throw new Malformed("no tile " + index + " of width " + width);
    }
  }

  /** As in a path: three digits an element, {@code x} before all but the last. */
  public String path() {
    StringBuilder path = new StringBuilder(String.format(Locale.ROOT, "%03d", index % 1_000));
    for (long left = index / 1_000; left > 0; left /= 1_000) {
      path.insert(0, String.format(Locale.ROOT, "x%03d/", left % 1_000));
    }
    return width == FULL ? path.toString() : path + ".p/" + width;
  }

  /**
   * Reads it again.
   *
   * @throws Malformed also when the same tile has another, shorter name
   */
  public static Span parse(String path) {
    Matcher matcher = TEXT.matcher(path);
    if (!matcher.matches()) {
      throw new Malformed("no tile path");
    }
    String digits = matcher.group(1).replace("x", "").replace("/", "");
    int width = matcher.group(2) == null ? FULL : Integer.parseInt(matcher.group(2));
    Span span = new Span(Long.parseLong(digits), width);
    if (!span.path().equals(path)) {
      throw new Malformed("a tile has one path");
    }
    return span;
  }

  /** The first position that it holds. */
  public long first() {
    return index * FULL;
  }

  /** The position behind the last that it holds. */
  public long end() {
    return index * FULL + width;
  }

  /** The span over a place on a level that has so many. */
  static Span at(long place, long of) {
    long index = place / FULL;
    return new Span(index, (int) Math.min(FULL, of - index * FULL));
  }
}
