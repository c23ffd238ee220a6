package fr.carnet.billing.reckoning;

import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.WireLine;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What is known of every {@code lineId} so far, and so what becomes of the next line. */
final class ArrivalBook {

  /** What is known of one {@code lineId}. */
  private sealed interface Entry {
    record Kept(Line line) implements Entry {}

    record Withheld() implements Entry {}
  }

  private final LineReader reader;
  private final LocalDate windowStart;
  private final Map<String, Entry> byLineId = new HashMap<>();
  private long withdrawn;

  ArrivalBook(LocalDate today, KnownCodes codes) {
    reader = new LineReader(today, codes);
    windowStart = today.minusMonths(24);
  }

  Expected arrive(WireLine wire) {
    return switch (reader.read(wire)) {
      case Reading.Secret(var lineId) -> {
        lineId.ifPresent(this::withhold);
        yield new Expected.SecretCare();
      }
      case Reading.Faulty(var faults) -> new Expected.Rejected(faults);
      case Reading.Sound(var line) -> arrive(line);
    };
  }

  /** Lines kept and later flagged as secret care. */
  long withdrawn() {
    return withdrawn;
  }

  /** The lines that count, in no order. */
  List<Line> kept() {
    return byLineId.values().stream()
        .mapMulti(
            (Entry entry, Consumer<Line> lines) -> {
              if (entry instanceof Entry.Kept(var line)) {
                lines.accept(line);
              }
            })
        .toList();
  }

  private void withhold(String lineId) {
    if (byLineId.put(lineId, new Entry.Withheld()) instanceof Entry.Kept) {
      withdrawn++;
    }
  }

  private Expected arrive(Line line) {
    Entry known = byLineId.get(line.lineId());
    if (known instanceof Entry.Withheld) {
      return new Expected.SecretCare();
    }
    if (line.care().careFrom().isBefore(windowStart)) {
      return new Expected.OutsideWindow();
    }
    if (known instanceof Entry.Kept(var first)) {
      return first.equals(line)
          ? new Expected.Repeated()
          : new Expected.Rejected(Set.of(new Fault("lineId", RejectionCode.LINE_ID_REUSED)));
    }
    byLineId.put(line.lineId(), new Entry.Kept(line));
    return new Expected.Accepted();
  }
}
