package fr.carnet.events.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The national id of a professional or a structure: a type digit (0 ADELI, 3 FINESS or internal, 8
 * RPPS), then the id. A public identifier of the person's office, so it may stand in clear.
 */
public record NationalId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[0-9][0-9A-Z/]{8,29}");

  @JsonCreator
  public NationalId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("a national id is a type digit and 8 to 29 characters");
    }
  }

  /** The national id that this text is, if its form is right. */
  public static Optional<NationalId> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new NationalId(text)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
