package fr.carnet.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

  @Test
  void endsWithItsParentThoughTheParentIsKilled(@TempDir Path folder) throws Exception {
    Process parent =
        new ProcessBuilder(
                Platform.java(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = parent.inputReader()) {
      long child = Long.parseLong(said.readLine());
      assertThat(isAlive(child)).isTrue();
      parent.destroyForcibly().onExit().join();
      await().atMost(Duration.ofMinutes(5)).until(() -> !isAlive(child));
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void thatEndsWhileStartingIsAFailureWithTheLastLinesOfItsLog(@TempDir Path folder) {
    Path log = folder.resolve("part.log");
    try (ChildProcess process =
        ChildProcess.start(
            "The part",
            List.of("sh", "-c", "echo no such thing; exit 3"),
            Map.of(),
            folder,
            log,
            StopSignal.TERM)) {
      assertThatExceptionOfType(StartFailure.class)
          .isThrownBy(() -> process.awaitReady(Duration.ofSeconds(20), () -> false))
          .withMessageContaining("The part ended with status 3")
          .withMessageContaining(log.toString())
          .withMessageContaining("no such thing");
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  /** Starts a process that would live for long, tells its id, and waits to be killed. */
  static final class Parent {

    private Parent() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      ChildProcess child =
          ChildProcess.start(
              "sleeper",
              List.of("sleep", "600"),
              Map.of(),
              folder,
              folder.resolve("sleeper.log"),
              StopSignal.TERM);
      System.out.println(child.pid());
      System.out.flush();
      int never = System.in.read();
      System.exit(never);
    }
  }
}
