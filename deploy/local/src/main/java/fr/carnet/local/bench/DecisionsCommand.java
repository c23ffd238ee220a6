package fr.carnet.local.bench;

import fr.carnet.local.SuiteOfItsOwn;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast the access-control-service decides. */
@Command(
    name = "decisions",
    description =
        "Decisions a second over HTTP about random dossiers with ten grants each, how soon they"
            + " come, and the same query sent bare to PostgreSQL.",
    mixinStandardHelpOptions = true)
final class DecisionsCommand implements Callable<Integer> {
  private static final int MISUSED = 2;

  @Option(
      names = "--dossiers",
      paramLabel = "N",
      split = ",",
      defaultValue = "10000,100000,1000000",
      description =
          "How many are there when deciding is measured; several with commas, ascending, are"
              + " measured one after the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> dossiers;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = "How long each part takes, after a warm-up (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Mixin private SuiteOfItsOwn own;

  @Override
  public Integer call() throws Exception {
    if (!Benchmarking.areSizes(dossiers) || seconds < 1) {
      System.err.println("There must be a dossier, of several sizes the smallest first, a second.");
      return MISUSED;
    }
    return Benchmarking.on(
        own,
        "bench-decisions",
        suite ->
            new DecisionsBenchmark(
                    suite, dossiers, Duration.ofSeconds(seconds), System.out::println)
                .run());
  }
}
