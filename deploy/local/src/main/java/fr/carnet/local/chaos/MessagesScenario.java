package fr.carnet.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Expected;
import fr.carnet.billing.Fault;
import fr.carnet.billing.LineStream;
import fr.carnet.billing.RejectionCode;
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
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Messages with every flaw that the billing system knows, mutated at random and wholly random, with
 * sound lines between them. Ingest reads on, names for each flaw its own code and no other, keeps
 * the sound neighbours, and takes no more memory at the end than at a tenth of the way.
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
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        Producer<String, byte[]> producer = logs.producer();
        KafkaConsumer<String, byte[]> rejections = logs.consumer(true)) {
      List<TopicPartition> partitions = Logs.partitions(rejections, REJECTED);
      rejections.assign(partitions);
      rejections.seekToEnd(partitions);
      partitions.forEach(rejections::position);
      for (int number = 0; sent < messages; number++) {
        sent += portion(number, portion, api, patients, producer, rejections);
        if (early == 0 && sent >= messages / 10) {
          early = heap();
        }
        progress.accept("  %,d of %,d messages".formatted(sent, messages));
      }
    }
    long late = heap();
    require(parked() == parkedBefore, "a message was parked");
    progress.accept("  rejections by code: " + byCode);
    progress.accept(
        "  heap after collection: %,d bytes at a tenth, %,d at the end: %.2f"
            .formatted(early, late, (double) late / early));
    require(
        messages < WARM || late <= LEVEL * early,
        "the heap went from %,d to %,d bytes".formatted(early, late));
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("messages", sent);
    counts.put("random or mutated at random", random);
    counts.put("codes", (long) byCode.size());
    counts.put("items of sound neighbours", compared);
    return new ChaosReport("messages", seed, counts, Map.of());
  }

  private long parked() throws SQLException {
    try (Databases databases = new Databases(suite)) {
      return databases.number(
          Service.INGEST, "SELECT count(*) FROM parked WHERE consumer = 'billing-reimbursements'");
    }
  }

  /** Sends one portion, waits until all of it is read, and looks; gives how many it spoilt. */
  private long portion(
      int number,
      int size,
      Api api,
      Patients patients,
      Producer<String, byte[]> producer,
      KafkaConsumer<String, byte[]> rejections)
      throws Exception {
    LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
    long own = 100_003 * seed + 2L * number;
    BillingSystem billing =
        BillingSystem.seeded(own, today)
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
    List<SentLine> sent = billing.careers().sent();
    // Of other people: what is mutated at random may still be sound.
    BillingSystem others = BillingSystem.seeded(own + 1, today).withBeneficiaries(10);
    LineStream models = others.endless("mutated", others.beneficiaryNumbers());
    Random dice = new Random(own);
    Map<String, Long> expected = new HashMap<>();
    // By the rules of the documents, read from the bytes: not what the sender knows of its flaws.
    Reckoning reckoning = Reckoning.of(sent, today);
    long spoilt = 0;
    for (int i = 0; i < sent.size(); i++) {
      SentLine line = sent.get(i);
      var _ = producer.send(new ProducerRecord<>(Logs.BILLING, line.ins(), line.json()));
      if (reckoning.arrivals().get(i) instanceof Expected.Rejected rejected) {
        expected.merge(key(line, rejected), 1L, Long::sum);
        rejected.faults().forEach(fault -> byCode.merge(fault.code().name(), 1L, Long::sum));
        spoilt++;
        SentLine model = models.next();
        var _ =
            producer.send(
                new ProducerRecord<>(Logs.BILLING, model.ins(), mutated(model.json(), dice)));
        spoilt++;
        random++;
      }
    }
    producer.flush();
    awaitRead();
    compareRejections(expected, rejections);
    for (String ins : holders) {
      List<ReckonedCare> shown = dossiers.care(patients.token(ins), dossierOf.get(ins));
      List<ReckonedCare> wanted = reckoning.historyOf(ins);
      require(
          shown.size() == wanted.size() && Set.copyOf(shown).equals(Set.copyOf(wanted)),
          "dossier %s shows %d items, and must show %d"
              .formatted(dossierOf.get(ins), shown.size(), wanted.size()));
      compared += shown.size();
    }
    return spoilt;
  }

  /** What ingest keeps of a rejected message, and all that it must say is wrong with it. */
  private static String key(SentLine line, Expected.Rejected rejected) {
    boolean kept =
        rejected.faults().stream()
            .noneMatch(
                fault ->
                    fault.code() == RejectionCode.TOO_LARGE || fault.field().equals("secretCare"));
    return (kept ? Base64.getEncoder().encodeToString(line.json()) : "")
        + faults(rejected.faults().stream());
  }

  private static String faults(Stream<Fault> faults) {
    return faults
        .map(fault -> fault.field() + " " + fault.code())
        .sorted()
        .collect(Collectors.joining(", ", "|", ""));
  }

  private static String key(JsonNode rejection) {
    List<String> faults = new ArrayList<>();
    rejection
        .path("faults")
        .forEach(f -> faults.add(f.path("field").asText() + " " + f.path("code").asText()));
    return rejection.path("received").asText()
        + faults.stream().sorted().collect(Collectors.joining(", ", "|", ""));
  }

  private static byte[] mutated(byte[] sound, Random dice) {
    int at = dice.nextInt(sound.length);
    byte[] bytes = sound.clone();
    return switch (dice.nextInt(5)) {
      case 0 -> {
        byte[] any = new byte[1 + dice.nextInt(3_000)];
        dice.nextBytes(any);
        yield any;
      }
      case 1 -> Arrays.copyOf(bytes, at);
      case 2 -> {
        for (int left = 1 + dice.nextInt(8); left > 0; left--) {
          bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt(256);
        }
        yield bytes;
      }
      case 3 -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + dice.nextInt(70));
        System.arraycopy(bytes, at, longer, at + longer.length - bytes.length, bytes.length - at);
        yield longer;
      }
      default -> {
        int length = Math.min(bytes.length - at, 1 + dice.nextInt(40));
        System.arraycopy(bytes, at, bytes, dice.nextInt(bytes.length - length + 1), length);
        yield bytes;
      }
    };
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

  private void compareRejections(
      Map<String, Long> expected, KafkaConsumer<String, byte[]> rejections) throws IOException {
    Map<TopicPartition, Long> ends = rejections.endOffsets(rejections.assignment());
    Map<String, Long> left = new HashMap<>(expected);
    long unkept = 0;
    while (ends.entrySet().stream().anyMatch(e -> rejections.position(e.getKey()) < e.getValue())) {
      for (var record : rejections.poll(Duration.ofMillis(200))) {
        JsonNode rejection = JSON.readTree(record.value());
        require(!rejection.path("faults").isEmpty(), "a rejection names no fault");
        String key = key(rejection);
        if (key.equals(UNREADABLE)) {
          unkept++;
        }
        left.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
      }
    }
    // Of what is no JSON nobody may be able to tell whether it is secret care: then only the code
    // is kept, and they can be counted, not known again.
    long unreadable =
        left.entrySet().stream()
            .filter(e -> e.getKey().endsWith(UNREADABLE))
            .mapToLong(Map.Entry::getValue)
            .sum();
    require(
        unreadable <= unkept,
        "of %d messages that are no JSON %d were rejected".formatted(unreadable, unkept));
    left.keySet().removeIf(key -> key.endsWith(UNREADABLE));
    require(
        left.isEmpty(),
        "%d messages were not rejected with exactly their faults, such as %s"
            .formatted(
                left.size(),
                left.keySet().stream()
                    .limit(3)
                    .map(key -> key.substring(key.indexOf('|') + 1))
                    .toList()));
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
