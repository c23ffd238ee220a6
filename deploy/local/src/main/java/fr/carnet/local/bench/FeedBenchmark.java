package fr.carnet.local.bench;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Heaps;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * The whole suite under the insurer's lines, in two shapes: in bulk, many lines for each of some
 * dossiers, and live, each line for another dossier. Both are measured from the first publishing
 * until every line of every sampled dossier shows through {@code GET} with its owner's token, and
 * the audit log says over HTTP that it has them all. Then the country's peak: how soon one line is
 * seen. Then dossiers that open upon lines that were there before.
 *
 * <p>Looking must not be what is measured. So while lines are under way only counters of the
 * databases are looked at, ten times a second; the dossiers are read once those say that all is
 * there, and reading them is within the time given.
 */
final class FeedBenchmark {
  private static final int WINDOW_MONTHS = 24;

  private static final int BULK_DOSSIERS = 200;
  private static final int BULK_SAMPLED = 20;
  private static final int BULK_WARM_UP = 20_000;
  private static final int LIVE_SAMPLED = 200;

  /** So many for each beneficiary, on average: few dossiers come to the measured part unfed. */
  private static final int LIVE_WARM_UP_EACH = 3;

  /** The country's peak. */
  private static final int PEAK_PER_SECOND = 650;

  private static final int PEAK_SECONDS = 60;

  /** One line in so many is watched for: five a second. */
  private static final int WATCHED = PEAK_PER_SECOND / 5;

  private static final int OPENINGS = 10;
  private static final int OPENING_LINES = 2_000;

  /** Between two looks at whether the store has grown enough. */
  private static final int GROWING_AT_ONCE = 100_000;

  private static final String SESSIONS = "SELECT count(*) FROM sealing_session";
  private static final String UNPASSED =
      "SELECT count(*) FROM (SELECT FROM unpassed LIMIT 1) AS one";
  private static final int OPENING_AT_ONCE = 32;
  private static final int READING_AT_ONCE = 8;
  private static final int PAGE = 200;
  private static final int HALF_A_MINUTE = 30;
  private static final int FEWEST = 30_000;
  private static final int MOST = 400_000;
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration CLOSE_LOOK = Duration.ofMillis(10);
  private static final Duration TELL = Duration.ofSeconds(2);
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final Duration STANDSTILL = Duration.ofSeconds(60);

  /**
   * How much.
   *
   * @param lines to measure of each shape; empty: as many as take about half a minute
   * @param dossiers that get lines live
   * @param beneficiaries whose lines are sent live
   * @param stored to how many stored lines the suite grows, to be measured there again; ascending
   */
  record Size(OptionalInt lines, int dossiers, int beneficiaries, List<Integer> stored, long seed) {
    Size {
      stored = List.copyOf(stored);
    }
  }

  private final Suite suite;
  private final Size size;
  private final Consumer<String> progress;
  private final Logs logs;
  private final LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
  private final Map<String, String> dossierOf = new ConcurrentHashMap<>();
  private final List<SentLine> sent = new ArrayList<>();

  /** Lines that were sent and not kept: they can be drawn again from the seed. */
  private long grown;

  private final List<String> losses = Collections.synchronizedList(new ArrayList<>());

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
      int latecomers = OPENINGS + 1;
      BillingSystem billing =
          BillingSystem.seeded(size.seed(), today)
              .withBeneficiaries(
                  size.beneficiaries() + BULK_DOSSIERS * (1 + size.stored().size()) + latecomers);
      List<String> shuffled = new ArrayList<>(billing.beneficiaryNumbers());
      Collections.shuffle(shuffled, new Random(size.seed()));
      List<String> inBulk = shuffled.subList(0, BULK_DOSSIERS);
      List<String> opening = shuffled.subList(BULK_DOSSIERS, BULK_DOSSIERS + latecomers);
      List<String> live =
          shuffled.subList(
              BULK_DOSSIERS + latecomers, BULK_DOSSIERS + latecomers + size.beneficiaries());
      List<String> atStored =
          shuffled.subList(BULK_DOSSIERS + latecomers + size.beneficiaries(), shuffled.size());
      List<String> holders = new ArrayList<>(inBulk);
      holders.addAll(live.subList(0, size.dossiers()));
      holders.addAll(atStored);
      List<String> bulkSample = inBulk.subList(0, BULK_SAMPLED);
      List<String> liveSample = live.subList(0, Math.min(LIVE_SAMPLED, size.dossiers()));

