package fr.carnet.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Puts back what a suite kept. */
@Command(
    name = "restore",
    description =
        "Puts back the newest backup in FOLDER, or the one that FOLDER is. The journal of erasures"
            + " stays, and is applied again at the next start.",
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Parameters(paramLabel = "FOLDER", description = "Where backups are kept, or one of them.")
  private Path folder;

  @Mixin private KeptData kept;

  @Override
  public Integer call() throws IOException {
    Path of = kept.options().data();
    try {
      System.out.println(
          "Restored " + Backup.restore(of, folder.toAbsolutePath(), Instant.now()) + ".");
      return 0;
    } catch (AlreadyUp e) {
      System.err.println("A suite is up on " + of + ". Stop it first (Ctrl-C where it runs).");
    } catch (Backup.Refused e) {
      System.err.println(e.getMessage());
    }
    return FAILED;
  }
}
