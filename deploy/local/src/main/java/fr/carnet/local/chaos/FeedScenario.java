package fr.carnet.local.chaos;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.CodeLists;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.ListFlaw;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WarehouseExtract;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.KnownCodes;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Foundation;
import fr.carnet.local.Part;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.chaos.Receiver.Account;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Lines by all three ways in, sound ones and ones to be rejected, while ingest, dossier-service,
 * PostgreSQL and Kafka are killed in turn at random moments with lines in flight, and dossiers are
 * opened, closed and reopened. Afterwards the net quantities that each open dossier shows equal the
 * billing system's own reckoning, and so do receipts and rejections: each line that came is in one
 * of them, once, by exactly the codes of what is wrong with it.
 *
 * <p>Lines come in portions, each of people of its own, so that any number of them takes no more
 * memory: what was sent is drawn again from the seed when it is reckoned. Needs a suite that is
 * durable: what PostgreSQL has acknowledged must outlive its being killed.
 */
public final class FeedScenario implements ChaosScenario {
  private static final String SENDER = Receiver.SENDER;
  private static final String REJECTED = "billing.reimbursements.rejected";

  /** So often each code that no list has, in each portion. */
  private static final int UNLISTED = 3;

  private static final int BROKEN_PERCENT_EXTRACTED = 5;
  private static final int LINES_A_PORTION = 20_000;
  private static final int LINES_A_PERSON = 200;
  private static final int FEWEST_PEOPLE = 12;

  /** One line in so many comes by an extract. */
  private static final int EXTRACTED = 6;

  private static final int LARGEST_BATCH = 2_000;
  private static final int MORE_IN_FLIGHT = 2_000;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** When everything has been read to its end, this is for what a page may still lag behind. */
  private static final Duration READING = Duration.ofSeconds(5);

  /** In the order in which they are killed, again and again. */
  private static final List<Part> VICTIMS =
      List.of(Service.INGEST, Service.DOSSIER, Foundation.POSTGRES, Foundation.KAFKA);

  /** Who has a dossier, from when, and whether in the end. */
  private enum Life {
    OPEN_BEFORE,
    OPENED_MIDWAY,
    CLOSED_AND_REOPENED,
    CLOSED,
    NONE
  }

  private static final class Holder {
    private final String ins;
    private final Life life;
    private String dossierId = "";

    private Holder(String ins, Life life) {
      this.ins = ins;
      this.life = life;
    }

    private boolean openInTheEnd() {
      return switch (life) {
        case OPEN_BEFORE, OPENED_MIDWAY, CLOSED_AND_REOPENED -> true;
        case CLOSED, NONE -> false;
      };
    }
  }

  /** Lines of people of their own; always the same when drawn again. */
  private record Portion(
      int number, BillingSystem billing, WarehouseExtract extract, int rows, List<Holder> holders) {
    List<SentLine> sent(LocalDate today) {
      Stream<SentLine> lines =
          Stream.concat(
              billing.careers().sent().stream().filter(FeedScenario::countsInAnyOrder), unlisted());
      return lines.filter(line -> staysInWindow(line, today)).toList();
    }

    /** What becomes of them only a receiver knows, who has lists or not. */
    private Stream<SentLine> unlisted() {
      LineStream sound = billing.endless("unlisted", billing.beneficiaryNumbers());
      return Stream.generate(() -> ListFlaw.values())
          .limit(UNLISTED)
          .flatMap(Stream::of)
          .map(flaw -> flaw.in(sound.next()))
          .map(
              line -> new SentLine(line.key().orElseThrow(), line.json(), new Expected.Accepted()));
    }
  }

  private final Suite suite;
  private final long seed;
  private final int kills;
  private final long wanted;
  private final boolean loses;
  private final Consumer<String> progress;
  private final LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
  private final Logs logs;
  private final Persistence persistence = new Persistence();
  private final Map<String, AtomicLong> tally = new ConcurrentHashMap<>();
  private final Semaphore mayBeSent = new Semaphore(0);
  private final AtomicLong handedOver = new AtomicLong();
  private final AtomicLong unacknowledged = new AtomicLong();
  private KnownCodes codes = KnownCodes.any();

