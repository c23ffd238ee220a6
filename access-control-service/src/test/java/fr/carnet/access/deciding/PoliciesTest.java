package fr.carnet.access.deciding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoliciesTest {
  private static final String FIRST =
      """
      {"version":"a","validFrom":"2020-01-01T00:00:00Z","classes":{"10":"reports","60":"care"},
       "matrix":{"10":{"10":"R","60":"R"},"60":{"10":"P","60":"–"}}}
      """;
  private static final String SECOND =
      FIRST.replace("\"a\"", "\"b\"").replace("2020", "2022").replace("–", "R");

  private static Policies read(String... policies) {
    return Policies.read(
        ("{\"policies\":[" + String.join(",", policies) + "]}").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_policy_of_the_instant_is_used() {
    Policies policies = read(FIRST, SECOND);
    assertThat(policies.at(Instant.parse("2021-12-31T23:59:59Z")).version()).isEqualTo("a");
    assertThat(policies.at(Instant.parse("2022-01-01T00:00:00Z")).version()).isEqualTo("b");
    assertThat(policies.at(Instant.parse("2022-01-01T00:00:00Z")).of("60")).isEqualTo(Set.of("60"));
    assertThatThrownBy(() -> policies.at(Instant.parse("2019-12-31T23:59:59Z")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void part_of_a_class_is_not_the_class() {
    assertThat(read(FIRST).at(Instant.parse("2021-01-01T00:00:00Z")).of("60")).isEmpty();
  }

  @Test
  void a_file_with_a_gap_or_a_slip_is_refused() {
    refused();
    refused(SECOND, FIRST);
    refused(FIRST, FIRST);
    refused(FIRST, SECOND.replace("\"b\"", "\"a\""));
    refused(FIRST.replace(",\"60\":\"–\"", ""));
    refused(FIRST.replace("–", "X"));
    refused(FIRST.replace("\"60\":\"–\"", "\"61\":\"–\""));
    refused("{}");
  }

  private static void refused(String... policies) {
    assertThatThrownBy(() -> read(policies)).isInstanceOf(RuntimeException.class);
  }
}
