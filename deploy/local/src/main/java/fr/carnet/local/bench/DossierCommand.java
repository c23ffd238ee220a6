package fr.carnet.local.bench;

import fr.carnet.local.SuiteOfItsOwn;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast a dossier is read among many, and what sealing costs. */
@Command(
    name = "dossier",
    description =
        "Summaries and timelines a second, each with token, decision and trace, among many dossiers"
            + " that hold much; documents up and down; what sealing costs the feed; how fast the"
            + " read models are made anew from Kafka.",
    mixinStandardHelpOptions = true)
final class DossierCommand implements Callable<Integer> {
  private static final int MISUSED = 2;

  @Option(
      names = "--dossiers",
      paramLabel = "N",
      split = ",",
      defaultValue = "100000",
      description =
          "How many are there when reading is measured; several with commas, ascending, are measured"
              + " one after the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> dossiers;

  @Option(
      names = "--items",
      paramLabel = "M",
      defaultValue = "200",
      description =
          "What each holds: a tenth are items, the rest is care (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--lines",
      paramLabel = "N",
      description =
          "How many lines of the feed are measured in bulk, and as many live (default: half a"
              + " minute's, by the warm-up).")
  private Optional<Integer> lines = Optional.empty();

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "30",
      description = "How long each part of the reading takes (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of all that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private SuiteOfItsOwn own;

  @Override
  public Integer call() throws Exception {
    if (!Benchmarking.areSizes(dossiers)
        || items < 2
        || seconds < 1
        || lines.filter(n -> n < 1).isPresent()) {
      System.err.println(
          "There must be a dossier, of several sizes the smallest first, an item, a care line, a"
              + " line and a second.");
      return MISUSED;
    }
    return Benchmarking.on(
        own,
        "bench-dossier",
        suite ->
            new DossierBenchmark(
                    suite,
                    new DossierBenchmark.Size(
                        dossiers,
                        items,
                        lines.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                        seconds,
                        seed),
                    System.out::println)
                .run());
  }
}
