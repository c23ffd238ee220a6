package fr.carnet.local.looking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A look that overlooks proves nothing. */
class LookTest {

  @Test
  void a_word_is_found_in_every_encoding_and_said_how() {
    Map<String, byte[]> ways = Hidden.everyWay("Nephropathie");
    Look look = new Look(List.of("Nephropathie"));
    ways.forEach(
        (way, bytes) ->
            assertThat(look.in("here", bytes))
                .as(way)
                .contains(new Look.Finding("here", "Nephropathie", way)));
  }

  @Test
  void accents_are_found_in_utf8_latin_1_utf_16_and_json_escapes() {
    Look look = new Look(List.of("Créatinine"));
    for (byte[] bytes :
        List.of(
            "la Créatinine".getBytes(StandardCharsets.UTF_8),
            "la Créatinine".getBytes(StandardCharsets.ISO_8859_1),
            "la Créatinine".getBytes(StandardCharsets.UTF_16BE),
            "{\"a\":\"Cr\\u00e9atinine\"}".getBytes(StandardCharsets.US_ASCII))) {
      assertThat(look.in("here", bytes)).extracting(Look.Finding::word).contains("Créatinine");
    }
  }

  @Test
  void what_is_not_there_is_not_found() {
    Look look = new Look(List.of("Nephropathie"));
    Hidden.everyWay("Cardiopathie")
        .forEach((way, bytes) -> assertThat(look.in("here", bytes)).as(way).isEmpty());
  }
}
