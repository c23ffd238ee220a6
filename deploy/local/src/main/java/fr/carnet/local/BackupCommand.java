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
  @Parameters(paramLabel = "FOLDER", description = "Where backups are kept.")
  private Path folder;

  @Mixin private KeptData kept;

  @Override
  public Integer call() throws IOException {
    return kept.whileStopped(
        of ->
            "Backed up into "
                + Backup.take(of, folder.toAbsolutePath(), Instant.now())
                + ".\nKeep "
                + of.resolve(DataFolder.ERASURES)
                + " elsewhere too, once something was erased: it is in no backup, and what it names does"
                + " not come back with a restore.");
  }
}
