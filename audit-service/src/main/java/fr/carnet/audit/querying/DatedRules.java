package fr.carnet.audit.querying;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Wire;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The rules as they were at a time.
 *
 * @param file as the access-control-service has it
 */
record DatedRules(String file) {
  /** What a rule said at an instant; in this service's words where the file gives it none. */
  Words at(String rule, Instant at) {
    for (JsonNode text : read().path("rules")) {
      if (text.path("code").asText().equals(rule) && holds(text, at)) {
        String source = text.path("source").asText();
        return new Words(
            text.path("english").asText() + " (" + source + ")",
            text.path("french").asText() + " (" + source + ")");
      }
    }
    return PlainWords.rule(rule);
  }

  private JsonNode read() {
    try {
      return Wire.JSON.readTree(file);
    } catch (IOException e) {
      throw new Wire.UnreadableFact("no rules: " + e.getClass().getSimpleName());
    }
  }

  private static boolean holds(JsonNode text, Instant at) {
    try {
      return !Instant.parse(text.path("validFrom").asText()).isAfter(at)
          && (!text.hasNonNull("validUntil")
              || at.isBefore(Instant.parse(text.path("validUntil").asText())));
    } catch (DateTimeException e) {
      return false;
    }
  }
}
