package fr.carnet.local.bench;

import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.DossierKeySet.OpeningSession;
import fr.carnet.sealing.SealingSession;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What sealing and opening cost a line of care, in CPU: the services' own code on the way between
 * ingest and the dossier, once sealed and once in clear, turn by turn in one process. No service
 * can be told not to seal, and none should be; so this is not the difference between two feeds, and
 * what longer records cost Kafka and the audit log is not in it.
 *
 * @param sealedMicros CPU a line to write, seal, read, open and read
 * @param clearMicros CPU a line to write and read the same in clear
 * @param exchangeMicros CPU to wrap a session key towards a dossier and to unwrap it
 * @param sealedBytes of the fact on Kafka, without headers
 * @param clearBytes of the same in clear
 */
record SealingCost(
    double sealedMicros,
    double clearMicros,
    double exchangeMicros,
    int sealedBytes,
    int clearBytes) {
  private static final int LINES = 2_000;
  private static final int WARM_UP_ROUNDS = 10;
  private static final int ROUNDS = 21;
  private static final int EXCHANGES = 500;

  /** A line as it would be if nothing were sealed. */
  private record InClear(String lineKey, Care care) {}

  /** What sealing adds to a line whose session key is there. */
  double addedMicros() {
    return sealedMicros - clearMicros;
  }

  /**
   * By how much sealing makes a line dearer, in per cent of what it would cost in clear.
   *
   * @param lineMicros CPU of the whole suite a line, sealed
   * @param exchangesALine how many session keys were exchanged for each line
   */
  double percentOf(double lineMicros, double exchangesALine) {
    double added = addedMicros() + exchangesALine * exchangeMicros;
    return 100 * added / (lineMicros - added);
  }

  /** Measures, some three seconds. */
  static SealingCost measured(LocalDate today) {
    UUID dossierId = UUID.randomUUID();
    DossierKeySet keys = DossierKeySet.generate(dossierId);
    SealingSession session = SealingSession.towards(dossierId, keys.publicKey());
    SplittableRandom random = new SplittableRandom(1);
    MadeUpDossier madeUp = new MadeUpDossier(1, today);
    List<Care> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add(madeUp.care(i, random));
    }
    byte[] body = Wire.write(lines.getFirst());
    String lineKey = "0".repeat(64);
    Binding binding = new Binding(dossierId, lineKey, CareLinePassed.WIRE_NAME);
    OpeningSession opening = keys.session(session.seal(body, binding));

    List<Double> sealed = new ArrayList<>();
    List<Double> clear = new ArrayList<>();
    List<Double> exchange = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      double on =
          micros(LINES, () -> lines.forEach(care -> sealedWay(session, opening, binding, care)));
      double off = micros(LINES, () -> lines.forEach(care -> clearWay(lineKey, care)));
      double keyed =
          micros(
              EXCHANGES / ROUNDS,
              () -> {
                for (int i = 0; i < EXCHANGES / ROUNDS; i++) {
                  var _ =
                      keys.session(
                          SealingSession.towards(dossierId, keys.publicKey())
                              .seal(new byte[1], binding));
                }
              });
      if (round >= 0) {
        sealed.add(on);
        clear.add(off);
        exchange.add(keyed);
      }
    }
    return new SealingCost(
        median(sealed),
        median(clear),
        median(exchange),
        Wire.write(new CareLinePassed(lineKey, session.seal(body, binding))).length,
        Wire.write(new InClear(lineKey, lines.getFirst())).length);
  }

  private static void sealedWay(
      SealingSession session, OpeningSession opening, Binding binding, Care care) {
    Sealed body = session.seal(Wire.write(care), binding);
    byte[] onKafka = Wire.write(new CareLinePassed(binding.identity(), body));
    CareLinePassed passed = Wire.read(onKafka, CareLinePassed.class);
    Care read = Wire.read(opening.open(passed.care(), binding), Care.class);
    requireSame(care, read);
  }

  private static void clearWay(String lineKey, Care care) {
    byte[] onKafka = Wire.write(new InClear(lineKey, care));
    requireSame(care, Wire.read(onKafka, InClear.class).care());
  }

  private static void requireSame(Care written, Care read) {
    if (!written.itemId().equals(read.itemId())) {
      throw new IllegalStateException("a line came back as another");
    }
  }

  private static double micros(int times, Runnable work) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    work.run();
    return (threads.getCurrentThreadCpuTime() - before) / 1e3 / times;
  }

  private static double median(List<Double> values) {
    return new Latencies(values).percentile(50);
  }
}
