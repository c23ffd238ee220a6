package fr.carnet.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says where the suite that people run keeps everything. */
final class KeptData {
  private static final int FAILED = 1;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Where the suite keeps everything (default: .carnet in the project).")
  private Optional<Path> data = Optional.empty();

  SuiteOptions options() {
    SuiteOptions options = SuiteOptions.forPeople();
    return data.map(options::withData).orElse(options);
  }

  /** What is done with a folder that no suite is up on, and says what it did. */
  interface Work {
    String on(Path folder) throws IOException, Backup.Refused;
  }

  /** Does it and prints what it says, or why it cannot be done; the exit status of the command. */
  int whileStopped(Work work) throws IOException {
    Path folder = options().data();
    try {
      System.out.println(work.on(folder));
      return 0;
    } catch (AlreadyUp e) {
      System.err.println("A suite is up on " + folder + ". Stop it first (Ctrl-C where it runs).");
    } catch (NotADataFolder | Backup.Refused e) {
      System.err.println(e.getMessage());
    }
    return FAILED;
  }
}
