package fr.carnet.events.trace;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** Why somebody reads (ANS, table TRE_R248). */
public enum PurposeOfUse {
  NORMAL("normal"),
  BREAK_GLASS("bris_de_glace"),
  MEDICAL_REGULATION("centre_15");

  private final String code;

  PurposeOfUse(String code) {
    this.code = code;
  }

  /** The code of the table. */
  @JsonValue
  public String code() {
    return code;
  }

  /** The purpose with this code, if there is one. */
  public static Optional<PurposeOfUse> parse(String code) {
    for (PurposeOfUse purpose : values()) {
      if (purpose.code.equals(code)) {
        return Optional.of(purpose);
      }
    }
    return Optional.empty();
  }

  @JsonCreator
  static PurposeOfUse of(String code) {
    return parse(code).orElseThrow(() -> new IllegalArgumentException("no purpose of TRE_R248"));
  }
}
