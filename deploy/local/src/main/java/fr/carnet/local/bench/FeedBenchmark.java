package fr.carnet.local.bench;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Lines over all beneficiaries in random order, measured from the first publishing until every line
 * of every sampled dossier shows through {@code GET} with its owner's token.
 */
final class FeedBenchmark {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
  private static final int WINDOW_MONTHS = 24;
  private static final int SAMPLED = 200;

  /** So many for each beneficiary, on average: few dossiers come to the measured part unfed. */
  private static final int WARM_UP_LINES_EACH = 3;

  private static final String SESSIONS = "SELECT count(*) FROM sealing_session";
  private static final int OPENING_AT_ONCE = 32;
  private static final int READING_AT_ONCE = 8;
  private static final int A_MINUTE = 60;
  private static final int FEWEST = 30_000;
  private static final int MOST = 400_000;
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration TELL = Duration.ofSeconds(2);
  private static final Duration STANDSTILL = Duration.ofSeconds(60);

  /**
   * How much.
   *
   * @param lines to measure; empty: as many as take about a minute
   */
  record Size(OptionalInt lines, int dossiers, int beneficiaries, long seed) {}

  private final Suite suite;
  private final Size size;
  private final Consumer<String> progress;
  private final Logs logs;
  private final LocalDate today = LocalDate.now(Clock.system(PARIS));
  private final Map<String, String> dossierOf = new ConcurrentHashMap<>();
  private final List<SentLine> sent = new ArrayList<>();
  private final List<String> losses = new ArrayList<>();

  FeedBenchmark(Suite suite, Size size, Consumer<String> progress) {
    this.suite = suite;
    this.size = size;
    this.progress = progress;
    this.logs = new Logs(suite);
  }

  FeedResult run() throws IOException, SQLException, InterruptedException {
    try (Api api = new Api();
        Databases databases = new Databases(suite);
        Patients patients = new Patients(suite)) {
      BillingSystem billing =
          BillingSystem.seeded(size.seed(), today).withBeneficiaries(size.beneficiaries());
      List<String> everybody = billing.beneficiaryNumbers();
      List<String> shuffled = new ArrayList<>(everybody);
      Collections.shuffle(shuffled, new Random(size.seed()));
      List<String> holders = List.copyOf(shuffled.subList(0, size.dossiers()));
      Dossiers dossiers = new Dossiers(suite, api);
      double openingsPerSecond = open(holders, dossiers);
      List<String> sample = sample(holders);
      progress.accept(
          "  %,d of the owners get accounts and tokens, to read with".formatted(sample.size()));
      patients.register(sample);
      inParallel(READING_AT_ONCE, sample, patients::token);
      until(
          "ingest knows every dossier",
          () ->
              databases.number(Service.INGEST, "SELECT count(*) FROM dossier") >= size.dossiers());

      LineStream stream = billing.endless("feed", everybody);
      int warmUpLines = WARM_UP_LINES_EACH * size.beneficiaries();
      int last = warmUpLines / WARM_UP_LINES_EACH;
      progress.accept(
          "Warm-up, not counted: %,d lines; most dossiers get the month's session key with them"
              .formatted(warmUpLines));
      new Sampling(databases, patients, dossiers, sample, take(stream, warmUpLines - last)).run();
      Timing warm = new Sampling(databases, patients, dossiers, sample, take(stream, last)).run();

      int lines = size.lines().orElseGet(() -> linesOfAMinute(last / warm.seconds()));
      long sessionsBefore = databases.number(Service.INGEST, SESSIONS);
      List<SentLine> measured = take(stream, lines);
      Sampling sampling = new Sampling(databases, patients, dossiers, sample, measured);
      progress.accept("Measured: %,d lines".formatted(lines));
      Costs before = Costs.of(suite);
      Timing timing = sampling.run();
      Costs costs = Costs.of(suite).since(before);
      long sessions = databases.number(Service.INGEST, SESSIONS) - sessionsBefore;
      look(databases);

      BarePipe pipe = new BarePipe(suite, logs);
      pipe.prepare();
      progress.accept("Bare pipe: %,d lines to warm up, %,d measured".formatted(last, lines));
      pipe.run(sent.subList(0, last));
      Costs beforePipe = Costs.of(suite);
      double pipeSeconds = pipe.run(measured);
      Costs pipeCosts = Costs.of(suite).since(beforePipe);
      suite.died().stream().map(suite::whatDied).forEach(losses::add);
      return new FeedResult(
          size,
          warmUpLines,
          lines,
          Math.toIntExact(ofHolders(measured)),
          sample.size(),
          sampling.sampledLines(),
          sessions,
          openingsPerSecond,
          timing.stages(),
          timing.seconds(),
          costs,
          pipeSeconds,
          pipeCosts,
          losses);
    }
  }

