package fr.carnet.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.ListFlaw;
import fr.carnet.billing.Mutation;
import fr.carnet.billing.RejectionCode;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.KnownCodes;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.chaos.Receiver.Account;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Heaps;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Messages with every flaw that there is, mutated at random and wholly random, with sound lines
 * between them. Ingest reads on, and what becomes of each is what the billing system reckons from
 * its bytes: accepted, repeated, outside the window, or rejected with exactly the codes of what is
 * wrong with it; every rule that refuses is met. The sound neighbours are kept, and it takes no
 * more memory at the end than at a tenth of the way.
 */
public final class MessagesScenario implements ChaosScenario {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REJECTED = "billing.reimbursements.rejected";
  private static final int PORTIONS_AT_LEAST = 10;
  private static final int LARGEST_PORTION = 20_000;
  private static final int HOLDERS = 3;
  private static final double BROKEN_SHARE = 0.8;
  private static final double LEVEL = 1.1;

  /** Below so many messages the heap still shows how the service warms up, and is only told. */
  private static final int WARM = 100_000;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String UNREADABLE = "|record NOT_JSON";

  private final Suite suite;
  private final long seed;
  private final int messages;
  private final Consumer<String> progress;
  private final Logs logs;
  private final Map<String, Long> byCode = new TreeMap<>();
  private long random;
  private long readable;
  private long compared;

  /** So many messages that are broken, mutated or random. */
  public MessagesScenario(Suite suite, long seed, int messages, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.messages = messages;
    this.progress = progress;
    this.logs = new Logs(suite);
  }

