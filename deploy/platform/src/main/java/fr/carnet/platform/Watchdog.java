package fr.carnet.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One shell beside this JVM that stops what the JVM started when the JVM is gone, however it went.
 *
 * <p>It learns the processes through a pipe of which this JVM alone holds the writing end; when the
 * pipe closes, nobody is left to stop them in order, so it asks each to end and, ten seconds later,
 * ends it. It ignores the signals of a terminal, as it must outlive those that the JVM gets.
 */
final class Watchdog {

  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      watched=
      while read -r sign signal pid; do
        kept=
        for one in $watched; do
          [ "${one#*:}" = "$pid" ] || kept="$kept $one"
        done
        watched=$kept
        [ "$sign" = + ] && watched="$watched $signal:$pid"
      done
      for one in $watched; do kill -s "${one%%:*}" "${one#*:}" 2>/dev/null; done
      for _ in 1 2 3 4 5 6 7 8 9 10; do
        alive=
        for one in $watched; do kill -0 "${one#*:}" 2>/dev/null && alive=yes; done
        [ -z "$alive" ] && exit 0
        sleep 1
      done
      for one in $watched; do kill -s KILL "${one#*:}" 2>/dev/null; done
      """;

  private static Watchdog instance;

  private final OutputStream pipe;

  private Watchdog(OutputStream pipe) {
    this.pipe = pipe;
  }

  static synchronized Watchdog ofThisJvm() {
    if (instance == null) {
      List<String> command = new ArrayList<>(ChildProcess.ownSession());
      command.addAll(List.of("sh", "-c", SCRIPT));
      try {
        instance =
            new Watchdog(
                new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .getOutputStream());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return instance;
  }

  void watch(long pid, StopSignal signal) {
    tell("+ " + signal + " " + pid);
  }

  void forget(long pid) {
    tell("- - " + pid);
  }

  private synchronized void tell(String line) {
    try {
      pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the watchdog of the started processes is gone", e);
    }
  }
}