  /**
   * Feeds so many lines, and kills so often meanwhile.
   *
   * @param loses whether one line that counts is lost on its way, which must then be found out
   */
  public FeedScenario(Suite suite, long seed, int kills, long lines, boolean loses) {
    this(suite, seed, kills, lines, loses, _ -> {});
  }

  /** The same, telling its progress. */
  public FeedScenario(
      Suite suite, long seed, int kills, long lines, boolean loses, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.kills = kills;
    this.wanted = lines;
    this.loses = loses;
    this.progress = progress;
    this.logs = new Logs(suite);
  }

  @Override
  public ChaosReport run() throws Exception {
    List<Portion> portions = portions();
    try (Api api = new Api();
        Patients patients = new Patients(suite)) {
      Lives lives = new Lives(api, patients);
      Receiver receiver = new Receiver(suite, api);
      codes = receiver.codes();
      Books books = new Books(receiver);
      try (Crew killing = new Crew()) {
        killing.once(this::kill);
        for (Portion portion : portions) {
          feed(portion, lives, api, killing);
        }
        // Whoever still has to kill finds nothing in flight, and says so.
        killing.await(PATIENCE);
      }
      awaitFed();
      for (Portion portion : portions) {
        compare(portion, lives);
      }
      books.balance();
    }
    return report();
  }

  private List<Portion> portions() {
    List<Portion> portions = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (long left = wanted; left > 0; left -= LINES_A_PORTION) {
      int number = portions.size();
      int lines = (int) Math.min(left, LINES_A_PORTION);
      long own = 1_000 * seed + number;
      BillingSystem billing =
          BillingSystem.seeded(own, today)
              .withBeneficiaries(Math.max(FEWEST_PEOPLE, lines / LINES_A_PERSON))
              // It is within a tenth, and no fewer than wanted are to be sent.
              .withAboutLines(Math.max(1, lines - lines / EXTRACTED + lines / 9))
              .withBrokenShare(0.03);
      List<String> people = billing.beneficiaryNumbers();
      List<Holder> holders = new ArrayList<>();
      for (String ins : people) {
        Life life = Life.values()[holders.size() % Life.values().length];
        // Whoever was drawn for another portion too is not looked at.
        holders.add(new Holder(ins, known.add(ins) ? life : Life.NONE));
      }
      portions.add(
          new Portion(
              number,
              billing,
              new WarehouseExtract(
                      own, today, people, CodeLists.from(Optional.empty()), Optional.empty())
                  .withBroken(BROKEN_PERCENT_EXTRACTED),
              Math.max(1, lines / EXTRACTED),
              List.copyOf(holders)));
    }
    return portions;
  }

  /** A line id with two contents counts by whichever comes first, and here nobody can say which. */
  private static boolean countsInAnyOrder(SentLine line) {
    return !(line.expected() instanceof Expected.Rejected rejected
        && rejected.faults().stream()
            .map(Fault::code)
            .anyMatch(code -> code == RejectionCode.LINE_ID_REUSED));
  }

  /** Only Kafka's lines have a key. */
  private static boolean isWrongInItsKey(SentLine line) {
    return line.expected() instanceof Expected.Rejected rejected
        && rejected.faults().stream().anyMatch(fault -> fault.field().equals(Fault.KEY));
  }

  /** The window's first day leaves it at midnight, which may come while this runs. */
  private static boolean staysInWindow(SentLine line, LocalDate today) {
    String leaving = "\"careFrom\":\"" + today.minusMonths(24) + '"';
    return !text(line).contains(leaving);
  }

  private static String text(SentLine line) {
    return new String(line.json(), StandardCharsets.UTF_8);
  }

