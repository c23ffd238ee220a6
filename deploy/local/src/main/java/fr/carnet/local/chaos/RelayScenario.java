package fr.carnet.local.chaos;

import fr.carnet.billing.BillingSystem;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Logs;
import fr.carnet.local.probing.Patients;
import java.net.URI;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The dossier-service and access-control are killed at random moments while dossiers are opened and
 * grants made. Afterwards every event that was committed is on Kafka, for readers of what is
 * committed, in order within its stream; and everything that was acknowledged was committed, once.
 */
public final class RelayScenario implements ChaosScenario {
  private static final int OPENERS = 4;
  private static final int OWNERS = 6;
  private static final int PEOPLE_A_KILL = 2_000;
  private static final String DOCTOR = "899700024450";
  private static final Duration PROGRESS = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private record Event(String id, long version) {}

  private final Suite suite;
  private final long seed;
  private final int kills;
  private final Consumer<String> progress;
  private final Persistence persistence = new Persistence();
  private final Set<String> acknowledgedDossiers = ConcurrentHashMap.newKeySet();
  private final AtomicLong openings = new AtomicLong();
  private final Map<String, AtomicLong> grantsAndRevocations = new ConcurrentHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  /** Kills this often, the two services taken together. */
  public RelayScenario(Suite suite, long seed, int kills) {
    this(suite, seed, kills, _ -> {});
  }

  /** The same, telling its progress. */
  public RelayScenario(Suite suite, long seed, int kills, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.kills = kills;
    this.progress = progress;
  }

