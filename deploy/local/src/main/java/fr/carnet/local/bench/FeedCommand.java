package fr.carnet.local.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.local.PortChoice;
import fr.carnet.local.Suite;
import fr.carnet.local.SuiteOptions;
import fr.carnet.platform.Durability;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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
  private static final int FAILED = 1;

  /** A folder of its own in the one that is named: it is emptied at each start. */
  private static final String OWN_FOLDER = "bench-feed";

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
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of all that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Keep its data in " + OWN_FOLDER + " there (default: target of the project).")
  private Optional<Path> data = Optional.empty();

  @Override
  public Integer call() throws Exception {
    int people = beneficiaries.orElse(dossiers);
    if (dossiers < 1 || dossiers > people || lines.filter(n -> n < 1).isPresent()) {
      System.err.println("There must be a line, a dossier, and a beneficiary for each dossier.");
      return 2;
    }
    SuiteOptions options = SuiteOptions.forPeople();
    Path folder = data.orElse(options.project().resolve("target")).resolve(OWN_FOLDER);
    Suite suite =
        Suite.of(
            options
                .withData(folder)
                .withFresh(true)
                .withDurability(Durability.DURABLE)
                .withPorts(PortChoice.ANY));
    Runtime.getRuntime().addShutdownHook(new Thread(suite::close, "stop"));
    FeedResult result;
    try (suite) {
      System.out.println("Starting, with data in " + suite.data());
      suite.start();
      result =
          new FeedBenchmark(
                  suite,
                  new FeedBenchmark.Size(
                      lines.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                      dossiers,
                      people,
                      seed),
                  System.out::println)
              .run();
    } catch (RuntimeException e) {
      System.err.println();
      System.err.println("The benchmark failed: " + e.getMessage());
      return FAILED;
    }
    System.out.println();
    System.out.print(result.table());
    System.out.println();
    result.losses().forEach(System.err::println);
    System.out.println(json(result));
    return result.losses().isEmpty() ? 0 : FAILED;
  }

  private static String json(FeedResult result) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(result.figures());
  }
}
