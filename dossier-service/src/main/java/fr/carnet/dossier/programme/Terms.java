package fr.carnet.dossier.programme;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the programme aims at and pays, each from a day on; days are Europe/Paris. */
public final class Terms {
  /**
   * What is aimed at.
   *
   * @param until by when
   * @param dossiers open
   */
  public record Goal(LocalDate from, LocalDate until, long dossiers) {
    public Goal {
      if (!from.isBefore(until) || dossiers <= 0) {
        throw new IllegalArgumentException("a goal is of some dossiers, by a day after it is set");
      }
    }
  }

  /**
   * What is paid for an opening by this channel, from a day on until the channel's next fee.
   *
   * @param cents whole cents; 0 ends a fee
   */
  record Fee(Channel channel, LocalDate from, long cents) {
    Fee {
      if (cents < 0) {
        throw new IllegalArgumentException("a fee is not negative");
      }
      switch (channel) {
        case PHARMACIST, PROFESSIONAL -> {
          // Somebody is there to be paid.
        }
        case ONLINE, COUNTER ->
            throw new IllegalArgumentException(
                "nobody is paid for openings online or at a counter");
      }
    }
  }

  /** As the file has it. */
  private record File(List<Goal> goals, List<Fee> fees) {}

  private final List<Goal> goals;
  private final List<Fee> fees;

  private Terms(File file) {
    goals = file.goals().stream().sorted(Comparator.comparing(Goal::from)).toList();
    fees = file.fees().stream().sorted(Comparator.comparing(Fee::from)).toList();
    if (fees.stream().map(fee -> fee.channel() + " " + fee.from()).distinct().count()
        != fees.size()) {
      throw new IllegalArgumentException("two fees of a channel begin on the same day");
    }
  }

  /**
   * The terms in a file.
   *
   * @throws RuntimeException when they cannot be read, or contradict each other
   */
  public static Terms read(byte[] json) {
    return new Terms(Wire.read(json, File.class));
  }

  /** The goal that was set last by a day, if one was. */
  public Optional<Goal> goal(LocalDate day) {
    return goals.stream().filter(goal -> !goal.from().isAfter(day)).reduce((_, later) -> later);
  }

  /** What an opening by this channel on this day is paid, in cents; empty where it is not paid. */
  public OptionalLong fee(Channel channel, LocalDate day) {
    return fees.stream()
        .filter(fee -> fee.channel() == channel && !fee.from().isAfter(day))
        .reduce((_, later) -> later)
        .filter(fee -> fee.cents() > 0)
        .stream()
        .mapToLong(Fee::cents)
        .findFirst();
  }
}
