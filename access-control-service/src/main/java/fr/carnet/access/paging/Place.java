package fr.carnet.access.paging;

import fr.carnet.resourceserver.Refusal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * After which row a page begins.
 *
 * @param at the instant by which rows are ordered, the newest first; UTC, to the microsecond
 * @param id tells rows of one instant apart
 */
public record Place(Instant at, UUID id) {
  /** Rows of the longest page. */
  public static final int MOST = 200;

  /**
   * A page of rows, of which one more than wanted was read.
   *
   * @param next give it as {@code cursor} for the next page; absent on the last
   */
  public record Page<T>(List<T> rows, Optional<String> next) {
    public Page {
      rows = List.copyOf(rows);
    }

    /** The first {@code most} of these rows. */
    public static <T> Page<T> of(List<T> read, int most, Function<T, Place> place) {
      List<T> shown = read.stream().limit(most).toList();
      return new Page<>(
          shown,
          read.size() > most
              ? Optional.of(place.apply(shown.getLast()).cursor())
              : Optional.empty());
    }
  }

  /** The place that a cursor names; none for the first page. */
  public static Optional<Place> parse(String cursor) {
    if (cursor == null) {
      return Optional.empty();
    }
    try {
      String[] place =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|", 2);
      if (place.length == 2) {
        return Optional.of(new Place(Instant.parse(place[0]), UUID.fromString(place[1])));
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new Refusal(PagingRefusal.CURSOR_INVALID, "cursor");
    }
    throw new Refusal(PagingRefusal.CURSOR_INVALID, "cursor");
  }

  /** How many rows a page is to have. */
  public static int limit(String text) {
    if (!text.matches("[0-9]{1,3}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw new Refusal(PagingRefusal.LIMIT_INVALID, "limit");
    }
    return Integer.parseInt(text);
  }

  /**
   * Binds {@code ?::timestamptz IS NULL OR (at, id) < (?, ?)}; gives the place of the next
   * parameter.
   */
  public static int bind(PreparedStatement statement, int first, Optional<Place> after)
      throws SQLException {
    Object at = after.map(place -> place.at().atOffset(ZoneOffset.UTC)).orElse(null);
    statement.setObject(first, at);
    statement.setObject(first + 1, at);
    statement.setObject(first + 2, after.map(Place::id).orElse(null));
    return first + 3;
  }

  private String cursor() {
    String place = at + "|" + id;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.UTF_8));
  }
}
