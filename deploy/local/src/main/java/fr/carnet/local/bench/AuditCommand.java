package fr.carnet.local.bench;

import fr.carnet.local.SuiteOfItsOwn;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast the log takes records, proves and is verified. */
@Command(
    name = "audit",
    description =
        "Records a second into the audit log, beside a bare insert of the same rows; time of a proof"
            + " and of verification; bytes an entry.",
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "300000",
      description = "Of 600 bytes that are measured (default: ${DEFAULT-VALUE}).")
  private int records;

  @Option(
      names = "--entries",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000000",
      description =
          "Let the log grow to so many entries, and measure proofs and verification there; several"
              + " with commas, ascending (default: ${DEFAULT-VALUE}). Ten million take some 35 GB.")
  private List<Integer> entries = List.of();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of all that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private SuiteOfItsOwn own;

  @Override
  public Integer call() throws Exception {
    if (records < 1 || entries.isEmpty() || entries.stream().anyMatch(n -> n < 1)) {
      System.err.println("There must be a record and an entry.");
      return 2;
    }
    return Benchmarking.on(
        own,
        "bench-audit",
        suite -> new AuditBenchmark(suite, records, entries, seed, System.out::println).run());
  }
}
