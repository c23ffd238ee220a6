package fr.carnet.billing.reckoning;

import fr.carnet.billing.Expected;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What must come out of the lines that arrived: the care that each open dossier must show, and the
 * counts.
 *
 * <p>Reckoned from the bytes and the rules of the documents; of what the sender knows nothing is
 * used. Per beneficiary and identical care the quantities of distinct {@code lineId}s whose care
 * began in the window are added, and what is above zero is shown. The window is today minus 24
 * months up to today, both included, calendar days in Europe/Paris.
 *
 * <p><b>What depends on the order of arrival.</b> The histories do not, nor does {@link
 * Counts#kept()}, as long as every {@code lineId} has one content: lines may come in any order and
 * any number of times, and a flag of secret care counts whenever it comes. Where a {@code lineId}
 * has several contents, the first sound one that is in the window counts and the others are
 * rejected, so that then, and only then, the order among the lines of that {@code lineId} matters.
 * A flag of secret care ends that too. The split of unflagged copies of a secret line into
 * accepted, repeated, outside and secret depends on when the flag came; {@link #arrivals()} is by
 * the order given.
 */
public final class Reckoning {
  private static final Comparator<ReckonedCare> NEWEST_FIRST =
      Comparator.comparing(ReckonedCare::careFrom)
          .reversed()
          .thenComparing(ReckonedCare::category)
          .thenComparing(ReckonedCare::toString);

  private final Map<String, List<ReckonedCare>> histories;
  private final List<Expected> arrivals;
  private final Counts counts;

  private Reckoning(
      Map<String, List<ReckonedCare>> histories, List<Expected> arrivals, Counts counts) {
    this.histories = histories;
    this.arrivals = arrivals;
    this.counts = counts;
  }

  /**
   * Reckons lines in the order in which they were sent.
   *
   * @param today in Europe/Paris, of arrival and of reading
   */
  public static Reckoning of(List<SentLine> lines, LocalDate today) {
    return ofWire(lines.stream().map(SentLine::wire).toList(), today);
  }

  /** Reckons lines from anywhere, with or without a Kafka key, in the order given. */
  public static Reckoning ofWire(List<WireLine> lines, LocalDate today) {
    return ofWire(lines, today, KnownCodes.any());
  }

  /** The same for a receiver that has loaded code lists. */
  public static Reckoning ofWire(List<WireLine> lines, LocalDate today, KnownCodes codes) {
    ArrivalBook book = new ArrivalBook(today, codes);
    List<Expected> arrivals = lines.stream().map(book::arrive).toList();
    return new Reckoning(histories(book.kept()), arrivals, Counts.of(arrivals, book.withdrawn()));
  }

  /** What the dossier of {@code ins} must show, newest first; empty for anyone unknown. */
  public List<ReckonedCare> historyOf(String ins) {
    return histories.getOrDefault(ins, List.of());
  }

  /** Who has anything to show. */
  public Set<String> beneficiaries() {
    return histories.keySet();
  }

  /** The histories of all who have anything to show, by INS. */
  public Map<String, List<ReckonedCare>> histories() {
    return histories;
  }

  /** What becomes of each line on arrival, in the order given. */
  public List<Expected> arrivals() {
    return arrivals;
  }

  /** The figures. */
  public Counts counts() {
    return counts;
  }

  private static Map<String, List<ReckonedCare>> histories(List<Line> kept) {
    Map<Care, BigDecimal> net = new HashMap<>();
    kept.forEach(line -> net.merge(line.care(), line.quantity(), BigDecimal::add));
    Map<String, List<ReckonedCare>> histories = new TreeMap<>();
    net.forEach(
        (care, quantity) -> {
          if (quantity.signum() > 0) {
            histories.computeIfAbsent(care.ins(), _ -> new ArrayList<>()).add(care.shown(quantity));
          }
        });
    histories.replaceAll((_, shown) -> shown.stream().sorted(NEWEST_FIRST).toList());
    return Collections.unmodifiableMap(histories);
  }
}
