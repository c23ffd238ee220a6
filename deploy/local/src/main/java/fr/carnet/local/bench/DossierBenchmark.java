package fr.carnet.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.bench.DossierResult.AtSize;
import fr.carnet.local.bench.DossierResult.Read;
import fr.carnet.local.bench.DossierResult.Rebuilt;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Logs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Many dossiers that hold much, and how fast they are read. First the feed, for what a line costs
 * and sealing of it; then dossiers are filled in and read with token, decision and trace, as fast
 * as it goes and evenly at half of the goal; documents go up and down; at last the read models are
 * made anew from Kafka.
 *
 * <p>The audit-service is stopped after the feed: it would keep every fact that is filled in once
 * more. Traces are on Kafka all the same, and counted there.
 */
final class DossierBenchmark {
  private static final String SUMMARY = "summary";
  private static final String TIMELINE = "timeline";

  /** Half of the goal. */
  static final int PACED_PER_SECOND = 500;

  /** That get lines live, at most. */
  private static final int FEED_DOSSIERS = 2_000;

  private static final int DOCUMENTS = 100;
  private static final int SAMPLED = 20;
  private static final int NOT_FOUND = 404;
  private static final int OK = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration TELL = Duration.ofSeconds(5);
  private static final Duration STANDSTILL = Duration.ofMinutes(2);

  /** A service ends a connection on which nothing comes for half an hour. */
  private static final Duration REBUILD = Duration.ofMinutes(30);

  /**
   * How much.
   *
   * @param dossiers how many are there when reading is measured; ascending, at least one
   * @param held items and care lines of each
   * @param lines of the feed, each shape; empty: as many as take about half a minute
   * @param seconds that each part of the reading takes, after as many to warm up
   */
  record Size(List<Integer> dossiers, int held, OptionalInt lines, int seconds, long seed) {
    Size {
      dossiers = List.copyOf(dossiers);
    }
  }

  private final Suite suite;
  private final Size size;
  private final Consumer<String> progress;
  private final Logs logs;
  private final LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
  private final MadeUpDossier madeUp;
  private final List<String> losses = new ArrayList<>();

  DossierBenchmark(Suite suite, Size size, Consumer<String> progress) {
    this.suite = suite;
    this.size = size;
    this.progress = progress;
    this.logs = new Logs(suite);
    this.madeUp = new MadeUpDossier(size.seed(), today);
  }

  DossierResult run() throws IOException, SQLException, InterruptedException {
    progress.accept("The feed, for what a line costs");
    int live = Math.min(FEED_DOSSIERS, size.dossiers().getLast());
    FeedBenchmark.Shapes feed =
        new FeedBenchmark(
                suite,
                new FeedBenchmark.Size(size.lines(), live, live, List.of(), size.seed()),
                progress)
            .shapes();
    losses.addAll(feed.losses());
    suite.stop(Service.AUDIT);
    progress.accept("The audit-service is stopped: it would keep once more all that is filled in");
    progress.accept("Sealing and opening lines, and the same in clear");
    SealingCost sealing = SealingCost.measured(today);

    try (Api api = new Api();
        Databases databases = new Databases(suite)) {
      List<AtSize> sizes = new ArrayList<>();
      int there = 0;
      for (int dossiers : size.dossiers()) {
        double perSecond = fill(databases, there, dossiers);
        Rebuilt first = rebuild(api, Service.DOSSIER, "dossier");
        rebuild(api, Service.ACCESS, "access-grants");
        quiet(databases);
        look(api, dossiers);
        sizes.add(reading(api, databases, dossiers, perSecond, first));
        there = dossiers;
      }
      progress.accept("Documents of 1 MB, %d up and down, as many before".formatted(DOCUMENTS));
      Optional<DocumentLoad.Timing> documents =
          new DocumentLoad(suite, madeUp::id, there, size.seed()).run(DOCUMENTS);
      if (documents.isEmpty()) {
        progress.accept("  not measured: the dossier-service takes no documents");
      }
      quiet(databases);
      List<Rebuilt> rebuilt =
          List.of(
              rebuild(api, Service.DOSSIER, "dossier"),
              rebuild(api, Service.DOSSIER, "care-history"));
      rebuilt.stream()
          .filter(model -> model.differences() > 0)
          .forEach(model -> losses.add("rebuilt otherwise than it was: " + model.projection()));
      requireNothingParked(databases);
      suite.died().stream().map(suite::whatDied).forEach(losses::add);
      return new DossierResult(
          size, sizes, documents, rebuilt, sealing, feed.live(), feed.bulk(), losses);
    }
  }

