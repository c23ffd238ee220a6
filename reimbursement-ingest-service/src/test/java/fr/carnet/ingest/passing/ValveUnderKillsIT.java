package fr.carnet.ingest.passing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.Careers;
import fr.carnet.billing.Expected;
import fr.carnet.billing.SentLine;
import fr.carnet.billing.WireLine;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.billing.reckoning.Reckoning;
import fr.carnet.events.Paris;
import fr.carnet.events.Topic;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.ingest.CareOnKafka;
import fr.carnet.ingest.KafkaOfTests;
import fr.carnet.ingest.PackagedService;
import fr.carnet.ingest.RegisteredDossier;
import fr.carnet.platform.KafkaBroker;
import fr.carnet.testkit.TestTokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Lines by Kafka and by HTTP, openings, closings and reopenings, stirred by a seed, and the
 * packaged service killed between any two steps and within them.
 *
 * <p>{@code -Dcarnet.rounds} gives more rounds, {@code -Dcarnet.seed} the seed of the first.
 */
class ValveUnderKillsIT {
  private static final int ROUNDS = Integer.getInteger("carnet.rounds", 1);
  private static final long FIRST_SEED = Long.getLong("carnet.seed", 20_260_601L);
  private static final String UNPASSED = "SELECT count(*) FROM unpassed";
  private static final int KILLS = 5;
  private static final int PEOPLE = 36;
  private static final int DOSSIERS = 20;
  private static final int LINES = 1_300;
  private static final int CHUNK = 25;
  private static final String SENDER = "billing-system";
  private static final Pattern LINE_ID = Pattern.compile("\"lineId\":\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern LINE_KEY = Pattern.compile("\"lineKey\":\"([^\"]+)\"");
  private static final Duration SETTLED = Duration.ofMinutes(5);