  private static int linesOfAMinute(double linesPerSecond) {
    return Math.clamp(Math.round(linesPerSecond * A_MINUTE / 10_000) * 10_000, FEWEST, MOST);
  }

  private List<String> sample(List<String> holders) {
    List<String> drawn = new ArrayList<>(holders);
    Collections.shuffle(drawn, new Random(~size.seed()));
    return List.copyOf(drawn.subList(0, Math.min(SAMPLED, drawn.size())));
  }

  private List<SentLine> take(LineStream stream, int count) {
    // The window's first day leaves it at midnight, and its lines would be missed then.
    String leaving = "\"careFrom\":\"" + today.minusMonths(WINDOW_MONTHS) + '"';
    List<SentLine> taken = new ArrayList<>(count);
    while (taken.size() < count) {
      SentLine line = stream.next();
      if (!new String(line.json(), StandardCharsets.UTF_8).contains(leaving)) {
        taken.add(line);
      }
    }
    sent.addAll(taken);
    return taken;
  }

  private long ofHolders(List<SentLine> lines) {
    return lines.stream().filter(line -> dossierOf.containsKey(line.ins())).count();
  }

  private double open(List<String> holders, Dossiers dossiers) throws InterruptedException {
    progress.accept("Opening %,d dossiers at the counter".formatted(holders.size()));
    String agent = suite.accounts().token("counter-agent");
    AtomicInteger opened = new AtomicInteger();
    long begin = System.nanoTime();
    Thread telling =
        Thread.startVirtualThread(
            () -> {
              try {
                while (opened.get() < holders.size()) {
                  Thread.sleep(TELL);
                  progress.accept("  %,7d opened".formatted(opened.get()));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      inParallel(
          OPENING_AT_ONCE,
          holders,
          ins -> {
            Api.Answer answer = dossiers.openAtCounter(agent, ins, "bench-" + size.seed() + ins);
            if (answer.status() != 201) {
              throw new IOException("a dossier was not opened: " + answer);
            }
            dossierOf.put(ins, answer.json().path("dossierId").asText());
            opened.incrementAndGet();
          });
    } finally {
      telling.interrupt();
    }
    double perSecond = holders.size() / ((System.nanoTime() - begin) / 1e9);
    progress.accept(String.format(Locale.ROOT, "  %.0f openings a second", perSecond));
    return perSecond;
  }

  /** Nothing is lost, and nothing is there that must not be. */
  private void look(Databases databases) throws SQLException {
    compare(
        "lines kept by ingest",
        sent.size(),
        databases.number(Service.INGEST, "SELECT count(*) FROM line"));
    compare("rejections", 0, databases.number(Service.INGEST, "SELECT count(*) FROM rejection"));
    compare(
        "lines in the dossier-service's database",
        ofHolders(sent),
        databases.number(Service.DOSSIER, "SELECT count(*) FROM care_line"));
    for (Service service : Service.values()) {
      compare(
          "records parked by " + service.title(),
          0,
          service == Service.AUDIT ? 0 : databases.number(service, "SELECT count(*) FROM parked"));
    }
  }

  private void compare(String what, long expected, long found) {
    if (expected != found) {
      losses.add("%s: %,d, and there must be %,d".formatted(what, found, expected));
    }
  }

  /** What a part of the run took. */
  private record Timing(List<FeedResult.Stage> stages, double seconds) {}

  private interface Check {
    boolean holds() throws SQLException;
  }

  private void until(String what, Check check) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + STANDSTILL.toNanos();
    while (!check.holds()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "not within "
                + STANDSTILL.toSeconds()
                + " s: "
                + what
                + "; logs are in "
                + suite.logs());
      }
      Thread.sleep(LOOK);
    }
  }

  private interface Work<T> {
    void on(T item) throws IOException;
  }

