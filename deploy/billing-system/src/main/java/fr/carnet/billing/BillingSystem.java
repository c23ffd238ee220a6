package fr.carnet.billing;

import java.time.LocalDate;
import java.util.List;
import java.util.Objects;

/**
 * The insurer's billing system: the same seed, day and options give the same bytes, in any run.
 *
 * @param seed of everything drawn; different seeds never give the same {@code lineId}
 * @param today the calendar day in Europe/Paris on which the lines are sent
 * @param beneficiaries how many are made up, besides the named
 * @param named INS of people who must be among the beneficiaries, such as a story's patients;
 *     valid. Each has ordinary care of all eight categories in the window
 * @param aboutLines how many lines to send, within a tenth
 * @param brokenShare share of lines to be rejected, from 0 to 1; from 40 broken lines on, every
 *     rejection code occurs, from 150 on every fault that the billing system knows
 */
public record BillingSystem(
    long seed,
    LocalDate today,
    int beneficiaries,
    List<String> named,
    int aboutLines,
    double brokenShare) {

  public BillingSystem {
    Objects.requireNonNull(today, "today");
    named = List.copyOf(named);
    if (beneficiaries < 0 || beneficiaries + named.size() == 0) {
      throw new IllegalArgumentException("there must be a beneficiary");
    }
    if (aboutLines < 1) {
      throw new IllegalArgumentException("there must be a line to send: " + aboutLines);
    }
    if (!(brokenShare >= 0 && brokenShare < 1)) {
      throw new IllegalArgumentException("the broken share is from 0 to below 1: " + brokenShare);
    }
  }

  /** Sixty beneficiaries, 2,500 lines, 7% of them broken. */
  public static BillingSystem seeded(long seed, LocalDate today) {
    return new BillingSystem(seed, today, 60, List.of(), 2_500, 0.07);
  }

  public BillingSystem withBeneficiaries(int count) {
    return new BillingSystem(seed, today, count, named, aboutLines, brokenShare);
  }

  public BillingSystem withNamed(List<String> ins) {
    return new BillingSystem(seed, today, beneficiaries, ins, aboutLines, brokenShare);
  }

  public BillingSystem withAboutLines(int lines) {
    return new BillingSystem(seed, today, beneficiaries, named, lines, brokenShare);
  }

  public BillingSystem withBrokenShare(double share) {
    return new BillingSystem(seed, today, beneficiaries, named, aboutLines, share);
  }

  /** Thirty months of care, with all that may happen to it. */
  public Careers careers() {
    return new CareerComposition(this).compose();
  }

  /** The INS alone, as {@link #careers} would have them. */
  public List<String> beneficiaryNumbers() {
    return new Population(Dice.forPurpose(seed, "population"), today)
        .of(named, beneficiaries).stream().map(Beneficiary::ins).toList();
  }

  /**
   * Sound, distinct lines of the window without end, for {@code ins} in random order.
   *
   * @param stream tells apart streams of one seed: their line ids differ
   */
  public LineStream endless(String stream, List<String> ins) {
    return new LineStream(seed, stream, today, ins);
  }
}
