package fr.carnet.local;

import fr.carnet.local.bench.BenchCommand;
import fr.carnet.local.chaos.ChaosCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command that {@code ./carnet} becomes once everything is built. */
@Command(
    name = "carnet",
    description = "A shared medical record, on this machine.",
    mixinStandardHelpOptions = true,
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
    System.exit(new CommandLine(new Carnet()).execute(arguments));
  }
}
