package fr.carnet.billing;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Composes careers: ordinary episodes first, then what happens to some lines, then broken ones. */
final class CareerComposition {
  private static final int PROVIDERS_OF_EACH_TRADE = 40;

  /** One ordinary line in so many is drawn into a circumstance. */
  private static final int LINES_A_CIRCUMSTANCE = 14;

  private record Line(Beneficiary person, LineDraft draft) {}

  private final BillingSystem billing;
  private final Window window;
  private final Dice dice;
  private final Episodes episodes;
  private final Dispatch dispatch;
  private final CircumstanceTelling circumstances;
  private final BrokenTelling broken;
  private final int[] order;
  private final List<Line> lines;

  /** The first so many lines, of the named, to which nothing happens. */
  private int untouched;

  private final List<Beneficiary> people;
  private final BitSet drawn = new BitSet();
  private final Map<Circumstance.Kind, Integer> searchedTo = new EnumMap<>(Circumstance.Kind.class);

  CareerComposition(BillingSystem billing) {
    this.billing = billing;
    window = new Window(billing.today());
    long seed = billing.seed();
    LineIds ids = new LineIds("c", seed);
    Providers providers =
        new Providers(Dice.forPurpose(seed, "providers"), PROVIDERS_OF_EACH_TRADE);
    dice = Dice.forPurpose(seed, "circumstances");
    dispatch = new Dispatch(Dice.forPurpose(seed, "dispatch"));
    episodes = new Episodes(Dice.forPurpose(seed, "episodes"), providers, ids, window.today());
    circumstances = new CircumstanceTelling(dice, window, ids, providers, episodes, dispatch);
    broken = new BrokenTelling(Dice.forPurpose(seed, "broken"), window, ids, dispatch);
    people =
        new Population(Dice.forPurpose(seed, "population"), window.today())
            .of(billing.named(), billing.beneficiaries());
    lines = live(ordinaryCount());
    order = dice.permutation(lines.size());
  }

  Careers compose() {
    List<Circumstance> told = new ArrayList<>(happen());
    List<Line> models = new ArrayList<>();
    List<Long> sentAt = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!drawn.get(i)) {
        Line line = lines.get(i);
        long at = circumstances.ordinary(line.draft());
        if (window.holds(line.draft().careFrom())) {
          models.add(line);
          sentAt.add(at);
        }
      }
    }
    for (int left = models.isEmpty() ? 0 : brokenCount(); left > 0; left--) {
      int model = dice.below(models.size());
      broken.tell(models.get(model).draft(), sentAt.get(model));
    }
    return new Careers(people.stream().map(Beneficiary::ins).toList(), dispatch.inOrder(), told);
  }

  private int brokenCount() {
    return (int) Math.round(billing.aboutLines() * billing.brokenShare());
  }

  /** Circumstances add lines of their own, less than one each on average. */
  private int ordinaryCount() {
    int sound = billing.aboutLines() - brokenCount();
    return Math.max(1, sound - sound / (LINES_A_CIRCUMSTANCE + 4));
  }

  private List<Line> live(int count) {
    List<Line> lived = new ArrayList<>(count + 16);
    people.stream()
        .limit(billing.named().stream().distinct().count())
        .forEach(
            person ->
                episodes
                    .ofEveryCategory(person)
                    .forEach(draft -> lived.add(new Line(person, draft))));
    untouched = lived.size();
    for (int turn = 0; lived.size() < count; turn++) {
      Beneficiary person = people.get(turn % people.size());
      episodes.next(person).forEach(draft -> lived.add(new Line(person, draft)));
    }
    return lived;
  }

  private List<Circumstance> happen() {
    Circumstance.Kind[] kinds = Circumstance.Kind.values();
    int times =
        lines.size() < kinds.length
            ? 0
            : Math.max(kinds.length, lines.size() / LINES_A_CIRCUMSTANCE);
    List<Circumstance> ofBrokenLines = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      Circumstance.Kind kind = kinds[i % kinds.length];
      boolean unwanted = kind == Circumstance.Kind.SECRET_AND_BROKEN && brokenCount() == 0;
      boolean again = kind == Circumstance.Kind.LARGEST_ALLOWED && i >= kinds.length;
      if (unwanted || again) {
        continue;
      }
      draw(kind)
          .ifPresent(
              index -> {
                Line line = lines.get(index);
                if (kind == Circumstance.Kind.SECRET_AND_BROKEN) {
                  ofBrokenLines.add(broken.tellSecret(kind, line.draft()));
                } else {
                  circumstances.tell(kind, line.draft(), line.person());
                }
              });
    }
    List<Circumstance> all = new ArrayList<>(circumstances.told());
    all.addAll(ofBrokenLines);
    return all;
  }

  /** The next line in random order that {@code kind} fits and that nothing has happened to. */
  private OptionalInt draw(Circumstance.Kind kind) {
    for (int i = searchedTo.getOrDefault(kind, 0); i < order.length; i++) {
      Line line = lines.get(order[i]);
      if (order[i] >= untouched
          && !drawn.get(order[i])
          && circumstances.fits(kind, line.draft(), line.person())) {
        drawn.set(order[i]);
        searchedTo.put(kind, i + 1);
        return OptionalInt.of(order[i]);
      }
    }
    searchedTo.put(kind, order.length);
    return OptionalInt.empty();
  }
}
