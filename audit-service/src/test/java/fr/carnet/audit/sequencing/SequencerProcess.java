package fr.carnet.audit.sequencing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.postgresql.ds.PGSimpleDataSource;

/** A sequencer in a process of its own, to be killed, stopped and woken; ends with its parent. */
final class SequencerProcess {
  private final Process process;

  private SequencerProcess(Process process) {
    this.process = process;
  }

  static SequencerProcess start(String jdbcUrl, String user, String password, String kafka)
      throws IOException {
    File log = Path.of("target", "sequencer-process.log").toFile();
    return new SequencerProcess(
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    SequencerProcess.class.getName(),
                    jdbcUrl,
                    user,
                    password,
                    kafka))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void stop() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void wake() throws IOException, InterruptedException {
    signal("-CONT");
  }

  /** As its own connection, beside those of the sequencer, is called in the database. */
  String name() {
    return name(process.pid());
  }

  private static String name(long pid) {
    return "sequencer-process-" + pid;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
  }

  public static void main(String[] args) throws IOException, SQLException {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(args[0]);
    dataSource.setUser(args[1]);
    dataSource.setPassword(args[2]);
    dataSource.setApplicationName(name(ProcessHandle.current().pid()));
    Connection _ = dataSource.getConnection();
    Sequencer sequencer =
        new Sequencer(
            dataSource,
            Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, (Object) args[3]),
            new LogDatabase(args[0], dataSource).checkpoints());
    sequencer.start();
    int _ = System.in.read();
    System.exit(0);
  }
}
