package fr.carnet.local.bench;

import fr.carnet.events.Sha256;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.bench.DecisionsResult.AtSize;
import fr.carnet.local.probing.Databases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Many dossiers with ten grants each, put into the tables that decisions are read from. Then one of
 * the ten professionals asks about a random dossier, and must be allowed.
 */
final class DecisionsBenchmark {
  /** Half of the goal. */
  static final int PACED_PER_SECOND = 2_500;

  /** The statement that every decision is read by, where the access-control-service keeps it. */
  private static final String STATEMENT =
      "access-control-service/src/main/resources/standing-facts.sql";

  private static final int GRANTS = 10;
  private static final int PROFESSIONALS = 100_000;
  private static final int AT_ONCE = 100;
  private static final int PART = 100_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DOCTOR = "10";
  private static final NationalId STRUCTURE = new NationalId("3750100125");

  private final Suite suite;
  private final List<Integer> sizes;
  private final Duration time;
  private final Consumer<String> progress;

  /**
   * @param sizes in dossiers, ascending
   */
  DecisionsBenchmark(Suite suite, List<Integer> sizes, Duration time, Consumer<String> progress) {
    this.suite = suite;
    this.sizes = List.copyOf(sizes);
    this.time = time;
    this.progress = progress;
  }

  DecisionsResult run() throws IOException, SQLException, InterruptedException, ExecutionException {
    List<AtSize> measured = new ArrayList<>();
    List<String> losses = new ArrayList<>();
    try (Databases databases = new Databases(suite)) {
      int there = 0;
      for (int dossiers : sizes) {
        fill(databases.connection(Service.ACCESS), there, dossiers);
        there = dossiers;
        try (Load load = new Load()) {
          measured.add(measured(load, dossiers));
          load.failed()
              .forEach(
                  (how, count) ->
                      losses.add(
                          "%,d decisions about %,d dossiers failed: %s"
                              .formatted(count, dossiers, how)));
        }
      }
    }
    return new DecisionsResult(time, measured, losses);
  }

  private void fill(Connection access, int from, int to) throws SQLException {
    progress.accept("Filling in %,d dossiers with %d grants each".formatted(to - from, GRANTS));
    try (PreparedStatement dossier =
            access.prepareStatement(
                """
                INSERT INTO dossier (dossier_id, patient_refs, public_key, state, version)
                SELECT substr(encode(sha256(i::text::bytea), 'hex'), 1, 32)::uuid,
                       ARRAY[encode(sha256(('patient-' || i)::bytea), 'hex')], '', 'OPEN', 1
                FROM generate_series(?, ?) AS i
                """);
        PreparedStatement stream =
            access.prepareStatement(
                """
                INSERT INTO stream (id, version)
                SELECT substr(encode(sha256(i::text::bytea), 'hex'), 1, 32)::uuid, 10
                FROM generate_series(?, ?) AS i
                """);
        PreparedStatement grant =
            access.prepareStatement(
                """
                INSERT INTO access_grant (dossier_id, grant_id, grantee_kind, grantee, valid_from,
                                          version)
                SELECT substr(encode(sha256(i::text::bytea), 'hex'), 1, 32)::uuid,
                       gen_random_uuid(), 'PROFESSIONAL',
                       '8' || lpad(((i::bigint * %1$d + k) %% %2$d)::text, 11, '0'),
                       now() - interval '1 day', k + 1
                FROM generate_series(?, ?) AS i, generate_series(0, %1$d - 1) AS k
                """
                    .formatted(GRANTS, PROFESSIONALS))) {
      for (int part = from; part < to; part += PART) {
        for (PreparedStatement insert : List.of(dossier, stream, grant)) {
          insert.setInt(1, part);
          insert.setInt(2, Math.min(part + PART, to) - 1);
          insert.executeUpdate();
        }
        progress.accept("  %,9d filled in".formatted(Math.min(part + PART, to)));
      }
    }
    try (Statement clean = access.createStatement()) {
      clean.execute("VACUUM (ANALYZE)");
      clean.execute("CHECKPOINT");
    }
  }

