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

  /**
   * A person: 8 and an RPPS, 0 and an ADELI number, or an organisation's number, / and its own id.
   */
  private static final Pattern PERSON =
      Pattern.compile("8[0-9]{11}|0[0-9A-Z]{9}|[345][0-9A-Z]{9,14}/[0-9A-Z/]+");

  /** A structure: 3 and a FINESS number, 4 and a SIREN, 5 and a SIRET. */
  private static final Pattern STRUCTURE = Pattern.compile("3[0-9A-Z]{9}|4[0-9]{9}|5[0-9]{14}");

  /** Whether it has the form of a person's id; an RPPS without its type digit has not. */
  public boolean isOfPerson() {
    return PERSON.matcher(value).matches();
  }

  /** Whether it has the form of a structure's id. */
  public boolean isOfStructure() {
    return STRUCTURE.matcher(value).matches();
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
