package fr.carnet.local;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says where the suite that people run keeps everything. */
final class KeptData {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Where the suite keeps everything (default: .carnet in the project).")
  private Optional<Path> data = Optional.empty();

  SuiteOptions options() {
    SuiteOptions options = SuiteOptions.forPeople();
    return data.map(options::withData).orElse(options);
  }
}
