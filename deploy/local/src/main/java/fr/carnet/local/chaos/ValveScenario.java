package fr.carnet.local.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Dossiers opened, closed and reopened at random while lines arrive by Kafka and by HTTP, and
 * ingest is killed at random moments. Afterwards every line in the window of an open dossier shows
 * once, net of reversals as the billing system reckons it; nothing passed after a closing was
 * acknowledged; nothing of anybody else ever left.
 */
public final class ValveScenario implements ChaosScenario {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BENEFICIARIES = 36;
  private static final int HOLDERS = 24;
  private static final int OPEN_FROM_THE_START = 6;
  private static final int HANDS = 4;
  private static final int LINES_A_ROUND = 400;
  private static final int FEWEST_LINES = 1_500;
  private static final Duration PROGRESS = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private enum Life {
    NONE,
    OPEN,
    CLOSED
  }

  /** Somebody with, sooner or later, a dossier; touched by one thread at a time. */
  private static final class Holder {
    private final String ins;
    private String dossierId = "";
    private Life life = Life.NONE;
    private Optional<Map<TopicPartition, Long>> closedAt = Optional.empty();

    private Holder(String ins) {
      this.ins = ins;
    }
  }

  /** Nothing of this dossier may have been written from here to there. */
  private record Closure(
      String dossierId, Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
    boolean holds(ConsumerRecord<String, byte[]> record) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      return record.key().equals(dossierId)
          && record.offset() >= from.get(partition)
          && record.offset() < to.get(partition);
    }
  }

  private final Suite suite;
  private final long seed;
  private final int kills;
  private final Consumer<String> progress;
  private final LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
  private final Logs logs;
  private final Persistence persistence = new Persistence();
  private final List<WireLine> arrived = Collections.synchronizedList(new ArrayList<>());
  private final List<Closure> closures = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, AtomicLong> tally = new ConcurrentHashMap<>();

  /** Kills ingest this often. */
  public ValveScenario(Suite suite, long seed, int kills) {
    this(suite, seed, kills, _ -> {});
  }

  /** The same, telling its progress. */
  public ValveScenario(Suite suite, long seed, int kills, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.kills = kills;
    this.progress = progress;
    this.logs = new Logs(suite);
  }

  @Override
  public ChaosReport run() throws Exception {
    BillingSystem billing =
        BillingSystem.seeded(31 * seed + 1, today)
            .withBeneficiaries(BENEFICIARIES)
            .withAboutLines(Math.max(FEWEST_LINES, kills * LINES_A_ROUND))
            .withBrokenShare(0.05);
    List<SentLine> lines =
        billing.careers().sent().stream()
            .filter(ValveScenario::countsInAnyOrder)
            .filter(this::staysInWindow)
            .toList();
    List<String> people = new ArrayList<>(billing.beneficiaryNumbers());
    Collections.shuffle(people, new Random(seed));
    List<Holder> holders = people.stream().limit(HOLDERS).map(Holder::new).toList();
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        Databases databases = new Databases(suite)) {
      patients.register(holders.stream().map(holder -> holder.ins).toList());
      Hands hands = new Hands(api, patients);
      for (Holder holder : holders.subList(0, OPEN_FROM_THE_START)) {
        hands.open(holder, new Random(seed));
      }
      killAmidst(lines, holders, hands);
      settleLives(holders, hands);
      compareHistories(holders, hands, databases);
      return report(holders, lines.size());
    }
  }

  /**
   * A line id with two contents counts by whichever comes first; over two ways in and with kills
   * nobody can say which. Everything else counts the same in any order.
   */
  private static boolean countsInAnyOrder(SentLine line) {
    return !(line.expected() instanceof Expected.Rejected rejected
        && rejected.faults().stream()
            .map(Fault::code)
            .anyMatch(code -> code == RejectionCode.LINE_ID_REUSED));
  }

  /** The window's first day leaves it at midnight, which may come while this runs. */
  private boolean staysInWindow(SentLine line) {
    String leaving = "\"careFrom\":\"" + today.minusMonths(24) + '"';
    return !new String(line.json(), StandardCharsets.UTF_8).contains(leaving);
  }

  private void killAmidst(List<SentLine> lines, List<Holder> holders, Hands hands)
      throws Exception {
    Random random = new Random(seed + 1);
    Semaphore mayBeSent = new Semaphore(0);
    try (Crew crew = new Crew();
        Feed feed = new Feed(lines, mayBeSent, hands.api)) {
      crew.once(feed::send);
      for (int hand = 0; hand < HANDS; hand++) {
        List<Holder> own = new ArrayList<>();
        for (int i = hand; i < holders.size(); i += HANDS) {
          own.add(holders.get(i));
        }
        Random ownRandom = new Random(seed * 31 + hand);
        crew.again(
            () -> {
              hands.change(own.get(ownRandom.nextInt(own.size())), ownRandom);
              Thread.sleep(ownRandom.nextInt(250));
            });
      }
      int share = lines.size() / kills;
      for (int round = 1; round <= kills; round++) {
        mayBeSent.release(round < kills ? share : lines.size() - (kills - 1) * share);
        awaitProgress(crew, (long) (round - 1) * share + random.nextInt(share));
        Thread.sleep(random.nextInt(1_000));
        suite.kill(Service.INGEST);
        count("kills of ingest");
        Thread.sleep(random.nextInt(500));
        suite.start(Service.INGEST);
        crew.check();
        progress.accept("  kill %d of %d: %s".formatted(round, kills, Map.copyOf(tally)));
      }
      // Lines go on arriving, and dossiers go on changing, for a while after the last kill.
      feed.awaitSent();
      crew.finish();
    }
  }

  /** However slow the machine is, something happens between two kills. */
  private void awaitProgress(Crew crew, long lines) throws Exception {
    long acknowledged = counted("closings acknowledged");
    long deadline = System.nanoTime() + PROGRESS.toNanos();
    while ((counted("lines by Kafka") + counted("lines by HTTP") < lines
            || counted("closings acknowledged") == acknowledged)
        && System.nanoTime() - deadline < 0) {
      crew.check();
      Thread.sleep(20);
    }
  }

  /** The feed: batches by Kafka or by HTTP, again and again until they are taken. */
  private final class Feed implements AutoCloseable {
    private final List<SentLine> lines;
    private final Semaphore mayBeSent;
    private final Api api;
    private final Random random = new Random(seed + 2);
    private final Semaphore sent = new Semaphore(0);
    private final Producer<String, byte[]> producer = logs.producer();

    Feed(List<SentLine> lines, Semaphore mayBeSent, Api api) {
      this.lines = lines;
      this.mayBeSent = mayBeSent;
      this.api = api;
    }

    void send() throws Exception {
      int next = 0;
      while (next < lines.size()) {
        int size = Math.min(1 + random.nextInt(50), lines.size() - next);
        mayBeSent.acquire(size);
        List<SentLine> batch = lines.subList(next, next + size);
        next += size;
        if (random.nextInt(5) < 3) {
          byKafka(batch);
        } else {
          byHttp(batch);
        }
        Thread.sleep(random.nextInt(60));
      }
      sent.release();
    }

    private void byKafka(List<SentLine> batch) {
      for (SentLine line : batch) {
        var _ = producer.send(new ProducerRecord<>(Logs.BILLING, line.ins(), line.json()));
        arrived.add(line.wire());
        count("lines by Kafka");
      }
      producer.flush();
    }

    private void byHttp(List<SentLine> batch) throws InterruptedException {
      List<SentLine> whole = new ArrayList<>();
      for (SentLine line : batch) {
        if (line.expected() instanceof Expected.Rejected) {
          // Some are broken by their key, which HTTP does not have.
          byKafka(List.of(line));
        } else {
          whole.add(line);
        }
      }
      if (whole.isEmpty()) {
        return;
      }
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (SentLine line : whole) {
        body.writeBytes(line.json());
        body.write('\n');
        arrived.add(new WireLine(Optional.empty(), line.json()));
        count("lines by HTTP");
      }
      String token = suite.accounts().serviceToken("billing-system");
      Api.Answer receipt =
          persistence.ask(
              () ->
                  api.postLines(
                      suite.url(Service.INGEST).resolve("/deliveries"), token, body.toByteArray()));
      require(
          receipt.status() == 200 && receipt.json().path("received").asInt() == whole.size(),
          "a delivery of %d lines was answered with %s".formatted(whole.size(), receipt));
    }

    void awaitSent() throws InterruptedException {
      sent.acquire();
    }

    @Override
    public void close() {
      producer.close(Duration.ofSeconds(5));
    }
  }

  /** What people do with their dossiers. */
  private final class Hands {
    private final Api api;
    private final Patients patients;
    private final Dossiers dossiers;
    private final String agent = suite.accounts().token("counter-agent");

    Hands(Api api, Patients patients) {
      this.api = api;
      this.patients = patients;
      this.dossiers = new Dossiers(suite, api);
    }

    void change(Holder holder, Random random) throws InterruptedException {
      switch (holder.life) {
        case NONE -> open(holder, random);
        case OPEN -> close(holder);
        case CLOSED -> reopen(holder);
      }
    }

    void open(Holder holder, Random random) throws InterruptedException {
      String key = "chaos-" + seed + "-" + holder.ins;
      boolean online = random.nextBoolean();
      Api.Answer answer =
          persistence.ask(
              () ->
                  online
                      ? dossiers.openFor(patients, holder.ins, key)
                      : dossiers.openAtCounter(agent, holder.ins, key));
      require(answer.status() == 201, "an opening was answered with %s".formatted(answer));
      holder.dossierId = answer.json().path("dossierId").asText();
      holder.life = Life.OPEN;
      count("openings");
    }

    void close(Holder holder) throws InterruptedException {
      String key = UUID.randomUUID().toString();
      Api.Answer answer =
          persistence.ask(() -> dossiers.close(patients.token(holder.ins), holder.dossierId, key));
      require(
          answer.status() == 200 || answer.status() == 202,
          "a closing was answered with %s".formatted(answer));
      holder.life = Life.CLOSED;
      boolean stopped = answer.json().path("feedStopped").asBoolean();
      require(
          stopped == (answer.status() == 200),
          "a closing was answered with %s and feedStopped %s".formatted(answer, stopped));
      if (stopped) {
        holder.closedAt = Optional.of(ends());
        count("closings acknowledged");
      } else {
        count("closings not confirmed in time");
      }
    }

    void reopen(Holder holder) throws InterruptedException {
      endClosure(holder);
      String key = UUID.randomUUID().toString();
      Api.Answer answer =
          persistence.ask(() -> dossiers.reopen(patients.token(holder.ins), holder.dossierId, key));
      require(answer.status() == 200, "a reopening was answered with %s".formatted(answer));
      holder.life = Life.OPEN;
      count("reopenings");
    }

    void endClosure(Holder holder) {
      holder.closedAt.ifPresent(from -> closures.add(new Closure(holder.dossierId, from, ends())));
      holder.closedAt = Optional.empty();
    }
  }

  /** Where everything written ends, whether committed or not: what comes later is beyond it. */
  private Map<TopicPartition, Long> ends() {
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(false)) {
      return consumer.endOffsets(Logs.partitions(consumer, Logs.CARE));
    }
  }

  /** In the end everybody has a dossier, and a third of those that are closed stay so. */
  private void settleLives(List<Holder> holders, Hands hands) throws InterruptedException {
    Random random = new Random(seed + 3);
    int toStayClosed = 0;
    for (Holder holder : holders) {
      switch (holder.life) {
        case NONE -> hands.open(holder, random);
        case CLOSED -> {
          if (toStayClosed++ % 3 != 0) {
            hands.reopen(holder);
          }
        }
        case OPEN -> {}
      }
    }
  }

  private void compareHistories(List<Holder> holders, Hands hands, Databases databases)
      throws Exception {
    awaitFed(databases);
    Reckoning reckoning = Reckoning.ofWire(List.copyOf(arrived), today);
    for (Holder holder : holders) {
      if (holder.life == Life.OPEN) {
        compareHistory(holder, hands, reckoning);
      } else {
        hands.endClosure(holder);
      }
    }
    lookAtTopic(holders);
  }

  private void awaitFed(Databases databases) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      while (databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING)
              < Logs.ends(consumer, Logs.BILLING)
          || databases.number(Service.INGEST, Databases.UNPASSED) > 0
          || databases.offsets(Service.DOSSIER, "care-history", Logs.CARE)
              < Logs.ends(consumer, Logs.CARE)) {
        require(
            System.nanoTime() - deadline < 0,
            "the feed did not come to its end within %d s".formatted(PATIENCE.toSeconds()));
        Thread.sleep(200);
      }
    }
  }

  private void compareHistory(Holder holder, Hands hands, Reckoning reckoning)
      throws IOException, InterruptedException {
    List<ReckonedCare> wanted = reckoning.historyOf(holder.ins);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<ReckonedCare> shown;
    do {
      shown = hands.dossiers.care(hands.patients.token(holder.ins), holder.dossierId);
      if (isSame(shown, wanted)) {
        tally.computeIfAbsent("items compared", _ -> new AtomicLong()).addAndGet(shown.size());
        count("open dossiers compared");
        return;
      }
      Thread.sleep(500);
      // An opening is on its way to ingest for a moment; then its lines are.
    } while (System.nanoTime() - deadline < 0);
    Set<ReckonedCare> missing = new HashSet<>(wanted);
    missing.removeAll(Set.copyOf(shown));
    Set<ReckonedCare> tooMany = new HashSet<>(shown);
    tooMany.removeAll(Set.copyOf(wanted));
    require(
        false,
        ("dossier %s shows %d items, and must show %d; %d are missing or of another quantity, %d are"
                + " too many")
            .formatted(
                holder.dossierId, shown.size(), wanted.size(), missing.size(), tooMany.size()));
  }

  private static boolean isSame(List<ReckonedCare> shown, List<ReckonedCare> wanted) {
    return shown.size() == wanted.size() && Set.copyOf(shown).equals(Set.copyOf(wanted));
  }

  private void lookAtTopic(List<Holder> holders) throws IOException {
    Set<String> everOpened = dossiersEver();
    Map<String, Set<String>> passed = new HashMap<>();
    Map<String, Set<String>> withdrawn = new HashMap<>();
    List<Closure> watched = List.copyOf(closures);
    logs.forEach(
        Logs.CARE,
        record -> {
          require(
              everOpened.contains(record.key()),
              "a record at %s-%d@%d belongs to no dossier"
                  .formatted(record.topic(), record.partition(), record.offset()));
          String lineKey = lineKey(record);
          if (Logs.header(record, "ce_type").orElse("").startsWith("care.line-withdrawn")) {
            withdrawn.computeIfAbsent(record.key(), _ -> new HashSet<>()).add(lineKey);
            count("withdrawals on Kafka");
            return;
          }
          passed.computeIfAbsent(record.key(), _ -> new HashSet<>()).add(lineKey);
          count("lines on Kafka");
          for (Closure closure : watched) {
            require(
                !closure.holds(record),
                "a line of dossier %s passed at %s-%d@%d, after its closing was acknowledged"
                    .formatted(
                        closure.dossierId(), record.topic(), record.partition(), record.offset()));
          }
        });
    for (Holder holder : holders) {
      if (holder.life == Life.OPEN) {
        Set<String> there = new HashSet<>(passed.getOrDefault(holder.dossierId, Set.of()));
        there.removeAll(withdrawn.getOrDefault(holder.dossierId, Set.of()));
        long kept = linesOf(holder.ins);
        require(
            there.size() == kept,
            "%d lines of dossier %s are on Kafka, and its patient has %d"
                .formatted(there.size(), holder.dossierId, kept));
      }
    }
  }

  /** The lines of one beneficiary that are to be kept, by a reckoning of their own. */
  private long linesOf(String ins) {
    String mark = '"' + ins + '"';
    List<WireLine> own =
        List.copyOf(arrived).stream()
            .filter(line -> new String(line.json(), StandardCharsets.UTF_8).contains(mark))
            .toList();
    return Reckoning.ofWire(own, today).counts().kept();
  }

  private Set<String> dossiersEver() {
    Set<String> ids = new HashSet<>();
    logs.forEach(Logs.DOSSIERS, record -> ids.add(record.key()));
    return ids;
  }

  private static String lineKey(ConsumerRecord<String, byte[]> record) {
    try {
      return JSON.readTree(record.value()).path("lineKey").asText();
    } catch (IOException e) {
      throw new AssertionError("a record of " + record.topic() + " is no JSON", e);
    }
  }

  private ChaosReport report(List<Holder> holders, int lines) {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("lines sent", (long) lines);
    for (String what :
        List.of(
            "lines by Kafka",
            "lines by HTTP",
            "kills of ingest",
            "openings",
            "closings acknowledged",
            "reopenings",
            "open dossiers compared",
            "items compared",
            "lines on Kafka")) {
      counts.put(what, counted(what));
    }
    counts.put("closures watched", (long) closures.size());
    Map<String, Long> notes = new LinkedHashMap<>();
    notes.put("closings not confirmed in time", counted("closings not confirmed in time"));
    notes.put("withdrawals on Kafka", counted("withdrawals on Kafka"));
    notes.put("requests sent again", persistence.repeats());
    notes.put(
        "dossiers closed in the end",
        holders.stream().filter(holder -> holder.life == Life.CLOSED).count());
    return new ChaosReport("valve", seed, counts, notes);
  }

  private long counted(String what) {
    return Optional.ofNullable(tally.get(what)).map(AtomicLong::get).orElse(0L);
  }

  private void count(String what) {
    tally.computeIfAbsent(what, _ -> new AtomicLong()).incrementAndGet();
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("valve, seed " + seed + ": " + sentence);
    }
  }
}
