package fr.carnet.ingest.arriving.extracts;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The forms of values, each brought to one way of writing it, so that keys are equal as text. No
 * form takes a comma, a quotation mark or a control character.
 */
enum Form {
  /** Up to ten digits; without leading zeros. */
  WHOLE("0*([0-9]{1,10})"),
  /** A decimal number of either sign; the warehouse's minimum of zero is not kept by reversals. */
  NUMBER("(-?[0-9]{1,12}(?:[.,][0-9]{1,6})?)"),
  /** Euros with up to two decimals, of either sign. */
  EUROS("(-?[0-9]{1,12}(?:[.,][0-9]{1,2})?)(?:(?<=[.,][0-9]{2})0*)?"),
  /** A day, yyyy-mm-dd. */
  DAY("([0-9]{4}-[0-9]{2}-[0-9]{2})"),
  /** The warehouse's code of a fund. */
  FUND("([0-9A-Za-z]{1,9})"),
  /** The warehouse's anonymous id of a beneficiary, 17 printable characters. */
  PSEUDONYM("([!#-+\\--~]{17})"),
  /** The warehouse's number of a performer, prescriber or establishment; zeros are none. */
  PROVIDER("0*|([0-9A-Za-z]{8,9})"),
  /** A code of an act or product; zero is none. */
  CODE("0*|([0-9A-Za-z]{1,13})"),
  INS("([0-9AB]{15})"),
  RPPS("([0-9]{11})"),
  FINESS("([0-9AB]{9})");

  private final Pattern pattern;

  Form(String pattern) {
    this.pattern = Pattern.compile(pattern);
  }

  /** The value as it is compared and stored, empty text where there is none; or no such form. */
  Optional<String> read(String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String value = matcher.group(1) == null ? "" : matcher.group(1);
    return switch (this) {
      case NUMBER, EUROS -> Optional.of(value.replace(',', '.'));
      case DAY -> isDay(value) ? Optional.of(value) : Optional.empty();
      case WHOLE, FUND, PSEUDONYM, PROVIDER, CODE, INS, RPPS, FINESS -> Optional.of(value);
    };
  }

  private static boolean isDay(String text) {
    try {
      return LocalDate.parse(text).getYear() > 0;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