  private void feed(Portion portion, Lives lives, Api api, Crew killing) throws Exception {
    lives.begin(portion.holders());
    List<SentLine> lines = withoutTheLost(portion, portion.sent(today));
    List<SentLine> kafka = new ArrayList<>();
    List<SentLine> http = new ArrayList<>();
    Random random = new Random(seed * 31 + portion.number());
    for (SentLine line : lines) {
      boolean byKafka = isWrongInItsKey(line) || random.nextInt(5) < 3;
      (byKafka ? kafka : http).add(line);
    }
    long own = random.nextLong();
    try (Crew crew = new Crew();
        KafkaSender sender = new KafkaSender()) {
      crew.once(() -> inBatches(kafka, new Random(own), sender::send));
      crew.once(() -> inBatches(http, new Random(own + 1), batch -> byHttp(api, batch)));
      crew.once(() -> byExtract(api, portion));
      crew.once(() -> lives.change(portion.holders(), new Random(own + 2)));
      while (!crew.isDone()) {
        killing.check();
        crew.check();
        Thread.sleep(20);
      }
      crew.await(PATIENCE);
    }
    progress.accept("  %,d lines sent: %s".formatted(handedOver.get(), new LinkedHashMap<>(tally)));
  }

  /** One line whose absence changes what somebody's dossier must show is lost on its way. */
  private List<SentLine> withoutTheLost(Portion portion, List<SentLine> lines) {
    if (!loses || portion.number() > 0) {
      return lines;
    }
    for (Holder holder : portion.holders()) {
      if (holder.openInTheEnd()) {
        List<SentLine> own = lines.stream().filter(line -> line.ins().equals(holder.ins)).toList();
        List<ReckonedCare> whole = reckoned(own).historyOf(holder.ins);
        for (SentLine candidate : own) {
          List<SentLine> rest = own.stream().filter(line -> !line.equals(candidate)).toList();
          if (!isSame(whole, reckoned(rest).historyOf(holder.ins))) {
            count("lines lost on purpose");
            return lines.stream().filter(line -> !line.equals(candidate)).toList();
          }
        }
      }
    }
    throw new IllegalStateException("there is no line whose loss would show");
  }

  private Reckoning reckoned(List<SentLine> lines) {
    return reckonedWire(lines.stream().map(SentLine::wire).toList());
  }

  private Reckoning reckonedWire(List<WireLine> lines) {
    return Reckoning.ofWire(lines, today, codes);
  }

  private interface Way {
    void send(List<SentLine> batch) throws Exception;
  }

  private void inBatches(List<SentLine> lines, Random random, Way way) throws Exception {
    int next = 0;
    while (next < lines.size()) {
      int size =
          Math.min(
              1 + random.nextInt((int) Math.clamp(wanted / 50, 1, LARGEST_BATCH)),
              lines.size() - next);
      mayBeSent.acquire(size);
      unacknowledged.addAndGet(size);
      way.send(lines.subList(next, next + size));
      unacknowledged.addAndGet(-size);
      next += size;
    }
  }

  /** Sends again, with another client if need be, until Kafka has acknowledged. */
  private final class KafkaSender implements AutoCloseable {
    private Producer<String, byte[]> producer = logs.producer();

    void send(List<SentLine> batch) throws InterruptedException {
      handedOver.addAndGet(batch.size());
      count("lines by Kafka", batch.size());
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!acknowledged(batch)) {
        require(System.nanoTime() - deadline < 0, "Kafka does not acknowledge lines");
        count("Kafka batches sent again");
        producer.close(Duration.ZERO);
        producer = logs.producer();
      }
    }

    private boolean acknowledged(List<SentLine> batch) throws InterruptedException {
      try {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        for (SentLine line : batch) {
          answers.add(producer.send(new ProducerRecord<>(Logs.BILLING, line.ins(), line.json())));
        }
        producer.flush();
        for (Future<RecordMetadata> answer : answers) {
          var _ = answer.get();
        }
        return true;
      } catch (KafkaException | ExecutionException e) {
        return false;
      }
    }

