package fr.carnet.billing;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Sends a line and what happened to it, in the order in which it happened. */
final class CircumstanceTelling {
  private static final int LARGEST_BYTES = 65_536;

  private final Dice dice;
  private final Window window;
  private final LineIds ids;
  private final Providers providers;
  private final Episodes episodes;
  private final Dispatch dispatch;
  private final LineJson json = new LineJson();
  private final List<Circumstance> told = new ArrayList<>();

  CircumstanceTelling(
      Dice dice,
      Window window,
      LineIds ids,
      Providers providers,
      Episodes episodes,
      Dispatch dispatch) {
    this.dice = dice;
    this.window = window;
    this.ids = ids;
    this.providers = providers;
    this.episodes = episodes;
    this.dispatch = dispatch;
  }

  List<Circumstance> told() {
    return List.copyOf(told);
  }

  /** Whether {@code kind} can happen to {@code line}. */
  boolean fits(Circumstance.Kind kind, LineDraft line, Beneficiary person) {
    return switch (kind) {
      case REVERSED_AFTER,
          REVERSED_BEFORE,
          REVERSED_PARTLY,
          REVERSED_AND_REPLACED,
          REVERSED_WITHOUT_ORIGINAL,
          REVERSED_IN_OTHER_SCALE,
          REVERSAL_REPEATED ->
          line.processedOn().isBefore(window.today());
      case LATE -> !line.careTo().plusDays(90).isAfter(window.today());
      case SECRET, SECRET_LATE, SECRET_THEN_OLD_COPY, SECRET_AND_BROKEN ->
          person.minor() && window.holds(line.careFrom());
      case REPEATED,
          ON_WINDOW_START,
          BEFORE_WINDOW_START,
          ON_TODAY,
          UNKNOWN_FIELDS,
          LARGEST_ALLOWED ->
          true;
    };
  }

  /** Sends {@code line} on its day of processing, and says at which moment. */
  long ordinary(LineDraft line) {
    long at = dispatch.momentOf(line);
    send(at, line);
    return at;
  }

  /** Sends {@code line} in the circumstance; {@link #fits} must have said yes. */
  void tell(Circumstance.Kind kind, LineDraft line, Beneficiary person) {
    switch (kind) {
      case REVERSED_AFTER -> reversedAfter(kind, line, line.quantity().negate());
      case REVERSED_BEFORE -> {
        LineDraft reversal = reversalOf(line, line.quantity().negate());
        long at = dispatch.momentOf(reversal);
        send(at, reversal);
        send(at + 1 + dice.below(1 << 21), line);
        remember(kind, line, reversal);
      }
      case REVERSED_PARTLY ->
          reversedAfter(kind, line.withQuantity(BigDecimal.valueOf(3)), BigDecimal.ONE.negate());
      case REVERSED_AND_REPLACED -> {
        LineDraft reversal = reversedAfter(kind, line, line.quantity().negate()).line();
        LineDraft replacement =
            line.withLineId(ids.next())
                .withProcessedOn(reversal.processedOn())
                .withPerformer(anotherPerformer(line));
        send(dispatch.momentOf(replacement), replacement);
      }
      case REVERSED_WITHOUT_ORIGINAL -> {
        LineDraft reversal = reversalOf(line, line.quantity().negate());
        ordinary(reversal);
        remember(kind, reversal);
      }
      case REVERSED_IN_OTHER_SCALE ->
          reversedAfter(kind, line.withQuantity(BigDecimal.ONE), new BigDecimal("-1.0"));
      case REPEATED -> {
        long at = dispatch.momentOf(line);
        send(at, line);
        repeat(at, line);
        remember(kind, line);
      }
      case REVERSAL_REPEATED -> {
        Reversal reversal = reversedAfter(kind, line, line.quantity().negate());
        repeat(reversal.at(), reversal.line());
      }
      case LATE -> {
        LocalDate processed = line.careTo().plusDays(dice.between(90, 240));
        LineDraft late =
            line.withProcessedOn(processed.isAfter(window.today()) ? window.today() : processed);
        ordinary(late);
        remember(kind, late);
      }
      case SECRET -> {
        LineDraft secret = line.secret();
        LineDraft product = episodes.productWith(person, line).secret();
        ordinary(secret);
        ordinary(product);
        remember(kind, secret, product);
      }
      case SECRET_LATE -> {
        long at = dispatch.momentOf(line);
        send(at, line);
        send(at + 1 + dice.below(1 << 24), line.secret());
        remember(kind, line);
      }
      case SECRET_THEN_OLD_COPY -> {
        long at = dispatch.momentOf(line);
        send(at, line.secret());
        dispatch.send(
            at + 1 + dice.below(1 << 21),
            new SentLine(line.ins(), json.bytes(line), new Expected.SecretCare()));
        remember(kind, line);
      }
      case ON_WINDOW_START -> {
        LineDraft edge = line.movedTo(window.first(), window.first().plusDays(7));
        ordinary(edge);
        remember(kind, edge);
      }
      case BEFORE_WINDOW_START -> {
        LocalDate dayBefore = window.first().minusDays(1);
        LineDraft outside = line.movedTo(dayBefore, dayBefore.plusDays(7));
        ordinary(outside);
        remember(kind, outside);
      }
      case ON_TODAY -> {
        LineDraft edge = line.movedTo(window.today(), window.today());
        ordinary(edge);
        remember(kind, edge);
      }
      case UNKNOWN_FIELDS -> {
        sendWith(line, ",\"senderNote\":\"net price\",\"batch\":{\"number\":7,\"parts\":[1,2]}");
        remember(kind, line);
      }
      case LARGEST_ALLOWED -> {
        String opening = ",\"padding\":\"";
        int bytes = json.bytes(line).length + opening.length() + 1;
        sendWith(line, opening + "x".repeat(LARGEST_BYTES - bytes) + "\"");
        remember(kind, line);
      }
      case SECRET_AND_BROKEN ->
          throw new IllegalArgumentException("broken lines are told by BrokenTelling");
    }
  }

