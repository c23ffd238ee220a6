package fr.carnet.local;

import java.nio.file.Path;
import java.util.Optional;
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
    SuiteOptions options = SuiteOptions.forPeople();
    Path above = data.orElse(options.project().resolve("target"));
    Suite suite =
        Suite.of(options.withData(above.resolve(folder)).withFresh(true).withPorts(PortChoice.ANY));
    Runtime.getRuntime().addShutdownHook(new Thread(suite::close, "stop"));
    return suite;
  }
}
