package fr.carnet.billing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The order of sending: by day of processing, within a day at random, unless said otherwise. */
final class Dispatch {
  private static final long MOMENTS_A_DAY = 1L << 20;

  private record Sending(long at, SentLine line) {}

  private final Dice dice;
  private final List<Sending> sendings = new ArrayList<>();

  Dispatch(Dice dice) {
    this.dice = dice;
  }

  /** A moment of {@code line}'s day of processing, for one of the lines around it. */
  long momentOf(LineDraft line) {
    return line.processedOn().toEpochDay() * MOMENTS_A_DAY + 2 + dice.below(1 << 19);
  }

  void send(long at, SentLine line) {
    sendings.add(new Sending(at, line));
  }

  /** Of two lines at one moment, the one handed in first goes first. */
  List<SentLine> inOrder() {
    return sendings.stream()
        .sorted(Comparator.comparingLong(Sending::at))
        .map(Sending::line)
        .toList();
  }
}
