package fr.carnet.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RankTestTest {
  private static double[] sample(long seed, double shift) {
    return new Random(seed).doubles(10_000).map(value -> value * value + shift).toArray();
  }

  @Test
  void twoSamplesOfOneDistributionAreNotSeparable() {
    assertThat(RankTest.of(sample(1, 0), sample(2, 0)).z()).isBetween(-3.0, 3.0);
  }

  @Test
  void aSlightShiftIsFoundOut() {
    RankTest test = RankTest.of(sample(1, 0.02), sample(2, 0));
    assertThat(test.z()).isGreaterThan(3.89);
    assertThat(test.share()).isBetween(0.5, 0.6);
  }

  @Test
  void theStatisticIsThatOfTheTextbookWithTiesByHalf() {
    // Of the 6 pairs 1 is above and 2 tie; the ties' ranks are 2.5 and 4.5.
    RankTest test = RankTest.of(new double[] {1, 2, 3}, new double[] {2, 3});
    assertThat(test.share()).isCloseTo(2.0 / 6, within(1e-9));
    assertThat(test.z()).isCloseTo(-1 / Math.sqrt(6.0 / 12 * (6 - 12.0 / 20)), within(1e-9));
  }
}
