package fr.carnet.billing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Codes of the right form that no list has: a fault only for a receiver that has loaded the list.
 * Each breaks the rule of its name and no other.
 */
public enum ListFlaw {
  NATURE_CODE_UNKNOWN {
    @Override
    void spoil(ObjectNode line) {
      line.put("natureCode", "99998");
    }
  },
  ACT_CODE_UNKNOWN {
    @Override
    void spoil(ObjectNode line) {
      line.putObject("act").put("system", "CCAM").put("code", "AAAA999");
    }
  },
  SPECIALTY_CODE_UNKNOWN {
    @Override
    void spoil(ObjectNode line) {
      line.withObject("performer").put("specialtyCode", "Z9");
    }
  };

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  abstract void spoil(ObjectNode line);

  /** This sound line with the fault. */
  public WireLine in(SentLine sound) {
    try {
      ObjectNode line = (ObjectNode) MAPPER.readTree(sound.json());
      spoil(line);
      return new WireLine(sound.wire().key(), MAPPER.writeValueAsBytes(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
