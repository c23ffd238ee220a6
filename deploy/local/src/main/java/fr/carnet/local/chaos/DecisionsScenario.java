package fr.carnet.local.chaos;

import fr.carnet.billing.BillingSystem;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.ServiceInstance;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.local.probing.Insisting;
import fr.carnet.local.probing.Patients;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Two processes of access-control on one database, under load: the one allows, the patient takes
 * that away at the other (revokes a grant, blocks a professional, opposes what is done in an
 * emergency), and the first refuses the decision that starts after the acknowledgement. Every
 * trial, or the scenario fails. A minor's parent takes away in half of the trials.
 */
public final class DecisionsScenario implements ChaosScenario {
  /** Patients who decide at the same time. */
  private static final int AT_ONCE = 16;

  private static final int ONLOOKERS = 4;

  /** A trial is two events at least, and no life has thousands. */
  private static final int TRIALS_A_DOSSIER = 200;

  private static final int TELL = 1_000;

  /** Doctors of the local realm, by national id, to whom a grant is given and taken back. */
  private static final List<String> GRANTED = List.of("899700024450", "899700031018");

  /** Holds a grant all the time, and is blocked and unblocked. */
  private static final String BLOCKED = "899700032024";

  /** Holds nothing, and comes in emergencies. */
  private static final String IN_EMERGENCY = "899700036066";

  private static final String STRUCTURE = "3750100125";

  /** Every request has its own time limit, so that this one is only the last resort. */
  private static final Duration AT_MOST = Duration.ofHours(3);

  private static final Duration TOKEN_RENEWAL = Duration.ofMinutes(10);

  /** What a patient takes away. */
  private enum Taking {
    REVOCATION("revocations"),
    BLOCK("blocks"),
    OPPOSITION("oppositions");

    private final String shown;

    Taking(String shown) {
      this.shown = shown;
    }
  }

  /** What is done in an emergency, and the wish that opposes it. */
  private enum Emergency {
    BREAK_GLASS("bris_de_glace"),
    MEDICAL_REGULATION("centre_15");

    private final String purpose;

    Emergency(String purpose) {
      this.purpose = purpose;
    }
  }

  /**
   * A dossier.
   *
   * @param parent who decides in a minor's stead, too
   */
  private record Of(String ins, String dossierId, Optional<String> parent) {}

  /** Where a trial's requests go: what is taken away at one process is asked about at another. */
  private record Places(URI gives, URI takes, URI asks) {}

  private record ServiceToken(String text, long since) {}

  private final Suite suite;
  private final long seed;
  private final int trials;
  private final Consumer<String> progress;
  private final Map<Taking, AtomicLong> refused = new EnumMap<>(Taking.class);
  private final AtomicLong allowed = new AtomicLong();
  private final AtomicLong takenByParents = new AtomicLong();
  private final AtomicLong besides = new AtomicLong();
  private volatile ServiceToken service = new ServiceToken("", 0);

  /** Does this many trials of each kind. */
  public DecisionsScenario(Suite suite, long seed, int trials) {
    this(suite, seed, trials, _ -> {});
  }

  /** The same, telling its progress. */
  public DecisionsScenario(Suite suite, long seed, int trials, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.trials = trials;
    this.progress = progress;
    for (Taking taking : Taking.values()) {
      refused.put(taking, new AtomicLong());
    }
  }

