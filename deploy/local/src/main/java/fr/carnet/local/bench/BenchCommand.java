package fr.carnet.local.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The benchmarks, by name. */
@Command(
    name = "bench",
    description = "Measures the whole suite on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      FeedCommand.class,
      DossierCommand.class,
      DecisionsCommand.class,
      AuditCommand.class
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MISUSED = 2;

  @Spec private CommandSpec spec;

  @Unmatched private List<String> unknown = new ArrayList<>();

  @Override
  public Integer call() {
    if (!unknown.isEmpty()) {
      System.err.println("There is no benchmark " + unknown.getFirst() + ".");
    }
    System.err.println("Benchmarks:");
    spec.subcommands()
        .forEach(
            (name, benchmark) -> System.err.printf("  %-10s %s%n", name, description(benchmark)));
    System.err.println("./carnet bench NAME --help tells the options of one.");
    return MISUSED;
  }

  private static String description(CommandLine benchmark) {
    return String.join(" ", benchmark.getCommandSpec().usageMessage().description());
  }
}