    @Override
    public void close() {
      producer.close(Duration.ofSeconds(5));
    }
  }

  private void byHttp(Api api, List<SentLine> batch) throws InterruptedException, IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (SentLine line : batch) {
      body.writeBytes(line.json());
      body.write('\n');
    }
    byte[] plain = body.toByteArray();
    byte[] packed = zipped(plain);
    // What unpacks to a hundred times its size is taken for an attack: too long a line may.
    boolean zipped = batch.size() % 2 == 0 && plain.length < 50 * packed.length;
    handedOver.addAndGet(batch.size());
    count(zipped ? "lines by HTTP, gzip" : "lines by HTTP", batch.size());
    Api.Answer receipt =
        persistence.ask(
            () ->
                api.postLines(
                    suite.url(Service.INGEST).resolve("/deliveries"),
                    suite.accounts().serviceToken(SENDER),
                    zipped ? packed : plain,
                    zipped ? Optional.of("gzip") : Optional.empty()));
    require(
        receipt.status() == 200 && receipt.json().path("received").asInt() == batch.size(),
        "a delivery of %d lines was answered with %s".formatted(batch.size(), receipt));
    requireSameRejections(
        "HTTP",
        Account.of(receipt.json()),
        Account.of(
            reckonedWire(
                    batch.stream()
                        .map(line -> new WireLine(Optional.empty(), line.json()))
                        .toList())
                .counts()));
  }

  /** What is wrong with a line, and whether it is too old, depends on no other and on no order. */
  private void requireSameRejections(String what, Account account, Account wanted) {
    require(
        account.addsUp()
            && account.received() == wanted.received()
            && account.outsideWindow() == wanted.outsideWindow()
            && account.rejected() == wanted.rejected()
            && account.rejectedByReason().equals(wanted.rejectedByReason()),
        "what came by %s: accounted for is %s, and must be %s".formatted(what, account, wanted));
    count("rejected by " + what, account.rejected());
  }

  private static byte[] zipped(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    return bytes.toByteArray();
  }

  private void byExtract(Api api, Portion portion) throws IOException, InterruptedException {
    String name = "chaos-" + seed + "-" + portion.number();
    Path folder = suite.extracts().resolve(SENDER).resolve(name);
    List<WireLine> lines = new ArrayList<>();
    portion.extract().write(folder, portion.rows(), lines::add);
    handedOver.addAndGet(lines.size());
    count("lines by extract", lines.size());
    Api.Answer report =
        persistence.ask(
            () ->
                api.post(
                    suite.url(Service.INGEST).resolve("/extracts"),
                    suite.accounts().serviceToken(SENDER),
                    Map.of("folder", name)));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!report.json().path("state").asText().equals("DONE")) {
      require(
          report.status() / 100 == 2 && !report.json().path("state").asText().equals("REFUSED"),
          "extract %s was answered with %s, %s"
              .formatted(name, report, report.json().path("faultsByCode")));
      require(System.nanoTime() - deadline < 0, "extract %s is not loaded".formatted(name));
      Thread.sleep(200);
      report =
          persistence.ask(
              () ->
                  api.get(
                      suite.url(Service.INGEST).resolve("/extracts/" + name),
                      suite.accounts().serviceToken(SENDER)));
    }
    Account fed = Account.of(report.json().path("lines"));
    requireSameRejections("extract", fed, Account.of(reckonedWire(lines).counts()));
    Account receipt = receipt(api, report.json().path("deliveryId").asText());
    require(
        receipt.equals(fed),
        "the receipt of extract %s has %s, and its report %s".formatted(name, receipt, fed));
  }

  private Account receipt(Api api, String deliveryId) throws InterruptedException {
    Api.Answer answer =
        persistence.ask(
            () ->
                api.get(
                    suite.url(Service.INGEST).resolve("/receipts/" + deliveryId),
                    suite.accounts().serviceToken(SENDER)));
    require(answer.status() == 200, "a receipt was answered with " + answer);
    return Account.of(answer.json().path("receipt"));
  }

  /** Each at a random moment of its share of the lines, as soon as something is in flight. */
  private void kill() throws Exception {
    Random random = new Random(seed + 1);
    try (KafkaConsumer<String, byte[]> consumer = logs.consumer(false)) {
      for (int kill = 1; kill <= kills; kill++) {
        long share = wanted / kills;
        mayBeSent.release((int) share);
        awaitHandedOver((kill - 1) * share + (long) (random.nextDouble() * share * 0.6));
        Part victim = VICTIMS.get((kill - 1) % VICTIMS.size());
        long inFlight = awaitInFlight(consumer);
        suite.kill(victim);
        progress.accept(
            "  kill %d of %d: %s with %,d lines in flight, %,d handed over"
                .formatted(kill, kills, victim.title(), inFlight, handedOver.get()));
        count("kills of " + victim.title());
        Thread.sleep(random.nextInt(1_000));
        suite.start(victim);
      }
    } finally {
      // Lines go on arriving after the last kill.
      mayBeSent.release(1 << 29);
    }
  }

  private void awaitHandedOver(long lines) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (handedOver.get() < lines && System.nanoTime() - deadline < 0) {
      Thread.sleep(10);
    }
  }

  private long awaitInFlight(KafkaConsumer<?, ?> consumer) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      long inFlight = inFlight(consumer);
      if (inFlight > 0) {
        return inFlight;
      }
      // Everything that might be sent so far has arrived: some more.
      mayBeSent.release(MORE_IN_FLIGHT);
      Thread.sleep(20);
    }
    throw new AssertionError("feed, seed " + seed + ": nothing was in flight to be killed with");
  }

  /**
   * Sent and not acknowledged, on Kafka and not stored, stored and not passed, passed and unread.
   */
  private long inFlight(KafkaConsumer<?, ?> consumer) {
    try (Databases databases = new Databases(suite)) {
      long unread =
          Logs.ends(consumer, Logs.CARE)
              - databases.offsets(Service.DOSSIER, "care-history", Logs.CARE);
      long unpassed = databases.number(Service.INGEST, "SELECT count(*) FROM unpassed");
      long unstored =
          Logs.ends(consumer, Logs.BILLING)
              - databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING);
      return unacknowledged.get() + unstored + unpassed + unread;
    } catch (SQLException | KafkaException e) {
      // What was killed before is not wholly back.
      return 0;
    }
  }

  /** What people do with their dossiers. */
  private final class Lives {
    private final Patients patients;
    private final Dossiers dossiers;

    Lives(Api api, Patients patients) {
      this.patients = patients;
      this.dossiers = new Dossiers(suite, api);
    }

    void begin(Collection<Holder> holders) throws InterruptedException {
      patients.register(
          holders.stream()
              .filter(holder -> holder.life != Life.NONE)
              .map(holder -> holder.ins)
              .toList());
      for (Holder holder : holders) {
        switch (holder.life) {
          case OPEN_BEFORE, CLOSED_AND_REOPENED, CLOSED -> open(holder);
          case OPENED_MIDWAY, NONE -> {}
        }
      }
    }

    void change(Collection<Holder> holders, Random random) throws InterruptedException {
      List<Holder> shuffled = new ArrayList<>(holders);
      Collections.shuffle(shuffled, random);
      for (Holder holder : shuffled) {
        switch (holder.life) {
          case OPENED_MIDWAY -> open(holder);
          case CLOSED_AND_REOPENED, CLOSED -> close(holder);
          case OPEN_BEFORE, NONE -> {}
        }
        Thread.sleep(random.nextInt(100));
      }
      for (Holder holder : shuffled) {
        if (holder.life == Life.CLOSED_AND_REOPENED) {
          reopen(holder);
        }
      }
    }

    private void open(Holder holder) throws InterruptedException {
      Api.Answer answer =
          persistence.ask(
              () ->
                  dossiers.openFor(patients, holder.ins, "chaos-feed-" + seed + "-" + holder.ins));
      require(answer.status() == 201, "an opening was answered with %s".formatted(answer));
      holder.dossierId = answer.json().path("dossierId").asText();
      count("openings");
    }

    private void close(Holder holder) throws InterruptedException {
      String key = UUID.randomUUID().toString();
      Api.Answer answer =
          persistence.ask(() -> dossiers.close(patients.token(holder.ins), holder.dossierId, key));
      require(
          answer.status() / 100 == 2 || answer.code().equals("DOSSIER_ALREADY_CLOSED"),
          "a closing was answered with %s".formatted(answer));
      count("closings");
    }

    private void reopen(Holder holder) throws InterruptedException {
      String key = UUID.randomUUID().toString();
      Api.Answer answer =
          persistence.ask(() -> dossiers.reopen(patients.token(holder.ins), holder.dossierId, key));
      require(
          answer.status() == 200 || answer.code().equals("DOSSIER_ALREADY_OPEN"),
          "a reopening was answered with %s".formatted(answer));
      count("reopenings");
    }
  }

  /** From the first stage to the last: what one has handed on, the next one is asked for after. */
  private void awaitFed() throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (Databases databases = new Databases(suite);
        KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      while (databases.number(Service.DOSSIER, "SELECT count(*) FROM outbox") > 0
          || databases.number(Service.INGEST, "SELECT count(*) FROM outbox") > 0
          || databases.offsets(Service.INGEST, "dossier-registry", Logs.REGISTRY)
              < Logs.ends(consumer, Logs.REGISTRY)
          || databases.number(
                  Service.INGEST,
                  """
                  SELECT count(*) FROM dossier LEFT JOIN backfilled b USING (dossier_id)
                  WHERE open AND (b.version IS NULL OR b.version < dossier.version)
                  """)
              > 0
          || databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING)
              < Logs.ends(consumer, Logs.BILLING)
          || databases.number(Service.INGEST, Databases.UNPASSED) > 0
          || databases.offsets(Service.DOSSIER, "care-history", Logs.CARE)
              < Logs.ends(consumer, Logs.CARE)) {
        require(System.nanoTime() - deadline < 0, "the feed did not come to its end");
        Thread.sleep(200);
      }
    }
  }

  /** What ingest has counted and kept since this was made, beside what came. */
  private final class Books {
    private final Receiver receiver;
    private final Account byKafkaBefore;
    private final Account keptBefore;
    private final Map<String, Long> countedBefore;
    private final Map<TopicPartition, Long> lines = logs.endsOf(Logs.BILLING);
    private final Map<TopicPartition, Long> rejections = logs.endsOf(REJECTED);

    Books(Receiver receiver) throws SQLException {
      this.receiver = receiver;
      byKafkaBefore = receiver.byKafka();
      keptBefore = receiver.rejections();
      countedBefore = counted();
    }

    /**
     * By Kafka a line came again where nobody acknowledged it, and by HTTP a delivery that was cut.
     * So what the receipts of Kafka must say is reckoned from what stands on the topic; and all
     * that was counted as rejected, whatever way it came, is kept, and told on its topic.
     */
    void balance() throws SQLException {
      List<WireLine> some = new ArrayList<>();
      List<Account> reckoned = new ArrayList<>();
      logs.forEach(
          Logs.BILLING,
          lines,
          record -> {
            some.add(new WireLine(Optional.ofNullable(record.key()), record.value()));
            if (some.size() == LINES_A_PORTION) {
              reckoned.add(Account.of(reckonedWire(some).counts()));
              some.clear();
            }
          });
      reckoned.add(Account.of(reckonedWire(some).counts()));
      Account byKafka = receiver.byKafka().minus(byKafkaBefore);
      requireSameRejections(
          "Kafka", byKafka, reckoned.stream().reduce(Account.none(), Account::plus));
      Account kept = receiver.rejections().minus(keptBefore);
      Map<String, Long> counted = counted();
      countedBefore.forEach((name, before) -> counted.merge(name, -before, Long::sum));
      counted.values().removeIf(lines -> lines == 0);
      Map<String, Long> wanted = new TreeMap<>();
      wanted.put("REJECTED", kept.rejected());
      kept.rejectedByReason().forEach((code, lines) -> wanted.put("REJECTED/" + code, lines));
      require(
          counted.equals(wanted),
          "receipts count %s, and rejections are %s".formatted(counted, wanted));
      Set<String> told = new HashSet<>();
      logs.forEach(
          REJECTED, rejections, record -> told.add(Logs.header(record, "ce_id").orElseThrow()));
      require(
          told.size() == kept.rejected(),
          "%d rejections are kept, and %d stand on their topic"
              .formatted(kept.rejected(), told.size()));
      count("rejections kept", kept.rejected());
    }

    /** In receipts of any kind, those that nobody got among them. */
    private Map<String, Long> counted() throws SQLException {
      Map<String, Long> counted = new TreeMap<>();
      try (Databases databases = new Databases(suite);
          PreparedStatement select =
              databases
                  .connection(Service.INGEST)
                  .prepareStatement(
                      """
                      SELECT name, sum(lines) FROM delivery_count WHERE name LIKE 'REJECTED%'
                      GROUP BY name
                      """);
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          counted.put(row.getString(1), row.getLong(2));
        }
      }
      return counted;
    }
  }

  private void compare(Portion portion, Lives lives) throws IOException, InterruptedException {
    List<WireLine> lines = new ArrayList<>();
    portion.sent(today).forEach(line -> lines.add(line.wire()));
    Path folder =
        suite.extracts().resolve(SENDER).resolve("chaos-" + seed + "-" + portion.number());
    portion.extract().write(folder, portion.rows(), lines::add);
    Reckoning reckoning = reckonedWire(lines);
    for (Holder holder : portion.holders()) {
      if (holder.openInTheEnd()) {
        compare(holder, reckoning.historyOf(holder.ins), lives);
      }
    }
  }

  private void compare(Holder holder, List<ReckonedCare> wantedCare, Lives lives)
      throws InterruptedException {
    long deadline = System.nanoTime() + READING.toNanos();
    List<ReckonedCare> shown = shown(holder, lives);
    while (!isSame(shown, wantedCare)) {
      if (System.nanoTime() - deadline > 0) {
        Set<ReckonedCare> missing = new HashSet<>(wantedCare);
        missing.removeAll(Set.copyOf(shown));
        Set<ReckonedCare> tooMany = new HashSet<>(shown);
        tooMany.removeAll(Set.copyOf(wantedCare));
        throw new AssertionError(
            "feed, seed %d: dossier %s (%s) shows %d items, and must show %d; %d are missing or of another quantity, %d are too many"
                .formatted(
                    seed,
                    holder.dossierId,
                    holder.life,
                    shown.size(),
                    wantedCare.size(),
                    missing.size(),
                    tooMany.size()));
      }
      Thread.sleep(200);
      shown = shown(holder, lives);
    }
    count("open dossiers compared");
    count("items compared", shown.size());
  }

  private List<ReckonedCare> shown(Holder holder, Lives lives) throws InterruptedException {
    long deadline = System.nanoTime() + READING.toNanos();
    while (true) {
      try {
        return lives.dossiers.care(lives.patients.token(holder.ins), holder.dossierId);
      } catch (UncheckedIOException | IllegalStateException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        Thread.sleep(200);
      }
    }
  }

  private static boolean isSame(List<ReckonedCare> some, List<ReckonedCare> others) {
    return some.size() == others.size() && Set.copyOf(some).equals(Set.copyOf(others));
  }

  private ChaosReport report() {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("lines", handedOver.get());
    List<String> shown =
        List.of(
            "lines by Kafka",
            "lines by HTTP",
            "lines by HTTP, gzip",
            "lines by extract",
            "rejected by Kafka",
            "rejected by HTTP",
            "rejected by extract",
            "rejections kept",
            "openings",
            "closings",
            "reopenings",
            "open dossiers compared",
            "items compared");
    for (String what : shown) {
      counts.put(what, counted(what));
    }
    VICTIMS.stream()
        .limit(kills)
        .map(victim -> "kills of " + victim.title())
        .forEach(what -> counts.put(what, counted(what)));
    Map<String, Long> notes = new LinkedHashMap<>();
    notes.put("Kafka batches sent again", counted("Kafka batches sent again"));
    notes.put("requests sent again", persistence.repeats());
    return new ChaosReport("feed", seed, counts, notes);
  }

  private long counted(String what) {
    return Optional.ofNullable(tally.get(what)).map(AtomicLong::get).orElse(0L);
  }

  private void count(String what) {
    count(what, 1);
  }

  private void count(String what, long more) {
    tally.computeIfAbsent(what, _ -> new AtomicLong()).addAndGet(more);
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("feed, seed " + seed + ": " + sentence);
    }
  }
}