  @Override
  public ChaosReport run() throws Exception {
    int all = trials * Taking.values().length;
    List<String> people =
        BillingSystem.seeded(31 * seed + 2, LocalDate.now(Clock.system(Paris.ZONE)))
            .withBeneficiaries(Math.max(AT_ONCE, Math.ceilDiv(all, TRIALS_A_DOSSIER)))
            .beneficiaryNumbers();
    service = newServiceToken();
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        ServiceInstance other = suite.startAnother(Service.ACCESS)) {
      patients.register(people);
      List<URI> processes = List.of(suite.url(Service.ACCESS), other.address());
      List<Of> owners = opened(api, patients, people, processes.getFirst());
      AtomicInteger begun = new AtomicInteger();
      try (Crew onlookers = new Crew();
          Crew crew = new Crew()) {
        for (int i = 0; i < AT_ONCE; i++) {
          // Nobody decides twice at once about one dossier: a trial would undo another.
          List<Of> own = new ArrayList<>();
          for (int j = i; j < owners.size(); j += AT_ONCE) {
            own.add(owners.get(j));
          }
          Random random = new Random(seed * 31 + i);
          crew.once(
              () -> {
                for (int trial = begun.getAndIncrement();
                    trial < all;
                    trial = begun.getAndIncrement()) {
                  tryOnce(
                      Taking.values()[trial % Taking.values().length],
                      api,
                      patients,
                      own.get(random.nextInt(own.size())),
                      processes,
                      random);
                  if ((trial + 1) % TELL == 0) {
                    progress.accept("  %,d of %,d trials".formatted(trial + 1, all));
                  }
                }
              });
          if (i < ONLOOKERS) {
            URI process = processes.get(i % 2);
            onlookers.again(
                () -> {
                  decide(api, process, own.getFirst(), GRANTED.getFirst());
                  besides.incrementAndGet();
                  Thread.sleep(20);
                });
          }
        }
        crew.await(AT_MOST);
        onlookers.finish();
      }
    }
    return report(all);
  }

  private List<Of> opened(Api api, Patients patients, List<String> people, URI process)
      throws Exception {
    Dossiers dossiers = new Dossiers(suite, api);
    String agent = suite.accounts().token("counter-agent");
    List<Of> owners = new ArrayList<>();
    String parent = people.stream().filter(Dossiers::isAdult).findFirst().orElseThrow();
    for (String ins : people) {
      Api.Answer opened = dossiers.openAtCounter(agent, ins, "chaos-" + seed + "-" + ins);
      require(opened.status() == 201, "an opening was answered with %s".formatted(opened));
      String dossierId = opened.json().path("dossierId").asText();
      boolean minor = !Dossiers.isAdult(ins);
      if (minor) {
        Api.Answer recorded = dossiers.recordParent(agent, dossierId, parent);
        require(recorded.status() == 201, "a parent was recorded with %s".formatted(recorded));
      }
      Of own = new Of(ins, dossierId, minor ? Optional.of(parent) : Optional.empty());
      grant(api, patients.token(ins), own, process, BLOCKED);
      owners.add(own);
    }
    return owners;
  }

  private ChaosReport report(int all) {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("trials at two processes", (long) all);
    counts.put("allowed before", allowed.get());
    refused.forEach((taking, count) -> counts.put("refused after " + taking.shown, count.get()));
    counts.put("of them taken away by a parent", takenByParents.get());
    counts.put("other decisions meanwhile", besides.get());
    refused.forEach(
        (taking, count) ->
            require(
                count.get() == trials,
                "of %d %s %d were followed by a refusal"
                    .formatted(trials, taking.shown, count.get())));
    return new ChaosReport("decisions", seed, counts, Map.of());
  }

  private void tryOnce(
      Taking taking, Api api, Patients patients, Of own, List<URI> processes, Random random)
      throws Exception {
    // What a parent says the minor undoes, and it binds when it is said again.
    String owner = patients.token(own.ins());
    boolean byParent = own.parent().isPresent() && random.nextBoolean();
    String taker = byParent ? patients.token(own.parent().get()) : owner;
    int takesAt = random.nextInt(2);
    Places at =
        new Places(
            processes.get(random.nextInt(2)), processes.get(takesAt), processes.get(1 - takesAt));
    switch (taking) {
      case REVOCATION ->
          revocation(api, taker, own, at, GRANTED.get(random.nextInt(GRANTED.size())));
      case BLOCK -> block(api, owner, taker, own, at);
      case OPPOSITION ->
          opposition(
              api,
              owner,
              taker,
              own,
              at,
              Emergency.values()[random.nextInt(Emergency.values().length)]);
    }
    refused.get(taking).incrementAndGet();
    if (byParent) {
      takenByParents.incrementAndGet();
    }
  }

  private void revocation(Api api, String token, Of own, Places at, String doctor)
      throws Exception {
    String grant = grant(api, token, own, at.gives(), doctor);
    requireAllowed(decide(api, at.asks(), own, doctor), own, "a grant");
    URI granting = of(own, at.takes(), "/grants/" + grant);
    done(Insisting.onAnAnswer(() -> api.delete(granting, token)), "a revocation");
    requireRefused(decide(api, at.asks(), own, doctor), own, "the revocation of grant " + grant);
  }

  private void block(Api api, String owner, String taker, Of own, Places at) throws Exception {
    requireAllowed(decide(api, at.asks(), own, BLOCKED), own, "a block was lifted");
    URI blocking = of(own, at.takes(), "/blocks/" + BLOCKED);
    done(Insisting.onAnAnswer(() -> api.put(blocking, taker, Map.of())), "a block");
    requireRefused(decide(api, at.asks(), own, BLOCKED), own, "the block");
    URI lifting = of(own, at.gives(), "/blocks/" + BLOCKED);
    done(Insisting.onAnAnswer(() -> api.delete(lifting, owner)), "the end of a block");
  }

  private void opposition(
      Api api, String owner, String taker, Of own, Places at, Emergency emergency)
      throws Exception {
    wish(api, owner, of(own, at.gives(), "/emergency-wishes/" + emergency), false);
    requireAllowed(inEmergency(api, at.asks(), own, emergency), own, "an emergency was allowed");
    wish(api, taker, of(own, at.takes(), "/emergency-wishes/" + emergency), true);
    requireRefused(
        inEmergency(api, at.asks(), own, emergency), own, "the opposition to " + emergency);
  }

  private void wish(Api api, String token, URI address, boolean opposed) {
    done(Insisting.onAnAnswer(() -> api.put(address, token, Map.of("opposed", opposed))), "a wish");
  }

  private String grant(Api api, String token, Of own, URI process, String doctor) {
    Api.Answer granted =
        Insisting.onAnAnswer(
            () ->
                api.post(
                    of(own, process, "/grants"),
                    token,
                    Map.of("granteeKind", "PROFESSIONAL", "granteeId", doctor)));
    require(granted.status() == 201, "a grant was answered with %s".formatted(granted));
    return granted.json().path("grantId").asText();
  }

  private void done(Api.Answer answer, String what) {
    require(
        answer.status() == 200 || answer.status() == 204,
        "%s was answered with %s".formatted(what, answer));
  }

  private void requireAllowed(boolean decision, Of own, String what) {
    require(decision, "dossier %s: a decision after %s refused".formatted(own.dossierId(), what));
    allowed.incrementAndGet();
  }

  private void requireRefused(boolean decision, Of own, String what) {
    require(
        !decision,
        "dossier %s: a decision that started after %s was acknowledged allowed"
            .formatted(own.dossierId(), what));
  }

  private static URI of(Of own, URI process, String rest) {
    return process.resolve("/dossiers/" + own.dossierId() + rest);
  }

  private boolean decide(Api api, URI process, Of own, String doctor) throws Exception {
    return decide(api, process, own, doctor, "normal");
  }

  private boolean inEmergency(Api api, URI process, Of own, Emergency emergency) throws Exception {
    return decide(api, process, own, IN_EMERGENCY, emergency.purpose);
  }

  private boolean decide(Api api, URI process, Of own, String doctor, String purpose)
      throws Exception {
    Map<String, Object> asked =
        Map.of(
            "dossierId",
            own.dossierId(),
            "actor",
            Map.of(
                "role", "PROFESSIONAL", "id", doctor, "profession", "10", "structure", STRUCTURE),
            "purpose",
            purpose,
            "regulation",
            true,
            "wordsGiven",
            true);
    Api.Answer decision =
        Insisting.onAnAnswer(() -> api.post(process.resolve("/decisions"), serviceToken(), asked));
    require(decision.status() == 200, "a decision was answered with %s".formatted(decision));
    return decision.json().path("allowed").asBoolean();
  }

  private String serviceToken() {
    ServiceToken current = service;
    if (System.nanoTime() - current.since() > TOKEN_RENEWAL.toNanos()) {
      current = newServiceToken();
      service = current;
    }
    return current.text();
  }

  private ServiceToken newServiceToken() {
    return new ServiceToken(suite.accounts().serviceToken("dossier-service"), System.nanoTime());
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("decisions, seed " + seed + ": " + sentence);
    }
  }
}
