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
  @Parameters(paramLabel = "FOLDER", description = "Where backups are kept, or one of them.")
  private Path folder;

  @Mixin private KeptData kept;

  @Override
  public Integer call() throws IOException {
    return kept.whileStopped(
        of ->
            "Restored "
                + Backup.restore(of, folder.toAbsolutePath(), Instant.now())
                + ".\nThe audit log goes on from there: checkpoints signed since do not fit it any"
                + " more and are kept in "
                + of
                + "/checkpoints-until-*.txt. Tell whoever holds one (docs/operators.md).");
  }
}
