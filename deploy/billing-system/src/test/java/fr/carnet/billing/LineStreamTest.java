package fr.carnet.billing;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineStreamTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 1);

  @Test
  void everyLineShowsAsOneItemOfItsOwn() {
    // given
    BillingSystem billing = BillingSystem.seeded(9, TODAY).withBeneficiaries(20);
    List<String> people = billing.beneficiaryNumbers();
    // when
    List<SentLine> lines = billing.endless("feed", people).stream().limit(50_000).toList();
    Reckoning reckoning = Reckoning.of(lines, TODAY);
    // then
    assertThat(reckoning.counts().accepted()).isEqualTo(50_000);
    assertThat(reckoning.beneficiaries()).containsExactlyInAnyOrderElementsOf(people);
    assertThat(reckoning.histories().values().stream().mapToInt(List::size).sum())
        .isEqualTo(50_000);
    assertThat(reckoning.histories().values())
        .allSatisfy(
            history ->
                assertThat(history)
                    .extracting(ReckonedCare::quantity)
                    .containsOnly(BigDecimal.ONE));
  }

  @Test
  void theStrideReachesEveryCombination() {
    assertThat(java.math.BigInteger.valueOf(7_368_787).isProbablePrime(50)).isTrue();
  }

  @Test
  void streamsOfOtherNamesShareNoBytes() {
    BillingSystem billing = BillingSystem.seeded(9, TODAY);
    List<String> people = billing.beneficiaryNumbers();

    assertThat(billing.endless("one", people).next().json())
        .isNotEqualTo(billing.endless("two", people).next().json());
  }
}
