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

/** How many lines a second come from the insurer to where their patients read them. */
@Command(
    name = "feed",
    description = "Lines a second from publishing to visible through GET, beside a bare pipe.",
    mixinStandardHelpOptions = true)
final class FeedCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  /** A folder of its own in the one that is named: it is emptied at each start. */
  private static final String OWN_FOLDER = "bench-feed";

  @Option(
      names = "--lines",
      paramLabel = "N",
      description = "How many lines are measured (default: about a minute's, by the warm-up).")
  private Optional<Integer> lines = Optional.empty();

  @Option(
      names = "--dossiers",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Open dossiers (default: ${DEFAULT-VALUE}).")
  private int dossiers;

  @Option(
      names = "--beneficiaries",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Whose lines are sent (default: ${DEFAULT-VALUE}).")
  private int beneficiaries;

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
    if (dossiers < 1 || dossiers > beneficiaries || lines.filter(n -> n < 1).isPresent()) {
      System.err.println("There must be a line, a dossier, and a beneficiary for each dossier.");
      return 2;
    }
    SuiteOptions people = SuiteOptions.forPeople();
    Path folder = data.orElse(people.project().resolve("target")).resolve(OWN_FOLDER);
    Suite suite =
        Suite.of(
            people
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
                      beneficiaries,
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