  private static <T> void inParallel(int atOnce, List<T> items, Work<T> work)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Void> worker =
          () -> {
            for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
              work.on(items.get(i));
            }
            return null;
          };
      List<Future<Void>> done =
          workers.invokeAll(IntStream.range(0, atOnce).mapToObj(_ -> worker).toList());
      for (Future<Void> one : done) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Publishes lines and watches them arrive. */
  private final class Sampling {
    private final Databases databases;
    private final Patients patients;
    private final Dossiers dossiers;
    private final List<SentLine> lines;
    private final long inDossiersBefore;
    private final long storedBefore;
    private final long toBeInDossiers;
    private final Map<String, Set<ReckonedCare>> expected = new HashMap<>();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private final int sampledLines;

    Sampling(
        Databases databases,
        Patients patients,
        Dossiers dossiers,
        List<String> sample,
        List<SentLine> lines)
        throws SQLException {
      this.databases = databases;
      this.patients = patients;
      this.dossiers = dossiers;
      this.lines = lines;
      Set<String> sampled = new HashSet<>(sample);
      Reckoning reckoning =
          Reckoning.of(sent.stream().filter(line -> sampled.contains(line.ins())).toList(), today);
      sample.forEach(ins -> expected.put(ins, Set.copyOf(reckoning.historyOf(ins))));
      pending.addAll(sample);
      sampledLines =
          Math.toIntExact(lines.stream().filter(line -> sampled.contains(line.ins())).count());
      inDossiersBefore = inDossiers();
      storedBefore = stored();
      toBeInDossiers = ofHolders(lines);
    }

    int sampledLines() {
      return sampledLines;
    }

    private long stored() throws SQLException {
      return databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING);
    }

    private long inDossiers() throws SQLException {
      return databases.number(Service.DOSSIER, "SELECT count(*) FROM care_line");
    }

    private boolean everythingPassed() throws SQLException {
      return databases.number(
              Service.INGEST,
              "SELECT count(*) FROM (SELECT FROM line WHERE unpassed LIMIT 1) AS one")
          == 0;
    }

    Timing run() throws SQLException, InterruptedException {
      Publishing publishing = Publishing.of(logs, Logs.BILLING, lines);
      double storedAfter = 0;
      double passedAfter = 0;
      double inDossiersAfter = 0;
      long tellAt = publishing.begin() + TELL.toNanos();
      long movedAt = publishing.begin();
      long lastSum = -1;
      double visibleAfter = 0;
      while (visibleAfter == 0 || inDossiersAfter == 0 || passedAfter == 0) {
        Thread.sleep(LOOK);
        boolean tells = System.nanoTime() >= tellAt;
        long stored = stored() - storedBefore;
        if (storedAfter == 0 && stored >= lines.size()) {
          storedAfter = since(publishing);
        }
        if (storedAfter > 0 && passedAfter == 0 && everythingPassed()) {
          passedAfter = since(publishing);
        }
        // Counting is dear while much is still to come, and is done only to tell.
        if (tells || (storedAfter > 0 && inDossiersAfter == 0)) {
          long there = inDossiers() - inDossiersBefore;
          if (inDossiersAfter == 0 && there >= toBeInDossiers) {
            inDossiersAfter = since(publishing);
          }
          if (tells) {
            progress.accept(
                "  %5.0f s  published %,9d  stored %,9d  in dossiers %,9d of %,d"
                    .formatted(
                        since(publishing),
                        publishing.acknowledged(),
                        stored,
                        there,
                        toBeInDossiers));
            tellAt = System.nanoTime() + TELL.toNanos();
          }
          if (stored + there != lastSum) {
            lastSum = stored + there;
            movedAt = System.nanoTime();
          }
        }
        if (storedAfter > 0 && visibleAfter == 0) {
          readPending();
          if (pending.isEmpty()) {
            visibleAfter = since(publishing);
          }
        }
        if (System.nanoTime() - movedAt > STANDSTILL.toNanos()) {
          losses.add(
              "nothing has moved for %d s: %,d of %,d lines are stored, %d of the sampled dossiers are incomplete"
                  .formatted(STANDSTILL.toSeconds(), stored, lines.size(), pending.size()));
          visibleAfter = since(publishing);
          break;
        }
      }
      publishing.await();
      return new Timing(
          List.of(
              new FeedResult.Stage("published", lines.size(), publishing.seconds()),
              new FeedResult.Stage("stored by ingest", lines.size(), storedAfter),
              new FeedResult.Stage("passed, acknowledged by Kafka", toBeInDossiers, passedAfter),
              new FeedResult.Stage(
                  "in the dossier-service's database", toBeInDossiers, inDossiersAfter),
              new FeedResult.Stage(
                  "visible through GET, all lines sent", lines.size(), visibleAfter)),
          visibleAfter);
    }

    private double since(Publishing publishing) {
      return (System.nanoTime() - publishing.begin()) / 1e9;
    }

    private void readPending() throws InterruptedException {
      inParallel(
          READING_AT_ONCE,
          List.copyOf(pending),
          ins -> {
            List<ReckonedCare> shown = dossiers.care(patients.token(ins), dossierOf.get(ins));
            Set<ReckonedCare> wanted = expected.get(ins);
            if (shown.size() == wanted.size() && wanted.containsAll(shown)) {
              pending.remove(ins);
            }
          });
    }
  }
}
