package fr.carnet.dossier.programme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.events.dossier.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** What the programme aims at and pays is dated data. */
class TermsTest {
  private static Terms shipped() throws IOException {
    try (InputStream file = TermsTest.class.getResourceAsStream("/programme.json")) {
      return Terms.read(file.readAllBytes());
    }
  }

  private static Terms fees(String fees) {
    return Terms.read(("{\"goals\":[],\"fees\":[" + fees + "]}").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_goal_is_forty_million_in_five_years_from_the_sixth_of_november_2018()
      throws IOException {
    assertThat(shipped().goal(LocalDate.parse("2018-11-05"))).isEmpty();
    assertThat(shipped().goal(LocalDate.parse("2018-11-06")))
        .contains(
            new Terms.Goal(
                LocalDate.parse("2018-11-06"), LocalDate.parse("2023-11-06"), 40_000_000));
  }

  @Test
  void a_pharmacist_is_paid_one_euro_since_july_2018_and_nobody_else_anything() throws IOException {
    assertThat(shipped().fee(Channel.PHARMACIST, LocalDate.parse("2018-06-30"))).isEmpty();
    assertThat(shipped().fee(Channel.PHARMACIST, LocalDate.parse("2018-07-01"))).hasValue(100);
    for (Channel channel : new Channel[] {Channel.ONLINE, Channel.COUNTER, Channel.PROFESSIONAL}) {
      assertThat(shipped().fee(channel, LocalDate.parse("2026-01-01"))).isEmpty();
    }
  }

  @Test
  void a_fee_holds_until_the_next_of_its_channel_and_nought_ends_it() {
    Terms terms =
        fees(
            """
            {"channel":"PHARMACIST","from":"2019-03-15","cents":150},
            {"channel":"PHARMACIST","from":"2018-07-01","cents":100},
            {"channel":"PHARMACIST","from":"2020-01-01","cents":0}
            """);
    assertThat(terms.fee(Channel.PHARMACIST, LocalDate.parse("2019-03-14"))).hasValue(100);
    assertThat(terms.fee(Channel.PHARMACIST, LocalDate.parse("2019-03-15"))).hasValue(150);
    assertThat(terms.fee(Channel.PHARMACIST, LocalDate.parse("2020-01-01"))).isEmpty();
  }

  @Test
  void a_file_that_contradicts_itself_or_pays_nobody_is_refused() {
    String fee = "{\"channel\":\"PHARMACIST\",\"from\":\"2018-07-01\",\"cents\":100}";
    assertThatThrownBy(() -> fees(fee + "," + fee)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> fees(fee.replace("PHARMACIST", "ONLINE")))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> fees(fee.replace("100", "-1"))).isInstanceOf(RuntimeException.class);
  }
}