  @Override
  public ChaosReport run() throws Exception {
    List<String> people =
        BillingSystem.seeded(31 * seed + 3, LocalDate.now(Clock.system(Paris.ZONE)))
            .withBeneficiaries(OWNERS + Math.min(kills, 50) * PEOPLE_A_KILL)
            .beneficiaryNumbers();
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        Databases databases = new Databases(suite)) {
      Dossiers dossiers = new Dossiers(suite, api);
      List<String> owners = people.subList(0, OWNERS);
      patients.register(owners);
      killAmidst(api, patients, dossiers, owners, people.subList(OWNERS, people.size()));
      awaitRelayed(databases);
      counts.put("openings acknowledged", openings.get());
      counts.put("grants and revocations acknowledged", granted());
      counts.put("kills", (long) kills);
      Map<String, List<Event>> dossierEvents = compare(databases, Service.DOSSIER, Logs.DOSSIERS);
      Map<String, List<Event>> accessEvents = compare(databases, Service.ACCESS, Logs.ACCESS);
      compareAcknowledged(dossierEvents, accessEvents);
    }
    return new ChaosReport(
        "relay", seed, counts, Map.of("requests sent again", persistence.repeats()));
  }

  private void killAmidst(
      Api api, Patients patients, Dossiers dossiers, List<String> owners, List<String> others)
      throws Exception {
    Random random = new Random(seed);
    ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>(others);
    String agent = suite.accounts().token("counter-agent");
    try (Crew crew = new Crew()) {
      for (String ins : owners) {
        String dossierId = open(dossiers, agent, ins);
        Random own = new Random(seed * 31 + owners.indexOf(ins));
        AtomicLong done = new AtomicLong();
        grantsAndRevocations.put(dossierId, done);
        crew.again(() -> grantAndRevoke(api, patients.token(ins), dossierId, own, done));
      }
      for (int i = 0; i < OPENERS; i++) {
        crew.again(
            () -> {
              String next = waiting.poll();
              if (next == null) {
                Thread.sleep(100);
              } else {
                open(dossiers, agent, next);
                // Both services have the machine, not the openings alone.
                Thread.sleep(100);
              }
            });
      }
      for (int kill = 1; kill <= kills; kill++) {
        awaitProgress(crew);
        Thread.sleep(random.nextInt(1_500));
        Service victim = kill % 2 == 1 ? Service.DOSSIER : Service.ACCESS;
        suite.kill(victim);
        Thread.sleep(random.nextInt(300));
        suite.start(victim);
        crew.check();
        progress.accept(
            "  kill %d of %d, %s: %,d openings so far"
                .formatted(kill, kills, victim.title(), openings.get()));
      }
      crew.finish();
    }
  }

  /** However slow the machine is, both services record something between two kills. */
  private void awaitProgress(Crew crew) throws Exception {
    long opened = openings.get();
    long granted = granted();
    long deadline = System.nanoTime() + PROGRESS.toNanos();
    while ((openings.get() == opened || granted() == granted) && System.nanoTime() - deadline < 0) {
      crew.check();
      Thread.sleep(20);
    }
  }

  private long granted() {
    return grantsAndRevocations.values().stream().mapToLong(AtomicLong::get).sum();
  }

  private String open(Dossiers dossiers, String agent, String ins) throws InterruptedException {
    Api.Answer answer =
        persistence.ask(() -> dossiers.openAtCounter(agent, ins, "chaos-" + seed + "-" + ins));
    require(answer.status() == 201, "an opening was answered with %s".formatted(answer));
    String dossierId = answer.json().path("dossierId").asText();
    require(
        acknowledgedDossiers.add(dossierId), "dossier %s was opened twice".formatted(dossierId));
    openings.incrementAndGet();
    return dossierId;
  }

  private void grantAndRevoke(
      Api api, String token, String dossierId, Random random, AtomicLong done)
      throws InterruptedException {
    URI grants = suite.url(Service.ACCESS).resolve("/dossiers/" + dossierId + "/grants");
    String key = "chaos-" + seed + "-" + Long.toHexString(random.nextLong());
    Api.Answer granted =
        persistence.ask(
            () ->
                api.post(
                    grants,
                    token,
                    Map.of("granteeKind", "PROFESSIONAL", "granteeId", DOCTOR),
                    Optional.of(key)));
    require(granted.status() == 201, "a grant was answered with %s".formatted(granted));
    done.incrementAndGet();
    String grant = granted.json().path("grantId").asText();
    Api.Answer revoked = persistence.ask(() -> api.delete(URI.create(grants + "/" + grant), token));
    require(
        revoked.status() == 200 || revoked.status() == 204,
        "a revocation was answered with %s".formatted(revoked));
    // Revoking again what is revoked changes nothing, so one that was repeated is one event too.
    done.incrementAndGet();
  }

  private void awaitRelayed(Databases databases) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Service service : List.of(Service.DOSSIER, Service.ACCESS)) {
      while (databases.number(service, "SELECT count(*) FROM outbox") > 0) {
        require(
            System.nanoTime() - deadline < 0,
            "the outbox of %s was not empty after %d s"
                .formatted(service.title(), PATIENCE.toSeconds()));
        Thread.sleep(100);
      }
    }
  }

  /** Every committed event on Kafka, in the order of its stream, and nothing else there. */
  private Map<String, List<Event>> compare(Databases databases, Service service, String topic)
      throws SQLException {
    Map<String, List<Event>> committed = committed(databases, service);
    Map<String, List<Event>> onKafka = new HashMap<>();
    Set<String> seen = new HashSet<>();
    AtomicLong repeats = new AtomicLong();
    new Logs(suite)
        .forEach(
            topic,
            record -> {
              String id = Logs.header(record, "ce_id").orElse("");
              if (seen.add(id)) {
                onKafka
                    .computeIfAbsent(record.key(), _ -> new ArrayList<>())
                    .add(
                        new Event(
                            id,
                            Long.parseLong(Logs.header(record, "ce_streamversion").orElse("0"))));
              } else {
                repeats.incrementAndGet();
              }
            });
    committed.forEach(
        (stream, events) -> {
          List<Event> there = onKafka.getOrDefault(stream, List.of());
          requireSame(topic, stream, events.iterator(), there.iterator());
        });
    Set<String> unknown = new HashSet<>(onKafka.keySet());
    unknown.removeAll(committed.keySet());
    require(
        unknown.isEmpty(), "%s has streams that nobody committed: %s".formatted(topic, unknown));
    counts.put("streams of " + topic + " in order", (long) committed.size());
    counts.put(
        "committed events of " + topic + " on Kafka",
        committed.values().stream().mapToLong(List::size).sum());
    progress.accept("  %s: %,d records are repeats".formatted(topic, repeats.get()));
    return committed;
  }

  private void requireSame(
      String topic, String stream, Iterator<Event> committed, Iterator<Event> onKafka) {
    long version = 0;
    while (committed.hasNext()) {
      version++;
      Event wanted = committed.next();
      require(
          wanted.version() == version,
          "%s, stream %s: version %d is missing among the committed"
              .formatted(topic, stream, version));
      require(
          onKafka.hasNext(),
          "%s, stream %s: version %d is committed and not on Kafka"
              .formatted(topic, stream, version));
      Event there = onKafka.next();
      require(
          there.equals(wanted),
          "%s, stream %s: version %d is on Kafka where %d must be"
              .formatted(topic, stream, there.version(), version));
    }
    require(
        !onKafka.hasNext(),
        "%s, stream %s: Kafka has more than was committed".formatted(topic, stream));
  }

  private static Map<String, List<Event>> committed(Databases databases, Service service)
      throws SQLException {
    Map<String, List<Event>> committed = new HashMap<>();
    try (PreparedStatement select =
            databases
                .connection(service)
                .prepareStatement("SELECT stream_id, id, version FROM event ORDER BY 1, 3");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        committed
            .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
            .add(new Event(row.getString(2), row.getLong(3)));
      }
    }
    return committed;
  }

  private void compareAcknowledged(
      Map<String, List<Event>> dossiers, Map<String, List<Event>> access) {
    Set<String> lost = new HashSet<>(acknowledgedDossiers);
    lost.removeAll(dossiers.keySet());
    require(lost.isEmpty(), "openings were acknowledged and are not committed: %s".formatted(lost));
    grantsAndRevocations.forEach(
        (dossierId, acknowledged) -> {
          int events = access.getOrDefault(dossierId, List.of()).size();
          require(
              events == acknowledged.get(),
              "dossier %s has %d events of access, and %d commands were acknowledged"
                  .formatted(dossierId, events, acknowledged.get()));
        });
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("relay, seed " + seed + ": " + sentence);
    }
  }
}