  /**
   * Dossiers a second, until Kafka has them and services have read what they read by themselves.
   */
  private double fill(Databases databases, int from, int to)
      throws IOException, SQLException, InterruptedException {
    int items = MadeUpDossier.itemsOf(size.held());
    progress.accept(
        "Filling in %,d dossiers, each of %d items and %d care lines: keys and streams into tables,"
            .formatted(to - from, items, size.held() - items));
    progress.accept("  facts and care onto Kafka, sealed, as the services would have left them");
    AtomicInteger filled = new AtomicInteger();
    long begin = System.nanoTime();
    Thread telling =
        Thread.startVirtualThread(
            () -> {
              try {
                while (filled.get() < to - from) {
                  Thread.sleep(TELL);
                  progress.accept("  %,9d filled in".formatted(filled.get()));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      new DossierFilling(suite, logs, madeUp, size.held()).fill(from, to, filled);
    } finally {
      telling.interrupt();
    }
    hasRead(databases, Service.DOSSIER, "care-history", Logs.CARE);
    hasRead(databases, Service.DOSSIER, "dossier-recovery", Logs.DOSSIERS);
    hasRead(databases, Service.ACCESS, "dossier-registry", Logs.REGISTRY);
    hasRead(databases, Service.ACCESS, "access-grants-recovery", Logs.ACCESS);
    double perSecond = (to - from) / ((System.nanoTime() - begin) / 1e9);
    progress.accept(String.format(Locale.ROOT, "  %.0f dossiers a second", perSecond));
    return perSecond;
  }

  private void hasRead(Databases databases, Service service, String reader, String topic)
      throws SQLException, InterruptedException {
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      long wanted = Logs.ends(consumer, topic);
      long read = databases.offsets(service, reader, topic);
      long movedAt = System.nanoTime();
      long tellAt = System.nanoTime() + TELL.toNanos();
      while (read < wanted) {
        Thread.sleep(LOOK);
        long now = databases.offsets(service, reader, topic);
        if (now > read) {
          movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > STANDSTILL.toNanos()) {
          throw new IllegalStateException(
              "%s of %s stands still at %,d of %,d; logs are in %s"
                  .formatted(reader, service.title(), now, wanted, suite.logs()));
        }
        read = now;
        if (System.nanoTime() - tellAt > 0) {
          progress.accept("  %,9d of %,d records of %s read".formatted(read, wanted, topic));
          tellAt = System.nanoTime() + TELL.toNanos();
        }
      }
    }
  }

  private Rebuilt rebuild(Api api, Service service, String projection) {
    progress.accept("Rebuilding %s from Kafka".formatted(projection));
    long begin = System.nanoTime();
    Api.Answer answer =
        api.post(
            suite.url(service).resolve("/operations/rebuilds/" + projection),
            suite.accounts().token("operator"),
            REBUILD);
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (answer.status() != OK) {
      throw new IllegalStateException(projection + " was not rebuilt: " + answer);
    }
    Rebuilt rebuilt =
        new Rebuilt(
            projection,
            answer.json().path("events").asLong(),
            seconds,
            answer.json().path("heldMillis").asLong() / 1e3,
            answer.json().path("differences").size());
    progress.accept(
        String.format(
            Locale.ROOT,
            "  %,d records in %.1f s, %,.0f a second; writers held %.1f s",
            rebuilt.events(),
            rebuilt.seconds(),
            rebuilt.eventsPerSecond(),
            rebuilt.heldSeconds()));
    return rebuilt;
  }

  /** What a quiet night does: nothing waits, tables are vacuumed, pages are on disk. */
  private void quiet(Databases databases) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + STANDSTILL.toNanos();
    while (databases.number(Service.DOSSIER, "SELECT count(*) FROM outbox") > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the dossier-service's outbox does not become empty");
      }
      Thread.sleep(LOOK);
    }
    for (Service service : List.of(Service.DOSSIER, Service.ACCESS)) {
      try (Statement clean = databases.connection(service).createStatement()) {
        clean.execute("VACUUM (ANALYZE)");
        clean.execute("CHECKPOINT");
      }
    }
  }

  /** Some dossiers show all that they hold. */
  private void look(Api api, int dossiers) {
    String token = suite.accounts().token(MadeUpDossier.DOCTOR);
    SplittableRandom random = new SplittableRandom(size.seed());
    int items = MadeUpDossier.itemsOf(size.held());
    for (int i = 0; i < Math.min(SAMPLED, dossiers); i++) {
      UUID id = madeUp.id(random.nextInt(dossiers));
      int shownItems = shown(api, id, "items", token);
      int shownCare = shown(api, id, "care", token);
      if (shownItems != items || shownCare != size.held() - items) {
        losses.add(
            "a dossier shows %d items and %d care lines, and there must be %d and %d"
                .formatted(shownItems, shownCare, items, size.held() - items));
      }
    }
  }

