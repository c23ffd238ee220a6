package fr.carnet.local.chaos;

import fr.carnet.billing.BillingSystem;
import fr.carnet.billing.LineStream;
import fr.carnet.events.Paris;
import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.probing.Databases;
import fr.carnet.local.probing.Dossiers;
import fr.carnet.platform.RankTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Times deliveries of one line for people with an open dossier and for people without, in random
 * order, as their sender can: a new line, and at once afterwards, while it is being passed, the
 * same again, another content under its id, or its flag of secret care. A rank test must not tell
 * the two apart.
 */
public final class TimingScenario implements ChaosScenario {
  private static final int PEOPLE = 100;
  private static final Duration RENEW_TOKEN = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * Beyond 3.89 standard deviations are one in ten thousand runs where there is nothing to tell
   * (both sides, normal); four kinds are tested, so one run in 2,500 fails for nothing. With 10,000
   * timings of each, a standard deviation is 0.0041: a share of 0.5 ± 0.016 is found out.
   */
  private static final double SEPARABLE = 3.89;

  /** What is timed. */
  private enum Kind {
    NEW("new lines"),
    AGAIN("lines sent again"),
    OTHER_CONTENT("other contents under a known id"),
    LATE_SECRET("late flags of secret care");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String text(String line) {
      return switch (this) {
        case NEW, AGAIN -> line;
        case OTHER_CONTENT -> line.replace("\"quantity\":1,", "\"quantity\":2,");
        case LATE_SECRET -> line.replace("\"secretCare\":false", "\"secretCare\":true");
      };
    }
  }

  /** Nanoseconds, of people with a dossier and of people without. */
  private static final class Timings {
    private final double[] with;
    private final double[] without;
    private int withCount;
    private int withoutCount;

    Timings(int each) {
      with = new double[each];
      without = new double[each];
    }

    void add(boolean hasDossier, double nanos) {
      if (hasDossier) {
        with[withCount++] = nanos;
      } else {
        without[withoutCount++] = nanos;
      }
    }

    private static double median(double[] values) {
      return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }

    String medians() {
      return String.format(
          Locale.ROOT, "medians %.3f and %.3f ms", median(with) / 1e6, median(without) / 1e6);
    }
  }

  private final Suite suite;
  private final long seed;
  private final int each;
  private final Consumer<String> progress;
  private final URI deliveries;
  private String token = "";
  private long tokenSince;

  /** Times so many deliveries of each kind, for people with a dossier and for people without. */
  public TimingScenario(Suite suite, long seed, int each, Consumer<String> progress) {
    this.suite = suite;
    this.seed = seed;
    this.each = each;
    this.progress = progress;
    this.deliveries = suite.url(Service.INGEST).resolve("/deliveries");
  }

  @Override
  public ChaosReport run() throws Exception {
    LocalDate today = LocalDate.now(Clock.system(Paris.ZONE));
    BillingSystem billing =
        BillingSystem.seeded(31 * seed + 5, today).withBeneficiaries(2 * PEOPLE);
    List<String> people = billing.beneficiaryNumbers();
    LineStream with = billing.endless("timed-a", people.subList(0, PEOPLE));
    LineStream without = billing.endless("timed-b", people.subList(PEOPLE, 2 * PEOPLE));
    Map<Kind, Timings> timings = new EnumMap<>(Kind.class);
    List<Kind> later = List.of(Kind.AGAIN, Kind.OTHER_CONTENT, Kind.LATE_SECRET);
    timings.put(Kind.NEW, new Timings(each * later.size()));
    later.forEach(kind -> timings.put(kind, new Timings(each)));
    Random random = new Random(seed);
    try (Api api = new Api()) {
      open(api, people.subList(0, PEOPLE));
      for (int i = 0; i < 300; i++) {
        // Whatever is slow at first is slow for nobody in particular.
        deliver(api, text(i % 2 == 0 ? with : without));
      }
      for (int i = 0; i < each; i++) {
        for (Kind second : later) {
          boolean withFirst = random.nextBoolean();
          for (boolean hasDossier : List.of(withFirst, !withFirst)) {
            String line = text(hasDossier ? with : without);
            timings.get(Kind.NEW).add(hasDossier, deliver(api, line));
            timings.get(second).add(hasDossier, deliver(api, second.text(line)));
          }
        }
      }
    }
    return judged(timings);
  }

  private void open(Api api, List<String> people) throws SQLException, InterruptedException {
    Dossiers dossiers = new Dossiers(suite, api);
    String agent = suite.accounts().token("counter-agent");
    try (Databases databases = new Databases(suite)) {
      String openDossiers = "SELECT count(*) FROM dossier WHERE open";
      long before = databases.number(Service.INGEST, openDossiers);
      for (String ins : people) {
        Api.Answer answer = dossiers.openAtCounter(agent, ins, "chaos-timings-" + seed + "-" + ins);
        require(answer.status() == 201, "an opening was answered with " + answer);
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (databases.number(Service.INGEST, openDossiers) < before + people.size()) {
        require(System.nanoTime() - deadline < 0, "ingest does not come to know the dossiers");
        Thread.sleep(50);
      }
    }
  }

  private static String text(LineStream stream) {
    return new String(stream.next().json(), StandardCharsets.UTF_8);
  }

  private double deliver(Api api, String line) {
    if (token.isEmpty() || System.nanoTime() - tokenSince > RENEW_TOKEN.toNanos()) {
      token = suite.accounts().serviceToken("billing-system");
      tokenSince = System.nanoTime();
    }
    byte[] body = line.getBytes(StandardCharsets.UTF_8);
    long begin = System.nanoTime();
    Api.Answer answer = api.postLines(deliveries, token, body);
    long nanos = System.nanoTime() - begin;
    require(answer.status() == 200, "a delivery was answered with " + answer);
    return nanos;
  }

  private ChaosReport judged(Map<Kind, Timings> timings) {
    Map<String, Long> counts = new LinkedHashMap<>();
    List<String> told = new ArrayList<>();
    timings.forEach(
        (kind, of) -> {
          RankTest test = RankTest.of(of.with, of.without);
          String sentence =
              "%s of people with a dossier and without, %,d of each: %s, %s"
                  .formatted(kind.title, of.with.length, test, of.medians());
          progress.accept("  " + sentence);
          if (Math.abs(test.z()) > SEPARABLE) {
            told.add(sentence);
          }
          counts.put(kind.title + " timed of each", (long) of.with.length);
        });
    require(told.isEmpty(), "time tells who has a dossier: " + String.join("; ", told));
    return new ChaosReport("timings", seed, counts, Map.of());
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new AssertionError("timings, seed " + seed + ": " + sentence);
    }
  }
}
