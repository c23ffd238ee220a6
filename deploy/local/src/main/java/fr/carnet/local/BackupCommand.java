package fr.carnet.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Copies what a stopped suite keeps. */
@Command(
    name = "backup",
    description =
        "Copies all that a stopped suite keeps into a new folder in FOLDER, and removes backups"
            + " older than 30 days there.",
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Parameters(paramLabel = "FOLDER", description = "Where backups are kept.")
  private Path folder;

  @Mixin private KeptData kept;

  @Override
  public Integer call() throws IOException {
    Path of = kept.options().data();
    try {
      System.out.println(
          "Backed up into " + Backup.take(of, folder.toAbsolutePath(), Instant.now()) + ".");
      return 0;
    } catch (AlreadyUp e) {
      System.err.println("A suite is up on " + of + ". Stop it first (Ctrl-C where it runs).");
    } catch (Backup.Refused e) {
      System.err.println(e.getMessage());
    }
    return FAILED;
  }
}