  private AtSize measured(Load load, int dossiers)
      throws IOException, SQLException, InterruptedException, ExecutionException {
    Supplier<Load.Asked> single = single(dossiers);
    progress.accept(
        "Deciding about %,d dossiers, as fast as it goes, after a warm-up of %d s"
            .formatted(dossiers, time.toSeconds()));
    load.closedLoop(single, time);
    Costs before = Costs.of(suite);
    double perSecond = load.closedLoop(single, time);
    Costs costs = Costs.of(suite).since(before);
    progress.accept(
        String.format(
            Locale.ROOT,
            "  %,.0f a second; now evenly, %,d a second",
            perSecond,
            PACED_PER_SECOND));
    Latencies paced = load.openLoop(single, PACED_PER_SECOND, time);
    progress.accept(
        String.format(
            Locale.ROOT, "  p50 %.1f ms, p99 %.1f ms", paced.percentile(50), paced.percentile(99)));
    double together = AT_ONCE * load.closedLoop(together(dossiers), time);
    progress.accept(String.format(Locale.ROOT, "  %,.0f a second, %d at once", together, AT_ONCE));
    double bare = bare(dossiers);
    progress.accept(String.format(Locale.ROOT, "  %,.0f bare queries a second", bare));
    return new AtSize(dossiers, perSecond, together, bare, paced, costs);
  }

  private Supplier<Load.Asked> single(int dossiers) {
    HttpRequest.Builder to = to();
    return () ->
        new Load.Asked(
            to.copy()
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        Wire.write(request(ThreadLocalRandom.current().nextInt(dossiers)))))
                .build(),
            body -> Wire.read(body, AccessDecision.class).allowed());
  }

  private Supplier<Load.Asked> together(int dossiers) {
    HttpRequest.Builder to = to();
    return () ->
        new Load.Asked(
            to.copy()
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        Wire.write(
                            Stream.generate(
                                    () -> request(ThreadLocalRandom.current().nextInt(dossiers)))
                                .limit(AT_ONCE)
                                .toList())))
                .build(),
            body ->
                Stream.of(Wire.read(body, AccessDecision[].class))
                        .filter(AccessDecision::allowed)
                        .count()
                    == AT_ONCE);
  }

  private HttpRequest.Builder to() {
    URI address = suite.url(Service.ACCESS).resolve("/decisions");
    return HttpRequest.newBuilder(address)
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + suite.accounts().serviceToken("dossier-service"))
        .header("Content-Type", "application/json");
  }

  private static DecisionRequest request(int dossier) {
    return new DecisionRequest(
        id(dossier),
        new Actor(
            Actor.Role.PROFESSIONAL,
            Optional.of(grantee(dossier)),
            Optional.of(DOCTOR),
            Optional.of(STRUCTURE)),
        Optional.empty(),
        PurposeOfUse.NORMAL,
        false,
        false);
  }

  private static UUID id(int dossier) {
    ByteBuffer hash = ByteBuffer.wrap(Sha256.of(Integer.toString(dossier)));
    return new UUID(hash.getLong(), hash.getLong());
  }

  private static String grantee(int dossier) {
    long one = (long) dossier * GRANTS + ThreadLocalRandom.current().nextInt(GRANTS);
    return "8%011d".formatted(one % PROFESSIONALS);
  }

  /** The statement a second, by as many sessions as there are cores, each as fast as it goes. */
  private double bare(int dossiers)
      throws IOException, SQLException, InterruptedException, ExecutionException {
    String sql = Files.readString(suite.project().resolve(STATEMENT));
    int sessions = Runtime.getRuntime().availableProcessors();
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long asked = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(sessions)) {
      List<Future<Long>> done =
          Stream.generate(() -> threads.submit(() -> bareUntil(sql, dossiers, end)))
              .limit(sessions)
              .toList();
      for (Future<Long> each : done) {
        asked += each.get();
      }
    }
    return asked / ((System.nanoTime() - begin) / 1e9);
  }

  private long bareUntil(String sql, int dossiers, long end) throws SQLException {
    long asked = 0;
    try (Connection access =
            DriverManager.getConnection(
                suite.jdbcUrl(Service.ACCESS), suite.databaseUser(), suite.databasePassword());
        Statement setting = access.createStatement();
        PreparedStatement select = access.prepareStatement(sql)) {
      // As the service's connections have it.
      setting.execute("SET plan_cache_mode = force_generic_plan");
      while (System.nanoTime() - end < 0) {
        int dossier = ThreadLocalRandom.current().nextInt(dossiers);
        select.setString(1, "dossier-registry");
        select.setString(2, "access-grants-recovery");
        select.setArray(3, access.createArrayOf("uuid", new UUID[] {id(dossier)}));
        select.setArray(4, access.createArrayOf("text", new String[] {grantee(dossier)}));
        select.setArray(5, access.createArrayOf("text", new String[] {STRUCTURE.value()}));
        select.setArray(6, access.createArrayOf("text", new String[] {""}));
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            asked++;
          }
        }
      }
    }
    return asked;
  }
}
