package fr.carnet.local;

import fr.carnet.local.story.Story;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts everything, plays the story, stays up until Ctrl-C. */
@Command(
    name = "run",
    description = "Starts the whole suite, plays the story and stays up until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  @Option(
      names = "--once",
      description = "End after the story, with status 0 only if every step held.")
  private boolean once;

  @Option(
      names = "--fresh",
      description =
          "Begin with no data: databases, Kafka, keys and logs of the runs before go; the journal of"
              + " erasures and the list of backups stay.")
  private boolean fresh;

  @Mixin private KeptData kept;

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  @Override
  public Integer call() throws InterruptedException {
    long begin = System.nanoTime();
    Suite suite;
    try {
      suite = Suite.of(kept.options().withFresh(fresh));
    } catch (AlreadyUp e) {
      err.println("Carnet is up already: " + e.getMessage() + ".");
      err.println(e.addresses().isEmpty() ? "It is still starting." : "\n" + e.addresses());
      return FAILED;
    } catch (NotADataFolder e) {
      err.println(e.getMessage());
      return FAILED;
    }
    // Ctrl-C reaches this process alone: the parts have sessions of their own and are stopped here.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(suite), "stop"));
    out.println("Starting, with data in " + suite.data());
    try {
      suite.start();
    } catch (StoppedWhileStarting e) {
      // Ctrl-C: the hook has stopped everything, or is about to have.
      return FAILED;
    } catch (RuntimeException e) {
      err.println();
      err.println("Carnet did not start: " + e.getMessage());
      return FAILED;
    }
    out.printf(Locale.ROOT, "Everything is up after %.1f s.%n", (System.nanoTime() - begin) / 1e9);

    boolean held = Story.play(suite, out);
    if (once) {
      suite.close();
      return held ? 0 : FAILED;
    }
    out.println();
    out.print(Addresses.of(suite));
    out.println();
    out.println("Ctrl-C stops everything.");
    if (!held) {
      err.println("The story did not hold: see above, and the logs in " + suite.logs() + ".");
    }
    stayUp(suite);
    return 0;
  }

  private void removeEndedBackups(Suite suite, Instant now) {
    try {
      Backup.removeEndedOf(suite.data(), now);
    } catch (IOException e) {
      err.println("Backups that have ended could not be removed: " + e.getMessage());
    }
  }

  private void stop(Suite suite) {
    if (!suite.isClosing()) {
      out.println();
      out.println("Stopping");
    }
    suite.close();
  }

  /** Until the process is stopped; says once of each part that it has ended. */
  private void stayUp(Suite suite) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    Set<Part> said = new HashSet<>();
    Instant backupsLookedAt = Instant.MIN;
    while (!never.await(1, TimeUnit.SECONDS)) {
      Instant now = Instant.now();
      if (backupsLookedAt.isBefore(now.minus(1, ChronoUnit.HOURS))) {
        removeEndedBackups(suite, now);
        backupsLookedAt = now;
      }
      if (!suite.isClosing()) {
        suite.died().stream().filter(said::add).map(suite::whatDied).forEach(err::println);
      }
    }
  }
}