  @Override
  public ChaosReport run() throws Exception {
    int portion = Math.max(1, Math.min(LARGEST_PORTION, messages / PORTIONS_AT_LEAST));
    long parkedBefore = parked();
    long sent = 0;
    long early = 0;
    Account all;
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        Wire wire = new Wire(new Receiver(suite, api))) {
      Account before = wire.receiver.byKafka();
      outsideTheLists(wire);
      ofWhatIsNotReckoned(wire);
      for (int number = 0; sent < messages; number++) {
        sent += portion(number, portion, api, patients, wire);
        if (early == 0 && sent >= messages / 10) {
          early = heap();
        }
        progress.accept("  %,d of %,d messages".formatted(sent, messages));
      }
      requireEveryRule(wire);
      all = wire.receiver.byKafka().minus(before);
    }
    long late = heap();
    require(parked() == parkedBefore, "a message was parked");
    progress.accept(
        "  heap after collection: %,d bytes at a tenth, %,d at the end: %.2f"
            .formatted(early, late, (double) late / early));
    require(
        messages < WARM || late <= LEVEL * early,
        "the heap went from %,d to %,d bytes".formatted(early, late));
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("messages", sent);
    counts.put("random or mutated at random", random);
    counts.put("of these still readable", readable);
    counts.put("accepted", all.accepted());
    counts.put("rejected", all.rejected());
    counts.put("no JSON", all.rejectedByReason().getOrDefault(RejectionCode.NOT_JSON.name(), 0L));
    counts.put("codes", (long) byCode.size());
    counts.put("items of sound neighbours", compared);
    return new ChaosReport(
        "messages",
        seed,
        counts,
        Map.of("repeated", all.repeated(), "outside the window", all.outsideWindow()));
  }

  private long parked() throws SQLException {
    try (Databases databases = new Databases(suite)) {
      return databases.number(
          Service.INGEST, "SELECT count(*) FROM parked WHERE consumer = 'billing-reimbursements'");
    }
  }

  /** To ingest, and back from it. */
  private final class Wire implements AutoCloseable {
    private final Receiver receiver;
    private final KnownCodes codes;
    private final Producer<String, byte[]> producer = logs.producer();
    private final KafkaConsumer<String, byte[]> rejections = logs.consumer(true);
    private final int lanes;

    Wire(Receiver receiver) throws IOException {
      this.receiver = receiver;
      codes = receiver.codes();
      lanes = producer.partitionsFor(Logs.BILLING).size();
      List<TopicPartition> partitions = Logs.partitions(rejections, REJECTED);
      rejections.assign(partitions);
      rejections.seekToEnd(partitions);
      partitions.forEach(rejections::position);
    }

    @Override
    public void close() {
      producer.close();
      rejections.close();
    }
  }

  /** Messages that are sent together, what must become of them, and what becomes of them. */
  private final class Round {
    private final Wire wire;
    private final LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
    private final Account before;
    private final Map<String, Long> rejected = new HashMap<>();
    private final Set<String> notJson = new HashSet<>();
    private Account wanted = Account.none();

    Round(Wire wire) {
      this.wire = wire;
      before = wire.receiver.byKafka();
    }

    /** By the rules of the documents, read from the bytes: not what their sender knows of them. */
    Reckoning reckon(List<WireLine> lines) {
      Reckoning reckoning = Reckoning.ofWire(lines, today, wire.codes);
      for (int i = 0; i < lines.size(); i++) {
        if (reckoning.arrivals().get(i) instanceof Expected.Rejected(var faults)) {
          rejected.merge(key(lines.get(i), faults), 1L, Long::sum);
        }
      }
      wanted = wanted.plus(Account.of(reckoning.counts()));
      return reckoning;
    }

    /** What is wrong with a message is not in its bytes. */
    void expect(WireLine line, String code) {
      rejected.merge(base64(line) + "|record " + code, 1L, Long::sum);
      wanted = wanted.plus(new Account(1, 0, 0, 0, 1, Map.of(code, 1L)));
    }

    void send(WireLine line) {
      var _ =
          wire.producer.send(
              new ProducerRecord<>(Logs.BILLING, line.key().orElseThrow(), line.json()));
    }

    /** In one lane, so that of two that come to have one id it is known which was the first. */
    void send(WireLine line, int lane) {
      var _ =
          wire.producer.send(
              new ProducerRecord<>(Logs.BILLING, lane, line.key().orElseThrow(), line.json()));
    }

    /** What ingest keeps of a rejected message, and all that it must say is wrong with it. */
    private String key(WireLine line, Set<Fault> faults) {
      String wrong = faults(faults.stream().map(fault -> fault.field() + " " + fault.code()));
      if (wrong.equals(UNREADABLE)) {
        notJson.add(base64(line));
        return wrong;
      }
      boolean kept =
          faults.stream()
              .noneMatch(
                  fault ->
                      fault.code() == RejectionCode.TOO_LARGE
                          || fault.field().equals("secretCare"));
      return (kept ? base64(line) : "") + wrong;
    }

    /** Waits until all was read, and compares. */
    void look() throws Exception {
      wire.producer.flush();
      awaitRead();
      Account account = wire.receiver.byKafka().minus(before);
      require(
          account.addsUp() && account.equals(wanted),
          "ingest accounts for %s, and must for %s".formatted(account, wanted));
      compareRejections();
    }

    private void compareRejections() throws IOException {
      Map<TopicPartition, Long> ends = wire.rejections.endOffsets(wire.rejections.assignment());
      Map<String, Long> left = new HashMap<>(rejected);
      Set<String> unexpected = new TreeSet<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> wire.rejections.position(end.getKey()) < end.getValue())) {
        for (var record : wire.rejections.poll(Duration.ofMillis(200))) {
          JsonNode rejection = JSON.readTree(record.value());
          rejection
              .path("faults")
              .forEach(fault -> byCode.merge(fault.path("code").asText(), 1L, Long::sum));
          String key = key(rejection);
          if (left.computeIfPresent(key, (_, count) -> count - 1) == null || left.get(key) < 0) {
            unexpected.add(key.substring(key.indexOf('|') + 1));
          }
        }
      }
      left.values().removeIf(count -> count == 0);
      require(
          left.isEmpty() && unexpected.isEmpty(),
          "%d rejections are missing, such as %s; not to be expected are %s"
              .formatted(
                  left.size(),
                  left.keySet().stream()
                      .limit(3)
                      .map(key -> key.substring(key.indexOf('|') + 1))
                      .toList(),
                  unexpected.stream().limit(3).toList()));
    }

    /**
     * Of what is no JSON the bytes are kept only where they say that it is no secret care: what is
     * kept must be of these messages and say so, and all are counted.
     */
    private String key(JsonNode rejection) {
      List<String> faults = new ArrayList<>();
      rejection
          .path("faults")
          .forEach(f -> faults.add(f.path("field").asText() + " " + f.path("code").asText()));
      String wrong = faults(faults.stream());
      String received = rejection.path("received").asText();
      if (!wrong.equals(UNREADABLE)) {
        return received + wrong;
      }
      require(
          received.isEmpty() || (notJson.contains(received) && saysOrdinary(received)),
          "bytes are kept that nobody sent, or that may be secret care");
      return wrong;
    }
  }

  private static boolean saysOrdinary(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1)
        .contains("\"secretCare\":false");
  }

  private static String base64(WireLine line) {
    return Base64.getEncoder().encodeToString(line.json());
  }

  private static String faults(Stream<String> faults) {
    return faults.sorted().collect(Collectors.joining(", ", "|", ""));
  }

  /** Sound lines of people who are nobody else's. */
  private LineStream models(long own, String stream) {
    BillingSystem billing =
        BillingSystem.seeded(own, LocalDate.now(Clock.system(Paris.ZONE))).withBeneficiaries(10);
    return billing.endless(stream, billing.beneficiaryNumbers());
  }

  /** Codes that no list has, each by itself. */
  private void outsideTheLists(Wire wire) throws Exception {
    Round round = new Round(wire);
    LineStream models = models(100_003 * seed - 1, "lists");
    List<WireLine> lines = new ArrayList<>();
    for (ListFlaw flaw : ListFlaw.values()) {
      lines.add(flaw.in(models.next()));
    }
    var _ = round.reckon(lines);
    lines.forEach(round::send);
    round.look();
  }

  /**
   * A header that is not in the bytes, and a failure that is ingest's own: its database refuses.
   */
  private void ofWhatIsNotReckoned(Wire wire) throws Exception {
    LineStream models = models(100_003 * seed - 1, "not-reckoned");
    Round typed = new Round(wire);
    WireLine other = models.next().wire();
    typed.expect(other, "TYPE_UNKNOWN");
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Logs.BILLING, other.key().orElseThrow(), other.json());
    record.headers().add("ce_type", "billing.other.v1".getBytes(StandardCharsets.UTF_8));
    var _ = wire.producer.send(record);
    typed.look();
    WireLine refused = models.next().wire();
    String day = JSON.readTree(refused.json()).path("careFrom").asText();
    Round failing = new Round(wire);
    failing.expect(refused, "NOT_TAKEN");
    alter("ADD CONSTRAINT chaos CHECK (care_from IS DISTINCT FROM DATE '" + day + "') NOT VALID");
    try {
      failing.send(refused);
      failing.look();
    } finally {
      alter("DROP CONSTRAINT chaos");
    }
    // As its sender is told to: once more as it is.
    Round again = new Round(wire);
    var _ = again.reckon(List.of(refused));
    again.send(refused);
    again.look();
  }

  private void alter(String how) throws SQLException {
    try (Databases databases = new Databases(suite);
        Statement alter = databases.connection(Service.INGEST).createStatement()) {
      alter.execute("ALTER TABLE line " + how);
    }
  }

  /** Sends one portion, waits until all of it is read, and looks; gives how many it spoilt. */
  private long portion(int number, int size, Api api, Patients patients, Wire wire)
      throws Exception {
    Round round = new Round(wire);
    long own = 100_003 * seed + 2L * number;
    BillingSystem billing =
        BillingSystem.seeded(own, round.today)
            .withBeneficiaries(10)
            .withAboutLines(Math.max(1, (int) (size / (2 * BROKEN_SHARE))))
            .withBrokenShare(BROKEN_SHARE);
    List<String> holders = billing.beneficiaryNumbers().subList(0, HOLDERS);
    patients.register(holders);
    Dossiers dossiers = new Dossiers(suite, api);
    Map<String, String> dossierOf = new HashMap<>();
    for (String ins : holders) {
      Api.Answer answer = dossiers.openFor(patients, ins, "chaos-messages-" + seed + "-" + ins);
      require(answer.status() == 201, "an opening was answered with " + answer);
      dossierOf.put(ins, answer.json().path("dossierId").asText());
    }
    List<WireLine> sent = billing.careers().sent().stream().map(SentLine::wire).toList();
    Reckoning reckoning = round.reckon(sent);
    // Of other people: what is mutated at random may still be sound.
    LineStream models = models(own + 1, "mutated");
    Random dice = new Random(own);
    List<WireLine> mutated =
        Stream.generate(models::next)
            .limit(reckoning.counts().rejected())
            .map(model -> new WireLine(Optional.of(model.ins()), Mutation.of(model.json(), dice)))
            .toList();
    Reckoning ofMutated = round.reckon(mutated);
    int next = 0;
    for (int i = 0; i < sent.size(); i++) {
      round.send(sent.get(i));
      if (reckoning.arrivals().get(i) instanceof Expected.Rejected) {
        round.send(mutated.get(next++), number % wire.lanes);
      }
    }
    round.look();
    random += mutated.size();
    readable +=
        mutated.size()
            - ofMutated.counts().rejectedByReason().getOrDefault(RejectionCode.NOT_JSON, 0L);
    for (String ins : holders) {
      List<ReckonedCare> shown = dossiers.care(patients.token(ins), dossierOf.get(ins));
      List<ReckonedCare> wanted = reckoning.historyOf(ins);
      require(
          shown.size() == wanted.size() && Set.copyOf(shown).equals(Set.copyOf(wanted)),
          "dossier %s shows %d items, and must show %d"
              .formatted(dossierOf.get(ins), shown.size(), wanted.size()));
      compared += shown.size();
    }
    return reckoning.counts().rejected() + mutated.size();
  }

  /** Each message showed all that is wrong with it: so these rules were met, and by their own. */
  private void requireEveryRule(Wire wire) {
    Set<String> wanted = wire.receiver.rules();
    if (wire.codes.isEmpty()) {
      progress.accept("  no code list is loaded: whether codes exist was not looked at");
      for (ListFlaw flaw : ListFlaw.values()) {
        wanted.remove(flaw.name());
      }
    }
    progress.accept("  rejections by code: " + byCode);
    Set<String> missed = new TreeSet<>(wanted);
    missed.removeAll(byCode.keySet());
    require(
        byCode.keySet().equals(wanted),
        "of the rules in the catalogue %s were not met; met were %s"
            .formatted(missed, byCode.keySet()));
  }

  private void awaitRead() throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (Databases databases = new Databases(suite);
        KafkaConsumer<String, byte[]> consumer = logs.consumer(true)) {
      while (databases.offsets(Service.INGEST, "billing-reimbursements", Logs.BILLING)
              < Logs.ends(consumer, Logs.BILLING)
          || databases.number(Service.INGEST, "SELECT count(*) FROM outbox") > 0
          || databases.offsets(Service.INGEST, "dossier-registry", Logs.REGISTRY)
              < Logs.ends(consumer, Logs.REGISTRY)
          || databases.number(Service.INGEST, Databases.UNPASSED) > 0
          || databases.offsets(Service.DOSSIER, "care-history", Logs.CARE)
              < Logs.ends(consumer, Logs.CARE)) {
        require(System.nanoTime() - deadline < 0, "ingest does not read on");
        Thread.sleep(100);
      }
    }
  }

  /** Of ingest, in bytes. */
  private long heap() throws IOException, InterruptedException {
    return Heaps.afterCollection(suite, Service.INGEST);
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("messages, seed " + seed + ": " + sentence);
    }
  }
}
