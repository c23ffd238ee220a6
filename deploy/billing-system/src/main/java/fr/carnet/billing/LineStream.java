package fr.carnet.billing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lines without end, to measure with: sound, in the window, positive, no {@code lineId} twice.
 *
 * <p>No two of a beneficiary's lines are of identical care either, until all combinations of day,
 * act and performer are used up after some twenty million lines each, so every line sent shows as
 * one item of its own. The same seed, name, day and beneficiaries give the same bytes. One thread
 * at a time.
 */
public final class LineStream implements Iterator<SentLine> {
  private static final int PERFORMERS = 512;
  private static final int DOCTORS = 64;

  /** Spreads consecutive lines over days, acts and performers; prime, so that all are reached. */
  private static final long STRIDE = 7_368_787;

  private static final Expected ACCEPTED = new Expected.Accepted();

  private record Performed(CareKind kind, Optional<LineDraft.Act> act) {}

  private final Dice dice;
  private final LocalDate today;
  private final List<String> beneficiaries;
  private final long[] positions;
  private final List<LocalDate> days;
  private final List<Performed> acts;
  private final Providers providers;
  private final String prefix;
  private final long combinations;
  private final LineJson json = new LineJson();
  private long lines;

  LineStream(long seed, String stream, LocalDate today, List<String> ins) {
    dice = Dice.forPurpose(seed, stream);
    this.today = today;
    beneficiaries = ins.stream().distinct().toList();
    if (beneficiaries.isEmpty()) {
      throw new IllegalArgumentException("there must be a beneficiary");
    }
    providers = new Providers(Dice.forPurpose(seed, "stream providers"), PERFORMERS);
    prefix = "s-" + Long.toHexString(seed) + "-" + stream + "-";
    LocalDate first = new Window(today).first();
    int span = Math.toIntExact(ChronoUnit.DAYS.between(first, today)) + 1;
    days = Stream.iterate(first, day -> day.plusDays(1)).limit(span).toList();
    List<Performed> performed = new ArrayList<>();
    for (CareKind kind : CareKinds.ALL) {
      for (int i = 0; i < kind.acts(); i++) {
        performed.add(new Performed(kind, kind.act(i)));
      }
    }
    acts = List.copyOf(performed);
    combinations = (long) days.size() * acts.size() * PERFORMERS;
    if (combinations % STRIDE == 0) {
      throw new IllegalStateException("the stride would not reach every combination");
    }
    positions = new long[beneficiaries.size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = (dice.next() >>> 1) % combinations;
    }
  }

  /** Always true. */
  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public SentLine next() {
    int who = dice.below(beneficiaries.size());
    long position = positions[who];
    positions[who] = (position + STRIDE) % combinations;
    LocalDate day = days.get((int) (position % days.size()));
    long rest = position / days.size();
    Performed performed = acts.get((int) (rest % acts.size()));
    CareKind kind = performed.kind();
    Provider performer = providers.of(kind.trade()).get((int) (rest / acts.size()));
    int cents = dice.between(kind.lowCents(), kind.highCents());
    LocalDate processed = day.plusDays(dice.between(1, 20));
    LineDraft line =
        new LineDraft(
            prefix + lines++,
            beneficiaries.get(who),
            day,
            day,
            processed.isAfter(today) ? today : processed,
            kind.category(),
            kind.natureCode(),
            performed.act(),
            BigDecimal.ONE,
            performer,
            kind.prescribed() ? Optional.of(prescription(day)) : Optional.empty(),
            new LineDraft.Amounts(cents, cents, cents * 7 / 10),
            false,
            false,
            Optional.empty());
    return new SentLine(line.ins(), json.bytes(line), ACCEPTED);
  }

  /** The stream as {@link Stream}; infinite. */
  public Stream<SentLine> stream() {
    return Stream.generate(this::next);
  }

  private LineDraft.Prescription prescription(LocalDate day) {
    Provider doctor = providers.of(Trade.GENERAL_PRACTITIONER).get(dice.below(DOCTORS));
    return new LineDraft.Prescription(doctor, day.minusDays(dice.below(8)));
  }
}