  private int shown(Api api, UUID id, String resource, String token) {
    int shown = 0;
    String cursor = "";
    do {
      Api.Answer page = api.get(at(id, resource + "?limit=200" + cursor), token);
      if (page.status() != OK) {
        throw new IllegalStateException("a dossier is not to be read: " + page);
      }
      shown += page.json().path("items").size();
      JsonNode next = page.json().path("next");
      cursor = next.isMissingNode() ? "" : "&cursor=" + next.asText();
    } while (!cursor.isEmpty());
    return shown;
  }

  private URI at(UUID id, String rest) {
    return suite.url(Service.DOSSIER).resolve("/dossiers/" + id + "/" + rest);
  }

  private AtSize reading(
      Api api, Databases databases, int dossiers, double filledPerSecond, Rebuilt first)
      throws SQLException, InterruptedException {
    Map<TopicPartition, Long> tracesFrom = traceEnds();
    try (Load load = new Load()) {
      Read summary = read(databases, load, SUMMARY, dossiers);
      Optional<Read> timeline = Optional.empty();
      Api.Answer probe =
          api.get(at(madeUp.id(0), TIMELINE), suite.accounts().token(MadeUpDossier.DOCTOR));
      if (probe.status() == NOT_FOUND) {
        progress.accept("  timeline: not measured, the dossier-service has none");
      } else {
        timeline = Optional.of(read(databases, load, TIMELINE, dossiers));
      }
      load.failed()
          .forEach(
              (how, count) ->
                  losses.add(
                      "%,d reads of %,d dossiers failed: %s".formatted(count, dossiers, how)));
      quiet(databases);
      long traces = traces(tracesFrom);
      if (traces < load.answered()) {
        losses.add("%,d reads left only %,d traces".formatted(load.answered(), traces));
      }
      return new AtSize(dossiers, filledPerSecond, first, summary, timeline);
    }
  }

  private Read read(Databases databases, Load load, String resource, int dossiers)
      throws SQLException, InterruptedException {
    Duration time = Duration.ofSeconds(size.seconds());
    progress.accept(
        "Reading: %s of %,d dossiers, as fast as it goes, after a warm-up of %d s"
            .formatted(resource, dossiers, time.toSeconds()));
    Supplier<Load.Asked> next = reads(resource, dossiers);
    load.closedLoop(next, time);
    Costs before = Costs.of(suite);
    double perSecond = load.closedLoop(next, time);
    Costs costs = Costs.of(suite).since(before);
    quiet(databases);
    progress.accept(
        String.format(
            Locale.ROOT, "  %,.0f a second; now evenly, %d a second", perSecond, PACED_PER_SECOND));
    Latencies paced = load.openLoop(next, PACED_PER_SECOND, time);
    progress.accept(
        String.format(
            Locale.ROOT, "  p50 %.1f ms, p99 %.1f ms", paced.percentile(50), paced.percentile(99)));
    return new Read(perSecond, time.toSeconds(), paced, costs);
  }

  /**
   * A resource of random dossiers by a doctor with a grant: each costs a look at the token, a
   * decision by the access-control-service, and a trace.
   */
  private Supplier<Load.Asked> reads(String resource, int dossiers) {
    String token = suite.accounts().token(MadeUpDossier.DOCTOR);
    return () ->
        new Load.Asked(
            HttpRequest.newBuilder(
                    at(madeUp.id(ThreadLocalRandom.current().nextInt(dossiers)), resource))
                .header("Authorization", "Bearer " + token)
                .timeout(PATIENCE)
                .build(),
            _ -> true);
  }

  private Map<TopicPartition, Long> traceEnds() {
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      return consumer.endOffsets(Logs.partitions(consumer, Logs.TRACES));
    }
  }

  /** How many records of access.traces stand behind these offsets. */
  private long traces(Map<TopicPartition, Long> from) {
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      consumer.assign(from.keySet());
      from.forEach(consumer::seek);
      Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
      long count = 0;
      long deadline = System.nanoTime() + STANDSTILL.toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("traces could not be read to their end");
        }
        count += consumer.poll(LOOK).count();
      }
      return count;
    }
  }

  private void requireNothingParked(Databases databases) throws SQLException {
    for (Service service : List.of(Service.DOSSIER, Service.ACCESS, Service.INGEST)) {
      long parked = databases.number(service, "SELECT count(*) FROM parked");
      if (parked > 0) {
        losses.add("%,d records are parked by %s".formatted(parked, service.title()));
      }
    }
  }
}
