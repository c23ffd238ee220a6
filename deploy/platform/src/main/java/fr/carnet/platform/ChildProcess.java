package fr.carnet.platform;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process that we started, with its output in a file, that does not outlive us.
 *
 * <p>It runs in a session of its own where the machine has {@code setsid}, so that Ctrl-C in the
 * terminal reaches only us and we stop the parts in order.
 */
public final class ChildProcess implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int LAST_LINES = 25;

  private final String name;
  private final Process process;
  private final Path log;
  private final long logStart;
  private final StopSignal stopSignal;

  private ChildProcess(
      String name, Process process, Path log, long logStart, StopSignal stopSignal) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.logStart = logStart;
    this.stopSignal = stopSignal;
  }

  /**
   * Starts a command.
   *
   * @param name what people call it, for messages
   * @param environment added to ours
   * @param workingFolder where it runs; made when absent
   * @param log its output is appended here
   */
  public static ChildProcess start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path workingFolder,
      Path log,
      StopSignal stopSignal) {
    try {
      Files.createDirectories(workingFolder);
      Files.createDirectories(log.toAbsolutePath().getParent());
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      List<String> whole = new ArrayList<>(ownSession());
      whole.addAll(command);
      ProcessBuilder builder =
          new ProcessBuilder(whole)
              .directory(workingFolder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      Watchdog watchdog = Watchdog.ofThisJvm();
      Process process = builder.start();
      watchdog.watch(process.pid(), stopSignal);
      return new ChildProcess(name, process, log, logStart, stopSignal);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  /** Runs a command to its end; its output goes to the log. */
  static void run(String name, List<String> command, Path workingFolder, Path log) {
    try (ChildProcess child = start(name, command, Map.of(), workingFolder, log, StopSignal.TERM)) {
      int status = child.awaitExit();
      if (status != 0) {
        throw child.failure(name + " ended with status " + status);
      }
    }
  }

  /** {@code setsid}, where there is one: it execs, so the process id stays the one we see. */
  static List<String> ownSession() {
    return Files.isExecutable(Path.of("/usr/bin/setsid")) ? List.of("/usr/bin/setsid") : List.of();
  }

  /**
   * Waits until it is ready.
   *
   * @throws StartFailure when it ends before, or is not ready in time; it is killed then
   */
  public ChildProcess awaitReady(Duration atMost, BooleanSupplier ready) {
    long deadline = System.nanoTime() + atMost.toNanos();
    try {
      while (!ready.getAsBoolean()) {
        if (process.waitFor(50, TimeUnit.MILLISECONDS) && !ready.getAsBoolean()) {
          Watchdog.ofThisJvm().forget(pid());
          throw failure(name + " ended with status " + process.exitValue() + " while starting");
        }
        if (System.nanoTime() - deadline > 0) {
          kill();
          throw failure(name + " was not ready after " + atMost.toSeconds() + " s");
        }
      }
      return this;
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw failure(name + " was not waited for to the end");
    }
  }

  /** Waits for it to end by itself, and gives its exit status. */
  int awaitExit() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw failure(name + " was not waited for to the end");
    }
  }

  /** Whether it has ended, with this exit status. */
  boolean endedWith(int status) {
    return !process.isAlive() && process.exitValue() == status;
  }

  /** Whether what it has logged since this start contains the text. */
  boolean hasLogged(String text) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(logStart);
      byte[] bytes = new byte[Math.toIntExact(file.length() - logStart)];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A failure of this process, with the last lines of its log. */
  public StartFailure failure(String what) {
    return new StartFailure(what, log, lastLines());
  }

  private List<String> lastLines() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    } catch (IOException e) {
      return List.of("(the log cannot be read: " + e.getMessage() + ")");
    }
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** Ends it, and what it started, with SIGKILL. */
  public void kill() {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    family.forEach(member -> member.onExit().join());
    Watchdog.ofThisJvm().forget(pid());
  }

  /**
   * Asks it to end in order and waits; after half a minute it is killed. Idle when it has ended.
   */
  @Override
  public void close() {
    if (process.isAlive()) {
      List<ProcessHandle> family = process.descendants().toList();
      signal();
      try {
        if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
          kill();
        }
      } catch (InterruptedException e) {
        kill();
        Thread.currentThread().interrupt();
      }
      family.forEach(ProcessHandle::destroyForcibly);
    }
    Watchdog.ofThisJvm().forget(pid());
  }

  private void signal() {
    switch (stopSignal) {
      case TERM -> process.destroy();
      case INT -> {
        try {
          new ProcessBuilder("kill", "-s", "INT", Long.toString(pid())).start().onExit().join();
        } catch (IOException e) {
          process.destroyForcibly();
        }
      }
    }
  }
}
