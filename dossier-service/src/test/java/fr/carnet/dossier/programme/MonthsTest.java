package fr.carnet.dossier.programme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;

/** Months are those of Europe/Paris, and are spoken of a day after their end. */
class MonthsTest {
  @Test
  void a_month_is_over_a_day_after_its_end_in_paris() {
    assertThat(Months.lastOver(Instant.parse("2018-12-01T22:59:59Z")))
        .isEqualTo(YearMonth.of(2018, 10));
    assertThat(Months.lastOver(Instant.parse("2018-12-01T23:00:00Z")))
        .isEqualTo(YearMonth.of(2018, 11));
  }

  @Test
  void a_month_begins_and_ends_at_midnight_in_paris() {
    assertThat(Months.start(YearMonth.of(2019, 3))).isEqualTo("2019-02-28T23:00:00Z");
    assertThat(Months.end(YearMonth.of(2019, 3))).isEqualTo("2019-03-31T22:00:00Z");
  }
}