  @Test
  void linesOfOpenDossiersShowOnceAndNothingElseEverLeaves() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = FIRST_SEED + round;
      System.out.println("valve under kills: seed " + seed);
      try (Round stirred = new Round(seed)) {
        stirred.stir();
        stirred.settle();
        stirred.check();
      }
    }
  }

  /** A time in which a dossier was closed, by what Kafka held at its ends. */
  private static final class Closed {
    private final CompletableFuture<Map<TopicPartition, Long>> acknowledged =
        new CompletableFuture<>();
    private volatile Optional<Map<TopicPartition, Long>> reopened = Optional.empty();
  }

  /** A dossier, and what was done to it. */
  private static final class Life {
    private final RegisteredDossier dossier;
    private final List<String> people;
    private final List<Closed> closed = new ArrayList<>();
    private State state = State.CLOSED;

    Life(List<String> people) {
      this.people = people;
      this.dossier = RegisteredDossier.of(people.toArray(String[]::new));
    }
  }

  private static final class Round implements AutoCloseable {
    private final long seed;
    private final Random random;
    private final LocalDate today = LocalDate.now(Paris.ZONE);
    private final Careers careers;
    private final List<Life> lives = new ArrayList<>();
    private final List<WireLine> arrived = new ArrayList<>();
    private final PackagedService service;
    private final KafkaBroker broker;
    private final KafkaOfTests kafka;
    private final ExecutorService deliverer = Executors.newSingleThreadExecutor();
    private final ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> deliveries = new ArrayList<>();
    private int byKafka;
    private int byHttp;
    private int byBoth;
    private int again;
    private int openings;
    private int closings;
    private int reopenings;
    private int kills;

    Round(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.careers =
          BillingSystem.seeded(seed, today)
              .withBeneficiaries(PEOPLE)
              .withAboutLines(LINES)
              .careers();
      List<String> people = careers.beneficiaries();
      // The last dossier is of someone whose INS changed.
      for (int i = 0; i < DOSSIERS; i++) {
        lives.add(
            new Life(
                i == DOSSIERS - 1
                    ? List.of(people.get(i), people.get(i + 1))
                    : List.of(people.get(i))));
      }
      this.broker = PackagedService.brokerOfItsOwn();
      this.service =
          new PackagedService(
              "ingest-under-kills-" + seed,
              "256m",
              Map.of("kafka.bootstrap.servers", broker.bootstrapServers()));
      this.kafka = new KafkaOfTests(broker.bootstrapServers());
    }

    void stir() {
      List<SentLine> sent = careers.sent();
      Map<String, Long> perLineId =
          sent.stream().collect(Collectors.groupingBy(Round::route, Collectors.counting()));
      int chunks = (sent.size() + CHUNK - 1) / CHUNK;
      Set<Integer> killAt = new HashSet<>();
      while (killAt.size() < KILLS) {
        killAt.add(1 + random.nextInt(chunks - 1));
      }
      for (int chunk = 0; chunk < chunks; chunk++) {
        List<SentLine> lines =
            sent.subList(chunk * CHUNK, Math.min(sent.size(), (chunk + 1) * CHUNK));
        send(lines, perLineId);
        for (int i = random.nextInt(3); i > 0; i--) {
          liveOn(lives.get(random.nextInt(lives.size())));
        }
        if (killAt.contains(chunk)) {
          pause(random.nextInt(250));
          service.killAndRestart();
          kills++;
        } else {
          catchUp(random.nextInt(4));
        }
      }
      kafka.flush();
    }

    /** Lets the service come nearer, more or less, so that a kill finds it at every point. */
    private void catchUp(int how) {
      switch (how) {
        case 0 -> pause(random.nextInt(100));
        case 1 -> awaitDeliveries();
        case 2 -> {
          awaitDeliveries();
          kafka.flush();
          await()
              .atMost(SETTLED)
              .pollInterval(Duration.ofMillis(20))
              .until(() -> service.count(UNPASSED) == 0);
        }
        default -> {}
      }
    }

    private void awaitDeliveries() {
      await()
          .atMost(SETTLED)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> deliveries.stream().allMatch(Future::isDone));
    }

    /** Lines of one id take one way, so that their order is known; of others some take both. */
    private void send(List<SentLine> lines, Map<String, Long> perLineId) {
      List<byte[]> delivery = new ArrayList<>();
      for (SentLine line : lines) {
        String route = route(line);
        boolean http = (route.hashCode() & 1) == 0;
        boolean both =
            perLineId.get(route) == 1
                && line.expected() instanceof Expected.Accepted
                && random.nextInt(6) == 0;
        if (http || both) {
          delivery.add(line.json());
          arrived.add(new WireLine(Optional.empty(), line.json()));
          byHttp++;
        }
        if (!http || both) {
          kafka.line(line.wire());
          arrived.add(line.wire());
          byKafka++;
        }
        byBoth += both ? 1 : 0;
      }
      byte[] body = joined(delivery);
      deliveries.add(deliverer.submit(() -> deliver(body)));
    }

    private static String route(SentLine line) {
      return lineId(new String(line.json(), StandardCharsets.UTF_8)).orElse("none");
    }

    private static Optional<String> lineId(String line) {
      Matcher id = LINE_ID.matcher(line);
      return id.find() ? Optional.of(id.group(1).replaceAll("\\\\(.)", "$1")) : Optional.empty();
    }

    private static byte[] joined(List<byte[]> lines) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (byte[] line : lines) {
        body.writeBytes(line);
        body.write('\n');
      }
      return body.toByteArray();
    }

    /** As the insurer: the whole delivery again until there is a receipt. */
    private void deliver(byte[] body) {
      await()
          .atMost(SETTLED)
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                try {
                  if (service.deliver(SENDER, () -> new ByteArrayInputStream(body)).statusCode()
                      == 200) {
                    return true;
                  }
                } catch (IOException e) {
                  // Killed; so again.
                }
                again++;
                return false;
              });
    }

    private void liveOn(Life life) {
      if (life.state == State.OPEN) {
        close(life);
      } else {
        open(life);
      }
    }

    private void open(Life life) {
      if (life.closed.isEmpty()) {
        openings++;
      } else {
        Closed last = life.closed.getLast();
        if (!last.acknowledged.isDone() && random.nextBoolean()) {
          // Not yet: the dossier-service has not told the patient that it is closed.
          return;
        }
        last.reopened = Optional.of(kafka.ends(Topic.CARE_REIMBURSEMENTS));
        reopenings++;
      }
      life.state = State.OPEN;
      kafka.send(life.dossier.next(State.OPEN));
    }

    private void close(Life life) {
      closings++;
      life.state = State.CLOSED;
      kafka.send(life.dossier.next(State.CLOSED));
      Closed closed = new Closed();
      life.closed.add(closed);
      UUID id = life.dossier.id();
      long version = life.dossier.version();
      watchers.execute(
          () -> {
            await()
                .atMost(SETTLED)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> service.applied(id) >= version);
            closed.acknowledged.complete(kafka.ends(Topic.CARE_REIMBURSEMENTS));
          });
    }

    private static void pause(int millis) {
      await()
          .pollDelay(Duration.ofMillis(millis))
          .atMost(Duration.ofMillis(millis + 10_000L))
          .until(() -> true);
    }

    /** Until everything was read, and looked at. */
    void settle() throws Exception {
      for (Future<?> delivery : deliveries) {
        delivery.get();
      }
      for (Life life : lives) {
        await()
            .atMost(SETTLED)
            .until(() -> service.applied(life.dossier.id()) >= life.dossier.version());
        for (Closed closed : life.closed) {
          closed.acknowledged.get();
        }
      }
      long lines =
          kafka.ends(Topic.BILLING_REIMBURSEMENTS).values().stream()
              .mapToLong(Long::longValue)
              .sum();
      await()
          .atMost(SETTLED)
          .until(
              () ->
                  service.count(
                          "SELECT sum(next_offset) FROM consumer_offset"
                              + " WHERE consumer = 'billing-reimbursements'")
                      == lines);
      await().atMost(SETTLED).until(() -> service.count("SELECT count(*) FROM unpassed") == 0);
    }

    void check() throws Exception {
      CareOnKafka care = CareOnKafka.read(kafka);
      Reckoning reckoning = Reckoning.ofWire(arrived, today);
      Map<UUID, Life> known = new HashMap<>();
      lives.forEach(life -> known.put(life.dossier.id(), life));

      int shown = 0;
      int open = 0;
      for (Life life : lives) {
        List<ReckonedCare> showing = care.shown(life.dossier, today);
        if (life.state == State.OPEN) {
          open++;
          shown += showing.size();
          List<ReckonedCare> expected =
              life.people.stream().flatMap(ins -> reckoning.historyOf(ins).stream()).toList();
          assertThat(showing).as("of seed " + seed).containsExactlyInAnyOrderElementsOf(expected);
        }
      }

      int acknowledged = 0;
      for (Life life : lives) {
        for (Closed closed : life.closed) {
          Map<TopicPartition, Long> from = closed.acknowledged.get();
          if (closed.reopened.isPresent() && precedes(closed.reopened.get(), from)) {
            // Reopened before the closing was acknowledged: nothing was promised.
            continue;
          }
          acknowledged++;
          for (CareOnKafka.Passed passed : care.of(life.dossier.id())) {
            TopicPartition partition =
                new TopicPartition(passed.record().topic(), passed.record().partition());
            long until = closed.reopened.map(ends -> ends.get(partition)).orElse(Long.MAX_VALUE);
            assertThat(passed.record().offset())
                .as("no line passes after a closing was acknowledged, seed " + seed)
                .matches(
                    offset ->
                        passed.withdrawn() || offset < from.get(partition) || offset >= until);
          }
        }
      }

      Set<String> linesOfOthers = new HashSet<>();
      Map<String, Set<String>> peopleOfLine = peopleOfLine();
      Set<String> withDossier = new HashSet<>();
      lives.forEach(life -> withDossier.addAll(life.people));
      peopleOfLine.forEach(
          (key, people) -> {
            if (people.stream().noneMatch(withDossier::contains)) {
              linesOfOthers.add(key);
            }
          });
      Map<String, Integer> times = new HashMap<>();
      int withdrawn = 0;
      for (CareOnKafka.Passed passed : care.all()) {
        assertThat(known).as("a dossier of this round").containsKey(passed.dossierId());
        assertThat(peopleOfLine.get(passed.lineKey()))
            .containsAnyElementsOf(known.get(passed.dossierId()).people);
        if (passed.withdrawn()) {
          withdrawn++;
        } else {
          times.merge(passed.lineKey(), 1, Integer::sum);
        }
      }
      // What was never committed counts too: a broker's administrator could read it.
      int scanned = 0;
      for (var record : kafka.all(Topic.CARE_REIMBURSEMENTS, IsolationLevel.READ_UNCOMMITTED)) {
        String value = new String(record.value(), StandardCharsets.UTF_8);
        scanned++;
        Matcher key = LINE_KEY.matcher(value);
        assertThat(key.find()).isTrue();
        assertThat(linesOfOthers).doesNotContain(key.group(1));
        for (String ins : careers.beneficiaries()) {
          assertThat(value).doesNotContain(ins);
        }
      }
      checkLog();

      long repeats = times.values().stream().filter(count -> count > 1).count();
      System.out.printf(
          "seed %d: %d kills; %d lines by Kafka, %d by HTTP, %d by both; %d deliveries sent again;"
              + " %d openings, %d closings (%d acknowledged before a reopening), %d reopenings;"
              + " %d dossiers open at the end show %d items; %d records, %d of them withdrawals,"
              + " %d lines more than once; %d lines of people without dossier, none in %d records;"
              + " reckoned: %s%n",
          seed,
          kills,
          byKafka,
          byHttp,
          byBoth,
          again,
          openings,
          closings,
          acknowledged,
          reopenings,
          open,
          shown,
          care.all().size(),
          withdrawn,
          repeats,
          linesOfOthers.size(),
          scanned,
          reckoning.counts());
      assertThat(
              List.of(
                  kills,
                  byKafka,
                  byHttp,
                  byBoth,
                  openings,
                  closings,
                  acknowledged,
                  reopenings,
                  open,
                  shown,
                  linesOfOthers.size(),
                  scanned,
                  (int) repeats))
          .doesNotContain(0);
    }

    private static boolean precedes(Map<TopicPartition, Long> one, Map<TopicPartition, Long> two) {
      return one.entrySet().stream().anyMatch(end -> end.getValue() < two.get(end.getKey()));
    }

    /** Of whom a line speaks, by the key under which it would pass. */
    private Map<String, Set<String>> peopleOfLine() throws Exception {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec("test-line-key-secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      Map<String, Set<String>> people = new HashMap<>();
      for (WireLine line : arrived) {
        String text = new String(line.json(), StandardCharsets.UTF_8);
        Optional<String> id = lineId(text);
        if (id.isPresent()) {
          String key =
              Base64.getUrlEncoder()
                  .withoutPadding()
                  .encodeToString(
                      mac.doFinal(
                          ("line|" + SENDER.length() + "|" + SENDER + "|" + id.get())
                              .getBytes(StandardCharsets.UTF_8)));
          Set<String> of = people.computeIfAbsent(key, _ -> new HashSet<>());
          careers.beneficiaries().stream().filter(text::contains).forEach(of::add);
        }
      }
      return people;
    }

    private void checkLog() {
      String log = service.log();
      assertThat(log).contains("\"level\"");
      for (String ins : careers.beneficiaries()) {
        assertThat(log).doesNotContain(ins).doesNotContain(TestTokens.patientRef(ins).value());
      }
      for (Life life : lives) {
        assertThat(log).doesNotContain(life.dossier.id().toString());
      }
    }

    @Override
    public void close() {
      deliverer.shutdownNow();
      watchers.shutdownNow();
      kafka.close();
      service.close();
      broker.kill();
    }
  }
}
