package fr.carnet.dossier.programme;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Channel;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Groups under 10 are not shown, nor what would let one subtract them. */
class ShownGroupsTest {
  private static final YearMonth MONTH = YearMonth.of(2018, 11);
  private static final List<Group> GROUPS = groups();

  /** Two of each but stages: enough for every margin, few enough for somebody to reckon with. */
  private static List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    for (Channel channel : List.of(Channel.PHARMACIST, Channel.ONLINE)) {
      for (String caisse : List.of("01-671", "01-311")) {
        for (AgeGroup age : List.of(AgeGroup.FROM_18, AgeGroup.FROM_75)) {
          for (Stage stage : Stage.values()) {
            groups.add(new Group(channel, caisse, age, stage));
          }
        }
      }
    }
    return List.copyOf(groups);
  }

  private static Terms terms() {
    return Terms.read(
        "{\"goals\":[{\"from\":\"2018-11-06\",\"until\":\"2023-11-06\",\"dossiers\":400}],\"fees\":[]}"
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Empty groups, small ones, ones about the limit, and large ones. */
  @Provide
  Arbitrary<List<Long>> counts() {
    return Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.just(0L)),
            Tuple.of(3, Arbitraries.longs().between(1, 9)),
            Tuple.of(3, Arbitraries.longs().between(10, 12)),
            Tuple.of(6, Arbitraries.longs().between(10, 500)))
        .list()
        .ofSize(GROUPS.size());
  }

  private static Map<Group, Long> of(List<Long> counts) {
    Map<Group, Long> of = new HashMap<>();
    for (int i = 0; i < GROUPS.size(); i++) {
      of.put(GROUPS.get(i), counts.get(i));
    }
    return of;
  }

  private static Figures published(Map<Group, Long> counts) {
    return Figures.of(MONTH, ShownGroups.of(counts), terms());
  }

  private static byte[] answer(Map<Group, Long> counts) {
    return Wire.write(published(counts));
  }

  @Test
  void a_group_of_nine_is_not_shown_and_one_of_nineteen_is_shown_as_ten() {
    Figures figures = published(Map.of(GROUPS.get(0), 9L, GROUPS.get(1), 19L));
    assertThat(figures.groups()).hasSize(1);
    assertThat(figures.groups().getFirst().atLeast()).isEqualTo(10);
    assertThat(figures.total().open()).isEqualTo(10);
    assertThat(figures.byCaisse()).isEqualTo(Map.of("01-671", 10L));
  }

  /**
   * The whole proof: what is published, with every sum and share of it, is the same for each count
   * that a hidden group may have, whatever all the others are; so no reckoning can tell them apart.
   */
  @Property(tries = 300, seed = "20261122")
  void whatever_a_group_under_ten_holds_the_published_bytes_are_the_same(
      @ForAll("counts") List<Long> counts, @ForAll @IntRange(max = 31) int one) {
    Map<Group, Long> others = of(counts);
    Map<Group, Long> absent = new HashMap<>(others);
    absent.remove(GROUPS.get(one));
    byte[] expected = answer(absent);
    for (long count = 0; count < ShownGroups.FEWEST; count++) {
      Map<Group, Long> with = new HashMap<>(others);
      with.put(GROUPS.get(one), count);
      assertThat(answer(with)).isEqualTo(expected);
    }
  }

  /** So two months do not tell how many came or went, either. */
  @Property(tries = 300, seed = "20261122")
  void a_shown_group_is_the_same_for_each_count_of_its_ten(
      @ForAll("counts") List<Long> counts, @ForAll @IntRange(max = 31) int one) {
    Map<Group, Long> first = of(counts);
    long tens = first.get(GROUPS.get(one)) / 10 * 10;
    for (long count = tens; count < tens + 10; count++) {
      Map<Group, Long> with = new HashMap<>(first);
      with.put(GROUPS.get(one), count);
      assertThat(answer(with)).isEqualTo(answer(first));
    }
  }

  @Property(tries = 300, seed = "20261122")
  void who_solves_the_linear_relations_of_all_published_numbers_finds_no_hidden_group(
      @ForAll("counts") List<Long> counts) {
    Map<Group, Long> truth = of(counts);
    Map<Group, Long> found = Attacker.with(relations(published(truth))).solved();
    truth.forEach(
        (group, count) -> {
          if (count > 0 && count < ShownGroups.FEWEST) {
            assertThat(found.get(group)).as("%s", group).isNotEqualTo(count);
          }
        });
  }

  /** The payer knows exactly how many a channel opened; somebody may have closed since. */
  @Property(tries = 300, seed = "20261122")
  void who_knows_the_rule_and_the_exact_statements_cannot_tell_that_anyone_is_in_a_hidden_group(
      @ForAll("counts") List<Long> counts) {
    Map<Group, Long> truth = of(counts);
    long opened =
        truth.entrySet().stream()
            .filter(entry -> entry.getKey().channel() == Channel.PHARMACIST)
            .mapToLong(Map.Entry::getValue)
            .sum();
    Map<Group, Long> lowest = lowest(published(truth), opened);
    truth.forEach(
        (group, count) -> {
          if (count > 0 && count < ShownGroups.FEWEST) {
            assertThat(lowest.get(group)).as("%s", group).isZero();
          }
        });
  }

  @Test
  void the_same_attacker_finds_the_one_hidden_group_where_true_sums_are_published() {
    Map<Group, Long> truth = new HashMap<>();
    GROUPS.forEach(group -> truth.put(group, 25L));
    Group hidden = GROUPS.get(13);
    truth.put(hidden, 7L);
    List<Relation> relations = new ArrayList<>();
    truth.forEach(
        (group, count) -> {
          if (!group.equals(hidden)) {
            relations.add(new Relation(group::equals, count));
          }
        });
    relations.add(new Relation(_ -> true, 31 * 25L + 7));
    assertThat(Attacker.with(relations).solved()).containsEntry(hidden, 7L);
    // and by one margin alone, and by two of which the difference tells it
    relations.removeLast();
    relations.add(new Relation(group -> group.channel() == hidden.channel(), 15 * 25L + 7));
    assertThat(Attacker.with(relations).solved()).containsEntry(hidden, 7L);
    List<Relation> two =
        List.of(new Relation(_ -> true, 782), new Relation(group -> !group.equals(hidden), 775));
    assertThat(Attacker.with(two).solved()).containsEntry(hidden, 7L);
  }

  /** That all of these together are so many. */
  private record Relation(Predicate<Group> of, long sum) {}

  /** Every number of an answer, read as if it were true of all whom it names. */
  private static List<Relation> relations(Figures figures) {
    List<Relation> relations = new ArrayList<>();
    figures
        .groups()
        .forEach(
            shown ->
                relations.add(
                    new Relation(
                        new Group(shown.channel(), shown.caisse(), shown.ageGroup(), shown.stage())
                            ::equals,
                        shown.atLeast())));
    figures
        .byChannel()
        .forEach((key, sum) -> relations.add(new Relation(g -> g.channel() == key, sum)));
    figures
        .byCaisse()
        .forEach((key, sum) -> relations.add(new Relation(g -> g.caisse().equals(key), sum)));
    figures
        .byAgeGroup()
        .forEach((key, sum) -> relations.add(new Relation(g -> g.ageGroup() == key, sum)));
    Figures.Funnel funnel = figures.total().funnel();
    relations.add(new Relation(_ -> true, figures.total().open()));
    relations.add(new Relation(_ -> true, funnel.opened()));
    relations.add(new Relation(g -> g.stage().compareTo(Stage.FED) >= 0, funnel.fed()));
    relations.add(
        new Relation(g -> g.stage().compareTo(Stage.READ) >= 0, funnel.readByProfessional()));
    relations.add(new Relation(g -> g.stage() == Stage.LOOKED_UP, funnel.actLookedUp()));
    figures
        .total()
        .goal()
        .ifPresent(
            goal ->
                relations.add(
                    new Relation(
                        _ -> true,
                        goal.reachedPercent().multiply(BigDecimal.valueOf(4)).longValue())));
    return relations;
  }

  /** Gauss and Jordan over the groups: what a system of sums determines. */
  private record Attacker(double[][] rows) {
    private static final double NOTHING = 1e-6;

    static Attacker with(List<Relation> relations) {
      double[][] rows = new double[relations.size()][GROUPS.size() + 1];
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < GROUPS.size(); j++) {
          rows[i][j] = relations.get(i).of().test(GROUPS.get(j)) ? 1 : 0;
        }
        rows[i][GROUPS.size()] = relations.get(i).sum();
      }
      Attacker attacker = new Attacker(rows);
      attacker.eliminate();
      return attacker;
    }

    private void eliminate() {
      int top = 0;
      for (int column = 0; column < GROUPS.size() && top < rows.length; column++) {
        int pivot = top;
        for (int i = top; i < rows.length; i++) {
          pivot = Math.abs(rows[i][column]) > Math.abs(rows[pivot][column]) ? i : pivot;
        }
        if (Math.abs(rows[pivot][column]) < NOTHING) {
          continue;
        }
        double[] chosen = rows[pivot];
        rows[pivot] = rows[top];
        rows[top] = chosen;
        double by = chosen[column];
        for (int j = 0; j < chosen.length; j++) {
          chosen[j] /= by;
        }
        for (int i = 0; i < rows.length; i++) {
          double times = rows[i][column];
          if (i != top && Math.abs(times) > NOTHING) {
            for (int j = 0; j < chosen.length; j++) {
              rows[i][j] -= times * chosen[j];
            }
          }
        }
        top++;
      }
    }

    /** The groups of which one count alone satisfies every relation. */
    Map<Group, Long> solved() {
      Map<Group, Long> solved = new HashMap<>();
      for (double[] row : rows) {
        OptionalLong only = OptionalLong.empty();
        for (int j = 0; j < GROUPS.size(); j++) {
          if (Math.abs(row[j]) > NOTHING) {
            only = only.isEmpty() ? OptionalLong.of(j) : OptionalLong.of(-1);
          }
        }
        if (only.isPresent() && only.getAsLong() >= 0) {
          solved.put(GROUPS.get((int) only.getAsLong()), Math.round(row[GROUPS.size()]));
        }
      }
      return solved;
    }
  }

  /**
   * The fewest that each group may hold, for somebody who knows that a shown number is a full ten
   * of its group, that a sum is of those alone, and how many a channel opened at most.
   */
  private static Map<Group, Long> lowest(Figures figures, long openedByPharmacists) {
    Map<Group, long[]> ranges = new HashMap<>();
    GROUPS.forEach(group -> ranges.put(group, new long[] {0, 9}));
    figures
        .groups()
        .forEach(
            shown ->
                ranges.put(
                    new Group(shown.channel(), shown.caisse(), shown.ageGroup(), shown.stage()),
                    new long[] {shown.atLeast(), shown.atLeast() + 9}));
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Relation relation : relations(figures)) {
        moved |= tighten(ranges, relation.of(), relation.sum(), Long.MAX_VALUE / 4);
      }
      moved |= tighten(ranges, g -> g.channel() == Channel.PHARMACIST, 0, openedByPharmacists);
    }
    Map<Group, Long> lowest = new HashMap<>();
    ranges.forEach((group, range) -> lowest.put(group, range[0]));
    return lowest;
  }

  /** Narrows each of these to what the others leave it, if all together are from least to most. */
  private static boolean tighten(
      Map<Group, long[]> ranges, Predicate<Group> of, long least, long most) {
    boolean moved = false;
    List<long[]> members =
        ranges.entrySet().stream()
            .filter(entry -> of.test(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    for (long[] range : members) {
      long othersLowest = members.stream().mapToLong(other -> other[0]).sum() - range[0];
      long othersHighest = members.stream().mapToLong(other -> other[1]).sum() - range[1];
      long from = Math.max(range[0], least - othersHighest);
      long to = Math.min(range[1], most - othersLowest);
      moved |= from > range[0] || to < range[1];
      range[0] = from;
      range[1] = to;
    }
    return moved;
  }
}
