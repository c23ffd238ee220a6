package fr.carnet.eventstore;

import fr.carnet.platform.ChildProcess;
import fr.carnet.platform.StopSignal;
import fr.carnet.testkit.RealServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;

/** A relay in a process of its own, that can be killed and stopped as the machine does it. */
final class RelayProcess implements AutoCloseable {
  private final String name;
  private final ChildProcess process;

  private RelayProcess(String name, ChildProcess process) {
    this.name = name;
    this.process = process;
  }

  /** What runs in the process. */
  public static void main(String[] arguments) throws InterruptedException {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(arguments[1]);
    dataSource.setUser(arguments[2]);
    dataSource.setPassword(arguments[3]);
    dataSource.setApplicationName(arguments[0]);
    new Relay(dataSource, "test", Map.of("bootstrap.servers", arguments[4])).start();
    new CountDownLatch(1).await();
  }

  /** Starts one; it shows under this name among the database's sessions. */
  static RelayProcess start(String name, Bench bench) {
    return new RelayProcess(
        name,
        ChildProcess.start(
            name,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                RelayProcess.class.getName(),
                name,
                bench.jdbcUrl(),
                RealServers.postgres().user(),
                RealServers.postgres().password(),
                RealServers.kafka().bootstrapServers()),
            Map.of(),
            Path.of("target").toAbsolutePath(),
            Path.of("target", "relays.log").toAbsolutePath(),
            StopSignal.TERM));
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  void kill() {
    process.kill();
  }

  /** SIGSTOP: it exists, and does nothing. */
  void stop() {
    signal("STOP");
  }

  /** SIGCONT: it goes on where it was. */
  void wake() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      int status =
          new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill -" + signal + " ended with " + status);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.kill();
  }
}
