package fr.carnet.dossier.programme;

import fr.carnet.dossier.querying.Sentence;
import fr.carnet.events.dossier.Channel;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is published of a month: dossiers that are open at its end. Every number is at least so
 * many, and a sum of the groups that are shown.
 */
public record Figures(
    Total total,
    Map<Channel, Long> byChannel,
    SortedMap<String, Long> byCaisse,
    Map<AgeGroup, Long> byAgeGroup,
    List<Shown> groups,
    Sentence notice) {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  private static final Sentence NOTICE =
      new Sentence(
          "Groups under 10 are not shown, every group is given in full tens, and every sum is of"
              + " what is shown.",
          "Les groupes de moins de 10 ne sont pas montrés, chaque groupe est donné en dizaines"
              + " entières, et chaque somme est celle de ce qui est montré.");

  /**
   * A month in a few numbers.
   *
   * @param open dossiers at the month's end, Europe/Paris
   */
  public record Total(YearMonth month, long open, Funnel funnel, Optional<AgainstGoal> goal) {}

  /** How many of them came at least so far. */
  public record Funnel(long opened, long fed, long readByProfessional, long actLookedUp) {
    static Funnel of(Map<Stage, Long> furthest) {
      return new Funnel(
          from(Stage.OPENED, furthest),
          from(Stage.FED, furthest),
          from(Stage.READ, furthest),
          from(Stage.LOOKED_UP, furthest));
    }

    private static long from(Stage stage, Map<Stage, Long> furthest) {
      return furthest.entrySet().stream()
          .filter(entry -> entry.getKey().compareTo(stage) >= 0)
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  /**
   * How near the goal is.
   *
   * @param reachedPercent of the dossiers
   * @param elapsedPercent of the time for it, at the month's end
   */
  public record AgainstGoal(
      long dossiers,
      LocalDate from,
      LocalDate until,
      BigDecimal reachedPercent,
      BigDecimal elapsedPercent) {
    static AgainstGoal of(Terms.Goal goal, long open, LocalDate day) {
      return new AgainstGoal(
          goal.dossiers(),
          goal.from(),
          goal.until(),
          percent(open, goal.dossiers()),
          percent(
                  ChronoUnit.DAYS.between(goal.from(), day),
                  ChronoUnit.DAYS.between(goal.from(), goal.until()))
              .min(HUNDRED));
    }

    private static BigDecimal percent(long part, long whole) {
      return BigDecimal.valueOf(part)
          .multiply(HUNDRED)
          .divide(BigDecimal.valueOf(whole), 2, RoundingMode.DOWN);
    }
  }

  /** A group that is shown: it came to this stage and no further. */
  public record Shown(
      Channel channel, String caisse, AgeGroup ageGroup, Stage stage, long atLeast) {}

  static Figures of(YearMonth month, ShownGroups shown, Terms terms) {
    return new Figures(
        total(month, sums(shown, Group::stage), terms),
        byEnum(sums(shown, Group::channel), Channel.class),
        new TreeMap<>(sums(shown, Group::caisse)),
        byEnum(sums(shown, Group::ageGroup), AgeGroup.class),
        shown.atLeast().entrySet().stream()
            .map(
                entry ->
                    new Shown(
                        entry.getKey().channel(),
                        entry.getKey().caisse(),
                        entry.getKey().ageGroup(),
                        entry.getKey().stage(),
                        entry.getValue()))
            .sorted(
                Comparator.comparing(Shown::channel)
                    .thenComparing(Shown::caisse)
                    .thenComparing(Shown::ageGroup)
                    .thenComparing(Shown::stage))
            .toList(),
        NOTICE);
  }

  static Total total(YearMonth month, Map<Stage, Long> furthest, Terms terms) {
    Funnel funnel = Funnel.of(furthest);
    LocalDate end = month.atEndOfMonth();
    return new Total(
        month,
        funnel.opened(),
        funnel,
        terms.goal(end).map(goal -> AgainstGoal.of(goal, funnel.opened(), end)));
  }

  private static <K> Map<K, Long> sums(ShownGroups shown, Function<Group, K> by) {
    return shown.atLeast().entrySet().stream()
        .collect(
            Collectors.groupingBy(
                entry -> by.apply(entry.getKey()), Collectors.summingLong(Map.Entry::getValue)));
  }

  private static <K extends Enum<K>> Map<K, Long> byEnum(Map<K, Long> sums, Class<K> type) {
    Map<K, Long> ordered = new EnumMap<>(type);
    ordered.putAll(sums);
    return ordered;
  }
}
