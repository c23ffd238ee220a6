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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Two processes of access-control on one database, under load: a patient grants at one, the other
 * allows; the patient revokes at one, and the other refuses the decision that starts after the
 * acknowledgement. Every trial, or the scenario fails.
 */
public final class RevocationScenario implements ChaosScenario {
  private static final int PATIENTS = 16;
  private static final int ONLOOKERS = 4;
  private static final int TELL = 500;

  /** Doctors of the local realm, by national id. */
  private static final List<String> DOCTORS =
      List.of("899700024450", "899700031018", "899700032024");

  private static final String STRUCTURE = "3750100125";

  /** Every request has its own time limit, so that this one is only the last resort. */
  private static final Duration AT_MOST = Duration.ofHours(2);

  private static final Duration TOKEN_RENEWAL = Duration.ofMinutes(10);

  private record Of(String ins, String dossierId) {}

  private record ServiceToken(String text, long since) {}

  private final Suite suite;
  private final long seed;
  private final int trials;
  private final Consumer<String> progress;
  private final AtomicLong allowed = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong acrossProcesses = new AtomicLong();
  private final AtomicLong besides = new AtomicLong();
  private volatile ServiceToken service = new ServiceToken("", 0);

  /** Does this many trials. */
  public RevocationScenario(Suite suite, long seed, int trials) {
    this(suite, seed, trials, _ -> {});
  }

  /** The same, telling its progress. */
  public RevocationScenario(Suite suite, long seed, int trials, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.trials = trials;
    this.progress = progress;
  }

  @Override
  public ChaosReport run() throws Exception {
    List<String> people =
        BillingSystem.seeded(31 * seed + 2, LocalDate.now(Clock.system(Paris.ZONE)))
            .withBeneficiaries(PATIENTS)
            .beneficiaryNumbers();
    service = newServiceToken();
    try (Api api = new Api();
        Patients patients = new Patients(suite);
        ServiceInstance other = suite.startAnother(Service.ACCESS)) {
      patients.register(people);
      List<URI> processes = List.of(suite.url(Service.ACCESS), other.address());
      Dossiers dossiers = new Dossiers(suite, api);
      String agent = suite.accounts().token("counter-agent");
      AtomicInteger begun = new AtomicInteger();
      try (Crew onlookers = new Crew();
          Crew crew = new Crew()) {
        for (int i = 0; i < people.size(); i++) {
          String ins = people.get(i);
          Api.Answer opened = dossiers.openAtCounter(agent, ins, "chaos-" + seed + "-" + ins);
          require(opened.status() == 201, "an opening was answered with %s".formatted(opened));
          Of own = new Of(ins, opened.json().path("dossierId").asText());
          Random random = new Random(seed * 31 + i);
          crew.once(
              () -> {
                int trial = begun.incrementAndGet();
                while (trial <= trials) {
                  tryOnce(api, patients, own, processes, random);
                  if (trial % TELL == 0) {
                    progress.accept("  %,d of %,d trials".formatted(trial, trials));
                  }
                  trial = begun.incrementAndGet();
                }
              });
          if (i < ONLOOKERS) {
            URI process = processes.get(i % 2);
            onlookers.again(
                () -> {
                  decide(api, process, own.dossierId(), DOCTORS.get(0));
                  besides.incrementAndGet();
                  Thread.sleep(2);
                });
          }
        }
        crew.await(AT_MOST);
        onlookers.finish();
      }
    }
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("trials", (long) trials);
    counts.put("allowed before", allowed.get());
    counts.put("refused after", refused.get());
    counts.put("revoked at one process and asked at the other", acrossProcesses.get());
    counts.put("other decisions meanwhile", besides.get());
    require(
        allowed.get() == trials && refused.get() == trials,
        "of %d trials %d were allowed before and %d refused after"
            .formatted(trials, allowed.get(), refused.get()));
    return new ChaosReport("revocation", seed, counts, Map.of());
  }

  private void tryOnce(Api api, Patients patients, Of own, List<URI> processes, Random random)
      throws Exception {
    String token = patients.token(own.ins());
    String doctor = DOCTORS.get(random.nextInt(DOCTORS.size()));
    URI grantsAt = processes.get(random.nextInt(2));
    int revokesAt = random.nextInt(2);
    URI asksAt = processes.get(1 - revokesAt);
    Api.Answer granted =
        Insisting.onAnAnswer(
            () ->
                api.post(
                    grantsOf(own, grantsAt),
                    token,
                    Map.of("granteeKind", "PROFESSIONAL", "granteeId", doctor)));
    require(granted.status() == 201, "a grant was answered with %s".formatted(granted));
    require(
        decide(api, asksAt, own.dossierId(), doctor),
        "dossier %s: a decision after a grant refused".formatted(own.dossierId()));
    allowed.incrementAndGet();
    String grant = granted.json().path("grantId").asText();
    URI granting = URI.create(grantsOf(own, processes.get(revokesAt)) + "/" + grant);
    Api.Answer revoked = Insisting.onAnAnswer(() -> api.delete(granting, token));
    require(
        revoked.status() == 200 || revoked.status() == 204,
        "a revocation was answered with %s".formatted(revoked));
    require(
        !decide(api, asksAt, own.dossierId(), doctor),
        ("dossier %s, grant %s: a decision that started after the revocation was acknowledged"
                + " allowed")
            .formatted(own.dossierId(), grant));
    refused.incrementAndGet();
    acrossProcesses.incrementAndGet();
  }

  private static URI grantsOf(Of own, URI process) {
    return process.resolve("/dossiers/" + own.dossierId() + "/grants");
  }

  private boolean decide(Api api, URI process, String dossierId, String doctor) throws Exception {
    Map<String, Object> asked =
        Map.of(
            "dossierId",
            dossierId,
            "actor",
            Map.of(
                "role", "PROFESSIONAL", "id", doctor, "profession", "10", "structure", STRUCTURE),
            "purpose",
            "normal",
            "regulation",
            false,
            "wordsGiven",
            false);
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
      throw new AssertionError("revocation, seed " + seed + ": " + sentence);
    }
  }
}
