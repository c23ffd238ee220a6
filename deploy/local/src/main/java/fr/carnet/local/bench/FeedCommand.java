package fr.carnet.local.bench;

import fr.carnet.local.SuiteOfItsOwn;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How many lines a second come from the insurer to where their patients read them, and how soon.
 */
@Command(
    name = "feed",
    description =
        "Lines a second from publishing to visible through GET and in the audit log, beside a bare"
            + " pipe; how soon one is seen at the country's peak; how fast a dossier opens.",
    mixinStandardHelpOptions = true)
final class FeedCommand implements Callable<Integer> {
  @Option(
      names = "--lines",
      paramLabel = "N",
      description =
          "How many lines are measured in bulk, and as many live (default: half a minute's, by the"
              + " warm-up).")
  private Optional<Integer> lines = Optional.empty();

  @Option(
      names = "--dossiers",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Open dossiers that get lines live (default: ${DEFAULT-VALUE}).")
  private int dossiers;

  @Option(
      names = "--beneficiaries",
      paramLabel = "N",
      description =
          "Whose lines are sent live; those above the dossiers have none (default: as many as the"
              + " dossiers).")
  private Optional<Integer> beneficiaries = Optional.empty();

  @Option(
      names = "--stored",
      paramLabel = "N",
      split = ",",
      description =
          "Let the store grow to so many lines then, and measure bulk there again; several with"
              + " commas, ascending. Ten million take some 60 GB and half an hour.")
  private List<Integer> stored = List.of();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of all that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private SuiteOfItsOwn own;

  @Override
  public Integer call() throws Exception {
    int people = beneficiaries.orElse(dossiers);
    if (dossiers < 1 || dossiers > people || lines.filter(n -> n < 1).isPresent()) {
      System.err.println("There must be a line, a dossier, and a beneficiary for each dossier.");
      return 2;
    }
    return Benchmarking.on(
        own,
        "bench-feed",
        suite ->
            new FeedBenchmark(
                    suite,
                    new FeedBenchmark.Size(
                        lines.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                        dossiers,
                        people,
                        stored,
                        seed),
                    System.out::println)
                .run());
  }
}
