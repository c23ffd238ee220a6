package fr.carnet.local.chaos;

import fr.carnet.billing.CodeLists;
import fr.carnet.local.Suite;
import fr.carnet.local.SuiteOfItsOwn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The long versions of the tests that kill processes. */
@Command(
    name = "chaos",
    description = "Kills processes of the whole suite at random, and looks whether all is well.",
    mixinStandardHelpOptions = true)
public final class ChaosCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  /** What there is, in the order in which it is done. */
  private enum Scenario {
    VALVE("ingest killed while dossiers open and close and lines arrive; N kills", 20),
    DECISIONS("revocations, blocks, oppositions bind the other process at once; N of each", 10_000),
    RELAY("dossier-service and access-control killed while they record events; N kills", 20),
    FEED("everything killed in turn while lines come by all three ways; N kills", 20),
    AUDIT("two audit-services killed in turn, their database set back and emptied; N kills", 50),
    TIMINGS("what a sender asks timed for people with and without a dossier; N of each", 10_000),
    MESSAGES("ingest reads N messages that are broken, mutated or random", 1_000_000);

    private final String description;
    private final int usualRounds;

    Scenario(String description, int usualRounds) {
      this.description = description;
      this.usualRounds = usualRounds;
    }

    String shown() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How long (default: what is usual for each scenario).")
  private Optional<Integer> rounds = Optional.empty();

  @Option(
      names = "--lines",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Of the scenario feed; entries of audit (default: ${DEFAULT-VALUE}).")
  private long lines;

  @Option(
      names = "--lose",
      description = "Loses a line of the scenario feed on its way: it must be found out.")
  private boolean loses;

  @Option(
      names = "--leak",
      description =
          "Makes answers of the scenario timings a little slower for some: it must be found out.")
  private boolean leaks;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of all that is drawn (default: another one each time; it is told).")
  private Optional<Long> seed = Optional.empty();

  @Mixin private SuiteOfItsOwn own;

  @Parameters(
      paramLabel = "SCENARIO",
      description =
          "valve, decisions, relay, feed, audit, timings, messages (default: all, one after the"
              + " other, which takes an hour or more).")
  private List<String> names = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<Scenario> scenarios = new ArrayList<>();
    for (String name : names) {
      Optional<Scenario> known =
          List.of(Scenario.values()).stream().filter(s -> s.shown().equals(name)).findFirst();
      if (known.isEmpty()) {
        System.err.println("There is no scenario " + name + ". Scenarios:");
        for (Scenario scenario : Scenario.values()) {
          System.err.printf("  %-11s %s%n", scenario.shown(), scenario.description);
        }
        return MISUSED;
      }
      scenarios.add(known.get());
    }
    if (rounds.orElse(1) < 1 || lines < 1) {
      System.err.println("There must be a round.");
      return MISUSED;
    }
    return play(scenarios.isEmpty() ? List.of(Scenario.values()) : scenarios);
  }

  private int play(List<Scenario> scenarios) throws IOException {
    long chosen = seed.orElseGet(() -> (long) new Random().nextInt(1_000_000));
    Optional<Path> published =
        Optional.ofNullable(System.getenv("CARNET_NOMENCLATURES"))
            .filter(name -> !name.isBlank())
            .map(Path::of);
    Suite suite = own.withCodeListsIn("chaos");
    int failures = 0;
    try (suite) {
      CodeLists.writeFor(suite.codeLists().orElseThrow(), published);
      System.out.println("Seed " + chosen + "; starting, with data in " + suite.data());
      System.out.println(
          "Codes must be in " + published.map(Path::toString).orElse("small lists made here"));
      suite.start();
      for (Scenario scenario : scenarios) {
        System.out.printf("%n%s, seed %d: %s%n", scenario.shown(), chosen, scenario.description);
        if (!holds(scenario, suite, chosen)) {
          failures++;
        }
      }
    } catch (RuntimeException e) {
      System.err.println("Chaos could not be made: " + e.getMessage());
      return FAILED;
    }
    System.out.printf("%n%s%n", failures == 0 ? "Everything held." : failures + " did not hold.");
    return failures == 0 ? 0 : FAILED;
  }

  private boolean holds(Scenario scenario, Suite suite, long chosen) {
    long begin = System.nanoTime();
    try {
      ChaosReport report = scenario(scenario, suite, chosen).run();
      System.out.println("HELD  " + report);
      return true;
    } catch (AssertionError violated) {
      System.out.println("BROKEN  " + violated.getMessage());
    } catch (Exception failure) {
      System.out.println("FAILED  " + scenario.shown() + ", seed " + chosen + ": " + failure);
      failure.printStackTrace();
    } finally {
      System.out.printf(Locale.ROOT, "%.0f s%n", (System.nanoTime() - begin) / 1e9);
    }
    System.out.println("Logs are in " + suite.logs());
    return false;
  }

  private ChaosScenario scenario(Scenario scenario, Suite suite, long chosen) {
    int length = rounds.orElse(scenario.usualRounds);
    return switch (scenario) {
      case VALVE -> new ValveScenario(suite, chosen, length, System.out::println);
      case DECISIONS -> new DecisionsScenario(suite, chosen, length, System.out::println);
      case RELAY -> new RelayScenario(suite, chosen, length, System.out::println);
      case FEED -> new FeedScenario(suite, chosen, length, lines, loses, System.out::println);
      case AUDIT -> new AuditScenario(suite, chosen, length, lines, System.out::println);
      case MESSAGES -> new MessagesScenario(suite, chosen, length, System.out::println);
      case TIMINGS -> new TimingScenario(suite, chosen, length, leaks, System.out::println);
    };
  }
}
