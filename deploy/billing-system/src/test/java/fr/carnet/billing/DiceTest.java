package fr.carnet.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiceTest {

  /** The values that other implementations of SplitMix64 give for this seed. */
  @Test
  void throwsWhatSplitMix64Throws() {
    Dice dice = new Dice(1234567);

    assertThat(new long[] {dice.next(), dice.next(), dice.next(), dice.next(), dice.next()})
        .containsExactly(
            6457827717110365317L,
            3203168211198807973L,
            Long.parseUnsignedLong("9817491932198370423"),
            4593380528125082431L,
            Long.parseUnsignedLong("16408922859458223821"));
  }

  @Test
  void reachesEveryNumberBelowTheBoundAndNoOther() {
    Dice dice = new Dice(7);

    assertThat(IntStream.range(0, 1_000).map(_ -> dice.below(6)).distinct())
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }
}
