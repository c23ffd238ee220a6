package fr.carnet.local;

import fr.carnet.local.bench.BenchCommand;
import fr.carnet.local.chaos.ChaosCommand;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command that {@code ./carnet} becomes once everything is built. */
@Command(
    name = "carnet",
    description = "A shared medical record, on this machine.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Carnet.Version.class,
    subcommands = {
      RunCommand.class,
      LoadCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      BenchCommand.class,
      ChaosCommand.class
    })
public final class Carnet {

  private Carnet() {}

  /** Runs a subcommand and ends with its status. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Carnet())
        .setExecutionExceptionHandler((failure, command, _) -> told(failure, command));
  }

  /**
   * A file that is not as it should be is an ordinary mistake; the rest is ours, with its trace.
   */
  private static int told(Exception failure, CommandLine command) throws Exception {
    if (!(failure instanceof FileSystemException
        || failure.getCause() instanceof FileSystemException)) {
      throw failure;
    }
    FileSystemException file =
        failure instanceof FileSystemException it ? it : (FileSystemException) failure.getCause();
    command
        .getErr()
        .println(
            switch (file) {
              case NoSuchFileException _ -> "There is no " + file.getFile() + ".";
              case AccessDeniedException _ -> "You may not read or write " + file.getFile() + ".";
              case FileAlreadyExistsException _ ->
                  "There is something else at " + file.getFile() + ".";
              case FileSystemException _ -> file.getMessage();
            });
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** What the build has put into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "Carnet "
            + Optional.ofNullable(Carnet.class.getPackage().getImplementationVersion())
                .orElse("of no build")
      };
    }
  }
}