      Run run = new Run(api, databases, patients);
      double openedPerSecond = run.open(holders);
      run.readAs(opening);
      run.readAs(bulkSample);
      run.readAs(liveSample);
      until(
          "ingest knows every dossier",
          () -> databases.number(Service.INGEST, "SELECT count(*) FROM dossier") >= holders.size());

      LineStream liveLines = billing.endless("feed", live);
      FeedResult.Shape liveShape =
          run.shape("live", liveLines, LIVE_WARM_UP_EACH * live.size(), liveSample, live.size());
      FeedResult.Paced paced =
          run.paced(liveLines, billing.endless("watched", liveSample), liveSample);
      FeedResult.Shape bulkShape =
          run.shape(
              "bulk", billing.endless("bulk", inBulk), BULK_WARM_UP, bulkSample, BULK_DOSSIERS);
      List<SentLine> bulkLines =
          List.copyOf(sent.subList(sent.size() - bulkShape.lines(), sent.size()));
      FeedResult.Openings openings = run.openings(billing, opening);
      List<FeedResult.Grown> grownTo =
          run.grow(billing, live.subList(0, size.dossiers()), atStored);
      look(databases);

      BarePipe pipe = new BarePipe(suite, logs);
      pipe.prepare();
      progress.accept(
          "Bare pipe: %,d lines to warm up, %,d measured".formatted(FEWEST, bulkLines.size()));
      pipe.run(bulkLines.subList(0, Math.min(FEWEST, bulkLines.size())));
      BarePipe.Timing bare = pipe.run(bulkLines);
      suite.died().stream().map(suite::whatDied).forEach(losses::add);
      return new FeedResult(
          size, bulkShape, liveShape, paced, openings, grownTo, openedPerSecond, bare, losses);
    }
  }

  /** The two shapes, for who needs nothing else. */
  record Shapes(FeedResult.Shape live, FeedResult.Shape bulk, List<String> losses) {
    Shapes {
      losses = List.copyOf(losses);
    }
  }

  /** Measures the two shapes and nothing else. */
  Shapes shapes() throws SQLException, InterruptedException {
    try (Api api = new Api();
        Databases databases = new Databases(suite);
        Patients patients = new Patients(suite)) {
      BillingSystem billing =
          BillingSystem.seeded(size.seed(), today)
              .withBeneficiaries(size.beneficiaries() + BULK_DOSSIERS);
      List<String> people = new ArrayList<>(billing.beneficiaryNumbers());
      List<String> inBulk = people.subList(0, BULK_DOSSIERS);
      List<String> live = people.subList(BULK_DOSSIERS, BULK_DOSSIERS + size.beneficiaries());
      List<String> holders = new ArrayList<>(inBulk);
      holders.addAll(live.subList(0, size.dossiers()));
      List<String> bulkSample = inBulk.subList(0, BULK_SAMPLED);
      List<String> liveSample = live.subList(0, Math.min(LIVE_SAMPLED, size.dossiers()));
      Run run = new Run(api, databases, patients);
      run.open(holders);
      run.readAs(bulkSample);
      run.readAs(liveSample);
      until(
          "ingest knows every dossier",
          () -> databases.number(Service.INGEST, "SELECT count(*) FROM dossier") >= holders.size());
      FeedResult.Shape liveShape =
          run.shape(
              "live",
              billing.endless("feed", live),
              LIVE_WARM_UP_EACH * live.size(),
              liveSample,
              live.size());
      FeedResult.Shape bulkShape =
          run.shape(
              "bulk", billing.endless("bulk", inBulk), BULK_WARM_UP, bulkSample, BULK_DOSSIERS);
      look(databases);
      return new Shapes(liveShape, bulkShape, losses);
    }
  }

  private static int linesOfHalfAMinute(double linesPerSecond) {
    return Math.clamp(Math.round(linesPerSecond * HALF_A_MINUTE / 10_000) * 10_000, FEWEST, MOST);
  }

  private List<SentLine> take(LineStream stream, int count) {
    List<SentLine> taken = draw(stream, count);
    sent.addAll(taken);
    return taken;
  }

  private List<SentLine> draw(LineStream stream, int count) {
    // The window's first day leaves it at midnight, and its lines would be missed then.
    String leaving = "\"careFrom\":\"" + today.minusMonths(WINDOW_MONTHS) + '"';
    List<SentLine> taken = new ArrayList<>(count);
    while (taken.size() < count) {
      SentLine line = stream.next();
      if (!new String(line.json(), StandardCharsets.UTF_8).contains(leaving)) {
        taken.add(line);
      }
    }
    return taken;
  }

  private long ofHolders(List<SentLine> lines) {
    return lines.stream().filter(line -> dossierOf.containsKey(line.ins())).count();
  }

  /** Nothing is lost, and nothing is there that must not be. */
  private void look(Databases databases) throws SQLException {
    compare(
        "lines kept by ingest",
        sent.size() + grown,
        databases.number(Service.INGEST, "SELECT count(*) FROM line"));
    compare("rejections", 0, databases.number(Service.INGEST, "SELECT count(*) FROM rejection"));
    compare(
        "lines in the dossier-service's database",
        ofHolders(sent) + grown,
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

  /** One run, with the ways to look at the suite. */
  private final class Run {
    private final Api api;
    private final Databases databases;
    private final Patients patients;
    private final Dossiers dossiers;
    private String operator = suite.accounts().token("operator");
    private String countInDossiers = "SELECT count(*) FROM care_line";

    Run(Api api, Databases databases, Patients patients) {
      this.api = api;
      this.databases = databases;
      this.patients = patients;
      this.dossiers = new Dossiers(suite, api);
    }

    double open(List<String> holders) throws InterruptedException {
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
              dossierOf.put(ins, openOne(agent, ins));
              opened.incrementAndGet();
            });
      } finally {
        telling.interrupt();
      }
      double perSecond = holders.size() / ((System.nanoTime() - begin) / 1e9);
      progress.accept(String.format(Locale.ROOT, "  %.0f openings a second", perSecond));
      return perSecond;
    }

    /** Gives each an account and a token, to read with. */
    void readAs(List<String> owners) throws InterruptedException {
      progress.accept(
          "  %,d owners get accounts and tokens, to read with".formatted(owners.size()));
      patients.register(owners);
      inParallel(READING_AT_ONCE, owners, patients::token);
    }

    /** Warms up, and measures. */
    FeedResult.Shape shape(
        String name, LineStream stream, int warmUp, List<String> sample, int dossierCount)
        throws SQLException, InterruptedException {
      int last = Math.max(1, warmUp / 3);
      progress.accept("Warm-up, %s, not counted: %,d lines".formatted(name, warmUp));
      new Sampling(this, sample, take(stream, Math.max(1, warmUp - last))).run();
      Timing warm = new Sampling(this, sample, take(stream, last)).run();

      int lines = size.lines().orElseGet(() -> linesOfHalfAMinute(last / warm.seconds()));
      long sessionsBefore = databases.number(Service.INGEST, SESSIONS);
      List<SentLine> measured = take(stream, lines);
      Sampling sampling = new Sampling(this, sample, measured);
      progress.accept("Measured, %s: %,d lines".formatted(name, lines));
      Costs before = Costs.of(suite);
      Timing timing = sampling.run();
      Costs costs = Costs.of(suite).since(before);
      return new FeedResult.Shape(
          name,
          dossierCount,
          lines,
          Math.toIntExact(ofHolders(measured)),
          sample.size(),
          sampling.sampledLines(),
          databases.number(Service.INGEST, SESSIONS) - sessionsBefore,
          timing.stages(),
          timing.seconds(),
          costs);
    }

    /**
     * Lets the store grow by lines of these people, and measures bulk at each size, each time for
     * other dossiers: so nothing differs but what is stored.
     */
    List<FeedResult.Grown> grow(BillingSystem billing, List<String> people, List<String> bulk)
        throws IOException, SQLException, InterruptedException {
      List<FeedResult.Grown> all = new ArrayList<>();
      if (size.stored().isEmpty()) {
        return all;
      }
      LineStream lines = billing.endless("stored", people);
      for (int wanted : size.stored()) {
        growTo(wanted, lines);
        List<String> inBulk =
            bulk.subList(all.size() * BULK_DOSSIERS, (all.size() + 1) * BULK_DOSSIERS);
        List<String> sample = inBulk.subList(0, BULK_SAMPLED);
        readAs(sample);
        // Counting all that is stored would be measured too.
        countInDossiers =
            "SELECT count(*) FROM care_line WHERE dossier_id IN ("
                + inBulk.stream()
                    .map(ins -> "'" + dossierOf.get(ins) + "'")
                    .collect(Collectors.joining(","))
                + ")";
        long before = sent.size() + grown;
        FeedResult.Shape shape =
            shape(
                "bulk, %,d stored".formatted(wanted),
                billing.endless("bulk-" + wanted, inBulk),
                BULK_WARM_UP,
                sample,
                BULK_DOSSIERS);
        Map<String, Long> heaps = new LinkedHashMap<>();
        for (Service service : Service.values()) {
          heaps.put(service.title(), Heaps.afterCollection(suite, service));
        }
        all.add(new FeedResult.Grown(before, shape, heaps));
        progress.accept("  heap after collection, bytes: " + heaps);
      }
      compareGrown(billing, people);
      return all;
    }

    private void growTo(int wanted, LineStream lines) throws SQLException, InterruptedException {
      progress.accept("Growing to %,d stored lines".formatted(wanted));
      while (sent.size() + grown < wanted) {
        int count = (int) Math.min(GROWING_AT_ONCE, wanted - sent.size() - grown);
        long before = stored();
        Publishing.of(logs, Logs.BILLING, draw(lines, count)).await();
        grown += count;
        until("ingest stores lines as they come", () -> stored() >= before + count);
        progress.accept("  %,d stored".formatted(sent.size() + grown));
      }
      until("the valve has looked at everything", this::everythingPassed);
      until("the dossier-service has read everything", this::careRead);
      // Growing may take longer than a token is good for.
      operator = suite.accounts().token("operator");
      settle();
    }

    /** Some of those whose lines were not kept here: their lines are drawn once more. */
    private void compareGrown(BillingSystem billing, List<String> people)
        throws InterruptedException {
      List<String> sample = people.subList(0, Math.min(BULK_SAMPLED, people.size()));
      Set<String> sampled = new HashSet<>(sample);
      readAs(sample);
      List<SentLine> lines =
          new ArrayList<>(sent.stream().filter(line -> sampled.contains(line.ins())).toList());
      LineStream again = billing.endless("stored", people);
      for (long left = grown; left > 0; left -= GROWING_AT_ONCE) {
        draw(again, (int) Math.min(GROWING_AT_ONCE, left)).stream()
            .filter(line -> sampled.contains(line.ins()))
            .forEach(lines::add);
      }
      Reckoning reckoning = Reckoning.of(lines, today);
      for (String ins : sample) {
        if (!shows(patients.token(ins), ins, Set.copyOf(reckoning.historyOf(ins)))) {
          losses.add("a dossier does not show what the store grew by");
        }
      }
    }

    private boolean careRead() throws SQLException {
      try (KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
        return databases.offsets(Service.DOSSIER, "care-history", Logs.CARE)
            >= Logs.ends(consumer, Logs.CARE);
      }
    }

    /** The country's peak for a minute, and now and then a line whose owner waits for it. */
    FeedResult.Paced paced(LineStream stream, LineStream watchedLines, List<String> owners)
        throws InterruptedException {
      List<SentLine> lines = new ArrayList<>();
      Map<SentLine, ReckonedCare> awaited = new HashMap<>();
      for (int i = 0; i < PEAK_PER_SECOND * PEAK_SECONDS; i++) {
        if (i % WATCHED == WATCHED / 2) {
          SentLine line = take(watchedLines, 1).getFirst();
          awaited.put(line, Reckoning.of(List.of(line), today).historyOf(line.ins()).getFirst());
          lines.add(line);
        } else {
          lines.addAll(take(stream, 1));
        }
      }
      inParallel(READING_AT_ONCE, owners, patients::token);
      settle();
      progress.accept(
          "Peak: %,d lines, %d a second, %d of them watched for"
              .formatted(lines.size(), PEAK_PER_SECOND, awaited.size()));
      Collection<Long> seen = new ConcurrentLinkedQueue<>();
      AtomicLong reads = new AtomicLong();
      Costs before = Costs.of(suite);
      Publishing publishing;
      try (ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor()) {
        publishing =
            Publishing.paced(
                logs,
                Logs.BILLING,
                lines,
                PEAK_PER_SECOND,
                line -> {
                  long since = System.nanoTime();
                  if (awaited.containsKey(line)) {
                    var _ =
                        watchers.submit(
                            () -> await(line.ins(), awaited.get(line), since, seen, reads));
                  }
                });
        publishing.await();
      }
      double seconds = (System.nanoTime() - publishing.begin()) / 1e9;
      Costs costs = Costs.of(suite).since(before);
      if (seen.size() != awaited.size()) {
        losses.add(
            "%d of %d watched lines were not seen within %d s"
                .formatted(awaited.size() - seen.size(), awaited.size(), STANDSTILL.toSeconds()));
      }
      return new FeedResult.Paced(
          lines.size(),
          lines.size() / publishing.seconds(),
          Latencies.ofNanos(seen),
          reads.get(),
          seconds,
          costs);
    }

    /** Reads until it is there: at first each 10 ms, later less often, to a tenth of the time. */
    private Void await(
        String ins, ReckonedCare care, long since, Collection<Long> seen, AtomicLong reads)
        throws InterruptedException {
      String token = patients.token(ins);
      long waited = 0;
      while (waited < STANDSTILL.toNanos()) {
        Thread.sleep(Duration.ofNanos(Math.max(CLOSE_LOOK.toNanos(), waited / 10)));
        boolean there = dossiers.care(token, dossierOf.get(ins)).contains(care);
        reads.incrementAndGet();
        waited = System.nanoTime() - since;
        if (there) {
          seen.add(waited);
          return null;
        }
      }
      return null;
    }

    /** One after the other, upon stored lines of two years; the first is to warm up. */
    FeedResult.Openings openings(BillingSystem billing, List<String> latecomers)
        throws SQLException, InterruptedException {
      progress.accept(
          "Openings: %d people without a dossier get %,d lines each, and then a dossier"
              .formatted(latecomers.size(), OPENING_LINES));
      Map<String, Set<ReckonedCare>> expected = new HashMap<>();
      List<SentLine> lines = new ArrayList<>();
      for (String ins : latecomers) {
        List<SentLine> own =
            take(billing.endless("opening-" + lines.size(), List.of(ins)), OPENING_LINES);
        expected.put(ins, Set.copyOf(Reckoning.of(own, today).historyOf(ins)));
        lines.addAll(own);
      }
      long stored = stored() + lines.size();
      Publishing.of(logs, Logs.BILLING, lines).await();
      until(
          "ingest has looked at the lines of people without a dossier",
          () -> stored() >= stored && everythingPassed());
      String agent = suite.accounts().token("counter-agent");
      List<Long> nanos = new ArrayList<>();
      for (String ins : latecomers) {
        settle();
        nanos.add(opening(agent, ins, expected.get(ins)));
        progress.accept("  complete after %,d ms".formatted(nanos.getLast() / 1_000_000));
      }
      return new FeedResult.Openings(
          OPENING_LINES, Latencies.ofNanos(nanos.subList(1, nanos.size())));
    }

    private long opening(String agent, String ins, Set<ReckonedCare> expected)
        throws SQLException, InterruptedException {
      String token = patients.token(ins);
      long begin = System.nanoTime();
      dossierOf.put(ins, openOne(agent, ins));
      String there =
          "SELECT count(*) FROM care_line WHERE dossier_id = '" + dossierOf.get(ins) + "'";
      while (System.nanoTime() - begin < STANDSTILL.toNanos()) {
        if (databases.number(Service.DOSSIER, there) >= expected.size()
            && shows(token, ins, expected)) {
          return System.nanoTime() - begin;
        }
        Thread.sleep(CLOSE_LOOK);
      }
      losses.add(
          "a dossier was not complete %d s after it opened".formatted(STANDSTILL.toSeconds()));
      return System.nanoTime() - begin;
    }

    private String openOne(String agent, String ins) {
      Api.Answer answer = dossiers.openAtCounter(agent, ins, "bench-" + size.seed() + ins);
      if (answer.status() != 201) {
        throw new IllegalStateException("a dossier was not opened: " + answer);
      }
      return answer.json().path("dossierId").asText();
    }

    private boolean shows(String token, String ins, Set<ReckonedCare> wanted) {
      List<ReckonedCare> shown = dossiers.care(token, dossierOf.get(ins));
      return shown.size() == wanted.size() && wanted.containsAll(shown);
    }

    /** Waits until nothing is under way to the audit log; its size then. */
    private long settle() throws InterruptedException {
      long deadline = System.nanoTime() + STANDSTILL.toNanos();
      long size = audited();
      long since = System.nanoTime();
      while (System.nanoTime() - since < QUIET.toNanos()) {
        Thread.sleep(LOOK);
        long now = audited();
        if (now != size) {
          size = now;
          since = System.nanoTime();
        }
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the audit log grows although nobody does anything");
        }
      }
      return size;
    }

    /** How many entries the audit log has. */
    private long audited() {
      Api.Answer answer = api.get(suite.url(Service.AUDIT).resolve("/log/size"), operator);
      if (answer.status() != 200) {
        throw new IllegalStateException("the audit log's size is not to be had: " + answer);
      }
      return answer.json().path("size").asLong();
    }

    private long stored() throws SQLException {
      return databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING);
    }

    private long inDossiers() throws SQLException {
      return databases.number(Service.DOSSIER, countInDossiers);
    }

    private boolean everythingPassed() throws SQLException {
      return databases.number(Service.INGEST, UNPASSED) == 0;
    }
  }

  /** Publishes lines and watches them arrive. */
  private final class Sampling {
    private final Run run;
    private final List<SentLine> lines;
    private final long inDossiersBefore;
    private final long storedBefore;
    private final long auditedBefore;
    private final long toBeInDossiers;
    private final Map<String, Set<ReckonedCare>> expected = new HashMap<>();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private final AtomicLong pagesRead = new AtomicLong();
    private final int sampledLines;

    Sampling(Run run, List<String> sample, List<SentLine> lines)
        throws SQLException, InterruptedException {
      this.run = run;
      this.lines = lines;
      Set<String> sampled = new HashSet<>(sample);
      Reckoning reckoning =
          Reckoning.of(sent.stream().filter(line -> sampled.contains(line.ins())).toList(), today);
      sample.forEach(ins -> expected.put(ins, Set.copyOf(reckoning.historyOf(ins))));
      pending.addAll(sample);
      sampledLines =
          Math.toIntExact(lines.stream().filter(line -> sampled.contains(line.ins())).count());
      auditedBefore = run.settle();
      inDossiersBefore = run.inDossiers();
      storedBefore = run.stored();
      toBeInDossiers = ofHolders(lines);
    }

    int sampledLines() {
      return sampledLines;
    }

    Timing run() throws SQLException, InterruptedException {
      Publishing publishing = Publishing.of(logs, Logs.BILLING, lines);
      double storedAfter = 0;
      double passedAfter = 0;
      double inDossiersAfter = 0;
      double auditedAfter = 0;
      double visibleAfter = 0;
      long tellAt = publishing.begin() + TELL.toNanos();
      long movedAt = publishing.begin();
      long lastSum = -1;
      while (visibleAfter == 0 || auditedAfter == 0) {
        Thread.sleep(LOOK);
        boolean tells = System.nanoTime() >= tellAt;
        long stored = run.stored() - storedBefore;
        if (storedAfter == 0 && stored >= lines.size()) {
          storedAfter = since(publishing);
        }
        if (storedAfter > 0 && passedAfter == 0 && run.everythingPassed()) {
          passedAfter = since(publishing);
        }
        // Counting is dear while much is still to come, and is done only to tell.
        if (tells || (passedAfter > 0 && inDossiersAfter == 0)) {
          long there = run.inDossiers() - inDossiersBefore;
          if (passedAfter > 0 && inDossiersAfter == 0 && there >= toBeInDossiers) {
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
        // Before reading, which adds entries; those of what was read meanwhile are awaited too.
        if (passedAfter > 0
            && auditedAfter == 0
            && run.audited() >= auditedBefore + toBeInDossiers + pagesRead.get()) {
          auditedAfter = since(publishing);
        }
        if (inDossiersAfter > 0 && visibleAfter == 0) {
          readPending();
          if (pending.isEmpty()) {
            visibleAfter = since(publishing);
          }
        }
        if (System.nanoTime() - movedAt > STANDSTILL.toNanos()) {
          losses.add(
              "nothing has moved for %d s: %,d of %,d lines are stored, %d of the sampled dossiers are incomplete, the audit log has %,d of %,d"
                  .formatted(
                      STANDSTILL.toSeconds(),
                      stored,
                      lines.size(),
                      pending.size(),
                      run.audited() - auditedBefore,
                      toBeInDossiers));
          visibleAfter = since(publishing);
          auditedAfter = since(publishing);
        }
      }
      publishing.await();
      double seconds = Math.max(visibleAfter, auditedAfter);
      return new Timing(
          List.of(
              new FeedResult.Stage("published", lines.size(), publishing.seconds()),
              new FeedResult.Stage("stored by ingest", lines.size(), storedAfter),
              new FeedResult.Stage("passed, acknowledged by Kafka", toBeInDossiers, passedAfter),
              new FeedResult.Stage(
                  "in the dossier-service's database", toBeInDossiers, inDossiersAfter),
              new FeedResult.Stage("in the audit log", toBeInDossiers, auditedAfter),
              new FeedResult.Stage("visible through GET", toBeInDossiers, visibleAfter),
              new FeedResult.Stage("visible and audited, all lines sent", lines.size(), seconds)),
          seconds);
    }

    private double since(Publishing publishing) {
      return (System.nanoTime() - publishing.begin()) / 1e9;
    }

    private void readPending() throws InterruptedException {
      inParallel(
          READING_AT_ONCE,
          List.copyOf(pending),
          ins -> {
            List<ReckonedCare> shown =
                run.dossiers.care(run.patients.token(ins), dossierOf.get(ins));
            pagesRead.addAndGet(Math.max(1, Math.ceilDiv(shown.size(), PAGE)));
            Set<ReckonedCare> wanted = expected.get(ins);
            if (shown.size() == wanted.size() && wanted.containsAll(shown)) {
              pending.remove(ins);
            }
          });
    }
  }
}
