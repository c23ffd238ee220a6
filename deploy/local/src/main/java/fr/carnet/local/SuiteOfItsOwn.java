package fr.carnet.local;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** The option of programs that start a suite of their own, beside any other and upon nothing. */
public final class SuiteOfItsOwn {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Keep its data there, in a folder of its own that is emptied at each start (default:"
              + " target of the project).")
  private Optional<Path> data = Optional.empty();

  /**
   * A suite that is not started yet; it is durable, and stopped with this program.
   *
   * @param folder its own, in the one that is named
   */
  public Suite in(String folder) {
    return of(folder, options -> options);
  }

  /** The same, with ingest going by the code lists that are put there before it is started. */
  public Suite withCodeListsIn(String folder) {
    return of(folder, options -> options.withCodeLists(options.data().resolve("code-lists")));
  }

  private Suite of(String folder, UnaryOperator<SuiteOptions> also) {
    SuiteOptions options = SuiteOptions.forPeople();
    Path above = data.orElse(options.project().resolve("target"));
    Suite suite =
        Suite.of(
            also.apply(
                options.withData(above.resolve(folder)).withFresh(true).withPorts(PortChoice.ANY)));
    Runtime.getRuntime().addShutdownHook(new Thread(suite::close, "stop"));
    return suite;
  }
}