  private record Reversal(LineDraft line, long at) {}

  private Reversal reversedAfter(Circumstance.Kind kind, LineDraft line, BigDecimal quantity) {
    LineDraft reversal = reversalOf(line, quantity);
    long at = dispatch.momentOf(line);
    send(at, line);
    long reversedAt = Math.max(at + 1, dispatch.momentOf(reversal));
    send(reversedAt, reversal);
    remember(kind, line, reversal);
    return new Reversal(reversal, reversedAt);
  }

  /** Identical but for id, day of processing, quantity and amounts, whose sign means nothing. */
  private LineDraft reversalOf(LineDraft line, BigDecimal quantity) {
    LocalDate processed = line.processedOn().plusDays(dice.between(1, 40));
    return line.withLineId(ids.next())
        .withProcessedOn(processed.isAfter(window.today()) ? window.today() : processed)
        .withQuantity(quantity)
        .withAmounts(dice.chance(70) ? line.amounts().negated() : line.amounts());
  }

  private Provider anotherPerformer(LineDraft line) {
    Trade trade =
        CareKinds.ALL.stream()
            .filter(kind -> kind.trade().specialty().equals(line.performer().specialtyCode()))
            .findFirst()
            .orElseThrow()
            .trade();
    List<Provider> all = providers.of(trade);
    int first = dice.below(all.size());
    Provider other = all.get(first);
    return other.equals(line.performer()) ? all.get((first + 1) % all.size()) : other;
  }

  private void repeat(long at, LineDraft line) {
    Expected first = expectedOf(line);
    Expected again = first instanceof Expected.Accepted ? new Expected.Repeated() : first;
    dispatch.send(at + 1 + dice.below(1 << 23), new SentLine(line.ins(), json.bytes(line), again));
  }

  private void sendWith(LineDraft line, String moreFields) {
    String text = json.text(line);
    String longer = text.substring(0, text.length() - 1) + moreFields + "}";
    dispatch.send(
        dispatch.momentOf(line),
        new SentLine(line.ins(), longer.getBytes(StandardCharsets.UTF_8), expectedOf(line)));
  }

  private void send(long at, LineDraft line) {
    dispatch.send(at, new SentLine(line.ins(), json.bytes(line), expectedOf(line)));
  }

  private Expected expectedOf(LineDraft line) {
    if (line.secretCare()) {
      return new Expected.SecretCare();
    }
    return window.holds(line.careFrom()) ? new Expected.Accepted() : new Expected.OutsideWindow();
  }

  private void remember(Circumstance.Kind kind, LineDraft... lines) {
    told.add(
        new Circumstance(
            kind, lines[0].ins(), List.of(lines).stream().map(LineDraft::lineId).toList()));
  }
}
